"""``/desk/notices/<slug>/<id>/substitutions``: each step with what will come of it, then confirmed by a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from voting_service.accounts.officials import ActingOfficial
from voting_service.accounts.signed_in import acting_official
from voting_service.candidates.departures import CAUSE_WORDS
from voting_service.errors import Problem, ProblemsFound
from voting_service.recorder.drain import Stores
from voting_service.text import Text, _
from voting_service.web import access
from voting_service.web.language import say

from .confirming import carry_out, drop_leave
from .desk_page import CAUSE_CHOICES, box_lacks, details, overview, places, waiting_page
from .filling import NOBODY, Filling, check_filling, fill
from .foreseeing import foresee
from .noticing import draft_supplement, supplement_for
from .out_of_turn import confirm_filling, drop_filling, propose_filling
from .proposing import Leave, check_leave, leave_by_docket, propose_leave, upheld_dockets
from .standing import list_of, substitution_of
from .voiding import propose_voiding
from .waiting import substitutions_url

pages = Blueprint("substitutions", __name__, url_prefix="/desk/notices/<slug>/<int:number>/substitutions")

DONE: dict[str, Text] = {
    "proposed": _("已提出，等待另一名评委确认。"),
    "dropped": _("已作罢，名单没有变动。"),
    "confirmed": _("已确认，该候选人已不在名单上。"),
    "filled": _("名额已处理，接下来起草补充公示。"),
    "filling-proposed": _("已提出不按顺序递补，等待另一名评委确认。"),
    "filling-dropped": _("提议已作罢，名额还没有处理。"),
    "voiding": _("作废选票的决定已提出，要由另一人确认。"),
}


def _stores() -> Stores:
    stores: Stores = current_app.extensions["recorder_stores"]
    return stores


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else None


def _confirmed() -> bool:
    return request.form.get("confirmed") == "yes"


def _done(url: str, what: str) -> BaseResponse:
    return redirect(f"{url}?done={what}", 303)


def _said_done() -> str | None:
    text = DONE.get(request.args.get("done", ""))
    return say(text) if text else None


@pages.get("")
@access.official("operator", "committee", "supervisor")
def listed(slug: str, number: int) -> str:
    """Who has left this notice's list, and what is still to be done about it."""
    official = acting_official()
    with _stores().database.read() as session:
        shown = overview(session, _stores().box, slug, list_of(session, slug, number), official)
        return render_template(
            "substitutions/list.html",
            shown=shown,
            may_propose=official.may(slug, "operator", "committee"),
            done=_said_done(),
        )


# ---- proposing


@pages.get("/new")
@access.official("operator", "committee")
def new(slug: str, number: int) -> str:
    """The form; begun with person, cause and docket where one comes from an objection that was upheld."""
    stores = _stores()
    with stores.database.read() as session:
        standing = list_of(session, slug, number)
        asked = request.args.get("docket", "")
        leave = leave_by_docket(session, stores.keyring, standing, asked, acting_official())
    return _leave_form(slug, number, leave)


@pages.post("/new")
@access.official("operator", "committee")
def propose(slug: str, number: int) -> BaseResponse | str | tuple[str, int]:
    """What will follow; then, confirmed, the proposal."""
    form, stores = request.form, _stores()
    leave = Leave(
        _number(form.get("leaver", "")), form.get("cause", ""), form.get("reason", ""), form.get("docket_number", "")
    )  # fmt: skip
    try:
        if form.get("step") == "edit":
            return _leave_form(slug, number, leave)
        if _confirmed():
            with stores.database.write() as session:
                made = propose_leave(
                    session, stores.keyring, slug, number, leave, at=stores.clock.now(), official=acting_official()
                )  # fmt: skip
            return _done(f"{substitutions_url(slug, number)}/{made.id}", "proposed")
        with stores.database.read() as session:
            standing = check_leave(session, stores.keyring, slug, number, leave, official=acting_official())
            assert leave.leaver is not None  # checked
            return render_template(
                "substitutions/leave_preview.html",
                notice=standing.notice,
                url=substitutions_url(slug, number),
                who=standing.called(leave.leaver),
                word=CAUSE_WORDS[leave.cause],
                leave=leave,
                foresight=foresee(session, standing, leave.leaver, leave.cause, at=stores.clock.now()),
            )
    except ProblemsFound as error:
        return _leave_form(slug, number, leave, error), 422


