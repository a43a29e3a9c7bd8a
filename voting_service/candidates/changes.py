"""What differs between a campaign as it stands and as a folder declares it, and what of that voting has frozen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..campaigns.rules import BallotRules
from ..campaigns.toml_table import FILE, listed, shown
from ..text import Text, _
from .photos import Picture
from .roster_table import FIELDS, RosterRow, label


@dataclass(frozen=True)
class Snapshot:
    """A campaign's content as plain values: read from the tables, or from a folder."""

    title: str
    organiser: str
    description: str
    rules: BallotRules
    plan: Mapping[str, Any]
    cover: Picture | None
    rows: Mapping[int, RosterRow]
    photos: Mapping[int, tuple[Picture, ...]]


@dataclass(frozen=True)
class Change:
    """One difference. ``frozen``: once voting is open, nobody may make it."""

    where: str
    sentence: Text
    frozen: bool = True

    def __str__(self) -> str:
        return f"{self.where}：{self.sentence}"


def changes_between(old: Snapshot, new: Snapshot) -> tuple[Change, ...]:
    """Every difference, rules first, then candidates by number.

    Voters chose by title, organiser, rules and roster, and the plan says what becomes of their votes: all that is
    frozen. The introduction, the cover, the contact and offices for objections and the gate's policy are not; they may still be
    corrected.
    """
    return (
        *_texts(old, new),
        *_rules(old.rules, new.rules),
        *_plan(old.plan, new.plan),
        *_candidates(old, new),
    )


def _texts(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    for key, before, after in (
        ("title", old.title, new.title),
        ("organiser", old.organiser, new.organiser),
    ):
        if before != after:
            yield Change(f"{FILE} {key}", _from_to(before, after))
    if old.description != new.description:
        yield Change(f"{FILE} description", _("有改动。"), frozen=False)
    if old.cover != new.cover:
        yield Change("photos/cover", _("有改动。"), frozen=False)


def _rules(old: BallotRules, new: BallotRules) -> Iterator[Change]:
    stored, declared = old.to_json(), new.to_json()
    before, after = _shown_rules(old), _shown_rules(new)
    for key, value in declared.items():
        if value == stored.get(key):
            continue
        if key == "categories":
            yield Change(f"{FILE} category", _("有改动。"))
        else:
            where = "VOTING_TIMEZONE" if key == "timezone" else f"{FILE} voting.{key}"
            yield Change(where, _from_to(before.get(key), after[key]))


def _shown_rules(rules: BallotRules) -> dict[str, Any]:
    """The published form, but with moments in local time, as people wrote them."""
    plain = rules.to_json()
    for key, moment in (("opens_at", rules.opens_at), ("closes_at", rules.closes_at)):
        plain[key] = moment.astimezone(rules.zone).isoformat(timespec="seconds")
    return plain


def _plan(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for key in ("assessment", "committee", "composition"):
        if old.get(key) != new.get(key):
            yield Change(f"{FILE} {key}", _("有改动。"))
    before, after = old.get("publicity") or {}, new.get("publicity") or {}
    if before.get("workdays") != after.get("workdays"):
        yield Change(f"{FILE} publicity.workdays", _from_to(before.get("workdays"), after.get("workdays")))
    for key in ("first_day", "acceptance_workdays", "letters", "objections", "ballots_of_disqualified"):
        if before.get(key) != after.get(key):
            yield Change(f"{FILE} publicity.{key}", _("有改动。"))
    for key in ("contact", "offices"):
        if before.get(key) != after.get(key):
            yield Change(f"{FILE} publicity.{key}", _("有改动。"), frozen=False)
    if old.get("gate") != new.get("gate"):
        yield Change(f"{FILE} gate", _("有改动。"), frozen=False)


def _candidates(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    for number in sorted({*old.rows, *new.rows}):
        before, after = old.rows.get(number), new.rows.get(number)
        if before is None and after is not None:
            yield Change(_candidate(after), _("新增这位候选人。"))
        elif after is None and before is not None:
            yield Change(_candidate(before), _("去掉了这位候选人。"))
        elif before is not None and after is not None:
            changed = [label(field) for field in FIELDS if getattr(before, field) != getattr(after, field)]
            if old.photos.get(number, ()) != new.photos.get(number, ()):
                changed.append(str(_("照片")))
            if changed:
                yield Change(_candidate(before), _("%(what)s有改动。", what=listed(changed)))


def _candidate(row: RosterRow) -> str:
    return f"{row.number} 号 {row.name}"


def _from_to(before: object, after: object) -> Text:
    return _("从 %(before)s 改成了 %(after)s。", before=_worded(before), after=_worded(after))


def _worded(value: object) -> object:
    if value is None:
        return _("不限")
    return shown("–".join(value) if isinstance(value, list) else value)
