"""Notices on the desk: the list, drafting, the preview with its dates, publishing, extending, confirming dates.

An operator writes; committee and supervisor look. Every act that cannot be undone has a page that shows what will come of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from voting_service.accounts.signed_in import acting_official, require
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.database import Database
from voting_service.documents.glyphs import missing_glyphs
from voting_service.errors import Problem, ProblemsFound
from voting_service.text import Text, _
from voting_service.web import access
from voting_service.web.language import say
from voting_service.workdays import Calendar
from voting_service.workdays.wording import spoken_date

from . import drafting, publishing
from .cautions import cautions
from .desk_form import OFFICE_FIELDS, DraftForm, by_field, extension_typed, in_words
from .desk_links import MakeNotes, links_for
from .document import notice_document
from .drafting import Person
from .first_draft import first_text, known_people, unknown_reserve
from .from_list import draft_from_list, origin_of
from .listing import LOOKERS, campaigns_to_draft_for, notices_for, row_of
from .models import DRAFT, LEVELS, Notice
from .official_text import change_line
from .queries import notice_by_number, steps_of, text_of
from .roster_list import called, roster_lines
from .terms import ObjectionTerms
from .words import ACT_WORDS, LEVEL_WORDS

pages = Blueprint("desk_notices", __name__, url_prefix="/desk/notices")
_ONE = "/<slug>/<int:number>"


@dataclass(frozen=True)
class Desk:
    """What the acts need of this moment."""

    database: Database
    workdays: Callable[[], Calendar]
    zone: ZoneInfo
    now: datetime

    @classmethod
    def here(cls) -> Desk:
        """Of this request."""
        found = current_app.extensions
        return cls(found["database"], found["workdays"], current_app.config["ZONE"], found["clock"].now())

    @property
    def dating(self) -> dict[str, Any]:
        """Calendar, zone and moment, as verbs take them. Raises CalendarUnreadable; pages that reckon no days go on."""
        return {"calendar": self.workdays(), "zone": self.zone, "at": self.now}

    @property
    def publishing(self) -> dict[str, Any]:
        """The same with the working day's start."""
        return {**self.dating, "workday_starts": current_app.extensions["workday_start"]}


@pages.get("")
@access.official(*LOOKERS)
def listing() -> Response:
    """All notices that this official may look at."""
    desk, official = Desk.here(), acting_official()
    with desk.database.read() as session:
        rows = notices_for(session, official, desk.now, desk.zone)
        may_draft = bool(campaigns_to_draft_for(session, official))
    return _page("list", rows=rows, may_draft=may_draft)


# ---- drafting


@pages.get("/new")
@access.official("operator")
def new() -> Response:
    """For which campaign, at which level, who."""
    return _new_page({"campaign": request.args.get("campaign", ""), "level": "city", "who": "all"})


@pages.post("/new")
@access.official("operator")
def make() -> BaseResponse:
    """A draft with the official wording, to go on with."""
    desk, slug = Desk.here(), request.form.get("campaign", "")
    official = require(slug, "operator")
    try:
        with desk.database.write() as session:
            text, title, level = first_text(session, slug, request.form, request.form.getlist("ticked"))
            notice = drafting.draft_notice(
                session, slug, text, title=title, level=level, at=desk.now, official=official
            )
            number = notice.number
    except ProblemsFound as found:
        return _new_page(request.form.to_dict(), by_field(found.problems), 422)
    return redirect(f"/desk/notices/{slug}/{number}/edit", 303)


@pages.post("/<slug>/from-list/<int:number>")
@access.official("operator")
def from_list(slug: str, number: int) -> BaseResponse:
    """A draft of the final list: its people, its reserve list, the official wording."""
    desk = Desk.here()
    with desk.database.write() as session:
        drafted = draft_from_list(session, slug, number, at=desk.now, official=acting_official()).number
    return redirect(f"/desk/notices/{slug}/{drafted}/edit", 303)


