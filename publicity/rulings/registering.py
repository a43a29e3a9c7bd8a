"""Entering (登记) an objection that came by letter, by telephone, in person or from another body: worth the same as one online,
by the same checks, under the same numbers.

A letter is in time by its postmark, everything else by the day on which it came in. Both are stated by the official who
enters it and journaled with that official's name; entering may happen later, as long as the notice is not closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.activity import journal
from voting_service.attachments.examine import Examined
from voting_service.attachments.store import Keeping
from voting_service.campaigns.models import Campaign
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.errors import NotFound, Problem, ProblemsFound
from voting_service.text import Text, _
from voting_service.workdays.schedule import Letters
from voting_service.workdays.wording import spoken_date

from ..docket.form import Claim, Typed, check
from ..docket.lodging import Arrival, Books, Lodged, locked_notice, lodged_before, write_objection
from ..docket.models import AT_THE_DESK
from ..docket.numbers import SUBMISSION, DocketDigests
from ..docket.offers import on_offer
from ..notices.models import CLOSED, PUBLISHED, Notice
from ..notices.publishing import current_dates
from ..notices.queries import notice_by_number

_KEEP_ON_FILE = _("请不要登记。原件留存备查，并告知对方已过受理期限；反映的问题重要的，转有关部门处理。")


@dataclass(frozen=True)
class Registration:
    """What an official typed: the objection as online, and how it came. Text alone, nothing checked yet."""

    typed: Typed
    came_by: str = ""
    received_on: str = ""
    """``2026-11-25``, as a date field sends it."""
    postmarked_on: str = ""


@dataclass(frozen=True)
class Checked:
    """A registration without a fault."""

    notice: Notice
    claim: Claim
    came_by: str
    received_on: date
    postmarked_on: date | None

    def received_at(self, zone: ZoneInfo) -> datetime:
        """Local midnight of the day on which it came in."""
        return datetime.combine(self.received_on, time(), zone)


def may_register(official: ActingOfficial, slug: str) -> bool:
    """Whether somebody enters objections in a campaign. Whoever supervises it changes nothing in it."""
    return official.may(slug, "operator", "handler") and not official.may(slug, "supervisor")


def open_for_entry(session: Session, official: ActingOfficial) -> list[Notice]:
    """The notices to which this official may enter objections: published and not closed, the latest first."""
    found = session.scalars(
        select(Notice).join(Campaign).where(Notice.state == PUBLISHED).order_by(Notice.published_at.desc())
    )
    return [notice for notice in found if may_register(official, notice.campaign.slug)]


def notice_for_entry(session: Session, official: ActingOfficial, slug: str, number: int) -> Notice:
    """One of them, closed ones too, so that it can be told why. Raises NotFound."""
    notice = notice_by_number(session, slug, number)
    if not may_register(official, slug):
        raise NotFound(_("没有这份公示公告，或者它还没有发布。"))
    return notice


def check_registration(
    notice: Notice, registration: Registration, *, has_stamp: bool, now: datetime, zone: ZoneInfo
) -> Checked:
    """Every problem at once, for the last look and for the act alike. ``has_stamp``: true too where the stamp is still to come.
    Raises ProblemsFound."""
    if notice.state == CLOSED:
        raise ProblemsFound([
            Problem("", _("公示已经结束，结果已经公布，不能再登记异议。"), _("原件留存备查；反映的问题重要的，转有关部门处理。"))
        ])  # fmt: skip
    today = now.astimezone(zone).date()
    problems = []
    if registration.came_by not in AT_THE_DESK:
        problems.append(Problem("came_by", _("请选择异议是怎样来的。")))
    received = _day(registration.received_on, "received_on", _("请填写收到的日期。"), problems)
    postmarked = None
    if registration.came_by == "letter":
        postmarked = _day(registration.postmarked_on, "postmarked_on", _("请填写邮戳日期。"), problems)
    problems += _day_problems(notice, received, postmarked, today, zone)
    if registration.came_by in AT_THE_DESK:
        problems += _late(notice, registration.came_by, received, postmarked)
    claim = check(registration.typed, on_offer(notice).offer, has_stamp=has_stamp)
    if isinstance(claim, list):
        raise ProblemsFound([*problems, *claim])
    if problems or received is None:
        raise ProblemsFound(problems)
    return Checked(notice, claim, registration.came_by, received, postmarked)


def register(
    session: Session, books: Books, official: ActingOfficial, slug: str, number: int, registration: Registration,
    keeping: Keeping, files: Sequence[Examined], *, has_stamp: bool,
) -> Lodged:  # fmt: skip
    """Enter one objection; the same form again is the same objection. Whoever enters it has read it, so that is journaled as
    well. ``files``: the unit's stamp first where it needs one. The caller commits, inside of ``keeping``. Raises NotFound,
    ProblemsFound."""
    notice_for_entry(session, official, slug, number)
    campaign = campaign_by_slug(session, slug)
    digests = DocketDigests.of(campaign, books.keyring)
    if repeated := registered_before(session, books, campaign, registration.typed.submission):
        return repeated
    notice = locked_notice(session, campaign, number)
    now = books.clock.now()
    checked = check_registration(notice, registration, has_stamp=has_stamp, now=now, zone=books.zone)
    arrival = Arrival(
        checked.received_at(books.zone), now, checked.came_by, checked.postmarked_on, official.id
    )
    done = write_objection(session, books, digests, notice, checked.claim, arrival, keeping, files)
    if done.new:
        _journal(session, official, checked, done, now)
    return done


def registered_before(session: Session, books: Books, campaign: Campaign, submission: str) -> Lodged | None:
    """The acknowledgement of a form that was entered already; None where it was not."""
    if not SUBMISSION.fullmatch(submission):
        return None
    return lodged_before(session, books, DocketDigests.of(campaign, books.keyring), submission)


def letters_of(notice: Notice) -> Letters:
    """Which postmark counts for a published notice. Where it says nothing, the one of sending: the time that a letter is under
    way is nobody's fault."""
    return Letters(current_dates(notice).terms.get("letters") or Letters.SENT)


