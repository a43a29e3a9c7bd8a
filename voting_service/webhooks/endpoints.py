"""Endpoints: made with a secret that is shown once, paused, resumed, ended; each act journaled."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from ..accounts.officials import ActingOfficial, Role
from ..activity import journal
from ..encryption import Keyring
from ..errors import NotFound, Problem, ProblemsFound
from ..legible import is_legible
from ..sealed import SealedColumn
from ..text import _
from .addresses import Target, target_of, url_problems
from .kinds import KINDS, Kind
from .models import GIVEN_UP, WAITING, WebhookDelivery, WebhookEndpoint
from .outbox import announce_test
from .signing import new_secret

LONGEST_NAME = 80
MANAGERS: tuple[Role, ...] = ("admin", "operator")
LOOKERS: tuple[Role, ...] = (*MANAGERS, "supervisor")


class WantedEndpoint(NamedTuple):
    """What is to be told to whom."""

    name: str
    url: str
    slug: str
    """Empty: of every campaign."""
    kinds: tuple[str, ...]


class MadeEndpoint(NamedTuple):
    """An endpoint, with its secret, shown this once."""

    id: int
    secret: str


def make_endpoint(
    session: Session, keyring: Keyring, wanted: WantedEndpoint, *, inside: Sequence[str], at: datetime,
    official: ActingOfficial, found: Sequence[Problem] = (),
) -> MadeEndpoint:  # fmt: skip
    """A new endpoint. ``inside``: hosts of inner systems that the operator allows. Raises ProblemsFound. The caller commits."""
    problems = [*found, *_wanted_problems(wanted, inside), *_manager_problems(official, wanted.slug)]
    if problems:
        raise ProblemsFound(problems)
    key, secret = secrets.token_hex(8), new_secret()
    endpoint = WebhookEndpoint(
        key=key, name=wanted.name.strip(), url=wanted.url.strip(), campaign_slug=wanted.slug,
        kinds=" ".join(kind for kind in KINDS if kind in wanted.kinds),
        secret_sealed=keyring.seal(secret.encode(), secret_place(key)), made_at=at, made_by=official.name,
    )  # fmt: skip
    session.add(endpoint)
    session.flush()
    # The host alone: what follows it may hold a secret of the receiver's.
    journal(session, at=at, actor=official.name, act="make_webhook", subject=_subject(endpoint),
            details={"name": endpoint.name, "host": _target(endpoint).netloc, "kinds": endpoint.kinds.split()})  # fmt: skip
    return MadeEndpoint(endpoint.id, secret)


def pause_endpoint(session: Session, endpoint: WebhookEndpoint, *, at: datetime, actor: str) -> None:
    """What happens from now on waits; once more changes nothing. The caller commits."""
    if endpoint.ended_at is None and endpoint.paused_at is None:
        endpoint.paused_at = at
        journal(session, at=at, actor=actor, act="pause_webhook", subject=_subject(endpoint))


def resume_endpoint(session: Session, endpoint: WebhookEndpoint, *, at: datetime, actor: str) -> None:
    """Go on, with what has waited first. The caller commits."""
    if endpoint.ended_at is None and endpoint.paused_at is not None:
        endpoint.paused_at = None
        session.execute(_waiting_of(endpoint).values(next_at=at))
        journal(session, at=at, actor=actor, act="resume_webhook", subject=_subject(endpoint))


def end_endpoint(session: Session, endpoint: WebhookEndpoint, *, at: datetime, actor: str) -> None:
    """Nothing more goes there, nor what still waits. The caller commits."""
    if endpoint.ended_at is None:
        endpoint.ended_at = at
        session.execute(_waiting_of(endpoint).values(state=GIVEN_UP, next_at=None))
        journal(session, at=at, actor=actor, act="end_webhook", subject=_subject(endpoint))


def send_test(session: Session, endpoint: WebhookEndpoint, *, at: datetime, actor: str) -> None:
    """A test message. Raises ProblemsFound for an endpoint that takes none now. The caller commits."""
    _require_going(endpoint)
    announce_test(session, endpoint, at=at)
    journal(session, at=at, actor=actor, act="test_webhook", subject=_subject(endpoint))


def send_again(session: Session, delivery: WebhookDelivery, *, at: datetime, actor: str) -> None:
    """The same message with the same id once more, now, and on as if it were new. Raises ProblemsFound. The caller commits."""
    _require_going(delivery.endpoint)
    delivery.state, delivery.tries, delivery.next_at = WAITING, 0, at
    journal(session, at=at, actor=actor, act="resend_webhook", subject=_subject(delivery.endpoint),
            details={"message": delivery.event.message_id})  # fmt: skip


def endpoint_by_id(session: Session, endpoint_id: int, *, lock: bool = False) -> WebhookEndpoint:
    """One endpoint. Raises NotFound."""
    endpoint = session.get(WebhookEndpoint, endpoint_id, with_for_update=True if lock else None)
    if endpoint is None:
        raise NotFound(_("没有这个推送。"))
    return endpoint


def delivery_of(session: Session, endpoint: WebhookEndpoint, delivery_id: int) -> WebhookDelivery:
    """One delivery to an endpoint, to be changed. Raises NotFound."""
    delivery = session.scalar(
        select(WebhookDelivery)
        .where(WebhookDelivery.id == delivery_id, WebhookDelivery.endpoint_id == endpoint.id)
        .with_for_update()
    )
    if delivery is None:
        raise NotFound(_("没有这条推送记录。"))
    return delivery


def list_endpoints(session: Session) -> list[WebhookEndpoint]:
    """Every endpoint that ever was, those that go on first, the newest first."""
    newest_first = select(WebhookEndpoint).order_by(
        WebhookEndpoint.ended_at.is_not(None), WebhookEndpoint.id.desc()
    )
    return list(session.scalars(newest_first))


def kinds_of(endpoint: WebhookEndpoint) -> list[Kind]:
    """What it listens to."""
    return cast("list[Kind]", endpoint.kinds.split())


def shown_url(endpoint: WebhookEndpoint) -> str:
    """Its address as the desk shows it: what follows a question mark may be the receiver's own secret."""
    plain, question, _query = endpoint.url.partition("?")
    return f"{plain}?…" if question else plain


