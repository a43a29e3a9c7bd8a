"""What a motion's page shows to one official: plain values, so that the template decides nothing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from ..accounts.officials import ActingOfficial
from ..campaigns.models import Campaign
from ..errors import Problem
from ..text import Text, _
from .drafting import ANSWER_WORDS
from .members import committee_members
from .minutes import MinutesOnShow, minutes_on_show
from .models import (
    CLOSED,
    DECIDED,
    DRAFT,
    LIST,
    MOTION,
    NO_QUORUM,
    OPEN,
    PASSED,
    REJECTED,
    VOTING,
    WITH_RESULT,
    WITHDRAWN,
    Motion,
    MotionMember,
    MotionOption,
)
from .motion_minutes import result_words
from .queries import Sitting, sitting_of
from .quorum import QuorumRule, quorum_of
from .rules import ABSTAIN, is_unanimous, shown_number
from .sitting import lacking, opening_problems, presides

STATE_WORDS: dict[str, tuple[Text, str]] = {
    DRAFT: (_("草稿"), "calm"),
    OPEN: (_("正在签到"), "wait"),
    VOTING: (_("正在表决"), "wait"),
    PASSED: (_("通过"), "good"),
    REJECTED: (_("未通过"), "bad"),
    DECIDED: (_("已选出"), "good"),
    NO_QUORUM: (_("未达到法定人数"), "bad"),
    WITHDRAWN: (_("已撤回"), "calm"),
}


@dataclass(frozen=True)
class MotionLine:
    """A motion in the list."""

    number: int
    shown: str
    title: str
    words: Text
    tone: str
    figures: Text | None
    waits: bool
    """Whether something on it is this official's to do."""


@dataclass(frozen=True)
class Seat:
    """One member as the page lists them."""

    official_id: int
    name: str
    words: Text
    tone: str
    reason: str | None = None


@dataclass(frozen=True)
class MotionPage:
    """A motion as one official sees it. Of the urn nothing is in here before the close."""

    motion: Motion
    shown: str
    words: Text
    tone: str
    rules: tuple[Text, ...]
    seats: tuple[Seat, ...]
    figures: tuple[tuple[Text, int | str], ...]
    """应到, 实到, 已投: for the page and the screen in the hall."""
    problems: tuple[Problem, ...]
    """What keeps this official from opening a draft."""
    lacking: Text | None
    presides: bool
    may_sign_in: bool
    may_vote: bool
    has_voted: bool
    is_recused: bool
    is_present: bool
    recusable: tuple[tuple[int, str], ...]
    """Whom this official may have stand aside."""
    options: tuple[tuple[str, Text | str], ...]
    """What stands on the paper."""
    result: Text | None
    papers: tuple[tuple[Text | str, int], ...]
    """After the close: option and how many papers."""
    unanimous: bool
    minutes: MinutesOnShow | None
    confirms: bool
    """Whether the minutes wait for this official."""


def line_of(motion: Motion, official: ActingOfficial) -> MotionLine:
    """One line of the list."""
    words, tone = STATE_WORDS[motion.outcome or motion.state]
    figures = None
    if motion.state != DRAFT:
        sat = sitting_of(motion)
        figures = _("应到 %(members)s，实到 %(present)s", members=len(sat.members), present=len(sat.present))
    return MotionLine(
        motion.number, shown_number(motion.number), motion.title, words, tone, figures, waits_for(motion, official.id)
    )  # fmt: skip


def waits_for(motion: Motion, official_id: int) -> bool:
    """Whether signing in, voting or presiding is this official's to do now."""
    if motion.state not in (OPEN, VOTING):
        return False
    member = sitting_of(motion).member(official_id)
    if member is None or member.recused_at is not None:
        return False
    if motion.state == OPEN:
        return member.present_at is None or motion.opened_by == official_id
    return member.present_at is not None and not member.has_voted


