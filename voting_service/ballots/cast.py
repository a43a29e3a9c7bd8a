"""Casting a ballot: the one verb behind the API, the page form and the front door.

Reads the form, asks the gate, and puts the ballot into the box in one round trip. No SQL: a campaign's keys are read
once per process. Expected refusals are values with a code and a sentence; only a box that fails is an error.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from anti_fraud.gate import Attempt, Gate

from ..campaigns.models import CLOSED, OPEN
from ..campaigns.queries import campaign_by_slug
from ..campaigns.rules import CHANNELS, BallotRules
from ..clock import Clock, from_ms, rfc3339, spoken
from ..database import Database
from ..encryption import Keyring
from ..errors import NotFound
from ..text import Text, _
from ..transparency import log
from ..transparency.models import Log
from ..transparency.notes import SigningKey
from ..web.sessions import VoterSession
from .ballot_box import AttemptLimit, BallotBox, BallotToCast, BoxAnswer
from .ballot_form import BallotForms
from .receipt import Receipt, sign_receipt

MOST_CHOICES = 500
"""More numbers than any roster has are refused before they are looked at."""


class CastRequest(NamedTuple):
    """One try to cast, however it came in."""

    slug: str
    session: VoterSession | None
    form: object
    choices: object
    address: str
    user_agent: str = ""


@dataclass(frozen=True)
class Cast:
    """The ballot is in the box."""

    receipt: Receipt
    new: bool
    left_today: int | None
    left_total: int | None
    next_at: datetime | None
    """When the voter may cast the next ballot; None for never."""


@dataclass(frozen=True)
class Refused:
    """The ballot was not taken; nothing changed."""

    code: str
    sentence: Text
    next_at: datetime | None = None
    retry_after_s: int | None = None
    problems: tuple[Text, ...] = field(default=())


@dataclass(frozen=True)
class CampaignKeys:
    """What casting needs of a campaign and the box does not hold. Fixed from opening on, so it is read once."""

    slug: str
    rules: BallotRules
    zone: ZoneInfo
    voter_key: bytes
    signing_key: SigningKey


class PollingStation:
    """Everything that takes part in casting, put together once per process."""

    def __init__(
        self, database: Database, box: BallotBox, forms: BallotForms, gate: Gate, keyring: Keyring, clock: Clock,
        address_key: bytes,
    ) -> None:  # fmt: skip
        self.box = box
        self.forms = forms
        self.gate = gate
        self.clock = clock
        self._database = database
        self._keyring = keyring
        self._address_key = address_key
        self._keys: dict[str, CampaignKeys] = {}

    def keys_of(self, slug: str) -> CampaignKeys | None:
        """The keys of a campaign that has been opened; None for any other."""
        known = self._keys.get(slug)
        return known or self._load(slug)

    def knows(self, slug: str) -> bool:
        """Whether this process has the campaign's keys already, so that casting costs no SQL."""
        return slug in self._keys

    def voter_tag(self, keys: CampaignKeys, session: VoterSession) -> str:
        """The voter's name in this campaign: a keyed hash that says nothing elsewhere."""
        return _digest(keys.voter_key, f"{session.identity}:{session.subject}")

    def address_tag(self, slug: str, address: str) -> str:
        """Which of 4 096 counters an address shares with a million others. No more than that: Redis's file keeps the
        counter's name beside the ballot, and from a whole digest whoever has our secret could find the address."""
        return hmac.digest(self._address_key, f"{slug}:{address}".encode(), "sha256").hex()[:3]

    def _load(self, slug: str) -> CampaignKeys | None:
        # Unlocked: two threads that read the same keys at once do no harm, and a slow database holds up only who asks it.
        with self._database.read() as session:
            try:
                campaign = campaign_by_slug(session, slug)
            except NotFound:
                return None
            if campaign.phase not in (OPEN, CLOSED):
                return None
            public_log = session.get_one(Log, campaign.id)
            self._keys[slug] = CampaignKeys(
                slug=slug,
                rules=campaign.rules,
                zone=campaign.rules.zone,
                voter_key=self._keyring.open(campaign.voter_key, f"campaigns.voter_key.{slug}"),
                signing_key=log.signing_key(public_log, self._keyring),
            )
            return self._keys[slug]


def cast(station: PollingStation, request: CastRequest) -> Cast | Refused:
    """Cast one ballot, or say why not. Raises BoxUnavailable; then it is unknown whether the box has the ballot, and
    the same form may be posted again without being counted twice."""
    keys = station.keys_of(request.slug)
    if keys is None:
        return Refused("not_open", _("投票尚未开始。"))
    session = request.session
    if session is None or session.identity not in keys.rules.identities:
        return Refused("no_voter", _("无法识别您的投票身份，请重新打开活动页面后再投。"))
    form = station.forms.read(request.form, request.slug, session) if isinstance(request.form, str) else None
    if form is None:
        return Refused("bad_form", _("投票表单无效，请重新打开活动页面后再投。"))
    choices = _read_choices(request.choices)
    if isinstance(choices, Refused):
        return choices
    tag = station.voter_tag(keys, session)
    channel = CHANNELS[session.identity]
    verdict = station.gate.judge(
        Attempt(
            request.slug, tag, station.address_tag(request.slug, request.address), channel, request.user_agent
        )
    )
    if verdict.action == "deny":
        return Refused("too_many_attempts", _("本次请求未通过安全检查，请稍后再试。"), retry_after_s=60)
    answer = station.box.cast(
        request.slug,
        BallotToCast(
            ballot_id=form.ballot_id,
            voter_tag=tag,
            choices=choices,
            channel=channel,
            held=verdict.action != "allow",
            form_expires_ms=form.expires_ms,
            utc_offset_s=_offset(keys.zone, station.clock),
        ),
        [AttemptLimit(*budget) for budget in verdict.budgets],
    )
    return _READ_ANSWER.get(answer.outcome, _refused)(answer, keys, form.ballot_id)