def secret_of(keyring: Keyring, endpoint: WebhookEndpoint) -> str:
    """Its secret, to sign with. Raises SealBroken."""
    return keyring.open(endpoint.secret_sealed, secret_place(endpoint.key)).decode()


def secret_place(key: str) -> str:
    """What a secret is sealed for."""
    return f"webhook_endpoints.secret_sealed.{key}"


def may_manage(official: ActingOfficial, slug: str) -> bool:
    """Whether they make and change endpoints of this campaign; those of all campaigns need a role in all."""
    return official.may(slug, *MANAGERS)


def may_look(official: ActingOfficial, slug: str) -> bool:
    """Whether they see that there is such an endpoint."""
    return official.may(slug, *LOOKERS)


def _manager_problems(official: ActingOfficial, slug: str) -> list[Problem]:
    return [] if may_manage(official, slug) else [Problem("campaign", _("请选择由您经办的评选活动。"))]


def _wanted_problems(wanted: WantedEndpoint, inside: Sequence[str]) -> list[Problem]:
    found, plain = [], wanted.name.strip()
    if not 1 <= len(plain) <= LONGEST_NAME or not is_legible(plain):
        found.append(
            Problem("name", _("请写明推送给哪个系统，1 到 %(most)s 个字，不含换行。", most=LONGEST_NAME))
        )
    found += url_problems(wanted.url.strip(), inside)
    if not wanted.kinds or not set(wanted.kinds) <= set(KINDS):
        found.append(Problem("kinds", _("请选择至少一种事件。")))
    return found


def _require_going(endpoint: WebhookEndpoint) -> None:
    if endpoint.ended_at is not None:
        raise ProblemsFound([Problem("", _("这个推送已经停用。"))])
    if endpoint.paused_at is not None:
        raise ProblemsFound([Problem("", _("这个推送已经暂停，请先恢复。"))])


def _waiting_of(endpoint: WebhookEndpoint) -> Update:
    return update(WebhookDelivery).where(
        WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.state == WAITING
    )


def _target(endpoint: WebhookEndpoint) -> Target:
    target = target_of(endpoint.url)
    assert target is not None, "it was checked when it was made"
    return target


def _subject(endpoint: WebhookEndpoint) -> str:
    return (
        f"{endpoint.campaign_slug}/webhook-{endpoint.id}"
        if endpoint.campaign_slug
        else f"webhook-{endpoint.id}"
    )


SEALED = (SealedColumn(WebhookEndpoint.secret_sealed, secret_place, (WebhookEndpoint.key,)),)
