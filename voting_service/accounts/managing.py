"""Administrators manage officials: adding, roles, inviting again, ending, resetting a second factor.

What touches an administrator or a supervisor is proposed by one and confirmed by another, where there is another whose reach
covers it (ADR 0018). The command line, which whoever has the server may use, knows no such bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..activity import journal
from ..errors import NotFound, Problem, ProblemsFound
from ..text import Text, _
from . import second_factor
from .api_tokens.models import ApiToken
from .api_tokens.standing import stopping_with
from .invitations import invite
from .models import Official, OfficialProposal, OfficialRole
from .officials import EVERYWHERE, ActingOfficial, Role, RoleAt
from .register import acting, add_official, change_roles, end_official, find_official, role_problems, roles_of
from .scope import Act, may_give, may_manage, needs_second, sees
from .sessions import end_sessions_of

ACTS: dict[Act, Text] = {
    "give": _("给予角色"),
    "take": _("收回角色"),
    "end": _("停用"),
    "invite": _("重新邀请"),
    "reset": _("重置两步验证"),
}


class Added(NamedTuple):
    """Somebody new."""

    number: int
    name: str
    link: str
    """The secret of their invitation."""
    waiting: tuple[RoleAt, ...]
    """Roles that a second administrator has yet to confirm."""


class Outcome(NamedTuple):
    """What became of an act."""

    done: bool
    """False: it waits for a second administrator."""
    link: str | None = None
    """The secret of a new invitation, where it was for one."""


def add(session: Session, name: str, role: RoleAt, *, at: datetime, official: ActingOfficial) -> Added:
    """Somebody new with a role, and their link; a role that a second administrator must confirm waits for that. Raises
    NotFound for a role beyond the administrator's reach, and ProblemsFound. The caller commits."""
    _within_reach(official, role)
    second = needs_second(official, "give", 0, role, ()) and _can_confirm(session, "give", role, (), official)
    now, later = ([], [role]) if second else ([role], [])
    added = add_official(session, name, now, at=at, actor=official.name, found=role_problems(later, later))
    for one in later:
        _propose(session, "give", added.id, one, at=at, official=official)
    link = invite(session, added.name, at=at, actor=official.name)
    return Added(added.id, added.name, link, tuple(later))


def act(
    session: Session,
    kind: Act,
    number: int,
    role: RoleAt | None = None,
    *,
    at: datetime,
    official: ActingOfficial,
) -> Outcome:
    """Do something with somebody, or propose it where it takes two. Raises NotFound for whoever or whatever is beyond the
    administrator's reach, and ProblemsFound. The caller commits."""
    whom, held = _reachable(session, kind, number, role, official)
    problems = _problems(session, kind, whom, role, held, official)
    if needs_second(official, kind, number, role, held) and _can_confirm(session, kind, role, held, official):
        if _open_like(session, kind, number, role):
            problems.append(Problem("", _("已经提出过，正等另一位管理员确认。")))
        if problems:
            raise ProblemsFound(problems)
        _propose(session, kind, number, role, at=at, official=official)
        return Outcome(done=False)
    if problems:
        raise ProblemsFound(problems)
    return Outcome(True, _carry_out(session, kind, whom, role, at=at, official=official))


def sign_out_everywhere(session: Session, number: int, *, at: datetime, official: ActingOfficial) -> int:
    """End every session of somebody; they may sign in again. Gives how many there were. Raises NotFound. The caller commits."""
    whom, _held = _reachable(session, "end", number, None, official)
    ended = end_sessions_of(session, number, at=at)
    journal(
        session,
        at=at,
        actor=official.name,
        act="end_sessions",
        subject=whom.name,
        details={"sessions": ended},
    )
    return ended


def confirm(session: Session, proposal_id: int, *, at: datetime, official: ActingOfficial) -> Outcome:
    """The second administrator agrees: it is done now. Raises NotFound, and ProblemsFound where it is their own proposal or
    does not fit any more. The caller commits."""
    proposal = open_proposal(session, proposal_id, official, lock=True)
    kind, role = cast(Act, proposal.kind), role_in(proposal)
    whom, held = _reachable(session, kind, proposal.official_id, role, official)
    problems = _problems(session, kind, whom, role, held, official, confirming=True)
    if proposal.proposed_by == official.id:
        problems.append(Problem("", _("这是您自己提出的，要由另一位管理员确认。")))
    if problems:
        raise ProblemsFound(problems)
    proposal.outcome, proposal.decided_by, proposal.decided_at = "confirmed", official.id, at
    session.flush()
    proposer = session.get_one(Official, proposal.proposed_by)
    journal(session, at=at, actor=official.name, act="confirm_proposal", subject=whom.name,
            details={"act": kind, "role": role.spelled if role else None, "proposed_by": proposer.name})  # fmt: skip
    return Outcome(True, _carry_out(session, kind, whom, role, at=at, official=official))


