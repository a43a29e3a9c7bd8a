"""``/desk/campaigns/<slug>/assessment``: the worksheet as it stands, its files, closing it; figures; the group's opinions."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from ...accounts.officials import ActingOfficial
from ...accounts.signed_in import acting_official
from ...campaigns.queries import campaign_by_slug
from ...candidates.departures import standing_roster
from ...candidates.queries import names_by_number
from ...errors import Problem, ProblemsFound
from ...text import Text, _
from ...web import access, at_hand
from ...web.language import say
from ..scheme import scheme_of
from ..scoring.waiting import assessment_url
from . import closing, figures, opinions
from .desk_page import shown_worksheet
from .workbook import worksheet_csv, worksheet_xlsx

pages = Blueprint("assessment", __name__, url_prefix="/desk/campaigns/<slug>/assessment")

LOOKERS = ("operator", "committee", "supervisor")
DONE: dict[str, Text] = {
    "proposed": _("已提出，等待另一人确认。"),
    "confirmed": _("已确认。"),
    "dropped": _("已作罢。"),
    "closed": _("测算表已定稿。"),
}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PROVISIONAL = "provisional"


# ---- the worksheet


@pages.get("")
@access.official(*LOOKERS)
def live(slug: str) -> Response:
    """As it is now, and what is still missing."""
    official = acting_official()
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
        document, problems = closing.worksheet_now(session, campaign)
        keys = [(one.key, one.name) for one in scheme_of(campaign.plan).by("figure")]
        return _page(
            "worksheet", campaign=campaign, shown=shown_worksheet(document), problems=problems, figures=keys,
            closed=closing.closed_worksheets(session, campaign.id), row=None,
            sha256=closing.encoded(document)[1],
            waiting=closing.worksheet_waiting(session, campaign.id),
            may_propose=official.may(slug, "operator"), may_close=official.may(slug, "committee"),
        )  # fmt: skip


@pages.get("/<int:number>")
@access.official(*LOOKERS)
def closed(slug: str, number: int) -> Response:
    """One that was closed, as it was."""
    with at_hand.database().read() as session:
        row = closing.closed_worksheet(session, slug, number)
        return _page(
            "worksheet", campaign=campaign_by_slug(session, slug), shown=shown_worksheet(closing.document_of(row)),
            problems=[], figures=[], closed=closing.closed_worksheets(session, row.campaign_id), row=row,
            sha256=row.sha256, waiting=None, may_propose=False, may_close=False,
        )  # fmt: skip


@pages.get("/worksheet.<any(json, csv, xlsx):kind>")
@access.official(*LOOKERS)
def live_file(slug: str, kind: str) -> Response:
    """The worksheet as it is now, as a file that says so."""
    with at_hand.database().read() as session:
        document, problems = closing.worksheet_now(session, campaign_by_slug(session, slug))
    return _file(slug, kind, document, None, closing.encoded(document)[1], problems)


@pages.get("/<int:number>/worksheet.<any(json, csv, xlsx):kind>")
@access.official(*LOOKERS)
def closed_file(slug: str, number: int, kind: str) -> Response:
    """A closed worksheet as a file."""
    with at_hand.database().read() as session:
        row = closing.closed_worksheet(session, slug, number)
    return _file(slug, kind, closing.document_of(row), row.name, row.sha256, [])


def _file(
    slug: str, kind: str, document: dict[str, Any], name: str | None, sha256: str, problems: list[Problem]
) -> Response:
    if kind == "json":
        told = {
            "number": name,
            "provisional": name is None,
            "open_points": [say(one.sentence) for one in problems],
            "sha256": sha256,
            "worksheet": document,
        }
        answer = jsonify(told)
    elif kind == "csv":
        answer = make_response(worksheet_csv(document))
        answer.content_type = "text/csv; charset=utf-8"
    else:
        answer = make_response(worksheet_xlsx(document, name or say(_("暂算，没有定稿")), sha256))
        answer.content_type = _XLSX
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}-{name or _PROVISIONAL}.{kind}"'
    return answer


@pages.get("/close")
@access.official("operator", "committee")
def last_look(slug: str) -> Response:
    """What would be closed: for the operator who proposes it, and for the committee member who closes it."""
    return _close_page(slug)


@pages.post("/propose")
@access.official("operator")
def propose(slug: str) -> BaseResponse:
    """Ask the committee to close what was seen."""
    if request.form.get("confirmed") != "yes":
        return _close_page(slug, [_not_confirmed()], 422)
    return _close_act(slug, "proposed", closing.propose_worksheet)


@pages.post("/close")
@access.official("committee")
def close(slug: str) -> BaseResponse:
    """Close what was seen."""
    if request.form.get("confirmed") != "yes":
        return _close_page(slug, [_not_confirmed()], 422)
    return _close_act(slug, "closed", closing.close_worksheet)


@pages.post("/drop")
@access.official("operator", "committee")
def drop(slug: str) -> BaseResponse:
    """Let the proposal go."""
    try:
        with at_hand.database().write() as session:
            closing.drop_worksheet(session, slug, at=at_hand.now(), official=acting_official())
    except ProblemsFound as refused:
        return _close_page(slug, list(refused.problems), 422)
    return redirect(f"{assessment_url(slug)}?done=dropped", 303)


def _close_act(slug: str, done: str, verb: Callable[..., object]) -> BaseResponse:
    try:
        with at_hand.database().write() as session:
            verb(
                session, slug, seen=request.form.get("seen", ""), at=at_hand.now(), official=acting_official()
            )
    except ProblemsFound as refused:
        return _close_page(slug, list(refused.problems), 422)
    return redirect(f"{assessment_url(slug)}?done={done}", 303)


def _close_page(slug: str, found: list[Problem] | None = None, status: int = 200) -> Response:
    official = acting_official()
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
        document, problems = closing.worksheet_now(session, campaign)
        waiting = closing.worksheet_waiting(session, campaign.id)
    digest = closing.encoded(document)[1]
    return _page(
        "close", status, campaign=campaign, shown=shown_worksheet(document), problems=problems, found=found or [],
        sha256=digest, waiting=waiting, is_stale=waiting is not None and waiting.sha256 != digest,
        may_propose=official.may(slug, "operator"),
        may_close=official.may(slug, "committee") and waiting is not None and waiting.proposed_by != official.id,
    )  # fmt: skip


# ---- figures


@pages.get("/figures/<key>")
@access.official(*LOOKERS)
def figure_page(slug: str, key: str) -> Response:
    """What is entered for a criterion, what waits, and the form."""
    return _figure_page(slug, key)


@pages.post("/figures/<key>")
@access.official("operator")
def enter(slug: str, key: str) -> BaseResponse:
    """Enter figures for everyone, with their source."""
    typed = {
        int(name[6:]): value
        for name, value in request.form.items()
        if name.startswith("value-") and name[6:].isdecimal() and len(name) < 14
    }
    source = request.form.get("source", "")
    return _figure_act(
        slug,
        key,
        "proposed",
        lambda s, o: figures.enter_figures(s, slug, key, source, typed, at=at_hand.now(), official=o),
    )


@pages.post("/figures/<key>/confirm")
@access.official("operator", "committee")
def confirm_figures(slug: str, key: str) -> BaseResponse:
    """Somebody else has compared them with the source."""
    if request.form.get("confirmed") != "yes":
        return _figure_page(slug, key, [_not_confirmed()], 422)
    seen = request.form.get("seen", "")
    return _figure_act(
        slug,
        key,
        "confirmed",
        lambda s, o: figures.confirm_figures(s, slug, key, seen=seen, at=at_hand.now(), official=o),
    )


@pages.post("/figures/<key>/drop")
@access.official("operator", "committee")
def drop_figures(slug: str, key: str) -> BaseResponse:
    """Let them go."""
    return _figure_act(
        slug, key, "dropped", lambda s, o: figures.drop_figures(s, slug, key, at=at_hand.now(), official=o)
    )


def _figure_act(
    slug: str, key: str, done: str, verb: Callable[[Session, ActingOfficial], object]
) -> BaseResponse:
    try:
        with at_hand.database().write() as session:
            verb(session, acting_official())
    except ProblemsFound as refused:
        return _figure_page(slug, key, list(refused.problems), 422)
    return redirect(f"{assessment_url(slug)}/figures/{key}?done={done}", 303)


def _figure_page(slug: str, key: str, found: list[Problem] | None = None, status: int = 200) -> Response:
    official = acting_official()
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
        criterion = figures.figure_criterion(campaign, key)
        waiting = figures.figures_waiting(session, campaign.id, key)
        standing = figures.figures_standing(session, campaign.id).get(key)
        people = [(one.number, one.name, one.organisation) for one in standing_roster(session, campaign.id)]
    return _page(
        "figures", status, campaign=campaign, criterion=criterion, people=people, waiting=waiting, standing=standing,
        waiting_values=figures.values_of(waiting), standing_values=figures.values_of(standing),
        found=found or [], typed=request.form.to_dict(), may_enter=official.may(slug, "operator"),
        may_confirm=waiting is not None and waiting.proposed_by != official.id
        and official.may(slug, "operator", "committee"),
        may_drop=official.may(slug, "operator", "committee"),
    )  # fmt: skip


# ---- the group's opinions


@pages.get("/opinions")
@access.official(*LOOKERS)
def opinion_page(slug: str) -> Response:
    """What the committee has said together."""
    return _opinion_page(slug)


@pages.post("/opinions")
@access.official("committee")
def write_opinion(slug: str) -> BaseResponse:
    """Write an opinion down."""
    asked, opinion = request.form.get("candidate", ""), request.form.get("opinion", "")
    return _opinion_act(
        slug,
        "proposed",
        lambda s, o: opinions.propose_opinion(
            s, slug, _candidate(asked), opinion, at=at_hand.now(), official=o
        ),
    )


@pages.post("/opinions/<int:opinion_id>/confirm")
@access.official("committee")
def confirm_opinion(slug: str, opinion_id: int) -> BaseResponse:
    """Another member confirms it."""
    if request.form.get("confirmed") != "yes":
        return _opinion_page(slug, [_not_confirmed()], 422)
    return _opinion_act(
        slug,
        "confirmed",
        lambda s, o: opinions.confirm_opinion(s, slug, opinion_id, at=at_hand.now(), official=o),
    )


@pages.post("/opinions/<int:opinion_id>/drop")
@access.official("committee")
def drop_opinion(slug: str, opinion_id: int) -> BaseResponse:
    """Let it go."""
    return _opinion_act(
        slug, "dropped", lambda s, o: opinions.drop_opinion(s, slug, opinion_id, at=at_hand.now(), official=o)
    )


def _opinion_act(slug: str, done: str, verb: Callable[[Session, ActingOfficial], object]) -> BaseResponse:
    try:
        with at_hand.database().write() as session:
            verb(session, acting_official())
    except ProblemsFound as refused:
        return _opinion_page(slug, list(refused.problems), 422)
    return redirect(f"{assessment_url(slug)}/opinions?done={done}", 303)


def _opinion_page(slug: str, found: list[Problem] | None = None, status: int = 200) -> Response:
    official = acting_official()
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
        return _page(
            "opinions", status, campaign=campaign, rows=opinions.opinions(session, campaign.id),
            people=names_by_number(session, campaign.id), found=found or [], typed=request.form.to_dict(),
            may_write=official.may(slug, "committee"), me=official.id, longest=opinions.LONGEST,
        )  # fmt: skip


def _candidate(typed: str) -> int | None:
    """A number; none where nothing is chosen, and one that nobody has for what is no number."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _not_confirmed() -> Problem:
    return Problem("confirmed", _("请先勾选确认。"))


def _page(template: str, status: int = 200, **shown: Any) -> Response:
    done = DONE.get(request.args.get("done", ""))
    page = render_template(f"assessment/{template}.html", done=say(done) if done else None, **shown)
    return make_response(page, status)
