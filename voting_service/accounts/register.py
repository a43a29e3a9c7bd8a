"""The register of officials: adding, ending, roles. Whatever is wrong is said at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ..activity import journal
from ..errors import Problem, ProblemsFound
from ..legible import is_legible
from ..names import person_key
from ..read_ahead import ReadOf
from ..text import _, enumerated
from .models import Invitation, Official, OfficialRole, OfficialSession
from .officials import BY_UNIT, EVERYWHERE, ROLE_NAMES, ROLES, ActingOfficial, Role, RoleAt

LONGEST_NAME = 40
NOBODYS_NAMES = frozenset(map(person_key, ("schedule", "operator", "command line", "demo")))
"""Whom the journal names where nobody at the desk acted: an official called so would seem to be the machine."""
Roles = Iterable[tuple[Role, str] | tuple[Role, str, str]]
"""Role and campaign slug, ``EVERYWHERE`` for all campaigns; and the unit where it holds for one unit's candidates alone."""


class OfficialLine(NamedTuple):
    """An official as the register lists them."""

    number: int
    name: str
    roles: list[RoleAt]
    has_passphrase: bool
    invited_until: datetime | None
    """When the link that was sent and not used is over; None where there is none."""
    added_at: datetime
    ended_at: datetime | None


def add_official(
    session: Session, name: str, roles: Roles, *, at: datetime, actor: str, found: Sequence[Problem] = ()
) -> Official:
    """Add one with roles, each in a campaign or everywhere. ``found``: what the caller knows to be wrong. Raises
    ProblemsFound. The caller commits."""
    plain, wanted = name.strip(), sorted(_whole(roles))
    problems = [
        *found,
        *actor_problems(actor),
        *_name_problems(session, plain),
        *role_problems(wanted, wanted),
    ]
    if problems:
        raise ProblemsFound(problems)
    official = Official(name=plain, name_key=person_key(plain), added_at=at)
    session.add(official)
    session.flush()
    _give(session, official, wanted)
    journal(session, at=at, actor=actor, act="add_official", subject=official.name,
            details={"roles": _spelled(wanted)})  # fmt: skip
    return official


def change_roles(
    session: Session,
    name: str,
    *,
    give: Roles = (),
    take: Roles = (),
    at: datetime,
    actor: str,
    found: Sequence[Problem] = (),
) -> Official:
    """Give and take roles in one go; they hold from the official's next page on. ``found``: what the caller knows to be
    wrong. Raises ProblemsFound. The caller commits."""
    official = find_official(session, name, also=[*found, *actor_problems(actor)])
    given, taken, held = _whole(give), _whole(take), set(roles_of(session, official.id))
    problems = [Problem(text, _("既要给又要收回，请只写一处。")) for text in _spelled(given & taken)]
    problems += [Problem(text, _("本来就有这个角色。")) for text in _spelled((given & held) - taken)]
    problems += [Problem(text, _("没有这个角色，无从收回。")) for text in _spelled(taken - held - given)]
    problems += role_problems(given, (held - taken) | given)
    if not given and not taken:
        problems.append(Problem("", _("没有写要给或收回什么角色。")))
    if problems:
        raise ProblemsFound(problems)
    for role, where, unit in taken:
        session.execute(
            delete(OfficialRole).where(
                OfficialRole.official_id == official.id,
                OfficialRole.role == role,
                OfficialRole.campaign_slug == where,
                OfficialRole.unit == unit,
            )
        )
    _give(session, official, given)
    journal(session, at=at, actor=actor, act="change_roles", subject=official.name,
            details={"given": _spelled(given), "taken": _spelled(taken)})  # fmt: skip
    return official


