"""Drafting a motion: what is asked, and what stands on the paper. Nobody is bound by a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ..accounts.officials import ActingOfficial
from ..activity import journal
from ..campaigns.queries import campaign_by_slug
from ..candidates.departures import standing_roster
from ..candidates.personal_data import personal_data_in
from ..errors import Problem, ProblemsFound
from ..text import Text, _
from .models import DISCARDED, DRAFT, LIST, QUESTION, Motion, MotionOption
from .rules import ABSTAIN, ANSWERS, LONGEST_QUESTION, LONGEST_TITLE, is_subject, shown_number

ANSWER_WORDS: dict[str, Text] = dict(zip(ANSWERS, (_("同意"), _("不同意"), _("弃权")), strict=True))


@dataclass(frozen=True)
class MotionDraft:
    """A motion as somebody wrote it."""

    title: str
    question: str
    subject: str = ""
    kind: str = QUESTION
    candidates: tuple[int, ...] = ()
    """Of a list: the candidates' numbers, in the order of the paper."""
    most: int | None = None


def draft_motion(
    session: Session, slug: str, draft: MotionDraft, *, at: datetime, official: ActingOfficial
) -> Motion:
    """A new draft. Raises ProblemsFound, NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    names = _names(session, campaign.id)
    _require_good(draft, names)
    # The campaign is locked: no other motion can take the same number.
    last = session.scalar(select(func.max(Motion.number)).where(Motion.campaign_id == campaign.id))
    motion = Motion(
        campaign_id=campaign.id, number=(last or 0) + 1, drafted_by=official.id, drafted_at=at,
        **_columns(draft),
    )  # fmt: skip
    session.add(motion)
    session.flush()
    _lay_out(session, motion, draft, names)
    journal(session, at=at, actor=official.name, act="draft_motion", subject=slug,
            details={"motion": shown_number(motion.number), "title": motion.title})  # fmt: skip
    return motion


def change_motion(
    session: Session, slug: str, motion: Motion, draft: MotionDraft, *, at: datetime, official: ActingOfficial
) -> None:
    """Write a draft anew. The motion is locked by the caller, who commits. Raises ProblemsFound."""
    require_state(motion, DRAFT, _("已经开启，不能再修改。"))
    names = _names(session, motion.campaign_id)
    _require_good(draft, names)
    for column, value in _columns(draft).items():
        setattr(motion, column, value)
    session.execute(delete(MotionOption).where(MotionOption.motion_id == motion.id))
    session.expire(motion, ["options"])
    _lay_out(session, motion, draft, names)
    journal(session, at=at, actor=official.name, act="change_motion", subject=slug,
            details={"motion": shown_number(motion.number), "title": motion.title})  # fmt: skip


def discard_motion(
    session: Session, slug: str, motion: Motion, *, at: datetime, official: ActingOfficial
) -> None:
    """Throw a draft away; its number is not given again. The motion is locked by the caller, who commits. Raises
    ProblemsFound."""
    require_state(motion, DRAFT, _("已经开启，不能删除。"))
    motion.state = DISCARDED
    journal(session, at=at, actor=official.name, act="discard_motion", subject=slug,
            details={"motion": shown_number(motion.number)})  # fmt: skip


def require_state(motion: Motion, state: str, otherwise: Text) -> None:
    """Refuse what only this state allows. Raises ProblemsFound."""
    if motion.state != state:
        raise ProblemsFound([Problem(shown_number(motion.number), otherwise)])


def line_problems(
    where: str, text: str, longest: int, missing: Text, *, one_line: bool = True
) -> list[Problem]:
    """What is wrong with words that will stand in the minutes."""
    plain, found = text.strip(), []
    if not plain:
        found.append(Problem(where, missing))
    if len(plain) > longest:
        found.append(Problem(where, _("有 %(n)s 个字，最多 %(most)s 个。", n=len(plain), most=longest)))
    if any((sign < " " and (one_line or sign not in "\r\n\t")) or sign == "\x7f" for sign in plain):
        found.append(Problem(where, _("含有换行或看不见的字符。")))
    if personal := personal_data_in(plain):
        found.append(Problem(where, personal, _("纪要会长期保存，也可能公开，请不要写个人信息。")))
    return found


def _names(session: Session, campaign_id: int) -> dict[int, str]:
    return {one.number: one.name for one in standing_roster(session, campaign_id)}


def _require_good(draft: MotionDraft, names: dict[int, str]) -> None:
    found = line_problems("title", draft.title, LONGEST_TITLE, _("请写标题。"))
    found += line_problems(
        "question", draft.question, LONGEST_QUESTION, _("请写明表决什么。"), one_line=False
    )
    if draft.subject.strip() and not is_subject(draft.subject.strip()):
        found.append(
            Problem("subject", _("只能用小写字母、数字和连字符，例如 final-list-1。"), _("不需要就空着。"))
        )
    if draft.kind not in (QUESTION, LIST):
        found.append(Problem("kind", _("请选择一种表决方式。")))
    if draft.kind == LIST:
        found += _list_problems(draft, names)
    if found:
        raise ProblemsFound(found)


def _list_problems(draft: MotionDraft, names: dict[int, str]) -> list[Problem]:
    found = [
        Problem("candidates", _("没有 %(number)s 号候选人，或者已经不在名单上。", number=number))
        for number in draft.candidates
        if number not in names
    ]
    if not draft.candidates:
        found.append(Problem("candidates", _("请勾选列入表决票的候选人。")))
    elif draft.most is None or not 1 <= draft.most <= len(set(draft.candidates)):
        found.append(Problem("most", _("最多选几人，应当在 1 到 %(n)s 之间。", n=len(set(draft.candidates)))))
    return found


def _columns(draft: MotionDraft) -> dict[str, str | int | None]:
    return {
        "kind": draft.kind,
        "title": draft.title.strip(),
        "question": draft.question.strip().replace("\r\n", "\n"),
        "subject": draft.subject.strip() or None,
        "most": draft.most if draft.kind == LIST else None,
    }


def _lay_out(session: Session, motion: Motion, draft: MotionDraft, names: dict[int, str]) -> None:
    """What stands on the paper, and with it the urn."""
    papers = [(key, str(word)) for key, word in ANSWER_WORDS.items()]
    if draft.kind == LIST:
        papers = [
            (str(number), str(_("%(number)s 号 %(name)s", number=number, name=names[number])))
            for number in dict.fromkeys(draft.candidates)
        ]
        papers.append((ABSTAIN, str(_("空白票"))))
    session.add_all(
        MotionOption(motion_id=motion.id, key=key, place=place, label=label, papers=0)
        for place, (key, label) in enumerate(papers)
    )
    session.flush()
