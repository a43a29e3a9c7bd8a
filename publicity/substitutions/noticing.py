"""The supplementary notice (补充公示) about one or several substitutions: drafted here, published in the notices room.

It names who has left and lists only those who took a place; its window is a whole one of its own.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.errors import Problem, ProblemsFound
from voting_service.names import in_title_marks
from voting_service.text import Text, _

from ..notices.drafting import (
    Change,
    NoticeText,
    change_draft,
    default_text,
    default_title,
    draft_notice,
    people_of,
)
from ..notices.models import Notice
from ..notices.queries import text_of
from ..notices.words import LEFT_WORDS
from .models import FILLED, NOTICED, VACANT, Substitution
from .standing import ListStanding, list_of


@dataclass(frozen=True)
class Supplement:
    """A supplementary notice before it is a draft."""

    standing: ListStanding
    substitutions: tuple[Substitution, ...]
    title: str
    text: NoticeText
    draft: Notice | None
    """The draft that tells of some of them already and would be written anew."""


def tellable(standing: ListStanding) -> list[Substitution]:
    """The substitutions of this notice that are settled and that no published notice tells of."""
    return [
        row
        for row in standing.substitutions
        if row.notice_id == standing.notice.id and row.state in (FILLED, VACANT) and row.stage != NOTICED
    ]


def supplement_for(
    session: Session, slug: str, number: int, ids: Collection[int], *, lock: bool = False
) -> Supplement:
    """What the notice would say, for the preview and for the act alike. Raises ProblemsFound, NotFound."""
    standing = list_of(session, slug, number, lock=lock)
    chosen = tuple(row for row in tellable(standing) if row.id in ids)
    drafts = {row.supplementary_id: row.supplementary for row in chosen if row.supplementary is not None}
    _require_tellable(standing, chosen, ids, len(drafts))
    changes = _changes(standing, chosen)
    taken = [change.successor for change in changes if change.successor is not None]
    people = people_of(session, standing.first.campaign, taken)
    level = standing.notice.level
    text = default_text(
        standing.first.campaign, people, level=level, changes=changes, original=standing.notice
    )
    # Whom to turn to, and the closing words, are those that the public has read; the campaign's may be older.
    before = text_of(standing.notice)
    # Where nobody takes a place there is nobody to object to.
    lead = (_lead(standing, changes), *(text.lead[1:] if people else ()))
    text = replace(text, lead=lead, offices=before.offices, closing=before.closing)
    title = default_title(standing.first.campaign, level, original=standing.notice)
    return Supplement(standing, chosen, title, text, next(iter(drafts.values()), None))


def draft_supplement(
    session: Session, slug: str, number: int, ids: Collection[int], *, at: datetime, official: ActingOfficial
) -> Notice:
    """Make the draft, or write the one anew that tells of some of them. Publishing it is the notices room's own step; from
    then on the substitutions are noticed. Raises ProblemsFound, NotFound. The caller commits."""
    made = supplement_for(session, slug, number, ids, lock=True)
    original = made.standing.notice
    if made.draft is None:
        notice = draft_notice(
            session, slug, made.text, title=made.title, level=original.level, supplements=original, at=at,
            official=official,
        )  # fmt: skip
    else:
        draft = made.draft
        # It was read before it was locked: somebody may have published it meanwhile.
        session.refresh(draft, with_for_update=True)
        notice = change_draft(
            session, draft, made.text, title=draft.title, level=draft.level, at=at, official=official
        )
    for row in tellable(made.standing):
        if row in made.substitutions:
            row.supplementary_id = notice.id
        elif row.supplementary_id == notice.id:
            row.supplementary_id = None  # the draft does not tell of it any more
    session.flush()
    return notice


def compare_supplement(session: Session, notice: Notice, text: NoticeText) -> list[Problem]:
    """Whether a draft tells exactly what was decided, as it stands now: whoever may write a draft may not put anybody on the
    list with it, or take anybody off. For ``notices.publishing``."""
    original = session.get_one(Notice, notice.supplements)
    standing = list_of(session, original.campaign.slug, original.number)
    rows = tuple(row for row in tellable(standing) if row.supplementary_id == notice.id)
    decided = {(one.number, one.cause, one.reason, one.successor) for one in _changes(standing, rows)}
    told = [(one.number, one.cause, one.reason, one.successor) for one in text.changes]
    if sorted(told, key=str) == sorted(decided, key=str) and not _torn(standing, rows):
        return []
    return [
        Problem(
            "changes", _("草稿写的变动与已确定的递补不一致。"), _("请到“名单变动和递补”重新起草补充公示。")
        )
    ]


def _require_tellable(
    standing: ListStanding, chosen: tuple[Substitution, ...], ids: Collection[int], drafts: int
) -> None:
    problems = []
    if not ids:
        problems.append(Problem("substitutions", _("请选择要写进补充公示的变动。")))
    elif len(chosen) < len(set(ids)):
        problems.append(Problem("substitutions", _("所选的变动有的还没有确定递补，或已经公示，请重新选择。")))
    if drafts > 1:
        problems.append(
            Problem("substitutions", _("所选的变动已写在不同的草稿里，请选择写在同一份草稿里的。"))
        )
    for row in _torn(standing, chosen) if chosen else ():
        problems.append(
            Problem(
                "substitutions",
                _(
                    "%(who)s的离开与前后的递补是连着的，请写在同一份补充公示里。",
                    who=standing.called(row.leaver),
                ),
            )
        )
    for row in chosen:
        if row.successor is not None and row.successor in standing.gone and _end(standing, row) is row:
            problems.append(
                Problem(
                    "substitutions",
                    _("递补的 %(who)s也已退出名单，请先办理。", who=standing.called(row.successor)),
                )
            )
    if problems:
        raise ProblemsFound(problems)


def _torn(standing: ListStanding, chosen: tuple[Substitution, ...]) -> list[Substitution]:
    """Those that nobody was told of and that begin where one ends that is told, or the other way round: told apart, they would
    name who came and went between."""
    torn = []
    for row in tellable(standing):
        before = next((one for one in tellable(standing) if one.successor == row.leaver), None)
        if before is not None and (row in chosen) != (before in chosen):
            torn.append(row)
    return torn


def _changes(standing: ListStanding, chosen: tuple[Substitution, ...]) -> tuple[Change, ...]:
    """Who was public and left, and who is to be public in their place: whoever came and went between is not named."""
    between = {row.successor for row in chosen}
    return tuple(
        Change(
            number=row.leaver, name=standing.candidates[row.leaver].name, cause=row.cause, reason=row.reason,
            successor=_end(standing, row).successor,
        )
        for row in chosen
        if row.leaver not in between
    )  # fmt: skip


def _end(standing: ListStanding, row: Substitution) -> Substitution:
    """Where a chain of substitutions ends that this one begins: the last whose successor has not been settled away."""
    following = {
        one.leaver: one
        for one in standing.substitutions
        if one.notice_id == row.notice_id and one.state in (FILLED, VACANT)
    }
    while row.successor is not None and row.successor in following:
        row = following[row.successor]
    return row


def _lead(standing: ListStanding, changes: tuple[Change, ...]) -> str:
    """``《…》发布后，3 号 李梅已退出评选，不再列入公示名单，由 9 号 王芳递补。现予补充公示，接受社会监督。``"""
    told = "；".join(str(_change_text(standing, change)) for change in changes)
    tail = (
        _("现将递补人选予以补充公示，接受社会监督。")
        if any(change.successor for change in changes)
        else _("现予公告。")
    )
    return str(
        _(
            "《%(title)s》发布后，%(told)s。%(tail)s",
            title=in_title_marks(standing.notice.title),
            told=told,
            tail=tail,
        )
    )


def _change_text(standing: ListStanding, change: Change) -> Text:
    left = _(
        "%(who)s%(word)s，不再列入公示名单",
        who=standing.called(change.number),
        word=LEFT_WORDS[change.cause],
    )
    if change.successor is None:
        return _("%(left)s，名额空缺", left=left)
    return _("%(left)s，由 %(next)s递补", left=left, next=standing.called(change.successor))
