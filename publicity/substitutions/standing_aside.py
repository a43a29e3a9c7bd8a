"""Whoever stood aside from a docket knows nothing of it any more, and decides nothing that follows from it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.errors import Problem, ProblemsFound
from voting_service.text import _

from ..docket.models import Assignment, Objection
from .models import Substitution

NO_PART = Problem("", _("您已回避这项变动所依据的案卷，不能参与办理。"), _("请由其他评委或经办人办理。"))


def stood_aside_from(session: Session, official: ActingOfficial, numbers: Collection[str]) -> set[str]:
    """Those of these dockets from which an official stood aside."""
    query = (
        select(Objection.docket_number)
        .join(Assignment, Assignment.objection_id == Objection.id)
        .where(
            Assignment.official_id == official.id,
            Assignment.recused,
            Objection.docket_number.in_(numbers),
        )
    )
    return set(session.scalars(query))


def has_stood_aside(session: Session, official: ActingOfficial, substitution: Substitution) -> bool:
    """Whether they have no part in this one."""
    number = substitution.docket_number
    return number is not None and bool(stood_aside_from(session, official, [number]))


def require_part(session: Session, official: ActingOfficial, substitution: Substitution) -> None:
    """Raises ProblemsFound where they have none."""
    if has_stood_aside(session, official, substitution):
        raise ProblemsFound([NO_PART])
