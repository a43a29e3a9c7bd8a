"""The shapes of our addresses, so that what cannot be one is refused before any store is asked."""

from __future__ import annotations

import re

SLUG = re.compile(r"[a-z0-9\-]{1,60}")
"""What an import admits as a campaign's slug."""
