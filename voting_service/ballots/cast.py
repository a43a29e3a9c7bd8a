"""Casting a ballot: the one verb behind the API, the page form and the front door.

Reads the form, asks the gate, and puts the ballot into the box in one round trip. No SQL: a campaign's keys are read
once per process, its gate's policy whenever the box says that it has changed. Expected refusals are values with a code
and a sentence; only a box that fails is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from anti_fraud.challenge import Challenge, Solved
from anti_fraud.gate import Attempt, Verdict
from anti_fraud.policy import Policy

from ..campaigns.rules import ONE_BALLOT
from ..clock import from_ms, rfc3339, spoken, to_ms
from ..evidence.record import Evidence, seal
from ..names import in_quotes
from ..text import Text, _
from ..web.identities import acting_as
from ..web.sessions import VoterSession
from .ballot_box import BallotToCast, BoxAnswer, BoxUnavailable
from .ballot_form import BallotForm
from .door import Knock
from .polling_station import CampaignKeys, PollingStation
from .receipt import Receipt, sign_receipt

MOST_TURNS = 5
"""How often one try is judged anew because the policy changed under it; more would be somebody playing with it."""
MOST_CHOICES = 500
"""More numbers than any roster has are refused before they are looked at."""


class CastRequest(NamedTuple):
    """One try to cast, however it came in."""

    slug: str
    session: VoterSession | None
    form: object
    choices: object
    knock: Knock
    """What the request itself says: address, browser, origin, page, challenge."""


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
    challenge: Challenge | None = None
    """What the voter's browser has to solve first, where that is all that is missing."""


def cast(station: PollingStation, request: CastRequest) -> Cast | Refused:
    """Cast one ballot, or say why not. Raises BoxUnavailable; then it is unknown whether the box has the ballot, and
    the same form may be posted again without being counted twice."""
    keys = station.keys_of(request.slug)
    if keys is None:
        return Refused("not_open", _("投票尚未开始。"))
    session = acting_as(request.session, request.slug, keys.rules.identities)
    if session is None:
        return Refused("no_voter", _("无法识别您的投票身份，请重新打开活动页面后再投。"))
    form = station.forms.read(request.form, request.slug, session) if isinstance(request.form, str) else None
    if form is None:
        return Refused("bad_form", _("投票表单无效，请重新打开活动页面后再投。"))
    choices = _read_choices(request.choices)
    if isinstance(choices, Refused):
        return choices
    return _Try(station, keys, session, form, choices, request).made()


