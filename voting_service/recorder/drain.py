"""Draining: one batch from the box's stream into ledger and log, then one checkpoint over what was committed.

The commit point is the SQL transaction that holds the rows, the leaves and the new stream position. A crash before it
leaves the stream as it was; a crash after it leaves entries in the stream that the next ``settle`` trims. First run,
restart and replay are therefore the same code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..ballots.attest import judge
from ..ballots.ballot_box import BallotBox, BoxUnavailable
from ..ballots.box_contents import BoxState, WaitingBallot
from ..clock import Clock, from_ms, rfc3339_ms, to_ms
from ..database import Database
from ..encryption import Keyring
from ..errors import VotingError
from ..evidence.models import BallotEvidence
from ..evidence.record import from_stream
from ..ledger import COUNTED, HELD, LedgerEntry, LedgerRow, RecorderPosition
from ..text import Text, _
from ..transparency import entries, log
from ..transparency.models import Log
from ..transparency.notes import SigningKey

BATCH = 2000


class LostRace(VotingError):
    """Another recorder has moved the position on; this batch was rolled back. The next turn reads anew."""

    code = "lost_race"


class BooksDisagree(VotingError):
    """Box and ledger do not fit together; recording stops until a person has looked."""

    code = "books_disagree"


@dataclass(frozen=True)
class Stores:
    """What the recorder works on."""

    database: Database
    box: BallotBox
    keyring: Keyring
    clock: Clock
    keep_s: int
    """How long the box remembers a recorded ballot's id; no shorter than a ballot form lives."""


def drain_once(stores: Stores, campaign_id: int, slug: str, batch: int = BATCH) -> int:
    """Record and publish one batch; gives how many ballots it held. Raises LostRace, BooksDisagree."""
    position, state = _own_box(stores, campaign_id, slug)
    stores.box.settle(slug, position.stream_id, stores.keep_s)
    ballots = stores.box.waiting(slug, after=position.stream_id, count=batch)
    _require_unbroken(stores, slug, position, state, ballots)
    if ballots:
        record(stores.database, campaign_id, position, ballots)
    publish(stores, campaign_id)
    return len(ballots)


def record(
    database: Database, campaign_id: int, position: RecorderPosition, ballots: Sequence[WaitingBallot]
) -> None:
    """The commit point: rows, leaves and position in one transaction, or nothing. Raises LostRace, BooksDisagree."""
    try:
        with database.write() as session:
            _advance(session, campaign_id, position, ballots[-1])
            public_log = session.get_one(Log, campaign_id, with_for_update=True)
            first = log.append(session, public_log, [ballot_entry(ballot) for ballot in ballots])
            session.execute(
                LedgerEntry.__table__.insert(),  # type: ignore[attr-defined]  # Core, for thousands of rows a second
                [_row(campaign_id, first + i, ballot) for i, ballot in enumerate(ballots)],
            )
            _keep_evidence(session, campaign_id, ballots)
    except IntegrityError as error:
        # Not another recorder, which would have lost the position: the ledger has one of these ballots already.
        raise BooksDisagree(
            _("第 %(first)s 至 %(last)s 张选票中有的已在台账中，同一张选票不能记两次；这一批没有记入。",
              first=ballots[0].seq, last=ballots[-1].seq),
            _("请运行 voting-service reconcile 查看差异。"),
        ) from error  # fmt: skip


def publish(stores: Stores, campaign_id: int) -> bool:
    """Sign what is committed. A crash between the two is made good by the next turn."""
    with stores.database.read() as session:
        public_log = session.get_one(Log, campaign_id)
        if public_log.signed_size == public_log.size:
            return False
    with stores.database.write() as session:
        public_log = session.get_one(Log, campaign_id, with_for_update=True)
        return log.sign(session, public_log, _key(public_log, stores.keyring), stores.clock.now())


def ballot_entry(ballot: WaitingBallot) -> bytes:
    """One ballot as the log shows it: no address, no device, no identity."""
    return _entry(
        ballot.ballot_id, ballot.cast_ms, ballot.choices, ballot.voter_tag, ballot.channel, held=ballot.held
    )


def ballot_entry_of(row: LedgerRow) -> bytes:
    """The log entry that belongs to a ledger row: recording and checking write it the same way."""
    return _entry(row.ballot_id, to_ms(row.cast_at), row.choices, row.voter_tag, row.channel, held=row.held)


