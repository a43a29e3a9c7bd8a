"""Reconciling: is box = ledger = log? Every difference is listed, none is mended.

The log is recomputed from its entries, the ledger is compared with it row by row, and the box with both, taking in
the ballots that wait to be recorded. What is prepared for the desk's pages is recounted too. It may run while people vote.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from ..ballots.ballot_box import BallotBox
from ..ballots.box_contents import BoxSnapshot
from ..campaigns.models import Campaign
from ..campaigns.queries import campaign_by_slug
from ..clock import from_ms
from ..database import Database
from ..errors import Problem
from ..ledger import COUNTED, LedgerRow, RecorderPosition
from ..recorder.drain import ballot_entry_of
from ..text import _
from ..transparency import entries, log, tiles
from ..transparency.checkpoint import Checkpoint
from ..transparency.models import Log
from ..transparency.notes import NoteInvalid, VerifierKey
from .decisions.queries import count_changes_after, last_sequence
from .figures.compare import figures_problems
from .ledger_reads import Progress, ledger_rows, no_progress
from .log_side import LogSide, read_log
from .voter_states import CastBallot, VoterStates

MOST_LISTED = 100


@dataclass(frozen=True)
class Reconciliation:
    """The figures on each side and every difference found."""

    slug: str
    box: int | None
    waiting: int | None
    ledger: int
    log: int
    voters_compared: bool
    differences: tuple[Problem, ...]

    def to_json(self) -> dict[str, Any]:
        """For the command line."""
        return {
            "campaign": self.slug,
            "box": self.box,
            "waiting": self.waiting,
            "ledger": self.ledger,
            "log": self.log,
            "voters_compared": self.voters_compared,
            "differences": [str(problem) for problem in self.differences],
        }


def reconcile(
    database: Database, box: BallotBox, slug: str, progress: Progress = no_progress
) -> Reconciliation:
    """Compare all three. Raises NotFound, BoxUnavailable."""
    seen: tuple[int, int] | None = None
    while True:
        with database.read() as session:
            campaign = campaign_by_slug(session, slug)
            position = session.get(RecorderPosition, campaign.id)
            if position is None:
                return Reconciliation(slug, None, None, 0, 0, False, (Problem(slug, _("还没有开始投票。")),))
            stands = position.seq, last_sequence(session, campaign.id)
            snapshot = box.snapshot(slug, after=position.stream_id)
            if snapshot is None or stands == seen or not _overtaken(snapshot, position, stands[1]):
                return _compare(session, campaign, position, box, snapshot, progress)
        # It recorded and trimmed, or a decision was confirmed, between our two looks; look again. A ledger that then
        # stands where it stood was not overtaken: what is missing between it and the box is missing, and is a finding.
        seen = stands


def _overtaken(snapshot: BoxSnapshot, position: RecorderPosition, decisions: int) -> bool:
    """Whether the box, which we looked at second, shows what the ledger did not have yet when we looked at it."""
    if snapshot.state.epoch != position.box_epoch:
        return False
    first = snapshot.waiting[0].seq if snapshot.waiting else snapshot.state.seq + 1
    return first > position.seq + 1 or snapshot.state.decisions > decisions


def _compare(
    session: Session,
    campaign: Campaign,
    position: RecorderPosition,
    box: BallotBox,
    snapshot: BoxSnapshot | None,
    progress: Progress,
) -> Reconciliation:
    found = _Differences()
    public_log = session.get_one(Log, campaign.id)
    log_side = read_log(session, public_log, found.add, progress)
    _check_checkpoint(public_log, log.tile_reader(session, campaign.id), found)
    # As long as nobody reads them they would be a million strings for nothing.
    is_ours = snapshot is not None and snapshot.state.epoch == position.box_epoch
    states = VoterStates(campaign.rules.zone) if is_ours else None
    ledger = _read_ledger(ledger_rows(session, campaign.id, progress), log_side, found, states)
    if position.seq != ledger.rows:
        found.add(
            "recorder_positions", _("记到第 %(n)s 张，台账却有 %(m)s 张。", n=position.seq, m=ledger.rows)
        )
    for problem in figures_problems(session, campaign, progress):
        found.add_problem(problem)
    compared = False
    if snapshot is None:
        if campaign.phase == "open":
            found.add("box", _("Redis 中没有票箱。"))
    else:
        expected = _as_the_box_should_have(session, campaign.id, snapshot, ledger, found)
        compared = _compare_box(campaign, position, box, snapshot, expected, states, found)
    return Reconciliation(
        campaign.slug,
        snapshot.state.seq if snapshot else None,
        len(snapshot.waiting) if snapshot else None,
        ledger.rows,
        public_log.size,
        compared,
        found.problems(),
    )


@dataclass
class _Counted:
    """Votes by candidate, and how many counted ballots they come from; of how many rows in all."""

    votes: Counter[int]
    ballots: int
    rows: int


class _Differences:
    """Collects differences; beyond a hundred it only counts, since nobody reads a million lines."""

    def __init__(self) -> None:
        self._listed: list[Problem] = []
        self._all = 0

    def add(self, where: str, sentence: Any) -> None:
        self.add_problem(Problem(where, sentence))

    def add_problem(self, problem: Problem) -> None:
        self._all += 1
        if len(self._listed) < MOST_LISTED:
            self._listed.append(problem)

    def problems(self) -> tuple[Problem, ...]:
        rest = self._all - len(self._listed)
        more = [Problem("…", _("另有 %(n)s 处差异未列出。", n=rest))] if rest else []
        return (*self._listed, *more)


def _check_checkpoint(public_log: Log, stored: tiles.ReadTile, found: _Differences) -> None:
    try:
        text = VerifierKey.parse(public_log.verifier_key).verify(public_log.checkpoint or "")
        signed = Checkpoint.parse(text)
    except (NoteInvalid, ValueError) as error:
        found.add("checkpoint", _("检查点签名无效：%(error)s", error=error))
        return
    if signed.size != public_log.signed_size or signed.root_hash != tiles.root_at(signed.size, stored):
        found.add("checkpoint", _("检查点与日志不符。"))


def _read_ledger(
    rows: Iterator[LedgerRow], log_side: LogSide, found: _Differences, states: VoterStates | None
) -> _Counted:
    """What counts by the ledger; compares each row with its leaf, and follows its voters."""
    ledger = _Counted(Counter(), 0, 0)
    for expected, (row, entry) in enumerate(log_side.beside(rows), start=1):
        where = f"ledger_entries seq={row.seq}"
        if row.seq != expected:
            found.add(where, _("此处应为第 %(n)s 张，编号不连续。", n=expected))
        _compare_row(row, entry, log_side, where, found)
        ledger.rows += 1
        if row.standing == COUNTED:
            ledger.votes.update(row.choices)
            ledger.ballots += 1
        if states is not None:
            states.follow(CastBallot(row.voter_tag, row.cast_at, row.choices))
    for index in log_side.left():
        found.add(f"log leaf={index}", _("日志中的选票不在台账中。"))
    return ledger


def _compare_row(
    row: LedgerRow, entry: bytes | None, log_side: LogSide, where: str, found: _Differences
) -> None:
    if entry is None:
        found.add(where, _("台账中的选票不在日志中。"))
        return
    ballot_id, held = row.ballot_id, row.held
    if entry != ballot_entry_of(row):
        found.add(where, _("台账与日志第 %(leaf)s 条的内容不同。", leaf=row.leaf_index))
        said = entries.decode(entry)
        ballot_id, held = said["ballot"], said["held"]
    standing = log_side.standing(ballot_id, held=held)
    if row.standing != standing:
        found.add(where, _("台账状态为 %(ledger)s，日志为 %(log)s。", ledger=row.standing, log=standing))


def _as_the_box_should_have(
    session: Session, campaign_id: int, snapshot: BoxSnapshot, ledger: _Counted, found: _Differences
) -> _Counted:
    """The ledger's counts, less the decisions that the box lacks yet, plus the ballots that wait in it."""
    votes, ballots = Counter(ledger.votes), ledger.ballots
    decided = last_sequence(session, campaign_id)
    if snapshot.state.decisions > decided:
        found.add(
            "box", _("票箱已执行 %(a)s 项决定，台账只有 %(b)s 项。", a=snapshot.state.decisions, b=decided)
        )
    for _sequence, change in count_changes_after(session, campaign_id, snapshot.state.decisions):
        votes.subtract(change.votes)
        ballots -= change.ballots
    for ballot in snapshot.waiting:
        if not ballot.held:
            votes.update(ballot.choices)
            ballots += 1
    return _Counted(votes, ballots, ledger.rows)


