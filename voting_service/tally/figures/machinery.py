"""What stands behind the figures at this moment: box, recorder, log. A Redis that is away is a finding, never an error."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ...ballots.ballot_box import OPEN, PREPARED, REFUSED, SEALED, BoxUnavailable
from ...ballots.box_contents import BoxState, WaitingBallot
from ...campaigns.models import CLOSED, Campaign
from ...clock import from_ms
from ...ledger import RecorderPosition
from ...recorder.drain import Stores
from ...recorder.readiness import LATE
from ...text import Text, _
from ...transparency.models import Log

MISSING, UNREACHABLE, FOREIGN = "missing", "unreachable", "foreign"

BOX_WORDS: dict[str, tuple[Text, str]] = {
    PREPARED: (_("已备好，尚未收票"), "wait"),
    OPEN: (_("正在收票"), "good"),
    SEALED: (_("已封箱"), "calm"),
    REFUSED: (_("已停用，等待重建"), "bad"),
    FOREIGN: (_("与台账不是同一代，等待重建"), "bad"),
    MISSING: (_("没有票箱"), "bad"),
    UNREACHABLE: (_("暂时连不上"), "bad"),
}
"""The box's state in words, and how a badge shows it."""


@dataclass(frozen=True)
class Machinery:
    """One campaign's, as pages show it."""

    box: str
    waiting: int | None
    """Cast and not yet recorded; None where the box cannot tell."""
    oldest_s: int
    alive: bool
    """Whether a recorder is at work."""
    log_size: int
    signed_size: int
    over: bool
    """Whether the voting is over and everything recorded: then no recorder is missed."""

    @property
    def box_word(self) -> Text:
        """The box's state."""
        return BOX_WORDS[self.box][0]

    @property
    def box_tone(self) -> str:
        """How a badge shows it. When all is over nobody needs the box."""
        return "calm" if self.over else BOX_WORDS[self.box][1]

    @property
    def recorder_word(self) -> Text:
        """The recorder's state."""
        if self.over:
            return _("已全部入账")
        if self.oldest_s > LATE.total_seconds():
            return _("入账落后")
        return _("正常") if self.alive else _("没有在运行")

    @property
    def recorder_tone(self) -> str:
        """How a badge shows it."""
        if self.over:
            return "calm"
        return "good" if self.alive and self.oldest_s <= LATE.total_seconds() else "bad"

    @property
    def log_word(self) -> Text:
        """The log's state."""
        if self.signed_size == self.log_size:
            return _("已全部签入检查点")
        return _("有 %(n)s 条等待签名", n=self.log_size - self.signed_size)


def machinery_of(
    stores: Stores, campaign: Campaign, position: RecorderPosition, public_log: Log
) -> Machinery:
    """Ask box and rows; two short questions to Redis."""
    now = stores.clock.now()
    over = campaign.phase == CLOSED
    alive = position.lease_until is not None and position.lease_until > now - LATE
    try:
        state = stores.box.state(campaign.slug)
        first = stores.box.waiting(campaign.slug, after=position.stream_id, count=1) if state else []
    except BoxUnavailable:
        return Machinery(UNREACHABLE, None, 0, alive, public_log.size, public_log.signed_size, over)
    oldest = now - from_ms(first[0].cast_ms) if first else timedelta()
    return Machinery(
        _state(state, position), _waiting(state, position, first), max(0, int(oldest.total_seconds())),
        alive, public_log.size, public_log.signed_size, over,
    )  # fmt: skip


def _state(state: BoxState | None, position: RecorderPosition) -> str:
    if state is None:
        return MISSING
    return state.state if state.epoch == position.box_epoch else FOREIGN


def _waiting(state: BoxState | None, position: RecorderPosition, first: list[WaitingBallot]) -> int | None:
    """The recorder may have been at work between our looks at ledger and box: never fewer than what is seen to wait."""
    if state is None or state.epoch != position.box_epoch:
        return None
    return max(state.seq - position.seq, len(first))
