"""The minutes of a certification, computed from its rows alone."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from ...campaigns.models import Campaign
from ...candidates.departures import ballot_roster
from ...clock import rfc3339, spoken_day, spoken_in_full
from ...committee.minutes import text_to_json
from ...committee.motion_minutes import spoken_part
from ...documents.official_text import Block, Heading, OfficialText, Paragraph, Table
from ...ledger import COUNTED, HELD, VOIDED
from ...text import Text, _
from ...transparency.models import Log
from ..count import Tally
from .models import Certification
from .queries import members_of, shown_number, signatures_of


def certification_document(
    session: Session, campaign: Campaign, certification: Certification, tally: Tally
) -> dict[str, Any]:
    """What is frozen when a tally is certified: the facts, and the text made of them."""
    signed = signatures_of(session, certification)
    return {
        "kind": "certification",
        "campaign": campaign.slug,
        "certification": shown_number(certification.number),
        "tally_sha256": certification.sha256,
        "log": session.get_one(Log, campaign.id).origin,
        "log_size": certification.log_size,
        "leaf_index": certification.leaf_index,
        "checkpoint": certification.checkpoint,
        "rule": certification.present_rule,
        "members": certification.members,
        "signed": len(signed),
        "proposed_at": rfc3339(certification.proposed_at),
        "certified_at": rfc3339(certification.certified_at or certification.proposed_at),
        "text": text_to_json(certification_text(session, campaign, certification, tally)),
    }


def certification_text(
    session: Session, campaign: Campaign, certification: Certification, tally: Tally
) -> OfficialText:
    """The minutes of a certified tally, in Chinese, as the committee keeps them."""
    zone = campaign.rules.zone
    members, signed = members_of(session, certification), signatures_of(session, certification)
    certified_at = (certification.certified_at or certification.proposed_at).astimezone(zone)
    rows = tuple(
        (members[one], str(spoken_in_full(at.astimezone(zone)))) for one, at in signed.items()
    )  # fmt: skip
    blocks: list[Block] = [
        Heading(str(_("一、计票结果"))),
        *(Paragraph(str(line)) for line in _figures(certification, tally)),
        _table(session, campaign, tally),
        Heading(str(_("二、认定"))),
        *(Paragraph(str(line)) for line in _quorum(certification, members, len(signed))),
        Table((str(_("姓名")), str(_("签认时间"))), rows),
        Heading(str(_("三、核对依据"))),
        *(Paragraph(str(line)) for line in _grounds(session, campaign, certification)),
    ]
    return OfficialText(
        title=str(_("%(title)s计票结果认定纪要", title=campaign.title)),
        number=shown_number(certification.number),
        blocks=tuple(blocks),
        signed="\n".join((campaign.organiser, str(_("评审委员会")))),
        dated=str(spoken_day(certified_at)),
    )


def _figures(certification: Certification, tally: Tally) -> list[Text]:
    ballots = tally.ballots
    lines = [
        _(
            "台账共有选票 %(all)s 张：计入 %(counted)s 张，待核 %(held)s 张，作废 %(voided)s 张。",
            all=sum(ballots.values()), counted=ballots[COUNTED], held=ballots[HELD], voided=ballots[VOIDED],
        )
    ]  # fmt: skip
    if certification.held:
        lines.append(
            _(
                "待核的 %(n)s 张没有作出决定。提请时已确认：认定后不再处理，也不计入。",
                n=certification.held,
            )
        )
    return lines


def _table(session: Session, campaign: Campaign, tally: Tally) -> Table:
    names = {one.number: one.name for one in ballot_roster(session, campaign.id)}
    rows = tuple(
        (
            str(number),
            names.get(number, ""),
            *(str(tally.by_candidate[number][standing]) for standing in (COUNTED, HELD, VOIDED)),
        )
        for number in sorted(tally.by_candidate)
    )
    heads = (_("编号"), _("姓名"), _("计入票数"), _("待核"), _("作废"))
    return Table(tuple(map(str, heads)), rows)


def _quorum(certification: Certification, members: dict[int, str], signed: int) -> list[Text]:
    return [
        _(
            "评审委员会共 %(n)s 人：%(names)s。不少于%(part)s，即至少 %(needed)s 人签认，方为认定。",
            n=certification.members, names="、".join(members.values()),
            part=spoken_part(Fraction(certification.present_rule)), needed=certification.needed,
        ),
        _("下列 %(n)s 人核对后签认，计票结果予以认定：", n=signed),
    ]  # fmt: skip


def _grounds(session: Session, campaign: Campaign, certification: Certification) -> list[Text]:
    return [
        _(
            "计票依据透明日志 %(log)s 的前 %(size)s 条；认定记为序号 %(leaf)s 的一条（从 0 数起）。",
            log=session.get_one(Log, campaign.id).origin, size=certification.log_size, leaf=certification.leaf_index,
        ),
        _("提请前已核对：票箱、台账、日志一致，各自独立的计票结果相同。"),
        _("计票结果的 SHA-256：%(sha256)s", sha256=certification.sha256),
    ]  # fmt: skip