def drop(session: Session, proposal_id: int, *, at: datetime, official: ActingOfficial) -> None:
    """It will not be done: its proposer takes it back, or another administrator refuses. Raises NotFound. The caller commits."""
    proposal = open_proposal(session, proposal_id, official, lock=True)
    proposal.outcome, proposal.decided_by, proposal.decided_at = "dropped", official.id, at
    whom, role = session.get_one(Official, proposal.official_id), role_in(proposal)
    journal(session, at=at, actor=official.name, act="drop_proposal", subject=whom.name,
            details={"act": proposal.kind, "role": role.spelled if role else None})  # fmt: skip


def open_proposal(
    session: Session, proposal_id: int, official: ActingOfficial, *, lock: bool = False
) -> OfficialProposal:
    """A proposal that waits and that this administrator may decide on. Raises NotFound."""
    # Read anew with the lock: somebody may have decided since this session first saw it.
    proposal = session.get(
        OfficialProposal, proposal_id, with_for_update=lock or None, populate_existing=lock
    )
    if proposal is None or proposal.outcome is not None or not _decides_on(session, proposal, official):
        raise _not_theirs()
    return proposal


def proposals_for(session: Session, official: ActingOfficial) -> list[OfficialProposal]:
    """What waits and lies within an administrator's reach, the oldest first; their own proposals too."""
    waiting = session.scalars(
        select(OfficialProposal).where(OfficialProposal.outcome.is_(None)).order_by(OfficialProposal.id)
    )
    return [one for one in waiting if _decides_on(session, one, official)]


def role_in(proposal: OfficialProposal) -> RoleAt | None:
    """The role that a proposal is about."""
    if not proposal.role:
        return None
    return RoleAt(cast(Role, proposal.role), proposal.campaign_slug, proposal.unit)


def stopping_with_it(session: Session, proposal: OfficialProposal, now: datetime) -> list[ApiToken]:
    """The API tokens that are good no more once a proposal is confirmed."""
    return stopping_with(session, cast(Act, proposal.kind), proposal.official_id, role_in(proposal), now)


def visible_official(
    session: Session, number: int, official: ActingOfficial
) -> tuple[Official, list[RoleAt]]:
    """Somebody who stands on this official's page of officials, and all of their roles. Raises NotFound."""
    whom = session.get(Official, number)
    held = roles_of(session, number)
    if whom is None or not sees(official, [*held, *proposed_roles(session).get(number, ())]):
        raise _not_theirs()
    return whom, held


def proposed_roles(session: Session) -> dict[int, list[RoleAt]]:
    """What waits to be given, by official: who is to become something is seen by those who decide on it."""
    waiting = session.scalars(
        select(OfficialProposal).where(OfficialProposal.outcome.is_(None), OfficialProposal.kind == "give")
    )
    found: dict[int, list[RoleAt]] = {}
    for one in waiting:
        if (role := role_in(one)) is not None:
            found.setdefault(one.official_id, []).append(role)
    return found


def _reachable(
    session: Session, kind: Act, number: int, role: RoleAt | None, official: ActingOfficial
) -> tuple[Official, list[RoleAt]]:
    whom, _roles = visible_official(session, number, official)
    # Locked, so that two acts upon one official come one after the other; read anew, since the first may have changed it.
    whom = find_official(session, whom.name)
    held = roles_of(session, number)
    if role is not None:
        _within_reach(official, role)
    elif not may_manage(official, held):
        raise _not_theirs()
    return whom, held


def _within_reach(official: ActingOfficial, role: RoleAt) -> None:
    if not may_give(official, role):
        raise _not_theirs()