def _compare_box(
    campaign: Campaign,
    position: RecorderPosition,
    box: BallotBox,
    snapshot: BoxSnapshot,
    expected: _Counted,
    states: VoterStates | None,
    found: _Differences,
) -> bool:
    """Compare the box with the ledger and the waiting ballots; tells whether voters could be compared too."""
    state = snapshot.state
    if states is None:
        found.add("box", _("票箱是第 %(a)s 代，台账是第 %(b)s 代。", a=state.epoch, b=position.box_epoch))
        return False
    if state.seq != expected.rows + len(snapshot.waiting):
        found.add(
            "box", _("票箱投出 %(a)s 张，台账 %(b)s 张加待入账 %(c)s 张不等。",
                     a=state.seq, b=expected.rows, c=len(snapshot.waiting)),
        )  # fmt: skip
    if state.counted != expected.ballots:
        found.add("box", _("票箱计入 %(a)s 张，应为 %(b)s 张。", a=state.counted, b=expected.ballots))
    for number in sorted(set(expected.votes) | set(snapshot.counts)):
        if expected.votes[number] != snapshot.counts.get(number, 0):
            found.add(
                f"box {number}",
                _("实时票数 %(a)s，应为 %(b)s。", a=snapshot.counts.get(number, 0), b=expected.votes[number]),
            )
    return _compare_voters(campaign, box, snapshot, states, found)


def _compare_voters(
    campaign: Campaign, box: BallotBox, snapshot: BoxSnapshot, states: VoterStates, found: _Differences
) -> bool:
    for b in snapshot.waiting:
        states.follow(CastBallot(b.voter_tag, from_ms(b.cast_ms), b.choices))
    differing = states.differing(box.voters(campaign.slug))
    after = box.state(campaign.slug)
    if after is None or after.seq != snapshot.state.seq:
        return False  # people voted meanwhile; the rest is compared all the same
    for _one in range(differing):
        found.add("box voters", _("有一名投票人在票箱中的次数与台账不符。"))
    return True
