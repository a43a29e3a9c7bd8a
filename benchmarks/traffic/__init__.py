"""A simulator of a campaign's traffic, honest and forged, that knows nothing of the service or its detector; see README.md."""

from __future__ import annotations

from .presets import PRESETS, Preset
from .scenario import ALL_ATTACKS, Traffic, scenario, write
from .world import Habits

__all__ = ["ALL_ATTACKS", "PRESETS", "Habits", "Preset", "Traffic", "scenario", "write"]
