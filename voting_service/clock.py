"""Time: always UTC inside, always aware; milliseconds where the box and the log need them.

Voting windows are judged by Redis's own clock in the box. This clock dates what people do (open, close, import).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from .text import Text, _


class Clock(Protocol):
    """Says what time it is; tests bring their own."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970-01-01T00:00:00Z, rounded down."""
    return int(moment.timestamp() * 1000 // 1)


def from_ms(milliseconds: int) -> datetime:
    """The aware UTC moment, exact to the millisecond (no float on the way)."""
    seconds, rest = divmod(milliseconds, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)


def rfc3339(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, as the log and the API write it: ``2026-04-07T01:00:00.000Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def rfc3339_ms(milliseconds: int) -> str:
    """The same from milliseconds since 1970."""
    return rfc3339(from_ms(milliseconds))


def spoken(local: datetime) -> Text:
    """A local moment as people say it, in the reader's language: ``4月8日 06:00``."""
    return _("%(month)s月%(day)s日 %(time)s", month=local.month, day=local.day, time=f"{local:%H:%M}")


def spoken_in_full(local: datetime) -> Text:
    """The same with its year."""
    return _("%(year)s年%(date)s", year=local.year, date=spoken(local))


def spoken_day(local: datetime) -> Text:
    """Its day alone, with the year: ``2026年4月8日``."""
    return _("%(year)s年%(month)s月%(day)s日", year=local.year, month=local.month, day=local.day)
