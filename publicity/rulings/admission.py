"""Who gets at a docket, and the checks that every verb on it begins with.

Whoever may not know of a docket meets the same answer as for one that does not exist. Whoever may know of it and not handle
it (those who assign, those who supervise) is told so.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial, Role
from voting_service.errors import NotFound, Problem, ProblemsFound
from voting_service.text import Text, _

from ..docket.models import Assignment, DocketEntry, Objection
from ..docket.queries import objection_by_number
from ..docket.words import STATE_WORDS
from .handlers import handles_now

STAFF: tuple[Role, ...] = ("committee", "operator", "handler", "supervisor")
"""Who may know of some docket, by role."""
LONGEST = 3000
"""Characters of anything that an official writes into a docket."""


def may_read(official: ActingOfficial, slug: str, assignment: Assignment | None) -> bool:
    """Statement, identity, entries' bodies, files: for whoever handles the docket now, and nobody else."""
    return handles_now(official, slug, assignment)


def may_see(official: ActingOfficial, slug: str, assignment: Assignment | None) -> bool:
    """That the docket exists and how it was handled. Whoever stood aside knows nothing of it any more."""
    if assignment is not None and assignment.recused:
        return False
    return official.may(slug, "committee", "operator", "supervisor") or may_read(official, slug, assignment)


def may_assign(official: ActingOfficial, slug: str) -> bool:
    """Whether somebody assigns in a campaign. Whoever supervises it changes nothing in it."""
    return official.may(slug, "committee", "operator") and not official.may(slug, "supervisor")


@dataclass
class Case:
    """One docket in an official's hands: locked where something is to be done, with the problems found so far."""

    objection: Objection
    official: ActingOfficial
    assignment: Assignment | None
    problems: list[Problem] = field(default_factory=list)

    @property
    def slug(self) -> str:
        """The campaign's."""
        return self.objection.notice.campaign.slug

    @property
    def readable(self) -> bool:
        """Whether this official may read it."""
        return may_read(self.official, self.slug, self.assignment)

    def refuse(self, sentence: Text, remedy: Text | None = None, where: str = "") -> None:
        """Note one problem. ``where``: the form's field, where it is one's."""
        self.problems.append(Problem(where, sentence, remedy))

    def require_state(self, *states: str) -> None:
        """It stands where this step can be taken."""
        if self.objection.state not in states:
            self.refuse(
                _("案卷现在是“%(state)s”，不能再走这一步。", state=STATE_WORDS[self.objection.state]),
                _("可能有人刚刚办理过，请刷新页面查看。"),
            )

    def require_seen(self, session: Session, seen: int) -> None:
        """Nothing has come in since the page was opened: nobody decides upon what they have not read."""
        last = select(func.max(DocketEntry.seq)).where(DocketEntry.objection_id == self.objection.id)
        if (session.scalar(last) or 0) > seen:
            self.refuse(_("您打开页面之后，案卷里有了新的记录。"), _("请先看过，再提交一次。"))

    def require_text(self, where: str, text: str, missing: Text) -> str:
        """What was written, without the space around it."""
        text = text.strip()
        if not text:
            self.refuse(missing, where=where)
        elif len(text) > LONGEST:
            self.refuse(
                _("写了 %(n)s 字，最多 %(most)s 字。", n=len(text), most=LONGEST), _("请精简。"), where
            )
        return text

    def require_choice(self, where: str, chosen: str, known: Collection[str], missing: Text) -> None:
        """One of those that are known."""
        if chosen not in known:
            self.refuse(missing, where=where)

    def settle(self) -> None:
        """Raises ProblemsFound with all of them."""
        if self.problems:
            raise ProblemsFound(self.problems)


def case_of(session: Session, official: ActingOfficial, number: str, *, lock: bool = False) -> Case:
    """A docket that this official may know of. Raises NotFound, in the same words, for every other."""
    objection = objection_by_number(session, number, lock=lock)
    assignment = session.get(Assignment, (objection.id, official.id))
    if not may_see(official, objection.notice.campaign.slug, assignment):
        raise NotFound(_("没有这个受理编号的案卷。"))
    return Case(objection, official, assignment)


def case_to_handle(session: Session, official: ActingOfficial, number: str) -> Case:
    """The same, locked, for a verb of the handlers'; that one is none of them is noted as the first problem."""
    case = case_of(session, official, number, lock=True)
    if not case.readable:
        case.refuse(_("您没有被指派承办这件案卷。"), _("请联系评委或经办人指派。"))
    return case
