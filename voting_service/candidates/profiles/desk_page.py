"""What the desk shows of candidates: rows of the list, one profile with its versions and reviews, two texts side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from ...accounts.models import Official
from ...accounts.officials import ActingOfficial, Role
from ...campaigns.creating import LOOKERS
from ...campaigns.models import Campaign
from ...text import Text, _, enumerated
from ..departures import CAUSE_WORDS, departures_of
from ..models import Candidate
from ..photos import Picture
from ..queries import roster
from ..showcase import PHOTOS_URL
from .comparing import Piece, compare
from .correcting import pending_correction
from .document import CORRECTABLE, FIELD_WORDS, Profile, as_profile, changed_fields
from .models import ProfileCorrection
from .reviewing import STATE_TONES, STATE_WORDS, Review, reviews_of
from .versions import versions_of

WHO: tuple[Role, ...] = (*LOOKERS, "reviewer", "judge")
"""Who may look; whoever reviews for one unit sees that unit's candidates."""
DECIDERS: tuple[Role, ...] = ("operator", "committee")
"""Who proposes and confirms, each time two of them."""

VIEWS: Mapping[str, Text] = {
    "all": _("全部"),
    "todo": _("待审核"),
    "returned": _("已退回"),
    "missing": _("缺资料"),
    "gone": _("已退出"),
}
_NEEDED = {
    "gender": ("gender", _("性别")),
    "age": ("birth_date", _("出生年月")),
    "front_line": ("front_line", _("一线职工")),
}


class Row(NamedTuple):
    """One candidate of the list."""

    number: int
    name: str
    organisation: str
    category: str
    photo: str | None
    """The address of a small picture."""
    missing: Text | None
    """What composition rules ask for and nobody has given."""
    review: Text
    review_tone: str
    state: str
    gone: Text | None


def rows_of(session: Session, campaign: Campaign, official: ActingOfficial, *, reviewed: bool) -> list[Row]:
    """Those whom this official may see, by number. ``reviewed``: whether reviews say anything here."""
    people = [
        one for one in roster(session, campaign.id) if official.may(campaign.slug, *WHO, unit=one.organisation)
    ]  # fmt: skip
    gone = departures_of(session, campaign.id)
    reviews = reviews_of(session, campaign.id, people) if reviewed else {}
    needed = needed_fields(campaign)
    return [
        _row(one, reviews.get(one.number, Review("passed")), needed, gone.get(one.number)) for one in people
    ]


def needed_fields(campaign: Campaign) -> tuple[str, ...]:
    """What the campaign's composition rules ask of everyone."""
    return tuple(
        dict.fromkeys(
            rule["field"] for rule in campaign.plan.get("composition", ()) if rule["field"] in _NEEDED
        )
    )


def missing_of(candidate: Candidate, needed: Sequence[str]) -> Text | None:
    """Which of it nobody has given of this one, in words."""
    return enumerated(
        word for field, word in (_NEEDED[one] for one in needed) if not getattr(candidate, field)
    )


def in_view(rows: Sequence[Row], view: str) -> list[Row]:
    """The rows of one of ``VIEWS``."""
    tests: dict[str, Callable[[Row], bool]] = {
        "todo": lambda row: row.state in ("unreviewed", "changed") and not row.gone,
        "returned": lambda row: row.state == "returned",
        "missing": lambda row: row.missing is not None or row.photo is None,
        "gone": lambda row: row.gone is not None,
    }
    test = tests.get(view)
    return [row for row in rows if test is None or test(row)]


def _row(one: Candidate, found: Review, needed: Sequence[str], cause: str | None) -> Row:
    photo = Picture.from_json(one.photos[0].picture_json) if one.photos else None
    return Row(
        one.number, one.name, one.organisation, one.category.name if one.category else "",
        photo.src("jpg", PHOTOS_URL, 320) if photo else None, missing_of(one, needed), STATE_WORDS[found.state],
        STATE_TONES[found.state], found.state, CAUSE_WORDS[cause] if cause else None,
    )  # fmt: skip


class VersionLine(NamedTuple):
    """One version in the list of a candidate's."""

    version: int
    at: datetime
    by: str
    reason: str
    what: Text | None
    """What it corrected; None for the first."""
    sha256: str


def version_lines(session: Session, candidate: Candidate) -> list[VersionLine]:
    """The latest first."""
    versions = versions_of(session, candidate)
    profiles = [as_profile(one.document) for one in versions]
    lines = [
        VersionLine(
            one.version, one.at, one.by, one.reason,
            words_of(changed_fields(profiles[place - 1], profiles[place])) if place else None, one.sha256,
        )
        for place, one in enumerate(versions)
    ]  # fmt: skip
    return lines[::-1]


def words_of(fields: Sequence[str]) -> Text | None:
    """Fields in words."""
    return enumerated(FIELD_WORDS[field] for field in fields)


class Compared(NamedTuple):
    """One text in two versions."""

    word: Text
    pieces: list[Piece]


def compared(before: Profile, after: Profile) -> list[Compared]:
    """The texts that differ, each side by side."""
    return [
        Compared(FIELD_WORDS[field], compare(before.text(field), after.text(field)))
        for field in CORRECTABLE
        if before.text(field) != after.text(field)
    ]


class Pending(NamedTuple):
    """A correction that waits for a second person."""

    correction: ProfileCorrection
    by: str
    is_own: bool


def pending_of(session: Session, candidate: Candidate, official: ActingOfficial) -> Pending | None:
    """The one of a candidate."""
    correction = pending_correction(session, candidate)
    if correction is None:
        return None
    by = session.get_one(Official, correction.proposed_by).name
    return Pending(correction, by, correction.proposed_by == official.id)
