"""The tally as a document: what API, desk, command and archive give away, as JSON, CSV and XLSX, always of one checkpoint."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from ..campaigns.models import Campaign
from ..candidates.departures import CAUSE_WORDS, ballot_roster, departures_of
from ..clock import rfc3339
from ..errors import Unavailable
from ..ledger import COUNTED, HELD, VOIDED
from ..sheets import Cell, Sheet, to_csv, to_xlsx
from ..text import Text, _
from ..transparency.checkpoint import Checkpoint
from ..transparency.models import Log
from .certification.queries import CertifiedTally, certified_tally
from .certification.queries import shown_number as certification_number
from .count import Tally
from .figures.prepared import prepared_tally
from .ledger_reads import Progress, no_progress, tally_ledger

CHANNEL_NAMES: Mapping[str, Text] = {
    "wechat": _("微信"),
    "browser": _("浏览器"),
    "kiosk": _("投票机"),
    "code": _("投票码"),
    "member": _("会员编号"),
}
CSV_HEAD = ("by", "key", "name", "organisation", "counted", "held", "voided")


class FiguresNotReady(Unavailable):
    """The tally is being prepared beside the ledger, and there is none yet."""


class TalliedCandidate(NamedTuple):
    """A candidate as the tally names them."""

    number: int
    name: str
    organisation: str
    category: str
    departed: str | None
    """Why they are no candidate any more: disqualified, withdrawn, deceased."""


@dataclass(frozen=True)
class TallyDocument:
    """A tally and what it is bound to."""

    slug: str
    title: str
    candidates: Sequence[TalliedCandidate]
    tally: Tally
    checkpoint: Checkpoint
    note: str
    """The signed note of the checkpoint, whole."""
    verifier_key: str
    computed_at: datetime
    certified: CertifiedTally | None

    @property
    def is_certified(self) -> bool:
        """Whether these counts are the certified ones."""
        return self.certified is not None and self.certified.tally.counted() == self.tally.counted()

    def to_json(self) -> dict[str, Any]:
        """As the API gives it. ``checkpoint`` is the whole signed note, as in the archive; ``log`` is what it says."""
        return {
            "campaign": self.slug,
            "title": self.title,
            "checkpoint": self.note,
            "log": {
                "origin": self.checkpoint.origin,
                "size": self.checkpoint.size,
                "root_hash": self.checkpoint.root_hash.hex(),
                "verifier_key": self.verifier_key,
            },
            "computed_at": rfc3339(self.computed_at),
            "certification": self._certification(),
            "candidates": [one._asdict() for one in self.candidates],
            **self.tally.to_json(),
        }

    def _certification(self) -> dict[str, Any] | None:
        if self.certified is None:
            return None
        return {
            "number": certification_number(self.certified.number),
            "log_size": self.certified.log_size,
            "leaf_index": self.certified.leaf_index,
            "sha256": self.certified.sha256,
            "certified_at": rfc3339(self.certified.certified_at),
            "counts": {str(number): votes for number, votes in self.certified.tally.counted().items()},
            "is_this": self.is_certified,
        }

    @property
    def digest(self) -> str:
        """Changes when what it says does, not when the same was computed once more."""
        plain = {name: value for name, value in self.to_json().items() if name != "computed_at"}
        return sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()

    def to_csv(self) -> bytes:
        """One table: rows that say by what they count, and at the end the checkpoint, so that a file alone says of what."""
        return to_csv(CSV_HEAD, self._csv_rows())

    def _csv_rows(self) -> list[Sequence[Cell]]:
        plain = self.tally.to_json()
        rows: list[Sequence[Cell]] = [("ballots", "", "", "", *_figures(plain["ballots"]))]
        rows += [
            ("candidate", one.number, one.name, one.organisation, *_figures(plain["by_candidate"][str(one.number)]))
            for one in self.candidates
        ]  # fmt: skip
        rows += [("day", day, "", "", *_figures(by)) for day, by in plain["by_day"].items()]
        rows += [("channel", channel, "", "", *_figures(by)) for channel, by in plain["by_channel"].items()]
        return [
            *rows,
            *(("log", name, str(value), "", "", "", "") for name, value in self.to_json()["log"].items()),
        ]

    def to_xlsx(self) -> bytes:
        """A book of four sheets."""
        plain = self.tally.to_json()
        head = [str(word) for word in (_("计入"), _("待核"), _("作废"))]
        people = [
            (one.number, one.name, one.organisation, one.category, _word(one.departed),
             *_figures(plain["by_candidate"][str(one.number)]))
            for one in self.ranked()
        ]  # fmt: skip
        return to_xlsx(
            [
                Sheet(str(_("说明")), [str(_("项目")), str(_("内容"))], self._about(), (16, 80)),
                Sheet(
                    str(_("按候选人")),
                    [*map(str, (_("编号"), _("姓名"), _("单位"), _("组别"), _("说明"))), *head],
                    people,
                    (8, 16, 36, 16, 12),
                ),
                Sheet(
                    str(_("按日期")),
                    [str(_("日期")), *head],
                    [(day, *_figures(by)) for day, by in plain["by_day"].items()],
                    (14,),
                ),
                Sheet(
                    str(_("按渠道")),
                    [str(_("渠道")), *head],
                    [(channel_name(channel), *_figures(by)) for channel, by in plain["by_channel"].items()],
                    (14,),
                ),
            ]
        )

    def ranked(self) -> list[TalliedCandidate]:
        """Most counted ballots first, by number among equals."""
        counted = self.tally.counted()
        return sorted(self.candidates, key=lambda one: (-counted[one.number], one.number))

    def _about(self) -> list[tuple[str, Cell]]:
        ballots = self.tally.ballots
        word = str(
            _("认定 %(number)s", number=certification_number(self.certified.number))
            if self.certified is not None and self.is_certified
            else _("未认定，不是最终结果")
        )
        return [
            (str(_("评选活动")), self.title),
            (str(_("计入")), ballots[COUNTED]),
            (str(_("待核")), ballots[HELD]),
            (str(_("作废")), ballots[VOIDED]),
            (str(_("认定")), word),
            (str(_("日志")), self.checkpoint.origin),
            (str(_("日志条数")), self.checkpoint.size),
            (str(_("根哈希")), self.checkpoint.root_hash.hex()),
            (str(_("检查点")), self.note),
            (str(_("验证公钥")), self.verifier_key),
            (str(_("计算时间")), rfc3339(self.computed_at)),
            (str(_("重新计票")), recount_command(self.checkpoint.origin)),
        ]


def recount_command(origin: str) -> str:
    """What anyone runs to count for themselves."""
    return f"python tools/recount.py https://{origin}"


def channel_name(channel: str) -> str:
    """A channel in Chinese; one that has no name yet as it is."""
    return str(CHANNEL_NAMES.get(channel, channel))


def _figures(by: Mapping[str, int]) -> tuple[int, int, int]:
    return by[COUNTED], by[HELD], by[VOIDED]


def _word(cause: str | None) -> str:
    return str(CAUSE_WORDS[cause]) if cause else ""


def prepared_document(session: Session, campaign: Campaign) -> TallyDocument:
    """From the prepared figures: for pages and programs, in no time. Raises FiguresNotReady."""
    prepared = prepared_tally(session, campaign.id)
    public_log = session.get(Log, campaign.id)
    if prepared is None or public_log is None:
        raise FiguresNotReady(
            _("票数还没有准备好。"), _("开始投票、记录器运行之后一两分钟内就有，请稍后再试。")
        )
    return _document(session, campaign, public_log, prepared.tally, prepared.checkpoint, prepared.computed_at)


def counted_document(
    session: Session, campaign: Campaign, at: datetime, progress: Progress = no_progress
) -> TallyDocument:
    """By counting the ledger anew, up to the latest checkpoint. Raises FiguresNotReady where there is none."""
    public_log = session.get(Log, campaign.id)
    if public_log is None or public_log.checkpoint is None:
        raise FiguresNotReady(_("还没有签名的检查点；开始投票、记录器运行之后才有。"))
    numbers = [person.number for person in ballot_roster(session, campaign.id)]
    counted = tally_ledger(
        session, campaign.id, numbers, campaign.rules.zone, progress, leaves=public_log.signed_size
    )
    return _document(session, campaign, public_log, counted, public_log.checkpoint, at)


def _document(
    session: Session, campaign: Campaign, public_log: Log, tally: Tally, note: str, computed_at: datetime
) -> TallyDocument:
    text, _blank, _signatures = note.partition("\n\n")
    gone = departures_of(session, campaign.id)
    people = [
        TalliedCandidate(
            one.number, one.name, one.organisation, one.category.name if one.category else "", gone.get(one.number)
        )
        for one in ballot_roster(session, campaign.id)
    ]  # fmt: skip
    for one in people:  # prepared before its roster was complete? Nobody is left out.
        tally.by_candidate.setdefault(one.number, type(tally.ballots)())
    return TallyDocument(
        slug=campaign.slug,
        title=campaign.title,
        candidates=people,
        tally=tally,
        checkpoint=Checkpoint.parse(text + "\n"),
        note=note,
        verifier_key=public_log.verifier_key,
        computed_at=computed_at,
        certified=certified_tally(session, campaign.id),
    )