def end_official(session: Session, name: str, *, at: datetime, actor: str) -> Official:
    """They work here no more: every session and every link of theirs ends at once; what they did keeps their name. Raises
    ProblemsFound. The caller commits."""
    official = find_official(session, name, also=actor_problems(actor))
    official.ended_at = at
    session.execute(
        update(OfficialSession)
        .where(OfficialSession.official_id == official.id, OfficialSession.ended_at.is_(None))
        .values(ended_at=at)
    )
    session.execute(
        update(Invitation)
        .where(
            Invitation.official_id == official.id, Invitation.used_at.is_(None), Invitation.expires_at > at
        )
        .values(expires_at=at)
    )
    session.flush()
    journal(session, at=at, actor=actor, act="end_official", subject=official.name)
    return official


def find_official(session: Session, name: str, *, also: Sequence[Problem] = ()) -> Official:
    """One who works here, however the name is typed. Raises ProblemsFound, with what else is wrong."""
    official = session.scalar(
        select(Official)
        .where(Official.name_key == person_key(name))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = [*also]
    if official is None:
        found.append(
            Problem(name.strip(), _("没有这位工作人员。"), _("可用 voting-service official list 查看。"))
        )
    elif official.ended_at is not None:
        found.append(Problem(official.name, _("这位工作人员已经停用。")))
    if found or official is None:
        raise ProblemsFound(found)
    return official


def list_officials(session: Session, *, now: datetime) -> list[OfficialLine]:
    """Everyone who ever was, in the order in which they were added."""
    rows = session.execute(
        select(Invitation.official_id, Invitation.expires_at).where(
            Invitation.used_at.is_(None), Invitation.expires_at > now
        )
    )
    links = {row.official_id: row.expires_at for row in rows}
    # One question for everybody: there are hundreds after some years.
    held = _roles_by_official(session)
    return [
        OfficialLine(
            one.id,
            one.name,
            held.get(one.id, []),
            one.passphrase_hash is not None,
            links.get(one.id),
            one.added_at,
            one.ended_at,
        )
        for one in session.scalars(select(Official).order_by(Official.id))
    ]


def _all_acting(session: Session, official_ids: Collection[int]) -> Mapping[int, ActingOfficial | None]:
    people = session.scalars(
        select(Official).where(Official.id.in_(official_ids), Official.ended_at.is_(None))
    ).all()
    held = _roles_by_official(session, [one.id for one in people])
    return dict.fromkeys(official_ids) | {one.id: _acting(one, held[one.id]) for one in people}


acting = ReadOf(_all_acting)
"""An official as verbs know them; None for one who has ended."""


def acting_with(session: Session, *roles: Role) -> list[ActingOfficial]:
    """Everyone who works here and has one of these roles anywhere, in the order of the register."""
    having = select(OfficialRole.official_id).where(OfficialRole.role.in_(roles))
    query = select(Official).where(Official.id.in_(having), Official.ended_at.is_(None)).order_by(Official.id)
    people = session.scalars(query).all()
    held = _roles_by_official(session, [one.id for one in people])
    return [_acting(one, held[one.id]) for one in people]


def _acting(official: Official, held: Iterable[RoleAt]) -> ActingOfficial:
    roles = [*held]
    return ActingOfficial(
        official.id,
        official.name,
        frozenset((role, where) for role, where, unit in roles if not unit),
        frozenset((role, where, unit) for role, where, unit in roles if unit),
    )


def roles_of(session: Session, official_id: int) -> list[RoleAt]:
    """What somebody may do, in the order of ``ROLES``."""
    rows = session.execute(
        select(OfficialRole.role, OfficialRole.campaign_slug, OfficialRole.unit).where(
            OfficialRole.official_id == official_id
        )
    )
    return _in_order(RoleAt(cast(Role, role), where, unit) for role, where, unit in rows)


def _roles_by_official(
    session: Session, official_ids: Collection[int] | None = None
) -> dict[int, list[RoleAt]]:
    """Of these, or of everyone who has a role."""
    query = select(OfficialRole.official_id, OfficialRole.role, OfficialRole.campaign_slug, OfficialRole.unit)
    if official_ids is not None:
        query = query.where(OfficialRole.official_id.in_(official_ids))
    found: dict[int, list[RoleAt]] = {number: [] for number in official_ids or ()}
    for number, role, where, unit in session.execute(query):
        found.setdefault(number, []).append(RoleAt(cast(Role, role), where, unit))
    return {number: _in_order(roles) for number, roles in found.items()}


def _in_order(roles: Iterable[RoleAt]) -> list[RoleAt]:
    return sorted(roles, key=lambda one: (ROLES.index(one.role), one.slug, one.unit))


def _whole(roles: Roles) -> set[RoleAt]:
    return {RoleAt(*one) for one in roles}


def _give(session: Session, official: Official, roles: Iterable[RoleAt]) -> None:
    session.add_all(
        OfficialRole(official_id=official.id, role=role, campaign_slug=where, unit=unit)
        for role, where, unit in roles
    )
    session.flush()


def role_problems(given: Iterable[RoleAt], held: Iterable[RoleAt]) -> list[Problem]:
    """What is wrong with roles ``given``, alone or beside what is ``held`` then."""
    wanted, all_held = list(given), list(held)
    return [*_unit_problems(wanted), *_supervisor_problems(wanted, all_held)]


def _unit_problems(given: Iterable[RoleAt]) -> list[Problem]:
    """A unit is one of a campaign's roster, and not every role can be about one unit alone."""
    by_unit = [one for one in given if one.unit]
    names = enumerated(ROLE_NAMES[role] for role in BY_UNIT)
    no_campaign = _("只管一个单位的角色，要写明在哪个评选活动里。")
    not_by_unit = _("这个角色不能只管一个单位；可以按单位给的角色：%(roles)s。", roles=names)
    return [
        *(Problem(one.spelled, no_campaign) for one in by_unit if not one.slug),
        *(Problem(one.spelled, not_by_unit) for one in by_unit if one.role not in BY_UNIT),
    ]


def _supervisor_problems(given: Iterable[RoleAt], held: Iterable[RoleAt]) -> list[Problem]:
    """Roles ``given`` that do not go together with what is ``held`` then: who supervises a campaign has no other role in it."""
    everything = list(held)
    supervised = {one.slug for one in everything if one.role == "supervisor"}
    acted_in = {one.slug for one in everything if one.role != "supervisor"}

    def clashes(one: RoleAt) -> bool:
        others = acted_in if one.role == "supervisor" else supervised
        return one.slug in others or EVERYWHERE in others or (one.slug == EVERYWHERE and bool(others))

    return [
        Problem(text, _("纪检监督员不能在同一评选中兼任其他角色。"), _("请只给一种，或先收回另一种。"))
        for text in _spelled(one for one in set(given) if clashes(one))
    ]


def _spelled(roles: Iterable[RoleAt]) -> list[str]:
    return sorted(one.spelled for one in roles)


def _name_problems(session: Session, name: str) -> list[Problem]:
    if not person_key(name) or len(name) > LONGEST_NAME or not is_legible(name):
        return [Problem("", _("姓名要有 1 到 %(most)s 个字，不含换行。", most=LONGEST_NAME))]
    if person_key(name) in NOBODYS_NAMES:
        return [Problem(name, _("系统自己在工作日志里用这个名字，请写真实姓名。"))]
    known = session.scalar(select(Official).where(Official.name_key == person_key(name)))
    if known is None:
        return []
    ended = _("这个姓名已有一位工作人员（已停用），他做过的事仍记在这个姓名下。")
    taken = _("已经有一位工作人员叫这个姓名。")
    remedy = _("如果是另一个人，请在姓名后注明部门，例如“王敏（法律部）”。")
    return [Problem(name, taken if known.ended_at is None else ended, remedy)]


def actor_problems(actor: str) -> list[Problem]:
    """Whoever acts gives their name."""
    return [] if actor.strip() else [Problem("--by", _("请写明是谁经手，会记入工作日志。"))]
