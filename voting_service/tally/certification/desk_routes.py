"""``/desk/campaigns/<slug>/certification``: checking the books, putting the tally to the members, signing, minutes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from ...accounts.officials import Role
from ...accounts.signed_in import acting_official
from ...campaigns.queries import campaign_by_slug
from ...committee.minutes import confirm_minutes, minutes_on_show, minutes_row
from ...committee.models import CERTIFICATION
from ...errors import NotFound, Problem, ProblemsFound
from ...recorder.drain import Stores
from ...text import Text, _
from ...web import access
from ...web.language import say
from ...web.official_files import official_file
from . import asking, certify
from .checking import problems_before_proposing
from .desk_page import certification_page, check_line, lines_of, list_lines
from .queries import certification_by_number, shown_number

pages = Blueprint("desk_certification", __name__, url_prefix="/desk/campaigns/<slug>/certification")

LOOKERS: tuple[Role, ...] = ("committee", "operator", "supervisor")
_ONE = "/<int:number>"
DONE: dict[str, Text] = {
    "proposed": _("已提请认定，您的签认已经算在内。"),
    "signed": _("您已签认。"),
    "certified": _("计票结果已经认定，并写入透明日志。"),
    "withdrawn": _("已撤回。"),
    "confirmed": _("您已确认纪要。"),
}


def _stores() -> Stores:
    stores: Stores = current_app.extensions["recorder_stores"]
    return stores


def _url(slug: str, number: int | None = None) -> str:
    return f"/desk/campaigns/{slug}/certification" + (f"/{number}" if number else "")


def _done(slug: str, number: int, what: str) -> BaseResponse:
    return redirect(f"{_url(slug, number)}?done={what}", 303)


# ---- checking and proposing


@pages.get("")
@access.official(*LOOKERS)
def listing(slug: str) -> Response:
    """Where certifying stands, and what keeps it from beginning."""
    return _list_page(slug)


@pages.post("/check")
@access.official("committee")
def ask_for_check(slug: str) -> BaseResponse:
    """Have everything counted and compared; the page that follows tells how far it is, and what was found."""
    stores = _stores()
    try:
        with stores.database.write() as session:
            asking.ask_for_check(session, slug, at=stores.clock.now(), official=acting_official())
    except ProblemsFound as found:
        return _list_page(slug, found, _("现在不能核对账目"))
    return redirect(f"{_url(slug)}/check", 303)


@pages.get("/check")
@access.official("committee")
def check(slug: str) -> BaseResponse:
    """How far the latest check is; what would be put to the members, once it has ended and all agrees. What else it found
    stands on the list."""
    stores = _stores()
    with stores.database.read() as session:
        campaign = campaign_by_slug(session, slug)
        line = check_line(session, campaign, stores.clock.now())
        checked = line.checked if line else None
        candidates = lines_of(session, campaign, checked.tally) if checked else []
        problems = problems_before_proposing(session, campaign)
    if line is None or line.heading is not None:
        return redirect(_url(slug), 303)
    if checked is None:
        return _render("checking", campaign=campaign, check=line)
    return _render("checked", campaign=campaign, check=line, checked=checked, candidates=candidates, problems=problems)  # fmt: skip


@pages.get("/check.json")
@access.official("committee")
def check_progress(slug: str) -> Response:
    """The same for the page's script: ``{"percent", "over", "waits"}``, the last a sentence or empty."""
    stores = _stores()
    with stores.database.read() as session:
        line = check_line(session, campaign_by_slug(session, slug), stores.clock.now())
    if line is None:
        raise NotFound(_("还没有核对账目。"), _("请先核对账目。"))
    return jsonify(
        percent=line.percent, over=line.ended_at is not None, waits=say(line.waits) if line.waits else ""
    )


@pages.post("/propose")
@access.official("committee")
def propose(slug: str) -> BaseResponse:
    """Put to the members what was checked and seen."""
    form = request.form
    wanted = certify.Proposing(form.get("seen", ""), form.get("held") == "yes", acting_official())
    try:
        if form.get("confirmed") != "yes":
            raise ProblemsFound([Problem("", _("请核对之后勾选确认。"))])
        number = certify.carry_out_proposal(_stores(), slug, wanted)
    except ProblemsFound as found:
        return _list_page(slug, found, _("没有提请认定"))
    return _done(slug, number, "proposed")