def _problems(
    session: Session, kind: Act, whom: Official, role: RoleAt | None, held: Sequence[RoleAt], official: ActingOfficial,
    *, confirming: bool = False,
) -> list[Problem]:  # fmt: skip
    found = []
    if role is not None and kind == "give":
        found += role_problems([role], [*held, role])
        if role in held:
            found.append(Problem("", _("本来就有这个角色。")))
    if role is not None and kind == "take" and role not in held:
        found.append(Problem("", _("没有这个角色，无从收回。")))
    if kind == "reset" and not second_factor.is_on(session, whom.id):
        found.append(Problem("", _("没有开启两步验证，无从重置。")))
    if role is None and whom.id == official.id and not confirming:
        found.append(Problem("", _("不能这样处理自己的账号。"), _("口令和两步验证请在“我的账号”里改。")))
    leaving = [role] if kind == "take" and role else held if kind == "end" else []
    found += [
        problem for one in leaving if (problem := _last_admin(session, whom, one, leaves=kind == "end"))
    ]
    return found


def _last_admin(session: Session, whom: Official, role: RoleAt, *, leaves: bool) -> Problem | None:
    """Somebody must be left who can give roles there. ``leaves``: all of their roles go, not this one alone."""
    if role.role != "admin":
        return None
    # Locked: two who take the role from one another must not both succeed.
    rows = session.execute(
        select(OfficialRole.official_id, OfficialRole.campaign_slug)
        .join(Official, Official.id == OfficialRole.official_id)
        .where(
            OfficialRole.role == "admin", Official.ended_at.is_(None), Official.passphrase_hash.is_not(None)
        )
        .with_for_update()
    ).all()
    # Where all of their roles go, the wider one of their own is gone as well.
    left = [number for number, where in rows if where in (role.slug, EVERYWHERE) and number != whom.id]
    if left or (
        not leaves and any(number == whom.id and where == EVERYWHERE != role.slug for number, where in rows)
    ):
        return None
    return Problem("", _("这是最后一位管理员，不能没有管理员。"), _("请先给另一个人管理员角色。"))


def _can_confirm(
    session: Session, kind: Act, role: RoleAt | None, held: Sequence[RoleAt], official: ActingOfficial
) -> bool:
    """Whether there is another administrator whose reach covers it, and who can sign in."""
    numbers = session.scalars(
        select(OfficialRole.official_id)
        .join(Official, Official.id == OfficialRole.official_id)
        .where(
            OfficialRole.role == "admin",
            Official.ended_at.is_(None),
            Official.passphrase_hash.is_not(None),
            Official.id != official.id,
        )
        .distinct()
    ).all()
    others = [found for number in numbers if (found := acting(session, number))]
    return any(may_give(one, role) if role else may_manage(one, held) for one in others)


def _decides_on(session: Session, proposal: OfficialProposal, official: ActingOfficial) -> bool:
    if (role := role_in(proposal)) is not None:
        return may_give(official, role)
    return may_manage(official, roles_of(session, proposal.official_id))


def _open_like(session: Session, kind: Act, number: int, role: RoleAt | None) -> bool:
    waiting = session.scalars(
        select(OfficialProposal).where(
            OfficialProposal.outcome.is_(None),
            OfficialProposal.kind == kind,
            OfficialProposal.official_id == number,
        )
    )
    return any(role_in(one) == role for one in waiting)


def _propose(
    session: Session, kind: Act, number: int, role: RoleAt | None, *, at: datetime, official: ActingOfficial
) -> None:
    where = (role.role, role.slug, role.unit) if role else ("", "", "")
    session.add(
        OfficialProposal(
            kind=kind, official_id=number, role=where[0], campaign_slug=where[1], unit=where[2],
            proposed_by=official.id, proposed_at=at,
        )
    )  # fmt: skip
    session.flush()
    whom = session.get_one(Official, number)
    journal(session, at=at, actor=official.name, act="propose_for_official", subject=whom.name,
            details={"act": kind, "role": role.spelled if role else None})  # fmt: skip


def _carry_out(
    session: Session,
    kind: Act,
    whom: Official,
    role: RoleAt | None,
    *,
    at: datetime,
    official: ActingOfficial,
) -> str | None:
    by = official.name
    if role is not None:
        give, take = ([role], []) if kind == "give" else ([], [role])
        change_roles(session, whom.name, give=give, take=take, at=at, actor=by)
    elif kind == "invite":
        return invite(session, whom.name, at=at, actor=by)
    elif kind == "reset":
        second_factor.reset(session, whom, at=at, actor=by)
    else:
        end_official(session, whom.name, at=at, actor=by)
    return None


def _not_theirs() -> NotFound:
    return NotFound(_("没有这个页面，或者您没有权限查看。"))