def motion_page(session: Session, campaign: Campaign, motion: Motion, official: ActingOfficial) -> MotionPage:
    """Of this motion for this official."""
    if motion.state == DRAFT:
        return _draft_page(session, campaign, motion, official)
    words, tone = STATE_WORDS[motion.outcome or motion.state]
    sat = sitting_of(motion)
    member = sat.member(official.id)
    sits = member is not None and member.recused_at is None
    chairs = presides(session, campaign.slug, motion, official)
    is_present = bool(member and member.present_at is not None)
    has_voted = bool(member and member.has_voted)
    minutes = minutes_on_show(session, campaign.id, MOTION, motion.number)
    counted = motion.outcome in WITH_RESULT
    return MotionPage(
        motion=motion, shown=shown_number(motion.number), words=words, tone=tone,
        rules=_rules(motion, sat.rule, len(sat.members), sat), seats=tuple(_seat(motion, one) for one in motion.members),
        figures=_figures(motion, sat), problems=(),
        lacking=lacking(sat) if motion.state == OPEN and not sat.has_quorum else None,
        presides=chairs, may_sign_in=sits and motion.state == OPEN and not is_present,
        may_vote=motion.state == VOTING and is_present and not has_voted, has_voted=has_voted,
        is_recused=member is not None and not sits, is_present=is_present,
        recusable=_recusable(motion, sat, official, presides=chairs, sits=sits), options=_options(motion),
        result=result_words(motion, sat) if motion.state == CLOSED else None,
        papers=tuple((_word(motion, one), one.papers) for one in motion.options) if counted else (),
        unanimous=counted and motion.kind != LIST and is_unanimous({one.key: one.papers for one in motion.options}),
        minutes=minutes, confirms=minutes is not None and minutes.waits_for(official.id),
    )  # fmt: skip


def _draft_page(session: Session, campaign: Campaign, motion: Motion, official: ActingOfficial) -> MotionPage:
    members, rule = committee_members(session, campaign.slug), quorum_of(campaign.plan)
    words, tone = STATE_WORDS[DRAFT]
    may_open = official.may(campaign.slug, "committee")
    return MotionPage(
        motion=motion, shown=shown_number(motion.number), words=words, tone=tone,
        rules=_rules(motion, rule, len(members), None),
        seats=tuple(Seat(one.official_id, one.name, _("名单在开启时确定"), "calm") for one in members),
        figures=(), problems=tuple(opening_problems(members, rule, official)) if may_open else (), lacking=None,
        presides=may_open, may_sign_in=False, may_vote=False, has_voted=False, is_recused=False, is_present=False,
        recusable=(), options=_options(motion), result=None, papers=(), unanimous=False, minutes=None, confirms=False,
    )  # fmt: skip


def _rules(motion: Motion, rule: QuorumRule, members: int, sat: Sitting | None) -> tuple[Text, ...]:
    quorum = _(
        "法定人数：出席不少于应到人数的 %(part)s，应到 %(members)s 人，至少要 %(needed)s 人出席。",
        part=rule.present, members=members, needed=rule.present_needed(members),
    )  # fmt: skip
    done = _("当选") if motion.kind == LIST else _("通过")
    if sat is None or motion.state == OPEN:
        agree = _("%(done)s：同意超过出席人数的 %(part)s。", done=done, part=rule.agree)
    else:
        agree = _(
            "%(done)s：同意超过出席人数的 %(part)s，实到 %(present)s 人，至少要 %(needed)s 票。",
            done=done, part=rule.agree, present=len(sat.present), needed=sat.agree_needed,
        )  # fmt: skip
    most = [_("每张票最多选 %(most)s 人。", most=motion.most)] if motion.kind == LIST else []
    return (quorum, agree, *most)


def _figures(motion: Motion, sat: Sitting) -> tuple[tuple[Text, int | str], ...]:
    figures: list[tuple[Text, int | str]] = [
        (_("应到"), len(sat.members)),
        (_("需要"), sat.present_needed),
        (_("实到"), len(sat.present)),
    ]
    if motion.voting_at is not None:
        figures.append((_("已投"), sat.voted))
    return tuple(figures)


def _seat(motion: Motion, member: MotionMember) -> Seat:
    words, tone = _("未签到"), "calm"
    if member.recused_at is not None:
        words = _("回避")
    elif member.has_voted:
        words, tone = _("已投票"), "good"
    elif member.present_at is not None and motion.voting_at is not None:
        words, tone = _("未投票"), "wait"
    elif member.present_at is not None:
        words, tone = _("已签到"), "good"
    elif motion.voting_at is not None or motion.state == CLOSED:
        words = _("缺席")
    return Seat(member.official_id, member.name, words, tone, member.recused_reason)


def _recusable(
    motion: Motion, sat: Sitting, official: ActingOfficial, *, presides: bool, sits: bool
) -> tuple[tuple[int, str], ...]:
    if motion.state != OPEN:
        return ()
    if presides:
        return tuple((one.official_id, one.name) for one in sat.members if one.official_id != official.id)
    return ((official.id, official.name),) if sits else ()


def _word(motion: Motion, option: MotionOption) -> Text | str:
    """One line of the paper: an answer in the reader's language, a name as it stands on the paper."""
    if motion.kind == LIST:
        return _("空白票") if option.key == ABSTAIN else option.label
    return ANSWER_WORDS[option.key]


def _options(motion: Motion) -> tuple[tuple[str, Text | str], ...]:
    if motion.kind == LIST:
        return tuple((one.key, one.label) for one in motion.options if one.key != ABSTAIN)
    return tuple(ANSWER_WORDS.items())
