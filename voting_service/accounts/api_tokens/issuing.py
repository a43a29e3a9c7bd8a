"""Making, taking over, listing and revoking tokens. Whoever makes one needs the same role in the same campaign as for the desk's
own set-up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...activity import journal
from ...errors import NotFound, Problem, ProblemsFound
from ...legible import is_legible
from ...text import _
from ..officials import ActingOfficial
from ..register import actor_problems
from .door import digest_of, new_token
from .models import ApiToken
from .scopes import SCOPES, Scope
from .standing import may_manage, standing_of, voucher_of

LONGEST_DAYS = 365
LONGEST_NAME = 80


class WantedToken(NamedTuple):
    """What a token is to be."""

    name: str
    """Which system has it, and what for."""
    slug: str
    """Empty: in every campaign."""
    scopes: tuple[str, ...]
    days: int


class MadeToken(NamedTuple):
    """A token, shown this once."""

    id: int
    token: str
    expires_at: datetime


def make_token(
    session: Session,
    wanted: WantedToken,
    *,
    at: datetime,
    actor: str,
    official: ActingOfficial | None = None,
    found: Sequence[Problem] = (),
) -> MadeToken:
    """A new token. ``official``: on whose role it stands; None at the command line. ``found``: what the caller knows to be
    wrong, such as a campaign that is none or not theirs. Raises ProblemsFound. The caller commits."""
    problems = [*found, *actor_problems(actor), *wanted_problems(wanted)]
    if problems:
        raise ProblemsFound(problems)
    token, expires_at = new_token(), at + timedelta(days=wanted.days)
    scopes = [scope for scope in SCOPES if scope in wanted.scopes]
    kept = ApiToken(
        digest=digest_of(token), name=wanted.name.strip(), campaign_slug=wanted.slug, scopes=" ".join(scopes),
        made_at=at, made_by=actor.strip(), expires_at=expires_at, vouched_by=official.id if official else None,
    )  # fmt: skip
    session.add(kept)
    session.flush()
    journal(session, at=at, actor=actor.strip(), act="make_api_token", subject=_subject(kept),
            details={"name": kept.name, "scopes": scopes, "campaign": wanted.slug or "*", "days": wanted.days})  # fmt: skip
    return MadeToken(kept.id, token, expires_at)


def revoke_token(session: Session, token_id: int, *, at: datetime, actor: str) -> ApiToken:
    """It opens nothing from the next request on; once more changes nothing. Raises NotFound and ProblemsFound. The caller
    commits."""
    if problems := actor_problems(actor):
        raise ProblemsFound(problems)
    kept = token_by_id(session, token_id, lock=True)
    if kept.revoked_at is None:
        kept.revoked_at, kept.revoked_by = at, actor.strip()
        session.flush()
        journal(session, at=at, actor=actor.strip(), act="revoke_api_token", subject=_subject(kept),
                details={"name": kept.name, "campaign": kept.campaign_slug or "*"})  # fmt: skip
    return kept


def take_over_token(session: Session, token_id: int, *, at: datetime, official: ActingOfficial) -> ApiToken:
    """From now on it stands on this official's role; one that had stopped is good again. It stays the same token until the
    same day. Raises NotFound where they may not make such a token, and ProblemsFound. The caller commits."""
    kept = token_by_id(session, token_id, lock=True)
    if not may_manage(official, kept.campaign_slug):
        raise NotFound(_("没有这个令牌。"))
    if problems := take_over_problems(session, kept, official, at):
        raise ProblemsFound(problems)
    before = voucher_of(session, kept)
    kept.vouched_by, kept.vouched_at = official.id, at
    session.flush()
    journal(session, at=at, actor=official.name, act="take_over_api_token", subject=_subject(kept),
            details={"name": kept.name, "campaign": kept.campaign_slug or "*", "from": before.name if before else None})  # fmt: skip
    return kept


def take_over_problems(
    session: Session, kept: ApiToken, official: ActingOfficial, now: datetime
) -> list[Problem]:
    """Why a token is not there to be taken over."""
    if standing_of(session, kept, now) not in ("good", "stopped"):
        return [Problem("", _("令牌已经撤销或过期，不能接手。"), _("还要用的，请签发新的令牌。"))]
    if kept.vouched_by == official.id:
        return [Problem("", _("这个令牌本来就由您负责。"))]
    return []


def token_by_id(session: Session, token_id: int, *, lock: bool = False) -> ApiToken:
    """One token. Raises NotFound."""
    kept = session.get(ApiToken, token_id, with_for_update=True if lock else None)
    if kept is None:
        raise NotFound(_("没有这个令牌。"))
    return kept


def list_tokens(session: Session) -> list[ApiToken]:
    """Every token that ever was, the newest first."""
    return list(session.scalars(select(ApiToken).order_by(ApiToken.id.desc())))


def scopes_of(kept: ApiToken) -> list[Scope]:
    """Its scopes, in the order of ``SCOPES``."""
    return cast("list[Scope]", kept.scopes.split())


def wanted_problems(wanted: WantedToken) -> list[Problem]:
    """All that is wrong with what was asked for."""
    found = []
    plain = wanted.name.strip()
    if not plain or len(plain) > LONGEST_NAME or not is_legible(plain):
        found.append(
            Problem(
                "name", _("请写明哪个系统使用、作什么用，1 到 %(most)s 个字，不含换行。", most=LONGEST_NAME)
            )
        )
    if not wanted.scopes or not set(wanted.scopes) <= set(SCOPES):
        found.append(Problem("scopes", _("请选择至少一项权限范围。")))
    if not 1 <= wanted.days <= LONGEST_DAYS:
        found.append(Problem("days", _("有效期请填 1 到 %(most)s 之间的天数。", most=LONGEST_DAYS)))
    return found


def _subject(kept: ApiToken) -> str:
    """With the campaign in front where it has one, so that its journal shows the act."""
    return f"{kept.campaign_slug}/api-token-{kept.id}" if kept.campaign_slug else f"api-token-{kept.id}"
