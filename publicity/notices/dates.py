"""The dates of a notice, as they were published, extended or confirmed: pure, and the same when they are gone through again.

How each step came about stands in its document (``schedule.terms``, ``extension``), so that dates which rested on a year
not yet arranged can be computed anew once it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from voting_service.text import Text, _
from voting_service.workdays import Calendar
from voting_service.workdays.schedule import Schedule, WindowTerms, schedule
from voting_service.workdays.wording import provisional_text, schedule_texts, spoken_date


@dataclass(frozen=True)
class Dates:
    """First and last day, until when objections are taken, and what a notice says of it."""

    first_day: date
    last_day: date
    accepted_until: date
    acceptance_longer_by: int
    """Working days on which objections are taken after the window's end."""
    unknown_years: tuple[int, ...]
    sentences: tuple[str, ...]
    terms: Mapping[str, Any]
    """What they were decided by."""

    @property
    def provisional(self) -> bool:
        """Whether a year's arrangement is missing."""
        return bool(self.unknown_years)

    def accepts_until(self, zone: ZoneInfo) -> datetime:
        """The moment at which the last day of acceptance ends, in UTC."""
        after = datetime.combine(self.accepted_until + timedelta(1), time(), zone)
        return after.astimezone(UTC)

    def to_json(self) -> dict[str, Any]:
        """As a document has it."""
        return {
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "accepted_until": self.accepted_until.isoformat(),
            "provisional": self.provisional,
            "acceptance_longer_by": self.acceptance_longer_by,
            "unknown_years": list(self.unknown_years),
            "sentences": list(self.sentences),
            "terms": dict(self.terms),
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Dates:
        """Back from a document."""
        first, last, until = (
            date.fromisoformat(plain[key]) for key in ("first_day", "last_day", "accepted_until")
        )
        return cls(
            first, last, until, plain["acceptance_longer_by"], tuple(plain["unknown_years"]),
            tuple(plain["sentences"]), plain["terms"],
        )  # fmt: skip


@dataclass(frozen=True)
class Extension:
    """By so many working days, or to a day."""

    workdays: int | None = None
    last_day: date | None = None

    def to_json(self) -> dict[str, Any]:
        """As a document has it."""
        return {"workdays": self.workdays, "last_day": self.last_day.isoformat() if self.last_day else None}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Extension:
        """Back from it."""
        day = plain["last_day"]
        return cls(plain["workdays"], date.fromisoformat(day) if day else None)


def first_dates(calendar: Calendar, terms: WindowTerms, published: datetime, workday_starts: time) -> Dates:
    """The dates of a notice that is published at a local moment."""
    found = schedule(calendar, terms, published, workday_starts)
    return Dates(
        first_day=found.window.first,
        last_day=found.window.last,
        accepted_until=found.accepted_until,
        acceptance_longer_by=len(found.acceptance.days) - len(found.window.days),
        unknown_years=_unknown_years(found),
        sentences=tuple(map(str, schedule_texts(found, year=True))),
        terms={
            "workdays": terms.workdays,
            "first_day": str(terms.first_day),
            "acceptance_workdays": terms.acceptance_workdays,
            "letters": str(terms.letters) if terms.letters else None,
            "workday_starts": f"{workday_starts:%H:%M}",
        },
    )


def extended(calendar: Calendar, dates: Dates, extension: Extension) -> Dates:
    """The dates after an extension; objections are taken as much longer than the window as before.

    Raises ValueError where the last day would not be a later working day.
    """
    added = calendar.add(dates.last_day, extension.workdays or 1)
    while extension.last_day is not None and added.last < extension.last_day:
        added = calendar.add(dates.last_day, len(added.days) + 1)
    if extension.last_day not in (None, added.last):
        raise ValueError("a window ends on a working day after its last one")
    after = calendar.add(added.last, dates.acceptance_longer_by) if dates.acceptance_longer_by else None
    until = after.last if after else added.last
    years = {*dates.unknown_years, *added.unknown_years, *(after.unknown_years if after else ())}
    moved = replace(dates, last_day=added.last, accepted_until=until, unknown_years=tuple(sorted(years)))
    said = [
        _extension_text(dates, moved, len(added.days)),
        _acceptance_text(moved),
        provisional_text(moved.unknown_years),
    ]
    return replace(moved, sentences=tuple(str(text) for text in said if text is not None))


def dates_again(
    calendar: Calendar, terms: Mapping[str, Any], published: datetime, extensions: Iterable[Extension]
) -> Dates:
    """The dates of a notice gone through again, by what the calendar knows now: published at a local moment on these
    terms, then extended."""
    dates = first_dates(
        calendar, WindowTerms.from_plan(terms), published, time.fromisoformat(terms["workday_starts"])
    )
    for extension in extensions:
        # A day that was named stands; by what is known now it may be none of the working days any more.
        workday = extension.last_day is None or (
            calendar.is_workday(extension.last_day) and extension.last_day > dates.last_day
        )
        dates = (
            extended(calendar, dates, extension)
            if workday
            else _ending_on(calendar, dates, extension.last_day)
        )
    return dates


def _ending_on(calendar: Calendar, dates: Dates, day: date | None) -> Dates:
    """A day named by an extension that turned out to be a day off, or no later than the window's own end: the first
    working day from then on that is not before that end."""
    return extended_to(calendar, dates, calendar.window(max(day or dates.last_day, dates.last_day), 1).last)


def extended_to(calendar: Calendar, dates: Dates, day: date) -> Dates:
    """The dates with this working day as the last; the same where it is the last already."""
    return dates if day <= dates.last_day else extended(calendar, dates, Extension(last_day=day))


def _unknown_years(found: Schedule) -> tuple[int, ...]:
    return tuple(sorted({*found.window.unknown_years, *found.acceptance.unknown_years}))


def _extension_text(before: Dates, after: Dates, days: int) -> Text:
    year = before.last_day.year != after.last_day.year
    first, last = spoken_date(before.last_day, year=True), spoken_date(after.last_day, year=year)
    if after.provisional:
        return _("公示期由%(first)s暂定延长至%(last)s（延长%(n)s个工作日）。", first=first, last=last, n=days)
    return _("公示期由%(first)s延长至%(last)s（延长%(n)s个工作日）。", first=first, last=last, n=days)


def _acceptance_text(dates: Dates) -> Text:
    until = spoken_date(dates.accepted_until, year=dates.first_day.year != dates.accepted_until.year)
    return _("异议受理至%(until)s止。", until=until)