class _Try:
    """One readable ballot on its way into the box: judged, sealed, posted; again where the policy has changed meanwhile."""

    def __init__(
        self, station: PollingStation, keys: CampaignKeys, session: VoterSession, form: BallotForm,
        choices: tuple[int, ...], request: CastRequest,
    ) -> None:  # fmt: skip
        self.station = station
        self.keys = keys
        self.session = session
        self.form = form
        self.choices = choices
        self.knock = request.knock
        self.now = station.clock.now()
        self.now_ms = to_ms(self.now)
        self.tag = station.voter_tag(keys, session)
        self.solved: Solved | None = None
        if self.knock.challenge is not None:
            self.solved = station.door.challenges.solved(self.knock.challenge, form.ballot_id, self.now_ms)

    def made(self) -> Cast | Refused:
        """What came of it."""
        slug = self.keys.slug
        for _turn in range(MOST_TURNS):
            version, policy = self.station.policy_of(slug)
            attempt = self._attempt(policy)
            verdict = self.station.door.gate.judge(attempt, policy)
            answer = self.station.box.cast(
                slug, self._ballot(version, policy, attempt, verdict), verdict.budgets
            )
            if answer.outcome != "stale_policy":
                return self._read(answer, verdict)
            self.station.renew_policy(slug, int(answer.detail))
        raise BoxUnavailable(_("关卡设置正在更改，您的选票没有投出，请稍后再试。"))

    def _read(self, answer: BoxAnswer, verdict: Verdict) -> Cast | Refused:
        if answer.outcome == "denied":
            return _denied(verdict)
        if answer.outcome == "challenge_required":
            return self._challenge(int(answer.detail))
        if answer.outcome == "already_cast" and self.session.identity in ONE_BALLOT:
            return Refused("already_cast", _("这个投票码已经投过票，一个投票码只投一次。"))
        return _READ_ANSWER.get(answer.outcome, _refused)(answer, self.keys, self.form.ballot_id)

    def _attempt(self, policy: Policy) -> Attempt:
        return self.station.door.attempt(
            self.keys.slug, self.tag, self.session, self.form, self.knock, policy, self.now_ms
        )

    def _ballot(self, version: int, policy: Policy, attempt: Attempt, verdict: Verdict) -> BallotToCast:
        return BallotToCast(
            ballot_id=self.form.ballot_id,
            voter_tag=self.tag,
            choices=self.choices,
            channel=attempt.channel,
            held=verdict.action == "hold",
            form_expires_ms=self.form.expires_ms,
            utc_offset_s=_offset(self.keys.zone, self.now),
            evidence="" if verdict.action == "deny" else self._sealed(attempt, verdict),
            policy=version,
            gate="allow" if verdict.action == "hold" else verdict.action,
            solved=self.solved.nonce if self.solved else "",
            solved_bits=self.solved.bits if self.solved else 0,
            bits=policy.challenge_bits + verdict.harder,
            most_bits=policy.hardest,
            most_in_all=1 if self.session.identity in ONE_BALLOT else 0,
            hold_instead=self.knock.hold_instead,
        )

    def _sealed(self, attempt: Attempt, verdict: Verdict) -> str:
        evidence = self._evidence(attempt, verdict)
        return seal(self.station.keyring, self.keys.slug, self.form.ballot_id, evidence)

    def _evidence(self, attempt: Attempt, verdict: Verdict) -> Evidence:
        came, solved = self.form.came, self.solved
        own = self.station.door.own_token(self.keys.slug, self.session, came)
        return Evidence(
            address=self.knock.address,
            user_agent=attempt.user_agent,
            dwell_ms=attempt.dwell_ms,
            touches=attempt.touches,
            traits=attempt.traits,
            challenge_ms=max(self.now_ms - solved.issued_ms, 0) if solved else None,
            challenge_bits=solved.bits if solved else 0,
            entry=came.entry,
            share_token=came.share.id if came.share else "",
            share_parent=came.share.parent if came.share else "",
            share_depth=came.share.depth if came.share else 0,
            own_token=own.id,
            qr_site=came.site,
            cookie_age_s=attempt.cookie_age_s,
            kiosk=attempt.kiosk,
            reasons=verdict.reasons,
        )

    def _challenge(self, bits: int) -> Refused:
        challenge = self.station.door.challenges.ask(self.form.ballot_id, bits, self.now_ms)
        sentence = _("为防止刷票，请稍等片刻，完成一次自动验证。")
        return Refused("challenge_required", sentence, challenge=challenge)


def _denied(verdict: Verdict) -> Refused:
    if verdict.denied_by == "origin":
        return Refused("forbidden", _("这张选票是从别的网站提交的，没有投出。请打开本活动的页面投票。"))
    return Refused("too_many_attempts", _("本次请求未通过安全检查，请稍后再试。"), retry_after_s=60)


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
    if reason == "left":
        # Why somebody left is not for every voter to be told at the box.
        name = keys.names.get(int(which), "")
        return _invalid(_("%(number)s 号 %(name)s已不是候选人，请改选其他候选人。", number=which, name=name))
    if reason.startswith("category_"):
        category = rules.categories[int(which) - 1]
        if reason == "category_few":
            return _invalid(
                _("“%(name)s”组至少选 %(n)s 人。", name=in_quotes(category.name), n=category.min_choices)
            )
        return _invalid(
            _("“%(name)s”组最多选 %(n)s 人。", name=in_quotes(category.name), n=category.max_choices)
        )
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


def _offset(zone: ZoneInfo, now: datetime) -> int:
    offset = now.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
