"""Admission: who may vote with what was typed. One answer for everything that is wrong, so that nothing can be learnt by
trying; what is a slip of the pen is told as such, looked up nowhere and counted nowhere."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..activity import journal
from ..campaigns.models import Campaign
from ..campaigns.queries import campaign_by_slug
from ..clock import Clock
from ..database import Database
from ..encryption import Keyring
from ..text import Text, _
from ..web.identities import CODE, MEMBER
from .code_text import LENGTH, Slip, read_code
from .digests import LONGEST_MEMBER_NUMBER, CodeDigests, plain_number
from .guesses import Guesses
from .models import CodeBatch, Member, VoterCode

Field = Literal["code", "member"]


class Assistance(NamedTuple):
    """An official who helps people at a kiosk, and answers for it by name."""

    name: str
    kiosk: str


@dataclass(frozen=True)
class Entry:
    """What was typed, where, and who helped."""

    slug: str
    admitted: Collection[str]
    """The identities that the campaign admits."""
    code: str
    member_number: str = ""
    address: str = ""
    assistance: Assistance | None = None


class Admitted(NamedTuple):
    """Who may vote: the identity that vouches for them, and the subject of their session."""

    identity: str
    subject: str


class NotAdmitted(NamedTuple):
    """Why not, and beside which field to say so."""

    code: Literal["slip", "unknown", "revoked", "too_many_attempts"]
    sentence: Text
    field: Field = "code"
    retry_after_s: int = 0


_SLIPS: dict[Slip, Text] = {
    "empty": _("请输入投票码。"),
    "length": _("投票码是 %(n)s 位，请对照投票码单核对有没有漏掉或多输。", n=LENGTH),
    "sign": _("有一个字符不会出现在投票码里（投票码没有字母 U 和其他符号），请对照投票码单核对。"),
    "check": _("投票码有一处输错了，请对照投票码单逐位核对。"),
}
_UNKNOWN = _("投票码不对，请核对后再输。投票码只对投票码单上印的那个活动有效。")
_UNKNOWN_WITH_MEMBER = _(
    "会员编号或投票码不对，请对照投票码单核对后再输。单子上没有会员编号的，会员编号一栏请空着；有的，两栏都要填。"
)
_UNKNOWN_MEMBER = _("会员编号或投票码不对，请对照投票码单核对后再输。")
_REVOKED = _("这个投票码已经作废，不能再用。如有疑问，请联系发给您投票码的工作人员。")
_TOO_MANY = _(
    "这一小时里输错的次数太多（也可能是同一网络里的其他人），请到下一个整点以后再试，或联系发给您投票码的工作人员。"
)


class Admission:
    """Looks up what was typed."""

    def __init__(self, database: Database, keyring: Keyring, guesses: Guesses, clock: Clock) -> None:
        self._database = database
        self._keyring = keyring
        self._guesses = guesses
        self._clock = clock

    def admit(self, entry: Entry) -> Admitted | NotAdmitted:
        """Let in whoever typed a code that is good, with its member number where it has one. With assistance, one
        journal entry is committed with it, or nobody is let in. Raises Unavailable."""
        typed = read_code(entry.code)
        if typed.slip:
            return NotAdmitted("slip", _SLIPS[typed.slip])
        number = plain_number(entry.member_number) if MEMBER in entry.admitted else ""
        if not number and CODE not in entry.admitted:
            return NotAdmitted("slip", _("请输入会员编号。"), "member")
        if len(number) > LONGEST_MEMBER_NUMBER:
            return NotAdmitted("slip", _("会员编号太长，请对照投票码单核对。"), "member")
        counter = self._guesses.counter(entry.slug, entry.address)
        if wait_s := self._guesses.take(counter):
            return NotAdmitted("too_many_attempts", _TOO_MANY, retry_after_s=wait_s)
        try:
            outcome = self._look_up(entry, typed.code, number)
        except Exception:
            # Not a wrong entry: a database that is away must not shut people out for an hour.
            self._guesses.give_back(counter)
            raise
        if isinstance(outcome, Admitted) or outcome.code == "revoked":
            self._guesses.give_back(counter)
        else:
            self._guesses.note_wrong(entry.slug)
        return outcome

    def _look_up(self, entry: Entry, code: str, number: str) -> Admitted | NotAdmitted:
        # Only an assisted entry writes. The block's end commits: whoever is let in stands in the journal.
        with self._database.write() if entry.assistance else self._database.read() as session:
            campaign = campaign_by_slug(session, entry.slug)
            digests = CodeDigests.of(campaign, self._keyring)
            found = _find(session, campaign, digests, code, number)
            if found is None:
                return NotAdmitted("unknown", _unknown(entry.admitted))
            if found.revoked_at is not None:
                return NotAdmitted("revoked", _REVOKED)
            if entry.assistance:
                self._journal(session, entry, entry.assistance, found)
        if number:
            return Admitted(MEMBER, digests.voter_by_member(number))
        return Admitted(CODE, digests.voter_by_code(code))

    def _journal(self, session: Session, entry: Entry, assistance: Assistance, found: VoterCode) -> None:
        batch = session.get_one(CodeBatch, found.batch_id).number
        journal(session, at=_hour(self._clock.now()), actor=assistance.name, act="assist", subject=entry.slug,
                details={"kiosk": assistance.kiosk, "batch": batch, "serial": found.serial})  # fmt: skip


def _find(
    session: Session, campaign: Campaign, digests: CodeDigests, code: str, number: str
) -> VoterCode | None:
    """The code, if it is the one of this member; or one of nobody's where no number was typed. Both are always looked
    up, so that the time of the answer does not tell which of them was wrong."""
    digest = digests.code(code)
    found = session.scalar(
        select(VoterCode).where(VoterCode.campaign_id == campaign.id, VoterCode.digest == digest)
    )
    owner = session.scalar(
        select(Member.id).where(Member.campaign_id == campaign.id, Member.digest == digests.member(number))
    )
    if found is None or not hmac.compare_digest(found.digest, digest):
        return None
    if number:
        return found if owner is not None and found.member_id == owner else None
    return found if found.member_id is None else None


def _unknown(admitted: Collection[str]) -> Text:
    if MEMBER not in admitted:
        return _UNKNOWN
    return _UNKNOWN_WITH_MEMBER if CODE in admitted else _UNKNOWN_MEMBER


def _hour(moment: datetime) -> datetime:
    """The journal says in which hour somebody was helped. The minute would lead to their ballot, whose time is public."""
    return moment.replace(minute=0, second=0, microsecond=0)