def _leave_form(slug: str, number: int, leave: Leave, error: ProblemsFound | None = None) -> str:
    with _stores().database.read() as session:
        standing = list_of(session, slug, number)
        waiting = {row.leaver for row in standing.substitutions}
        return render_template(
            "substitutions/leave.html",
            notice=standing.notice,
            url=substitutions_url(slug, number),
            people=[(n, standing.called(n)) for n in standing.own if n not in waiting],
            causes=CAUSE_CHOICES,
            dockets=upheld_dockets(session, standing, acting_official()),
            leave=leave,
            found=error.problems if error else (),
        )


# ---- one substitution


@pages.get("/<int:substitution_id>")
@access.official("operator", "committee", "supervisor")
def one(slug: str, number: int, substitution_id: int) -> str:
    """One, with the step that is due."""
    return _one(slug, number, substitution_id)


@pages.post("/<int:substitution_id>/confirm")
@access.official("committee")
def confirm(slug: str, number: int, substitution_id: int) -> BaseResponse | tuple[str, int]:
    """The second person."""
    try:
        if not _confirmed():
            raise ProblemsFound([Problem("confirmed", _("请核对以后勾选。"))])
        carry_out(_stores(), slug, number, substitution_id, official=acting_official())
    except ProblemsFound as error:
        return _one(slug, number, substitution_id, error), 422
    return _done(f"{substitutions_url(slug, number)}/{substitution_id}", "confirmed")


@pages.post("/<int:substitution_id>/drop")
@access.official("operator", "committee")
def drop(slug: str, number: int, substitution_id: int) -> BaseResponse | tuple[str, int]:
    """Let a proposal go."""
    made = _act(drop_leave, slug, number, substitution_id)
    return made or _done(substitutions_url(slug, number), "dropped")


@pages.post("/<int:substitution_id>/fill")
@access.official("committee")
def fill_place(slug: str, number: int, substitution_id: int) -> BaseResponse | str | tuple[str, int]:
    """The choice before it counts; then, confirmed, the choice, or out of turn its proposal."""
    form, stores = request.form, _stores()
    chosen = form.get("successor", "")
    filling = Filling(
        None if chosen == NOBODY else _number(chosen) or 0, form.get("reason", ""), _number(form.get("seen", ""))
    )  # fmt: skip
    url, now = f"{substitutions_url(slug, number)}/{substitution_id}", stores.clock.now()
    try:
        if form.get("step") == "edit":
            return _one(slug, number, substitution_id, filling=filling)
        if _confirmed():
            verb: Callable[..., Any] = propose_filling if filling.is_out_of_turn else fill
            with stores.database.write() as session:
                verb(session, slug, number, substitution_id, filling, at=now, official=acting_official())
            return _done(url, "filling-proposed" if filling.is_out_of_turn else "filled")
        with stores.database.read() as session:
            standing, row, _found = check_filling(
                session, slug, number, substitution_id, filling, at=now, official=acting_official()
            )
            return render_template(
                "substitutions/fill_preview.html",
                notice=standing.notice,
                url=url,
                leaver=standing.called(row.leaver),
                successor=standing.called(filling.successor) if filling.successor else None,
                chosen=chosen,
                filling=filling,
                texts=places(standing, row, now).texts,
            )
    except ProblemsFound as error:
        return _one(slug, number, substitution_id, error, filling), 422


@pages.post("/<int:substitution_id>/fill/confirm")
@access.official("committee")
def confirm_place(slug: str, number: int, substitution_id: int) -> BaseResponse | tuple[str, int]:
    """The second person of a place that is filled out of turn."""
    stores, seen = _stores(), _number(request.form.get("seen", ""))
    try:
        if not _confirmed():
            raise ProblemsFound([Problem("confirmed", _("请核对以后勾选。"))])
        with stores.database.write() as session:
            confirm_filling(
                session, slug, number, substitution_id, seen=seen, at=stores.clock.now(), official=acting_official()
            )  # fmt: skip
    except ProblemsFound as error:
        return _one(slug, number, substitution_id, error), 422
    return _done(f"{substitutions_url(slug, number)}/{substitution_id}", "filled")


