"""Working days by the State Council's calendar: pure values, but for ``override_file``, which reads and writes the table.

``state_council`` → ``calendar`` (with ``overrides`` before it) → ``schedule`` → ``wording``.
"""

from .calendar import Calendar, Day, Window
from .overrides import NO_OVERRIDES, Arrangement, Overrides, SpecialDay

__all__ = ["NO_OVERRIDES", "Arrangement", "Calendar", "Day", "Overrides", "SpecialDay", "Window"]