def _new_page(values: dict[str, str], found: list[Problem] | None = None, status: int = 200) -> Response:
    with Desk.here().database.read() as session:
        campaigns = campaigns_to_draft_for(session, acting_official())
        chosen = values.get("campaign") or (campaigns[0][0] if len(campaigns) == 1 else "")
        known = dict(campaigns)
        lines = roster_lines(session, campaign_by_slug(session, chosen).id) if chosen in known else []
    levels = [(level, LEVEL_WORDS[level]) for level in LEVELS]
    return _page(
        "new", status, values=values, campaigns=campaigns, levels=levels, found=found or [], lines=lines,
        chosen=(chosen, known[chosen]) if chosen in known else None, ticked=request.form.getlist("ticked"),
    )  # fmt: skip


@pages.get(_ONE + "/edit")
@access.official("operator")
def edit(slug: str, number: int) -> BaseResponse:
    """The draft's form."""
    with Desk.here().database.read() as session:
        notice = notice_by_number(session, slug, number, drafts=True)
        if notice.state != DRAFT:
            return redirect(f"/desk/notices/{slug}/{number}", 303)
        text = text_of(notice)
        return _edit_page(slug, number, DraftForm.of(notice, text), text.people)


@pages.post(_ONE + "/edit")
@access.official("operator")
def save(slug: str, number: int) -> BaseResponse:
    """Keep what was typed; where it cannot be kept, the form again with all of it."""
    desk, typed = Desk.here(), DraftForm.typed(request.form)
    people: tuple[Person, ...] = ()
    try:
        with desk.database.write() as session:
            notice = notice_by_number(session, slug, number, drafts=True, lock=True)
            before = text_of(notice)
            numbers, reserve, wrong = typed.numbers(notice, before)
            listed, unknown = known_people(session, notice.campaign, numbers)
            people = before.people if unknown else listed
            text = typed.text(people, reserve, before)
            if problems := [*wrong, *unknown, *unknown_reserve(session, notice.campaign, reserve)]:
                raise ProblemsFound([*problems, *drafting.shape_problems(text, typed.title, typed.level)])
            drafting.change_draft(
                session,
                notice,
                text,
                title=typed.title,
                level=typed.level,
                at=desk.now,
                official=acting_official(),
            )
    except ProblemsFound as found:
        return _edit_page(slug, number, typed, people, by_field(found.problems), 422)
    onward = "preview" if request.form.get("action") == "preview" else "edit?saved=1"
    return redirect(f"/desk/notices/{slug}/{number}/{onward}", 303)


def _edit_page(
    slug: str, number: int, form: DraftForm, people: tuple[Person, ...], found: list[Problem] | None = None, status: int = 200
) -> Response:  # fmt: skip
    with Desk.here().database.read() as session:
        lines = roster_lines(session, campaign_by_slug(session, slug).id)
        supplements = notice_by_number(session, slug, number, drafts=True).supplements is not None
    return _page(
        "edit", status, slug=slug, number=number, form=form, people=people, found=found or [],
        fields=form.fields(people), office_fields=OFFICE_FIELDS,
        levels=[(level, LEVEL_WORDS[level]) for level in LEVELS], saved=request.args.get("saved") == "1",
        lines=lines, names={one.number: one.name for one in lines},
        supplements=supplements,
    )  # fmt: skip


@pages.get(_ONE + "/discard")
@access.official("operator")
def ask_to_discard(slug: str, number: int) -> Response:
    """The last look before a draft is thrown away."""
    return _discard_page(slug, number)


@pages.post(_ONE + "/discard")
@access.official("operator")
def discard(slug: str, number: int) -> BaseResponse:
    """Throw a draft away."""
    desk = Desk.here()
    if request.form.get("confirmed") != "yes":
        return _discard_page(slug, number, [_not_confirmed()], 422)
    try:
        with desk.database.write() as session:
            notice = notice_by_number(session, slug, number, drafts=True, lock=True)
            drafting.discard_draft(session, notice, at=desk.now, official=acting_official())
    except ProblemsFound as refused:
        return _discard_page(slug, number, list(refused.problems), 422)
    return redirect("/desk/notices", 303)


def _discard_page(slug: str, number: int, found: list[Problem] | None = None, status: int = 200) -> Response:
    with Desk.here().database.read() as session:
        notice = notice_by_number(session, slug, number, drafts=True)
    return _page("discard", status, slug=slug, notice=notice, found=found or [])