@pages.post("/<int:substitution_id>/fill/drop")
@access.official("committee")
def drop_place(slug: str, number: int, substitution_id: int) -> BaseResponse | tuple[str, int]:
    """Let a proposal to fill it out of turn go."""
    made = _act(drop_filling, slug, number, substitution_id)
    return made or _done(f"{substitutions_url(slug, number)}/{substitution_id}", "filling-dropped")


@pages.post("/<int:substitution_id>/void")
@access.official("committee")
def void(slug: str, number: int, substitution_id: int) -> BaseResponse | tuple[str, int]:
    """Propose to void the ballots, where the campaign's rule says so."""
    made = _act(propose_voiding, slug, number, substitution_id)
    return made or _done(f"{substitutions_url(slug, number)}/{substitution_id}", "voiding")


def _act(verb: Callable[..., Any], slug: str, number: int, substitution_id: int) -> tuple[str, int] | None:
    """One verb on one substitution; the page with its problems where it refuses."""
    stores = _stores()
    try:
        with stores.database.write() as session:
            verb(session, slug, number, substitution_id, at=stores.clock.now(), official=acting_official())
    except ProblemsFound as error:
        return _one(slug, number, substitution_id, error), 422
    return None


def _one(
    slug: str, number: int, substitution_id: int, error: ProblemsFound | None = None, filling: Filling | None = None
) -> str:  # fmt: skip
    stores, official = _stores(), acting_official()
    with stores.database.read() as session:
        return render_template(
            "substitutions/one.html", **_one_page(session, stores, official, slug, number, substitution_id),
            found=error.problems if error else (), filling=filling, done=_said_done(),
        )  # fmt: skip


def _one_page(
    session: Session, stores: Stores, official: ActingOfficial, slug: str, number: int, substitution_id: int
) -> dict[str, Any]:
    now = stores.clock.now()
    standing = list_of(session, slug, number)
    row = substitution_of(standing, substitution_id)
    shown = details(session, slug, standing, row, official)
    return {
        "notice": standing.notice,
        "slug": slug,
        "list_url": substitutions_url(slug, number),
        "one": shown,
        "decides": shown.has_part and official.may(slug, "committee"),
        "may_propose": shown.has_part and official.may(slug, "operator", "committee"),
        "foresight": foresee(session, standing, row.leaver, row.cause, at=now) if row.state == "proposed" else None,
        "places": places(standing, row, now) if row.state == "left" else None,
        "waiting": waiting_page(session, standing, row, official, now),
        "box_lacks": row.confirmed_at is not None and box_lacks(stores.box, slug, standing),
    }  # fmt: skip


# ---- the supplementary notice


@pages.route("/notice", methods=["GET", "POST"])
@access.official("operator", "committee")
def notice(slug: str, number: int) -> BaseResponse | str | tuple[str, int]:
    """What the supplementary notice will say; then, confirmed, its draft."""
    stores = _stores()
    ids = [one for text in request.form.getlist("substitutions") if (one := _number(text)) is not None]
    found: tuple[Any, ...] = ()
    try:
        if _confirmed():
            with stores.database.write() as session:
                made = draft_supplement(
                    session, slug, number, ids, at=stores.clock.now(), official=acting_official()
                )
            return redirect(f"/desk/notices/{slug}/{made.number}", 303)
        if request.method == "POST":
            with stores.database.read() as session:
                return render_template(
                    "substitutions/notice_preview.html",
                    made=supplement_for(session, slug, number, ids),
                    url=substitutions_url(slug, number),
                    causes=CAUSE_WORDS,
                )
    except ProblemsFound as error:
        found = error.problems
    with stores.database.read() as session:
        shown = overview(session, stores.box, slug, list_of(session, slug, number), acting_official())
        page = render_template("substitutions/notice.html", shown=shown, ids=ids, found=found)
    return (page, 422) if found else page
