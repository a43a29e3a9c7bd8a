"""What decisions may do, and what they do to the counts: plain values in and out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from ...candidates.personal_data import personal_data_in
from ...errors import Problem
from ...ledger import COUNTED, HELD, VOIDED
from ...legible import is_all_seen
from ...names import person_key
from ...text import Text, _
from ...transparency.entries import canonical_json
from ..count import AFTER

RESTORED = "restored"
KIND_OF = {standing: kind for kind, standing in AFTER.items()}
"""The kind of log entry that makes a ballot stand so."""
ALLOWED = {(COUNTED, HELD), (COUNTED, VOIDED), (HELD, COUNTED), (HELD, VOIDED), (VOIDED, COUNTED)}
"""From which standing to which a decision may take a ballot. An undo may also take a voided one back to held."""
LONGEST_REASON = 300
BALLOTS_PER_ENTRY = 3000
"""An entry of the log has at most 65 535 bytes: 3 000 ballot ids of 16 characters, and a reason."""

STANDING_NAMES = {COUNTED: _("计入"), HELD: _("待核"), VOIDED: _("作废")}
STATE_NAMES = {"proposed": _("待确认"), "confirmed": _("已生效"), "withdrawn": _("已撤回")}
KIND_NAMES = {HELD: _("待核"), VOIDED: _("作废"), RESTORED: _("恢复")}

_NUMBER = re.compile(r"(?:D-)?0*([1-9][0-9]{0,8})", re.IGNORECASE)


class Change(NamedTuple):
    """One ballot and how it is to stand."""

    seq: int
    ballot_id: str
    choices: tuple[int, ...]
    before: str
    after: str
    decided_leaf: int | None
    """The log's entry of the latest decision on it so far."""


@dataclass(frozen=True)
class CountChange:
    """What a decision does to the counts: counted ballots more or fewer, and votes by candidate."""

    ballots: int
    votes: Mapping[int, int]

    def to_json(self) -> dict[str, Any]:
        """As the decision's row keeps it."""
        return {"ballots": self.ballots, "votes": {str(n): votes for n, votes in sorted(self.votes.items())}}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> CountChange:
        """The change from ``to_json``'s form."""
        return cls(plain["ballots"], {int(number): votes for number, votes in plain["votes"].items()})


def shown_number(number: int) -> str:
    """A decision's number as people and the log say it: ``D-0001``."""
    return f"D-{number:04}"


def parse_number(text: str) -> int | None:
    """The number in ``D-0001`` or ``1``; None where there is none."""
    found = _NUMBER.fullmatch(text.strip())
    return int(found[1]) if found else None


def name_problems(name: str) -> list[Problem]:
    """What is wrong with the name of whoever acts."""
    return [] if person_key(name) else [Problem("--by", _("请写明是谁。"))]


def reason_problems(reason: str) -> list[Problem]:
    """What is wrong with a reason: it is public, for good."""
    remedy = _("理由会写入公开日志并显示在回执上，以后不能修改。")
    if not reason.strip():
        return [Problem("--reason", _("没有写理由。"), remedy)]
    problems = []
    if len(reason) > LONGEST_REASON:
        problems.append(
            Problem(
                "--reason", _("理由有 %(n)s 个字，最多 %(most)s 个。", n=len(reason), most=LONGEST_REASON)
            )
        )
    if not is_all_seen(reason):
        problems.append(Problem("--reason", _("理由只能是一行文字，不能含换行或看不见的字符。")))
    if personal := personal_data_in(reason):
        problems.append(Problem("--reason", personal, remedy))
    return problems


def transition_problem(before: str, after: str) -> Text | None:
    """Why a ballot that stands so may not be taken there; None where it may."""
    if before == after:
        return _("已经是%(standing)s，无需再次决定。", standing=STANDING_NAMES[after])
    if (before, after) not in ALLOWED:
        return _(
            "现在是%(before)s，不能直接改为%(after)s；先恢复，或撤销作废它的决定。",
            before=STANDING_NAMES[before],
            after=STANDING_NAMES[after],
        )
    return None


def count_change(changes: Iterable[Change]) -> CountChange:
    """What these changes together do to the counts; candidates whose votes stay the same are left out."""
    ballots, votes = 0, Counter[int]()
    for change in changes:
        more = (change.after == COUNTED) - (change.before == COUNTED)
        if more:
            ballots += more
            for number in change.choices:
                votes[number] += more
    return CountChange(ballots, {number: more for number, more in sorted(votes.items()) if more})


def effect_sha256(reason: str, changes: Iterable[Change]) -> str:
    """The digest of everything that a confirmation binds: the reason, and each ballot with its standings. The latest
    decision on it is among it, so that a ballot that was restored and voided anew meanwhile is not the same."""
    rows = [
        [c.seq, c.ballot_id, c.before, c.after, c.decided_leaf] for c in sorted(changes, key=lambda c: c.seq)
    ]
    return sha256(canonical_json({"ballots": rows, "reason": reason})).hexdigest()


def kind_of_undo(changes: Sequence[Change]) -> str:
    """One word for a decision that may take some ballots back to counted and others to held."""
    afters = {change.after for change in changes}
    return next(KIND_OF[standing] for standing in (COUNTED, HELD, VOIDED) if standing in afters)


def portions(changes: Iterable[Change]) -> list[tuple[str, list[Change]]]:
    """The changes as entries of the log take them: one kind each, in the ledger's order, few enough to fit."""
    by_kind: dict[str, list[Change]] = {}
    for change in sorted(changes, key=lambda change: change.seq):
        by_kind.setdefault(KIND_OF[change.after], []).append(change)
    return [
        (kind, same[start : start + BALLOTS_PER_ENTRY])
        for kind, same in sorted(by_kind.items())
        for start in range(0, len(same), BALLOTS_PER_ENTRY)
    ]


def ranks(counts: Mapping[int, int]) -> dict[int, int]:
    """Candidate number → place by count; equal counts share a place, as on the ranking page."""
    ordered = sorted(counts.values(), reverse=True)
    place: dict[int, int] = {}
    for index, count in enumerate(ordered, start=1):
        place.setdefault(count, index)
    return {number: place[count] for number, count in counts.items()}