# ---- publishing


@pages.get(_ONE + "/preview")
@access.official(*LOOKERS)
def preview(slug: str, number: int) -> BaseResponse:
    """The draft as it would be published now, and what keeps it from it."""
    return _preview_page(slug, number)


@pages.post(_ONE + "/publish")
@access.official("operator")
def publish(slug: str, number: int) -> BaseResponse:
    """Publish what was seen in the preview; where text or dates have changed since, they are shown anew."""
    desk = Desk.here()
    if request.form.get("confirmed") != "yes":
        return _preview_page(slug, number, [_not_confirmed()], 422)
    try:
        with desk.database.write() as session:
            notice = notice_by_number(session, slug, number, drafts=True, lock=True)
            if notice.state == DRAFT and request.form.get("seen") != _seen(notice, desk):
                raise ProblemsFound([Problem("", _("内容或日期与您刚才看到的不同，请重新核对下面的预览。"))])
            publishing.publish(
                session,
                notice,
                **desk.publishing,
                official=acting_official(),
                compare=current_app.extensions["compare_supplement"],
            )
    except ProblemsFound as refused:
        return _preview_page(slug, number, list(refused.problems), 422)
    return redirect(f"/desk/notices/{slug}/{number}?done=published", 303)


def _preview_page(
    slug: str, number: int, found: list[Problem] | None = None, status: int = 200
) -> BaseResponse:
    desk = Desk.here()
    with desk.database.read() as session:
        notice = notice_by_number(session, slug, number, drafts=True)
        if notice.state != DRAFT:
            return redirect(f"/desk/notices/{slug}/{number}", 303)
        text, dates = text_of(notice), publishing.dates_if_published(notice, **desk.publishing)
        original = session.get(Notice, notice.supplements) if notice.supplements else None
        terms = ObjectionTerms.from_plan(notice.campaign.plan)
        document = notice_document(
            notice.campaign, notice, text, dates, terms, published_at=desk.now, supplements=original
        )
        compare = current_app.extensions["compare_supplement"]
        problems = in_words(publishing.problems_before_publishing(session, notice, compare), text, say)
        seen, reserve = _seen(notice, desk), called(session, notice.campaign_id, text.reserve)
        origin = origin_of(session, notice, text)
    return _page(
        "preview", status, slug=slug, notice=notice, text=text, dates=dates, document=document, problems=problems,
        found=found or [], seen=seen, level=LEVEL_WORDS[notice.level], change_line=change_line, published_on=_day(desk.now, desk),
        reserve=reserve, origin=origin, cautions=cautions(text), spoken=spoken_date, may_publish=acting_official().may(slug, "operator"),
        missing=missing_glyphs("".join(f"{one.name}{one.organisation}" for one in text.people)),
    )  # fmt: skip


def _seen(notice: Notice, desk: Desk) -> str:
    """What the preview shows, as one hash."""
    dates = publishing.dates_if_published(notice, **desk.publishing)
    parts = [notice.title, notice.level, notice.draft_json, str(dates.to_json() | {"sentences": ()})]
    return sha256("\n".join(parts).encode()).hexdigest()


# ---- a notice and its dates


@pages.get(_ONE)
@access.official(*LOOKERS)
def notice_page(slug: str, number: int) -> Response:
    """One notice: where it stands, its steps, and what may be done."""
    desk, official = Desk.here(), acting_official()
    with desk.database.read() as session:
        notice = notice_by_number(session, slug, number, drafts=True)
        campaign = notice.campaign
        row = row_of(notice, slug, campaign.title, desk.now, desk.zone)
        steps = [(ACT_WORDS[event.act], event) for event in notice.events]
        sentences = steps_of(notice)[-1]["schedule"]["sentences"] if notice.events else ()
        text = text_of(notice)
        reserve, origin = called(session, notice.campaign_id, text.reserve), origin_of(session, notice, text)
        make_notes: tuple[MakeNotes, ...] = current_app.extensions["desk_notice_notes"]
        notes = [note for make in make_notes for note in make(session, notice, official)] if steps else []
    links = links_for(current_app.extensions["desk_notice_links"], notice, slug, official)
    return _page(
        "notice", row=row, notice=notice, slug=slug, steps=steps, sentences=sentences, text=text, links=links, notes=notes,
        reserve=reserve, origin=origin, may_write=official.may(slug, "operator"), done=request.args.get("done", ""),
    )  # fmt: skip


