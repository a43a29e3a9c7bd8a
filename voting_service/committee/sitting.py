"""Sitting: a motion is opened, members sign in or stand aside, voting begins, or the motion is ended before it does.

Whoever opens a motion presides. The list of members is fixed then, and those present are fixed when voting begins: the
quorum is there before the first paper is, and the last paper of those present can close the motion by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from ..accounts.officials import ActingOfficial
from ..accounts.register import acting
from ..activity import journal
from ..campaigns.queries import campaign_by_slug
from ..errors import Problem, ProblemsFound
from ..text import Text, _
from ..transparency.entries import canonical_json
from .drafting import line_problems, require_state
from .members import Member, committee_members
from .minutes import freeze_minutes
from .models import CLOSED, DRAFT, MOTION, NO_QUORUM, OPEN, VOTING, WITHDRAWN, Motion, MotionMember
from .motion_minutes import motion_document
from .queries import Sitting, sitting_of
from .quorum import QuorumRule, quorum_of
from .rules import LONGEST_REASON, shown_number


def seen_sha256(motion: Motion, members: Sequence[Member], rule: QuorumRule) -> str:
    """Of all that opening fixes: what the last look shows is what is opened."""
    shown = {
        "title": motion.title,
        "question": motion.question,
        "subject": motion.subject,
        "most": motion.most,
        "options": [[option.key, option.label] for option in motion.options],
        "members": [list(member) for member in members],
        "rule": [str(rule.present), str(rule.agree)],
    }
    return sha256(canonical_json(shown)).hexdigest()


def opening_problems(members: Sequence[Member], rule: QuorumRule, official: ActingOfficial) -> list[Problem]:
    """What keeps this official from opening a motion before these members."""
    found = []
    if official.id not in {member.official_id for member in members}:
        found.append(Problem("", _("开启表决的人主持表决，必须是本评选的评委。")))
    if rule.present_needed(len(members)) > len(members):
        found.append(
            Problem("", _("评委只有 %(n)s 人，不能表决。", n=len(members)), _("请管理员先给评委设置角色。"))
        )
    return found


def open_motion(
    session: Session, slug: str, motion: Motion, *, seen: str, at: datetime, official: ActingOfficial
) -> None:
    """Fix members, quorum and threshold, and let members sign in. ``seen``: of the last look. The motion is locked by the
    caller, who commits. Raises ProblemsFound."""
    require_state(motion, DRAFT, _("已经开启。"))
    campaign = campaign_by_slug(session, slug)
    members, rule = committee_members(session, slug), quorum_of(campaign.plan)
    found = opening_problems(members, rule, official)
    if seen != seen_sha256(motion, members, rule):
        found.append(Problem("", _("表决内容、评委名单或规则与您刚才看到的不同，请重新核对。")))
    if found:
        raise ProblemsFound(found)
    motion.state, motion.opened_by, motion.opened_at = OPEN, official.id, at
    motion.present_rule, motion.agree_rule = str(rule.present), str(rule.agree)
    session.add_all(
        MotionMember(motion_id=motion.id, official_id=member.official_id, name=member.name, has_voted=False)
        for member in members
    )
    session.flush()
    session.expire(motion, ["members"])
    _journal(session, slug, motion, "open_motion", at, official, members=len(members))


def sign_in(session: Session, slug: str, motion: Motion, *, at: datetime, official: ActingOfficial) -> None:
    """Be present. Twice is once. The motion is locked by the caller, who commits. Raises ProblemsFound."""
    member = _own_place(motion, official)
    if member.present_at is not None:
        return
    require_state(motion, OPEN, _("表决已经开始，不能再签到。"))
    member.present_at = at
    _journal(session, slug, motion, "sign_in_to_motion", at, official)


def recuse(
    session: Session, slug: str, motion: Motion, member_id: int, reason: str, *, at: datetime, official: ActingOfficial
) -> None:  # fmt: skip
    """Stand aside, or be told to by whoever presides: from then on this one is no member of this ballot. Whoever presides
    leaves as many as must be present of the whole committee. The motion is locked by the caller, who commits. Raises
    ProblemsFound."""
    require_state(motion, OPEN, _("只有签到期间可以回避。"))
    sitting = sitting_of(motion)
    member = sitting.member(member_id)
    # By the whole committee: or whoever presides could send the others away until two friends are left.
    least = sitting.rule.present_needed(len(motion.members))
    found = line_problems("reason", reason, LONGEST_REASON, _("请写明回避的理由。"))
    if member is None or not (member_id == official.id or presides(session, slug, motion, official)):
        found.append(Problem("member", _("只能由评委本人或者主持人办理回避。")))
    elif member.recused_at is not None:
        found.append(Problem("member", _("%(name)s已经回避。", name=member.name)))
    elif member_id == motion.opened_by:
        found.append(Problem("member", _("主持人不能回避。"), _("请先撤回这项议题，由另一位评委重新开启。")))
    elif member_id != official.id and len(sitting.members) - 1 < least:
        found.append(
            Problem(
                "member",
                _("主持人让别人回避以后，剩下的评委少于全体评委的法定人数 %(n)s 人。", n=least),
                _("请评委本人办理回避，或者撤回这项议题。"),
            )
        )
    elif len(sitting.members) - 1 < sitting.rule.present_needed(len(sitting.members) - 1):
        found.append(Problem("member", _("再回避就不足两人，不能表决。"), _("请撤回这项议题。")))
    if found or member is None:
        raise ProblemsFound(found)
    member.recused_at, member.recused_by, member.recused_reason = at, official.id, reason.strip()
    member.present_at = None
    _journal(session, slug, motion, "recuse_from_motion", at, official,
             member=member.name, reason=member.recused_reason)  # fmt: skip


def begin_voting(
    session: Session, slug: str, motion: Motion, *, at: datetime, official: ActingOfficial
) -> None:
    """Whoever presides lets voting begin; those present are fixed. Refused below the quorum. The motion is locked by the
    caller, who commits. Raises ProblemsFound."""
    require_presiding(session, slug, motion, official)
    require_state(motion, OPEN, _("表决已经开始或结束。"))
    sitting = sitting_of(motion)
    if not sitting.has_quorum:
        raise ProblemsFound([Problem("", lacking(sitting))])
    motion.state, motion.voting_at = VOTING, at
    _journal(session, slug, motion, "begin_voting_on_motion", at, official, present=len(sitting.present))


def end_before_voting(
    session: Session, slug: str, motion: Motion, reason: str, *, at: datetime, official: ActingOfficial
) -> None:
    """Whoever presides ends a motion on which nobody has voted: for want of a quorum, or withdrawn. There is no result, but
    there are minutes. The motion is locked by the caller, who commits. Raises ProblemsFound."""
    require_presiding(session, slug, motion, official)
    require_state(motion, OPEN, _("表决已经开始或结束。"))
    if found := line_problems("reason", reason, LONGEST_REASON, _("请写明为什么不表决。")):
        raise ProblemsFound(found)
    motion.end_reason = reason.strip()
    outcome = WITHDRAWN if sitting_of(motion).has_quorum else NO_QUORUM
    finish(session, slug, motion, outcome, at=at, official=official)


def finish(
    session: Session, slug: str, motion: Motion, outcome: str, *, at: datetime, official: ActingOfficial | None
) -> None:  # fmt: skip
    """Close with this outcome and freeze the minutes. ``official``: None where the last paper closed it."""
    motion.state, motion.closed_at, motion.outcome = CLOSED, at, outcome
    motion.closed_by = official.id if official else None
    session.flush()
    campaign = campaign_by_slug(session, slug)
    sitting = sitting_of(motion)
    signers = {one.official_id: one.name for one in sitting.present}
    freeze_minutes(
        session, campaign.id, MOTION, motion.number, motion_document(campaign, motion),
        signers=signers, needed=min(len(signers), sitting.present_needed), at=at,
    )  # fmt: skip
    # Who cast the last paper is not said: only that it was the last.
    journal(session, at=at, actor=official.name if official else "schedule", act="close_motion", subject=slug,
            details={"motion": shown_number(motion.number), "outcome": outcome})  # fmt: skip


def lacking(sitting: Sitting) -> Text:
    """Why voting cannot begin."""
    return _(
        "未达到法定人数：应到 %(members)s 人，实到 %(present)s 人，至少要 %(needed)s 人。",
        members=len(sitting.members), present=len(sitting.present), needed=sitting.present_needed,
    )  # fmt: skip


def presides(session: Session, slug: str, motion: Motion, official: ActingOfficial) -> bool:
    """Whoever opened it; any member who sits where that one works here no more, or sits on the committee no more."""
    if motion.opened_by is None or motion.opened_by == official.id:
        return motion.opened_by == official.id
    chair, member = acting(session, motion.opened_by), sitting_of(motion).member(official.id)
    is_gone = chair is None or not chair.may(slug, "committee")
    return is_gone and member is not None and member.recused_at is None


def require_presiding(session: Session, slug: str, motion: Motion, official: ActingOfficial) -> None:
    """Raises ProblemsFound for anybody else."""
    if not presides(session, slug, motion, official):
        raise ProblemsFound([Problem("", _("只有主持人（开启表决的评委）可以这样做。"))])


def _own_place(motion: Motion, official: ActingOfficial) -> MotionMember:
    member = sitting_of(motion).member(official.id)
    if member is None:
        raise ProblemsFound(
            [Problem("", _("您不在这项表决的评委名单上。"), _("名单在开启时确定，之后加入的不计。"))]
        )
    if member.recused_at is not None:
        raise ProblemsFound([Problem("", _("您已经回避这项表决。"))])
    return member


def _journal(
    session: Session, slug: str, motion: Motion, act: str, at: datetime, official: ActingOfficial, **more: object
) -> None:  # fmt: skip
    journal(session, at=at, actor=official.name, act=act, subject=slug,
            details={"motion": shown_number(motion.number), **more})  # fmt: skip
