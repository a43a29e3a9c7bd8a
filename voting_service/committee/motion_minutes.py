"""A motion's minutes, computed from its rows alone: who was there, what was asked, how it went, in words and figures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from ..campaigns.models import Campaign
from ..clock import rfc3339, spoken_day, spoken_in_full
from ..documents.official_text import Block, Heading, OfficialText, Paragraph, Table
from ..text import Text, _
from .minutes import text_to_json
from .models import DECIDED, LIST, NO_QUORUM, PASSED, WITH_RESULT, WITHDRAWN, Motion
from .queries import Sitting, sitting_of
from .rules import ABSTAIN, AGREE, DISAGREE, Elected, elected, shown_number

_NUMERALS = "零一二三四五六七八九"


def motion_document(campaign: Campaign, motion: Motion) -> dict[str, Any]:
    """What is frozen when a motion closes: the facts, and the text made of them."""
    sitting, papers = sitting_of(motion), {option.key: option.papers for option in motion.options}
    return {
        "kind": "motion",
        "campaign": campaign.slug,
        "motion": shown_number(motion.number),
        "subject": motion.subject,
        "title": motion.title,
        "question": motion.question,
        "most": motion.most,
        "rule": {"present": motion.present_rule, "agree": motion.agree_rule},
        "members": len(sitting.members),
        "present": len(sitting.present),
        "voted": sitting.voted,
        "outcome": motion.outcome,
        "papers": papers if motion.outcome in WITH_RESULT else None,
        "opened_at": _moment(motion.opened_at),
        "voting_at": _moment(motion.voting_at),
        "closed_at": _moment(motion.closed_at),
        "text": text_to_json(motion_text(campaign, motion)),
    }


def motion_text(campaign: Campaign, motion: Motion) -> OfficialText:
    """The minutes of a closed motion, in Chinese, as the committee keeps them."""
    sitting, zone = sitting_of(motion), campaign.rules.zone
    blocks = [
        Heading(str(_("一、表决事项"))),
        *(Paragraph(line) for line in (motion.title, *motion.question.splitlines()) if line.strip()),
        Heading(str(_("二、出席情况"))),
        *_paragraphs(_attendance(sitting)),
        Heading(str(_("三、表决规则和经过"))),
        *_paragraphs(_proceedings(motion, sitting, zone)),
        Heading(str(_("四、表决结果"))),
        *_result(motion, sitting),
    ]
    closed_at = motion.closed_at or motion.drafted_at
    return OfficialText(
        title=str(_("%(title)s评审委员会表决纪要", title=campaign.title)),
        number=shown_number(motion.number),
        blocks=tuple(blocks),
        signed="\n".join((campaign.organiser, str(_("评审委员会")))),
        dated=str(spoken_day(closed_at.astimezone(zone))),
    )


def list_result(motion: Motion, sitting: Sitting) -> Elected:
    """Who of a list is chosen."""
    papers = {option.key: option.papers for option in motion.options if option.key != ABSTAIN}
    return elected(papers, motion.most or 1, sitting.agree_needed)


def result_words(motion: Motion, sitting: Sitting) -> Text:
    """The result in one sentence."""
    if motion.outcome in (WITHDRAWN, NO_QUORUM):
        return _words_without_result(motion, sitting)
    if motion.outcome == DECIDED:
        chosen, tied = list_result(motion, sitting)
        chose = _("%(n)s 人达到要求的票数，当选。", n=len(chosen))
        if not tied:
            return chose
        return _("%(chose)s另有 %(n)s 人票数相同而名额不够，须另行表决。", chose=chose, n=len(tied))
    papers = {option.key: option.papers for option in motion.options}
    figures = _(
        "同意 %(agree)s 票，不同意 %(disagree)s 票，弃权 %(abstain)s 票。",
        agree=papers[AGREE], disagree=papers[DISAGREE], abstain=papers[ABSTAIN],
    )  # fmt: skip
    needed = sitting.agree_needed
    if motion.outcome == PASSED:
        return _("%(figures)s同意票达到 %(needed)s 票，表决通过。", figures=figures, needed=needed)
    return _("%(figures)s同意票未达到 %(needed)s 票，表决未通过。", figures=figures, needed=needed)


def _words_without_result(motion: Motion, sitting: Sitting) -> Text:
    needed, reason = sitting.present_needed, (motion.end_reason or "").rstrip("。．.；; ")
    if motion.outcome == WITHDRAWN:
        return _("主持人在表决前撤回了这项议题，理由：%(reason)s。", reason=reason)
    if motion.voting_at is not None:
        return _(
            "收回 %(voted)s 票，不足法定人数 %(needed)s 人，票箱没有开启，没有结果。",
            voted=sitting.voted, needed=needed,
        )  # fmt: skip
    return _(
        "实到 %(present)s 人，不足法定人数 %(needed)s 人，没有表决。说明：%(reason)s。",
        present=len(sitting.present), needed=needed, reason=reason,
    )  # fmt: skip


def spoken_part(part: Fraction) -> str:
    """A fraction as Chinese minutes say it: ``三分之二（2/3）``."""
    return f"{_spoken(part.denominator)}分之{_spoken(part.numerator)}（{part}）"


def _spoken(number: int) -> str:
    tens, ones = divmod(number, 10)
    if number >= 100:
        return str(number)
    if not tens:
        return _NUMERALS[ones]
    return ("" if tens == 1 else _NUMERALS[tens]) + "十" + (_NUMERALS[ones] if ones else "")


def _attendance(sitting: Sitting) -> list[Text]:
    lines = [
        _("应到 %(n)s 人，实到 %(present)s 人。", n=len(sitting.members), present=len(sitting.present)),
        _("出席：%(names)s。", names=_names(one.name for one in sitting.present)),
        _("缺席：%(names)s。", names=_names(one.name for one in sitting.absent)),
    ]
    if sitting.recused:
        told = "；".join(f"{one.name}（{one.recused_reason}）" for one in sitting.recused)
        lines.append(_("回避（不计入应到人数）：%(told)s。", told=told))
    return lines


def _proceedings(motion: Motion, sitting: Sitting, zone: ZoneInfo) -> list[Text]:
    presiding = next((one.name for one in sitting.members if one.official_id == motion.opened_by), "")
    lines = [
        _("主持：%(name)s。签到自%(at)s开始。", name=presiding, at=_spoken_at(motion.opened_at, zone)),
        _(
            "出席人数不少于应到人数的%(part)s，即至少 %(needed)s 人，方可表决。",
            part=spoken_part(sitting.rule.present), needed=sitting.present_needed,
        ),
    ]  # fmt: skip
    if motion.voting_at is None:
        return lines
    agree = _(
        "同意人数超过出席人数的%(part)s，即至少 %(needed)s 人，方为%(done)s。",
        part=spoken_part(sitting.rule.agree), needed=sitting.agree_needed,
        done=_("当选") if motion.kind == LIST else _("通过"),
    )  # fmt: skip
    closed = (
        _("全部收回后自动结束。") if motion.closed_by is None else _("由主持人结束，没有投票的人不再等候。")
    )
    papers = _(
        "表决自%(at)s开始，无记名投票。发出表决票 %(present)s 张，收回 %(voted)s 张。%(closed)s",
        at=_spoken_at(motion.voting_at, zone), present=len(sitting.present), voted=sitting.voted, closed=closed,
    )  # fmt: skip
    each = [_("每张票最多选 %(most)s 人。", most=motion.most)] if motion.kind == LIST else []
    return [*lines, agree, *each, papers]


def _result(motion: Motion, sitting: Sitting) -> list[Block]:
    found: list[Block] = [Paragraph(str(result_words(motion, sitting)))]
    if motion.outcome == DECIDED:
        chosen, tied = list_result(motion, sitting)

        def words(key: str) -> str:
            if key == ABSTAIN:
                return "—"
            return str(_("当选") if key in chosen else _("票数相同，待定") if key in tied else _("未当选"))

        rows = tuple((one.label, str(one.papers), words(one.key)) for one in motion.options)
        found.append(Table((str(_("候选人")), str(_("票数")), str(_("结果"))), rows))
    return found


def _paragraphs(lines: Iterable[Text]) -> list[Block]:
    return [Paragraph(str(line)) for line in lines]


def _names(names: Iterable[str]) -> str:
    return "、".join(names) or str(_("无"))


def _moment(at: datetime | None) -> str | None:
    return rfc3339(at) if at else None


def _spoken_at(at: datetime | None, zone: ZoneInfo) -> Text:
    return spoken_in_full((at or datetime.min.replace(tzinfo=zone)).astimezone(zone))
