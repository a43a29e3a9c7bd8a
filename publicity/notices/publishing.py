"""Publishing a notice, extending its window, confirming its dates: each checked for every problem first."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.activity import journal
from voting_service.candidates.personal_data import contact_data_in
from voting_service.errors import Problem, ProblemsFound
from voting_service.text import _
from voting_service.webhooks.outbox import announce
from voting_service.workdays import Calendar
from voting_service.workdays.schedule import WindowTerms

from .dates import Dates, Extension, dates_again, extended, first_dates
from .document import confirmation_document, extension_document, notice_document
from .drafting import NoticeText
from .events import DATES_CONFIRMED, EXTENDED, PUBLISHED, write_event
from .list_comparison import bind_to_list, list_problems, lock_lists
from .models import DRAFT, Notice, NoticeEvent
from .models import PUBLISHED as STATE_PUBLISHED
from .problems import CompareSupplement, text_problems
from .queries import document_of, steps_of
from .terms import ObjectionTerms

LONGEST_REASON = 500
MOST_WORKDAYS = 60
_NO_LATER_WORKDAY = _("延长到的日子必须是工作日，并且晚于现在的最后一天。")


def dates_if_published(
    notice: Notice, *, calendar: Calendar, zone: ZoneInfo, workday_starts: time, at: datetime
) -> Dates:
    """The dates that a draft would have, were it published at a moment."""
    terms = WindowTerms.from_plan(notice.campaign.plan.get("publicity", {}))
    return first_dates(calendar, terms, at.astimezone(zone), workday_starts)


def problems_before_publishing(
    session: Session, notice: Notice, compare: CompareSupplement | None = None
) -> list[Problem]:
    """All that keeps a draft from being published, each with where it is and what to do. ``compare``: due for a supplement,
    which is not published without."""
    if notice.state != DRAFT:
        return [Problem("", _("公告已经发布。"))]
    text = NoticeText.from_json(notice.draft_json)
    problems = [*text_problems(session, notice, text), *list_problems(session, notice, text)]
    if notice.supplements is None:
        return problems
    if compare is None:
        raise ValueError("a supplement is compared with what was decided")
    return [*problems, *compare(session, notice, text)]


def publish(
    session: Session, notice: Notice, *, calendar: Calendar, zone: ZoneInfo, workday_starts: time, at: datetime,
    official: ActingOfficial, compare: CompareSupplement | None = None,
) -> NoticeEvent:  # fmt: skip
    """Publish a draft: its text and dates are frozen from now on. The notice is locked by the caller, who commits. Raises
    ProblemsFound with every problem. ``compare``: see ``problems_before_publishing``."""
    lock_lists(session, notice)
    _require(problems_before_publishing(session, notice, compare))
    dates = dates_if_published(notice, calendar=calendar, zone=zone, workday_starts=workday_starts, at=at)
    original = session.get(Notice, notice.supplements) if notice.supplements else None
    text, terms = NoticeText.from_json(notice.draft_json), ObjectionTerms.from_plan(notice.campaign.plan)
    document = notice_document(
        notice.campaign, notice, text, dates, terms, published_at=at, supplements=original
    )
    notice.state, notice.published_at, notice.published_by = STATE_PUBLISHED, at, official.id
    _set_dates(notice, dates, zone)
    bind_to_list(session, notice)
    event = write_event(session, notice, PUBLISHED, document, at=at, official=official)
    _journal(session, notice, event, official)
    slug = notice.campaign.slug
    told = {"notice": notice.number, "title": notice.title, "path": f"/c/{slug}/notices/{notice.number}",
            "sha256": event.document_sha256}  # fmt: skip
    announce(session, "notice.published", slug, told, at=at)
    return event


def extend(
    session: Session, notice: Notice, *, reason: str, calendar: Calendar, zone: ZoneInfo, at: datetime,
    official: ActingOfficial, last_day: date | None = None, workdays: int | None = None,
) -> NoticeEvent:  # fmt: skip
    """Extend the window by working days, or to a working day, with a public reason. The notice is locked by the caller, who
    commits. Raises ProblemsFound with every problem."""
    extension, dates = dates_if_extended(
        notice, reason=reason, last_day=last_day, workdays=workdays, calendar=calendar, zone=zone, at=at
    )
    _set_dates(notice, dates, zone)
    document = extension_document(notice, dates, extension, reason=reason.strip(), at=at)
    event = write_event(session, notice, EXTENDED, document, at=at, official=official, reason=reason.strip())
    _journal(session, notice, event, official)
    return event


def dates_if_extended(
    notice: Notice, *, reason: str, last_day: date | None, workdays: int | None, calendar: Calendar, zone: ZoneInfo,
    at: datetime,
) -> tuple[Extension, Dates]:  # fmt: skip
    """What an extension would come to. Raises ProblemsFound with every problem."""
    _require([*_reason_problems(reason), *extension_problems(notice, last_day, workdays)])
    extension = Extension(workdays, last_day)
    try:
        dates = extended(calendar, current_dates(notice), extension)
    except ValueError:
        _require([Problem("last_day", _NO_LATER_WORKDAY)])
        raise
    if dates.last_day < at.astimezone(zone).date():
        _require([Problem("workdays", _("延长以后仍然早于今天，请延长到今天或今天以后。"))])
    return extension, dates


def confirm_dates(
    session: Session, notice: Notice, *, calendar: Calendar, zone: ZoneInfo, at: datetime, official: ActingOfficial
) -> NoticeEvent:  # fmt: skip
    """Compute provisional dates anew, now that the year is known. The notice is locked by the caller, who commits. Raises
    ProblemsFound."""
    _require(confirmation_problems(notice, calendar=calendar, zone=zone, at=at))
    dates = dates_as_known_now(notice, calendar=calendar, zone=zone)
    _set_dates(notice, dates, zone)
    event = write_event(
        session,
        notice,
        DATES_CONFIRMED,
        confirmation_document(notice, dates, at=at),
        at=at,
        official=official,
    )
    _journal(session, notice, event, official)
    return event


def confirmation_problems(
    notice: Notice, *, calendar: Calendar, zone: ZoneInfo, at: datetime
) -> list[Problem]:
    """All that keeps provisional dates from being confirmed."""
    if notice.state != STATE_PUBLISHED or not notice.provisional or notice.accepted_until is None:
        return [Problem("", _("这份公告没有暂定的日期需要确认。"))]
    dates = dates_as_known_now(notice, calendar=calendar, zone=zone)
    if dates.provisional:
        return [
            Problem(
                "",
                _("%(years)s 年的放假安排还没有导入，日期仍是暂定的。", years="、".join(map(str, dates.unknown_years))),
                _("国务院办公厅公布后，请管理员导入当年的放假安排再确认。"),
            )
        ]  # fmt: skip
    today = at.astimezone(zone).date()
    if dates.accepted_until < today <= notice.accepted_until:
        # Whoever read the provisional date relies on it.
        return [
            Problem(
                "",
                _("按放假安排算，异议受理在 %(day)s 就已截止，而公告上的暂定日期还没有到。", day=dates.accepted_until.isoformat()),
                _("请先说明理由，把公示期延长到 %(day)s 或以后，再确认日期。", day=notice.accepted_until.isoformat()),
            )
        ]  # fmt: skip
    return []


def dates_as_known_now(notice: Notice, *, calendar: Calendar, zone: ZoneInfo) -> Dates:
    """The dates of a published notice as the calendar has them now."""
    document = document_of(notice)
    published = datetime.fromisoformat(document["published_at"]).astimezone(zone)
    steps = [step for step in steps_of(notice) if "extension" in step]
    extensions = [Extension.from_json(step["extension"]) for step in steps]
    return dates_again(calendar, document["schedule"]["terms"], published, extensions)


def current_dates(notice: Notice) -> Dates:
    """The dates of a published notice as they were last published."""
    return Dates.from_json(steps_of(notice)[-1]["schedule"])


def extension_problems(notice: Notice, last_day: date | None, workdays: int | None) -> list[Problem]:
    """What is wrong with an extension before the calendar is asked."""
    if notice.state != STATE_PUBLISHED:
        return [Problem("", _("只有正在公示的公告可以延长。"))]
    if (last_day is None) == (workdays is None):
        return [Problem("workdays", _("请填写延长几个工作日，或延长到哪一天，两项填一项。"))]
    if workdays is not None and not 1 <= workdays <= MOST_WORKDAYS:
        return [Problem("workdays", _("请填 1 到 %(most)s 之间的整数。", most=MOST_WORKDAYS))]
    if (
        last_day is not None
        and notice.last_day is not None
        and not 0 < (last_day - notice.last_day).days < 200
    ):
        return [Problem("last_day", _NO_LATER_WORKDAY)]
    return []


def _reason_problems(reason: str) -> list[Problem]:
    if not reason.strip():
        return [Problem("reason", _("请说明延长的理由，理由会公开。"))]
    if len(reason.strip()) > LONGEST_REASON:
        return [Problem("reason", _("理由最多 %(most)s 个字。", most=LONGEST_REASON))]
    if found := contact_data_in(reason):
        return [Problem("reason", found, _("理由会公开，请删去。"))]
    return []


def _set_dates(notice: Notice, dates: Dates, zone: ZoneInfo) -> None:
    notice.first_day, notice.last_day, notice.accepted_until = (
        dates.first_day,
        dates.last_day,
        dates.accepted_until,
    )
    notice.accepts_until, notice.provisional = dates.accepts_until(zone), dates.provisional


def _journal(session: Session, notice: Notice, event: NoticeEvent, official: ActingOfficial) -> None:
    journal(session, at=event.at, actor=official.name, act=f"notice_{event.act}",
            subject=f"{notice.campaign.slug}/{notice.name}",
            details={"log_name": event.log_name, "sha256": event.document_sha256})  # fmt: skip


def _require(problems: list[Problem]) -> None:
    if problems:
        raise ProblemsFound(problems)