def rule_text(notice: Notice) -> Text:
    """By what it is judged whether an objection is in time, in words."""
    assert notice.accepted_until is not None, "a published notice has dates"
    until = spoken_date(notice.accepted_until, year=True)
    if notice.provisional:
        return _("公示日期是暂定的（暂定到%(until)s），确认以前都可以登记。", until=until)
    if letters_of(notice) is Letters.ARRIVED:
        return _(
            "异议受理到%(until)s止：来信看到达地邮戳日期，来电、来访、转办看收到的日期，不晚于这一天的有效。",
            until=until,
        )
    return _(
        "异议受理到%(until)s止：来信看寄出地邮戳日期，来电、来访、转办看收到的日期，不晚于这一天的有效。",
        until=until,
    )


def _day(text: str, where: str, missing: Text, problems: list[Problem]) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.append(Problem(where, missing))
        return None


def _day_problems(
    notice: Notice, received: date | None, postmarked: date | None, today: date, zone: ZoneInfo
) -> list[Problem]:
    """Days that cannot be: to come, before the notice, a postmark after the letter had come."""
    assert notice.published_at is not None, "a published notice was published"
    published = notice.published_at.astimezone(zone).date()
    problems = []
    if received and received > today:
        problems.append(Problem("received_on", _("收到的日期还没有到，请核对。")))
    for where, day in (("received_on", received), ("postmarked_on", postmarked)):
        if day and day < published:
            problems.append(
                Problem(where, _("早于公告发布的日期（%(day)s），请核对日期，或者核对是哪一份公告。",
                                 day=spoken_date(published, year=True)))
            )  # fmt: skip
    if postmarked and received and postmarked > received:
        problems.append(Problem("postmarked_on", _("邮戳日期晚于收到的日期，请核对。")))
    return problems


def _late(notice: Notice, came_by: str, received: date | None, postmarked: date | None) -> list[Problem]:
    """Too late by the rule. Where the dates are provisional nothing ends by itself."""
    judged = postmarked if came_by == "letter" else received
    until = notice.accepted_until
    if judged is None or until is None or notice.provisional or judged <= until:
        return []
    where = "postmarked_on" if came_by == "letter" else "received_on"
    sentence = _("%(day)s已过受理期限。%(rule)s", day=spoken_date(judged, year=True), rule=rule_text(notice))
    return [Problem(where, sentence, _KEEP_ON_FILE)]


def _journal(
    session: Session, official: ActingOfficial, checked: Checked, done: Lodged, now: datetime
) -> None:
    notice = checked.notice
    stated = {
        "campaign": notice.campaign.slug,
        "notice": notice.number,
        "kind": checked.claim.kind,
        "came_by": checked.came_by,
        "received_on": checked.received_on.isoformat(),
        "postmarked_on": checked.postmarked_on.isoformat() if checked.postmarked_on else None,
    }
    journal(session, at=now, actor=official.name, act="register_objection", subject=done.docket_number,
            details=stated)  # fmt: skip
    journal(session, at=now, actor=official.name, act="read_docket", subject=done.docket_number)
