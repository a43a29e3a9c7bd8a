"""Decisions, their ballots and the candidates as tables to take away: through ``sheets``, so that no cell is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ..ballots.ballot_id import tracking_code
from ..campaigns.models import Campaign
from ..candidates.departures import CAUSE_WORDS, departures_of
from ..candidates.queries import roster
from ..clock import rfc3339
from ..sheets import Cell, Sheet, to_csv, to_xlsx
from ..text import Text, _
from .decisions.desk_page import ballot_ids_of
from .decisions.models import Decision
from .decisions.queries import decisions_of, sizes_of
from .decisions.rules import KIND_NAMES, STATE_NAMES, shown_number

BALLOTS_HEAD = ("ballot_id", "tracking_code")


@dataclass(frozen=True)
class Table:
    """One table in both formats."""

    title: Text
    head: Sequence[Text]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[int]

    def to_csv(self) -> bytes:
        """As CSV."""
        return to_csv([str(word) for word in self.head], self.rows)

    def to_xlsx(self) -> bytes:
        """As a book of one sheet."""
        return to_xlsx([Sheet(str(self.title), [str(word) for word in self.head], self.rows, self.widths)])


def decisions_table(session: Session, campaign: Campaign) -> Table:
    """Every decision, withdrawn ones too."""
    sizes = sizes_of(session, campaign.id)
    head = [
        _("编号"), _("处理"), _("办到哪一步"), _("选票"), _("理由（公开）"), _("来源"), _("撤销"), _("提出人"), _("提出时间"),
        _("确认人"), _("确认时间"), _("撤回人"), _("撤回时间"), _("日志位置"),
    ]  # fmt: skip
    rows = [_decision_row(one, sizes.get(one.number, 0)) for one in decisions_of(session, campaign.id)]
    return Table(_("对选票的决定"), head, rows, (10, 8, 10, 8, 40, 20, 10, 12, 24, 12, 24, 12, 24, 10))


def _decision_row(one: Decision, ballots: int) -> Sequence[Cell]:
    return (
        shown_number(one.number),
        str(KIND_NAMES[one.kind]),
        str(STATE_NAMES[one.state]),
        ballots,
        one.reason,
        one.origin or "",
        shown_number(one.undoes) if one.undoes else "",
        one.proposed_by,
        rfc3339(one.proposed_at),
        one.confirmed_by or "",
        _moment(one.confirmed_at),
        one.withdrawn_by or "",
        _moment(one.withdrawn_at),
        one.first_leaf,
    )


def _moment(at: datetime | None) -> str:
    return rfc3339(at) if at else ""


def decision_ballots_csv(session: Session, decision: Decision) -> bytes:
    """Every ballot of a decision; neither who cast it nor whom it chose."""
    found = session.scalars(ballot_ids_of(decision))
    return to_csv(BALLOTS_HEAD, ((ballot_id, tracking_code(ballot_id)) for ballot_id in found))


def candidates_table(session: Session, campaign: Campaign) -> Table:
    """The roster as the public sees it, and who has left: no birth date, no gender."""
    gone = departures_of(session, campaign.id)
    head = [_("编号"), _("姓名"), _("单位"), _("职务"), _("组别"), _("简介"), _("口号"), _("名单")]
    rows = [
        (
            one.number, one.name, one.organisation, one.title, one.category.name if one.category else "",
            one.summary, one.slogan, str(CAUSE_WORDS[gone[one.number]]) if one.number in gone else str(_("在名单上")),
        )
        for one in roster(session, campaign.id)
    ]  # fmt: skip
    return Table(_("候选名单"), head, rows, (8, 16, 36, 16, 16, 40, 24, 12))
