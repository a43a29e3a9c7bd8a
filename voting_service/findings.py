"""What a look at one part of the service found: for ``doctor``, ``/readyz`` and the start of the service alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .text import Text

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """One thing found, and what to do about it where it is not in order."""

    level: Level
    code: str
    sentence: Text
    remedy: Text | None = None