def _read_choices(sent: object) -> tuple[int, ...] | Refused:
    """Distinct positive numbers, ascending, from what was sent; which of them exist only the box knows."""
    if not isinstance(sent, list) or len(sent) > MOST_CHOICES:
        return _invalid(_("请选择候选人后再提交。"))
    if not all(isinstance(n, int) and not isinstance(n, bool) and 0 < n < 1_000_000 for n in sent):
        return _invalid(_("所选编号无效。"))
    if len(set(sent)) != len(sent):
        return _invalid(_("同一名候选人在一张选票上只能选一次。"))
    return tuple(sorted(sent))


def _invalid(*problems: Text) -> Refused:
    return Refused("invalid_choices", problems[0], problems=problems)


def _cast(answer: BoxAnswer, keys: CampaignKeys, ballot_id: str) -> Cast:
    choices = tuple(map(int, answer.detail.split(",")))
    return Cast(
        receipt=sign_receipt(keys.signing_key, ballot_id, answer.cast_ms, choices),
        new=answer.outcome == "cast",
        left_today=_left(answer.left_today),
        left_total=_left(answer.left_total),
        next_at=_moment(answer.next_ms),
    )


def _already_cast(answer: BoxAnswer, keys: CampaignKeys, _ballot_id: str) -> Refused:
    rules, next_at = keys.rules, _moment(answer.next_ms)
    if answer.detail == "total":
        sentence = _("您的 %(n)s 次投票已全部投出，感谢参与。", n=rules.ballots_total)
    elif answer.detail == "day":
        sentence = _("您今天的 %(n)s 次投票已投出。", n=rules.ballots_per_day)
    else:
        sentence = _("今天您已投过 %(number)s 号，请改选其他候选人或明天再投。", number=answer.detail)
    if next_at is not None and answer.detail == "day":
        sentence = _(
            "%(first)s%(when)s 起可再次投票。", first=sentence, when=spoken(next_at.astimezone(keys.zone))
        )
    return Refused("already_cast", sentence, next_at=next_at)


def _not_open(answer: BoxAnswer, keys: CampaignKeys, _ballot_id: str) -> Refused:
    next_at = _moment(answer.next_ms)
    if answer.detail == "closed" or next_at is None:
        return Refused("not_open", _("投票已经结束，感谢关注。"))
    when = spoken(next_at.astimezone(keys.zone))
    if answer.detail == "early":
        return Refused("not_open", _("投票将于 %(when)s 开始。", when=when), next_at=next_at)
    return Refused("not_open", _("现在不在投票时段，%(when)s 起可以投票。", when=when), next_at=next_at)


def _invalid_choices(answer: BoxAnswer, keys: CampaignKeys, _ballot_id: str) -> Refused:
    reason, _colon, which = answer.detail.partition(":")
    rules = keys.rules
    if reason == "unknown":
        return _invalid(_("没有 %(number)s 号候选人。", number=which))
    if reason.startswith("category_"):
        category = rules.categories[int(which) - 1]
        if reason == "category_few":
            return _invalid(_("“%(name)s”组至少选 %(n)s 人。", name=category.name, n=category.min_choices))
        return _invalid(_("“%(name)s”组最多选 %(n)s 人。", name=category.name, n=category.max_choices))
    if reason == "few":
        return _invalid(_("请至少选择 %(n)s 名候选人。", n=rules.min_choices))
    return _invalid(_("每张选票最多选择 %(n)s 名候选人。", n=rules.max_choices))


def _too_many(answer: BoxAnswer, _keys: CampaignKeys, _ballot_id: str) -> Refused:
    # Both moments are the box's own; a browser wants the seconds between them.
    return Refused(
        "too_many_attempts",
        _("操作过于频繁，请稍后再试。"),
        next_at=_moment(answer.next_ms),
        retry_after_s=-(-(answer.next_ms - answer.cast_ms) // 1000),
    )


def _refused(answer: BoxAnswer, _keys: CampaignKeys, _ballot_id: str) -> Refused:
    if answer.outcome == "form_expired":
        return Refused("bad_form", _("页面停留时间过长，投票表单已过期，请重新提交。"))
    return Refused("bad_form", _("投票表单无效，请重新打开活动页面后再投。"))


_READ_ANSWER: dict[str, Callable[[BoxAnswer, CampaignKeys, str], Cast | Refused]] = {
    "cast": _cast,
    "again": _cast,
    "already_cast": _already_cast,
    "not_open": _not_open,
    "invalid_choices": _invalid_choices,
    "too_many_attempts": _too_many,
}


def cast_json(done: Cast) -> dict[str, Any]:
    """A cast ballot as the API answers it."""
    return {
        "receipt": done.receipt.to_json(),
        "remaining": {"today": done.left_today, "total": done.left_total},
        "next_at": rfc3339(done.next_at) if done.next_at else None,
    }


def _left(number: int) -> int | None:
    return None if number < 0 else number


def _moment(milliseconds: int) -> datetime | None:
    return from_ms(milliseconds) if milliseconds else None


def _offset(zone: ZoneInfo, clock: Clock) -> int:
    offset = clock.now().astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _digest(key: bytes, message: str) -> str:
    mac = hmac.digest(key, message.encode(), "sha256")[:16]
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