def _entry(
    ballot_id: str, cast_ms: int, choices: Sequence[int], voter_tag: str, channel: str, *, held: bool
) -> bytes:
    return entries.encode(
        {
            "type": "ballot",
            "at": rfc3339_ms(cast_ms),
            "ballot": ballot_id,
            "choices": list(choices),
            "voter": voter_tag,
            "channel": channel,
            "held": held,
        }
    )


def _key(public_log: Log, keyring: Keyring) -> SigningKey:
    return log.signing_key(public_log, keyring)


def _row(campaign_id: int, leaf_index: int, ballot: WaitingBallot) -> dict[str, object]:
    return {
        "campaign_id": campaign_id,
        "seq": ballot.seq,
        "leaf_index": leaf_index,
        "ballot_id": ballot.ballot_id,
        "voter_tag": ballot.voter_tag,
        "channel": ballot.channel,
        "choices": ";".join(map(str, ballot.choices)),
        "cast_at": from_ms(ballot.cast_ms),
        "held": ballot.held,
        "standing": HELD if ballot.held else COUNTED,
    }


def _keep_evidence(session: Session, campaign_id: int, ballots: Sequence[WaitingBallot]) -> None:
    """As it came, sealed: the recorder has no need to know what it says."""
    rows = [
        {"campaign_id": campaign_id, "seq": ballot.seq, "voted_before": ballot.voted_before, "sealed": sealed}
        for ballot in ballots
        if (sealed := from_stream(ballot.evidence))
    ]
    if rows:
        session.execute(BallotEvidence.__table__.insert(), rows)  # type: ignore[attr-defined]  # Core, as above


def _advance(session: Session, campaign_id: int, seen: RecorderPosition, last: WaitingBallot) -> None:
    """Move the position on, but only from where it was read: of two recorders one gets a row, the other none."""
    moved = session.execute(
        update(RecorderPosition)
        .where(
            RecorderPosition.campaign_id == campaign_id,
            RecorderPosition.box_epoch == seen.box_epoch,
            RecorderPosition.stream_id == seen.stream_id,
            RecorderPosition.seq == seen.seq,
        )
        .values(stream_id=last.stream_id, seq=last.seq)
    )
    if not isinstance(moved, CursorResult) or moved.rowcount != 1:
        raise LostRace(_("另一个记录器已经记到更后面，本批作废，稍后重读。"))


def _own_box(stores: Stores, campaign_id: int, slug: str) -> tuple[RecorderPosition, BoxState]:
    position, state, wrong = judge(stores.database, stores.box, campaign_id, slug)
    if wrong is not None or state is None:
        raise BoxUnavailable(wrong.sentence if wrong else _("Redis 中没有票箱。"), rebuild_remedy(slug))
    return position, state


def _require_unbroken(
    stores: Stores, slug: str, position: RecorderPosition, state: BoxState, ballots: Sequence[WaitingBallot]
) -> None:
    """The box numbers its ballots 1, 2, 3 …; whatever is missing between ledger and stream is missing for good."""
    # With nothing waiting, the ledger must have every ballot that the box had counted a moment before.
    numbers = [ballot.seq for ballot in ballots] or [state.seq + 1]
    expected = position.seq
    for number in numbers:
        expected += 1
        if number != expected:
            _require_unmoved(stores, position)
            raise BooksDisagree(
                _("%(slug)s：台账记到第 %(have)s 张，票箱的下一张却是第 %(next)s 张，中间的选票不在台账中。",
                  slug=slug, have=expected - 1, next=number),
                _("台账可能被恢复成较旧的备份。请停止投票并用最新备份恢复数据库，再运行 voting-service reconcile。"),
            )  # fmt: skip


def _require_unmoved(stores: Stores, seen: RecorderPosition) -> None:
    """Another recorder may have recorded and trimmed between our looks at ledger and stream; then nothing is missing."""
    with stores.database.read() as session:
        now = session.get_one(RecorderPosition, seen.campaign_id)
    if (now.box_epoch, now.seq) != (seen.box_epoch, seen.seq):
        raise LostRace(_("另一个记录器已经记到更后面，本批作废，稍后重读。"))


def rebuild_remedy(slug: str) -> Text:
    """What to do about a box that is lost or behind."""
    return _("请运行 voting-service rebuild-box %(slug)s，从台账重建票箱后即可继续投票。", slug=slug)