@pages.get(_ONE + "/extend")
@access.official("operator")
def ask_to_extend(slug: str, number: int) -> Response:
    """By how much, and why."""
    return _extend_page(slug, number, {})


@pages.post(_ONE + "/extend")
@access.official("operator")
def extend(slug: str, number: int) -> BaseResponse:
    """First what would come of it, then, confirmed, the extension."""
    desk, typed = Desk.here(), request.form.to_dict()
    try:
        wanted = extension_typed(typed)
        if typed.get("confirmed") != "yes":
            with desk.database.read() as session:
                notice = notice_by_number(session, slug, number)
                _extension, dates = publishing.dates_if_extended(notice, **wanted, **desk.dating)
            return _extend_page(slug, number, typed, sentences=dates.sentences)
        with desk.database.write() as session:
            notice = notice_by_number(session, slug, number, lock=True)
            publishing.extend(session, notice, **wanted, **desk.dating, official=acting_official())
    except ProblemsFound as refused:
        return _extend_page(slug, number, typed, list(refused.problems), 422)
    return redirect(f"/desk/notices/{slug}/{number}?done=extended", 303)


def _extend_page(
    slug: str, number: int, typed: dict[str, str], found: list[Problem] | None = None, status: int = 200,
    sentences: tuple[str, ...] = (),
) -> Response:  # fmt: skip
    with Desk.here().database.read() as session:
        notice = notice_by_number(session, slug, number)
        now_said = steps_of(notice)[-1]["schedule"]["sentences"]
    return _page("extend", status, slug=slug, notice=notice, typed=typed, found=found or [], sentences=sentences,
                 now_said=now_said)  # fmt: skip


@pages.get(_ONE + "/dates")
@access.official("operator")
def ask_to_confirm_dates(slug: str, number: int) -> Response:
    """The provisional dates beside what they come to now."""
    return _dates_page(slug, number)


@pages.post(_ONE + "/dates")
@access.official("operator")
def confirm_dates(slug: str, number: int) -> BaseResponse:
    """The dates as the arrangement has them now."""
    desk = Desk.here()
    if request.form.get("confirmed") != "yes":
        return _dates_page(slug, number, [_not_confirmed()], 422)
    try:
        with desk.database.write() as session:
            notice = notice_by_number(session, slug, number, lock=True)
            publishing.confirm_dates(session, notice, **desk.dating, official=acting_official())
    except ProblemsFound as refused:
        return _dates_page(slug, number, list(refused.problems), 422)
    return redirect(f"/desk/notices/{slug}/{number}?done=dates", 303)


def _dates_page(slug: str, number: int, found: list[Problem] | None = None, status: int = 200) -> Response:
    desk = Desk.here()
    with desk.database.read() as session:
        notice = notice_by_number(session, slug, number)
        problems = publishing.confirmation_problems(notice, **desk.dating)
        now_said = steps_of(notice)[-1]["schedule"]["sentences"]
        dates = publishing.dates_as_known_now(notice, calendar=desk.workdays(), zone=desk.zone)
    return _page("dates", status, slug=slug, notice=notice, problems=problems, found=found or [], now_said=now_said,
                 sentences=dates.sentences)  # fmt: skip


def _not_confirmed() -> Problem:
    return Problem("confirmed", _("请先核对内容，并勾选确认。"))


def _day(moment: datetime, desk: Desk) -> str:
    local = moment.astimezone(desk.zone)
    said: Text = _("%(year)s年%(month)s月%(day)s日", year=local.year, month=local.month, day=local.day)
    return say(said)


def _page(name: str, status: int = 200, **values: Any) -> Response:
    return make_response(render_template(f"notices/{name}.html", **values), status)
