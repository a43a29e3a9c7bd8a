"""The second factor: an authenticator app, proved by a code before it counts, and ten recovery codes for when it is gone.

The secret is sealed for its official: copied to another's row it opens nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, cast

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from ..activity import journal
from ..encryption import Keyring
from ..errors import Problem, ProblemsFound
from ..sealed import SealedColumn
from ..text import _
from . import recovery_codes, totp
from .models import Official, RecoveryCode, SecondFactor
from .officials import ActingOfficial

PROVE_WITHIN = timedelta(minutes=30)
"""So long a key that was shown waits for its first code."""
Policy = Literal["off", "admin", "all"]
"""Who must have one: nobody, administrators, everyone."""
Means = Literal["app", "recovery"]


class FactorState(NamedTuple):
    """How it stands with an official's second factor."""

    on_since: datetime | None
    codes_left: int
    """Recovery codes that were not used."""


def place(official_id: int) -> str:
    """What an official's secret is sealed for."""
    return f"second_factors.secret_sealed.{official_id}"


SEALED = (SealedColumn(SecondFactor.secret_sealed, place, (SecondFactor.official_id,)),)


def is_required(policy: Policy, official: ActingOfficial) -> bool:
    """Whether this official must have one."""
    return policy == "all" or (policy == "admin" and official.has("admin"))


def state_of(session: Session, official_id: int) -> FactorState:
    """Whether it is on, and what is left for when the app is gone."""
    on_since = session.scalar(select(SecondFactor.on_since).where(SecondFactor.official_id == official_id))
    left = session.scalar(
        select(func.count()).where(RecoveryCode.official_id == official_id, RecoveryCode.used_at.is_(None))
    )
    return FactorState(on_since, int(left or 0))


def is_on(session: Session, official_id: int) -> bool:
    """Whether signing in asks for a code."""
    return state_of(session, official_id).on_since is not None


def all_on(session: Session) -> set[int]:
    """Everybody who has it on."""
    return set(session.scalars(select(SecondFactor.official_id).where(SecondFactor.on_since.is_not(None))))


def begin(session: Session, keyring: Keyring, official_id: int, *, at: datetime) -> None:
    """A fresh secret that waits for its first code; an earlier one that waited is over. Raises ProblemsFound where one is
    on already. The caller commits."""
    if is_on(session, official_id):
        raise ProblemsFound([Problem("", _("两步验证已经开启。"), _("换手机请先关闭，再重新开启。"))])
    session.execute(delete(SecondFactor).where(SecondFactor.official_id == official_id))
    sealed = keyring.seal(totp.new_secret(), place(official_id))
    session.add(SecondFactor(official_id=official_id, secret_sealed=sealed, made_at=at))
    session.flush()


def waiting_secret(session: Session, keyring: Keyring, official_id: int, *, now: datetime) -> bytes | None:
    """The secret that waits for its first code; None where none does, or it has waited for too long."""
    row = session.get(SecondFactor, official_id)
    if row is None or row.on_since is not None or now - row.made_at > PROVE_WITHIN:
        return None
    return keyring.open(row.secret_sealed, place(official_id))


def prove(
    session: Session, keyring: Keyring, official: ActingOfficial, typed: str, *, at: datetime
) -> list[str]:
    """The app shows the right code: from now on it counts. Gives the recovery codes, which nobody can read again. Raises
    ProblemsFound. The caller commits."""
    secret = waiting_secret(session, keyring, official.id, now=at)
    if secret is None:
        raise ProblemsFound([Problem("", _("这个密钥已经过期或用过。"), _("请从头再来一次。"))])
    step = totp.matching_step(secret, _digits(typed), at, after=0)
    if step is None:
        remedy = _("请看应用里当前显示的 6 位数字；手机的时间要设为自动。")
        raise ProblemsFound([Problem("code", _("验证码不对。"), remedy)])
    turned = session.execute(
        update(SecondFactor)
        .where(SecondFactor.official_id == official.id, SecondFactor.on_since.is_(None))
        .values(on_since=at, last_step=step)
    )
    if cast("CursorResult[Any]", turned).rowcount != 1:
        raise ProblemsFound([Problem("", _("两步验证已经开启。"))])
    note_seen(session, official.id)
    journal(session, at=at, actor=official.name, act="turn_on_second_factor", subject=official.name)
    return _fresh_codes(session, official.id)


def accept_code(
    session: Session, keyring: Keyring, official_id: int, typed: str, *, at: datetime
) -> Means | None:
    """Take a code of the app or a recovery code: each is taken once, also where two send it at the same time. None where it
    is wrong. The caller commits."""
    row = session.get(SecondFactor, official_id)
    if row is None or row.on_since is None:
        return None
    if digest := recovery_codes.digest_of(typed):
        spent = session.execute(
            update(RecoveryCode)
            .where(
                RecoveryCode.digest == digest,
                RecoveryCode.official_id == official_id,
                RecoveryCode.used_at.is_(None),
            )
            .values(used_at=at)
        )
        return "recovery" if cast("CursorResult[Any]", spent).rowcount == 1 else None
    secret = keyring.open(row.secret_sealed, place(official_id))
    step = totp.matching_step(secret, _digits(typed), at, after=row.last_step)
    if step is None:
        return None
    taken = session.execute(
        update(SecondFactor)
        .where(SecondFactor.official_id == official_id, SecondFactor.last_step < step)
        .values(last_step=step)
        .execution_options(synchronize_session=False)
    )
    return "app" if cast("CursorResult[Any]", taken).rowcount == 1 else None


def renew_codes(session: Session, official: ActingOfficial, *, at: datetime) -> list[str]:
    """Ten new recovery codes; the earlier ones are over. The caller has asked for passphrase and code, and commits."""
    journal(session, at=at, actor=official.name, act="renew_recovery_codes", subject=official.name)
    return _fresh_codes(session, official.id)


def turn_off(session: Session, official: ActingOfficial, *, at: datetime) -> None:
    """Signing in asks for no code any more. The caller has asked for passphrase and code, and commits."""
    _forget(session, official.id)
    journal(session, at=at, actor=official.name, act="turn_off_second_factor", subject=official.name)


def reset(session: Session, official: Official, *, at: datetime, actor: str) -> None:
    """Take somebody's second factor away, who has neither phone nor codes; they are told of it. Raises ProblemsFound where
    there is none. The caller commits."""
    if not is_on(session, official.id):
        raise ProblemsFound([Problem(official.name, _("没有开启两步验证，无从重置。"))])
    _forget(session, official.id)
    official.factor_reset_at, official.factor_reset_by = at, actor
    session.flush()
    journal(session, at=at, actor=actor, act="reset_second_factor", subject=official.name)


def note_seen(session: Session, official_id: int) -> None:
    """They know that theirs was reset. The caller commits."""
    official = session.get_one(Official, official_id)
    official.factor_reset_at = official.factor_reset_by = None
    session.flush()


def _forget(session: Session, official_id: int) -> None:
    session.execute(delete(SecondFactor).where(SecondFactor.official_id == official_id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.official_id == official_id))


def _fresh_codes(session: Session, official_id: int) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.official_id == official_id))
    codes = recovery_codes.new_codes()
    session.add_all(
        RecoveryCode(digest=recovery_codes.digest_of(code), official_id=official_id) for code in codes
    )
    session.flush()
    return codes


def _digits(typed: str) -> str:
    """As people copy it: ``123 456``, also in full width."""
    plain = [str(int(sign)) for sign in typed if sign.isdecimal()]
    return "".join(plain)
