"""The colours of posters: those of the pages by day, from ``static/app.css``."""

from __future__ import annotations

PAPER, INK, FAINT = "#ffffff", "#191919", "#666666"
RED, RED_TINT = "#a61b1b", "#fbeceb"
DEEP, BRIGHT = "#7a1212", "#b32a20"
"""The masthead runs from one to the other."""
GOLD, GOLD_INK, GOLD_TINT = "#f6c667", "#8a6116", "#faf3e3"
ON_RED = "#fdf1dc"
CUT = "#8a8a8a"