def _list_page(slug: str, found: ProblemsFound | None = None, refused: Text | None = None) -> Response:
    """``refused``: what was not done, for ``found``."""
    official, stores = acting_official(), _stores()
    with stores.database.read() as session:
        campaign = campaign_by_slug(session, slug)
        lines = list_lines(session, campaign, official)
        problems = problems_before_proposing(session, campaign)
        line = check_line(session, campaign, stores.clock.now())
    return _render(
        "list", 422 if found else 200, campaign=campaign, lines=lines, problems=problems, check=line,
        found=found.problems if found else (), refused=refused, may_check=official.may(slug, "committee"),
    )  # fmt: skip


# ---- one proposal


@pages.get(_ONE)
@access.official(*LOOKERS)
def one(slug: str, number: int) -> Response:
    """One tally before the members, with its figures and its hash."""
    return _one_page(slug, number)


@pages.get(_ONE + "/tally.json")
@access.official(*LOOKERS)
def tally(slug: str, number: int) -> Response:
    """The tally byte for byte as its hash has it."""
    with _stores().database.read() as session:
        campaign = campaign_by_slug(session, slug)
        document = certification_by_number(session, campaign.id, number).document
    response = make_response(document)
    response.content_type = "application/json"
    return response


@pages.post(_ONE + "/sign")
@access.official("committee")
def sign(slug: str, number: int) -> BaseResponse:
    """A member signs; with the signature that makes the quorum, the tally is certified."""

    def act() -> str:
        certified = certify.carry_out_signature(
            _stores(), slug, number, seen=request.form.get("seen", ""), official=acting_official()
        )
        return "certified" if certified else "signed"

    return _take(slug, number, act)


@pages.post(_ONE + "/withdraw")
@access.official("committee")
def withdraw(slug: str, number: int) -> BaseResponse:
    """A member takes it back."""

    def act() -> str:
        stores = _stores()
        with stores.database.write() as session:
            certify.withdraw(
                session, slug, number, request.form.get("reason", ""), at=stores.clock.now(), official=acting_official()
            )  # fmt: skip
        return "withdrawn"

    return _take(slug, number, act)


@pages.post(_ONE + "/minutes/confirm")
@access.official("committee")
def confirm(slug: str, number: int) -> BaseResponse:
    """Sign the minutes by confirming their hash."""

    def act() -> str:
        stores = _stores()
        with stores.database.write() as session:
            campaign = campaign_by_slug(session, slug, lock=True)
            minutes = minutes_row(session, campaign.id, CERTIFICATION, number)
            if minutes is None:
                raise ProblemsFound([Problem("", _("还没有认定，没有纪要。"))])
            seen, remark = request.form.get("seen", ""), request.form.get("remark", "")
            confirm_minutes(
                session, slug, minutes, seen=seen, remark=remark, at=stores.clock.now(), official=acting_official()
            )  # fmt: skip
        return "confirmed"

    return _take(slug, number, act)


@pages.get(_ONE + "/minutes.<any(pdf, docx):kind>")
@access.official(*LOOKERS)
def minutes_file(slug: str, number: int, kind: str) -> Response:
    """The minutes with whoever has confirmed them so far."""
    with _stores().database.read() as session:
        campaign = campaign_by_slug(session, slug)
        shown = minutes_on_show(session, campaign.id, CERTIFICATION, number)
    if shown is None:
        raise NotFound(_("还没有认定，没有纪要。"))
    return official_file(shown.printed(campaign.rules.zone), kind, f"{slug}-{shown_number(number)}")


def _take(slug: str, number: int, act: Callable[[], str]) -> BaseResponse:
    try:
        if request.form.get("confirmed") != "yes":
            raise ProblemsFound([Problem("confirmed", _("请核对之后勾选确认。"))])
        done = act()
    except ProblemsFound as found:
        return _one_page(slug, number, found)
    return _done(slug, number, done)


def _one_page(slug: str, number: int, found: ProblemsFound | None = None) -> Response:
    with _stores().database.read() as session:
        campaign = campaign_by_slug(session, slug)
        certification = certification_by_number(session, campaign.id, number)
        page = certification_page(session, campaign, certification, acting_official())
    return _render(
        "one", 422 if found else 200, campaign=campaign, page=page, found=found.problems if found else (),
        done=DONE.get(request.args.get("done", "")), remark=request.form.get("remark", ""),
        reason=request.form.get("reason", ""),
    )  # fmt: skip


def _render(template: str, status: int = 200, **values: Any) -> Response:
    slug = values["campaign"].slug
    page = render_template(f"certification/{template}.html", at=_url(slug), slug=slug, **values)
    return make_response(page, status)
