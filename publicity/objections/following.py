"""What an objector does with an objection of theirs: add material, answer a question, withdraw. Each locks the objection and
looks at its state again, since an official may act at the same time; the caller commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting_service.activity import journal
from voting_service.attachments.examine import Examined
from voting_service.attachments.store import Keeping
from voting_service.encryption import Keyring
from voting_service.errors import Problem, ProblemsFound
from voting_service.text import _

from ..docket.form import check_text
from ..docket.lodging import Books
from ..docket.models import PENDING, WITHDRAWN, DocketAttachment, DocketEntry, Objection
from ..docket.numbers import DocketDigests
from ..docket.queries import objection_by_number
from ..docket.record import append_entry
from .lodge import OBJECTOR

MOST_ENTRIES = 40
"""How often an objector may add to one docket."""
MOST_FILES = 40
"""How many files one docket holds from its objector."""
_FILES_FIELD = {"added": "text-files", "answered": "answer-files"}


def add_material(
    session: Session, books: Books, docket_number: str, form: str, text: str, keeping: Keeping,
    files: Sequence[Examined],
) -> None:  # fmt: skip
    """Add text, files, or both. ``form``: the random id that the form carries; what was taken by it already is not added
    again. Raises ProblemsFound."""
    required = None if files else _("请写下要补充的内容，或选择要补充的文件。")
    problems = check_text("text", text, required=required)
    _say(session, books, docket_number, "added", form, text, keeping, files, problems)


def answer_question(
    session: Session, books: Books, docket_number: str, form: str, text: str, keeping: Keeping,
    files: Sequence[Examined],
) -> None:  # fmt: skip
    """Answer what a handler asked last. ``form`` as in ``add_material``. Raises ProblemsFound, where nothing is asked any more
    too."""
    problems = check_text("answer", text, required=_("请写下您的回答。"))
    _say(session, books, docket_number, "answered", form, text, keeping, files, problems)


def withdraw(session: Session, keyring: Keyring, docket_number: str, *, at: datetime) -> None:
    """Withdraw for good. Raises ProblemsFound where it is decided already."""
    objection = objection_by_number(session, docket_number, lock=True)
    _require_pending(objection)
    objection.state, objection.withdrawn_at = WITHDRAWN, at
    append_entry(session, keyring, objection, "withdrawn", at=at, shown=True)
    journal(session, at=at, actor=OBJECTOR, act="withdraw_objection", subject=docket_number)


def question_open(session: Session, objection: Objection) -> bool:
    """Whether a handler's question waits for an answer."""
    last = session.scalar(
        select(DocketEntry.act)
        .where(DocketEntry.objection_id == objection.id, DocketEntry.act.in_(("asked", "answered")))
        .order_by(DocketEntry.seq.desc())
        .limit(1)
    )
    return last == "asked" and objection.state in PENDING


def _say(
    session: Session, books: Books, docket_number: str, act: str, form: str, text: str, keeping: Keeping,
    files: Sequence[Examined], problems: list[Problem],
) -> None:  # fmt: skip
    objection = objection_by_number(session, docket_number, lock=True)
    digests = DocketDigests.of(objection.notice.campaign, books.keyring)
    digest = digests.addition(docket_number, act, form, text, (one.data for one in files))
    # Before anything else: what was taken stays taken, though the docket was decided or the question answered since.
    if session.scalar(select(DocketEntry.seq).where(DocketEntry.form_digest == digest)) is not None:
        return
    _require_pending(objection)
    if act == "answered" and not question_open(session, objection):
        problems = [*problems, Problem("answer", _("现在没有需要您回答的问题；要补充的，请用“补充材料”。"))]
    problems = [*problems, *_too_much(session, objection, act, len(files))]
    if problems:
        raise ProblemsFound(problems)
    now = books.clock.now()
    attachments = [keeping.put(session, one, now).id for one in files]
    append_entry(session, books.keyring, objection, act, text, at=now, shown=True, attachments=attachments,
                 form_digest=digest)  # fmt: skip
    journal(session, at=now, actor=OBJECTOR, act=f"objector_{act}", subject=docket_number,
            details={"files": len(files)})  # fmt: skip


def _require_pending(objection: Objection) -> None:
    if objection.state not in PENDING:
        raise ProblemsFound([Problem("", _("这件异议已经办结或者撤回，不能再改动。"))])


def _too_much(session: Session, objection: Objection, act: str, files: int) -> list[Problem]:
    entries = session.scalar(
        select(func.count()).where(DocketEntry.objection_id == objection.id, DocketEntry.party == "objector")
    )
    kept = session.scalar(
        select(func.count())
        .select_from(DocketAttachment)
        .join(
            DocketEntry,
            (DocketEntry.objection_id == DocketAttachment.objection_id)
            & (DocketEntry.seq == DocketAttachment.seq),
        )
        .where(DocketAttachment.objection_id == objection.id, DocketEntry.party == "objector")
    )
    problems = []
    if (entries or 0) >= MOST_ENTRIES:
        problems.append(Problem("", _("补充次数已满 %(n)s 次，请联系受理部门。", n=MOST_ENTRIES)))
    if files and (kept or 0) + files > MOST_FILES:
        problems.append(
            Problem(
                "files", _("每件异议最多 %(most)s 个文件，已有 %(kept)s 个。", most=MOST_FILES, kept=kept)
            )
        )
    return problems
