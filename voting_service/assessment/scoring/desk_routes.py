"""``/desk/campaigns/<slug>/scores``: a judge's own sheet; the round, for those who run it; all sheets, once it is closed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, make_response, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from ...accounts.officials import ActingOfficial
from ...accounts.signed_in import acting_official
from ...campaigns.queries import campaign_by_slug
from ...candidates.departures import standing_roster
from ...candidates.showcase import Showcase
from ...errors import NotFound, Problem, ProblemsFound
from ...text import Text, _
from ...web import access, at_hand
from ...web.language import clock_time, say
from ..scheme import scheme_of
from . import handing_in, recusals, reopening, rounds
from .all_sheets import FAR, FEWEST, all_sheets
from .handing_in import OwnSheet, own_sheet
from .queries import SCORING, panel, reopenings_waiting, round_state
from .queries import recusals as recusal_rows
from .waiting import scores_url

pages = Blueprint("scoring", __name__, url_prefix="/desk/campaigns/<slug>/scores")

DONE: dict[str, Text] = {
    "saved": _("已保存。"),
    "handed_in": _("评分表已提交。"),
    "aside": _("已登记回避。"),
    "lifted": _("已取消回避。"),
    "deadline": _("截止时间已经改定。"),
    "closed": _("打分已结束，评分表可以查看了。"),
    "proposed": _("已提出，等待另一人确认。"),
    "confirmed": _("已确认。"),
    "dropped": _("已作罢。"),
}
LOOKERS = ("operator", "committee", "supervisor")


# ---- a judge's own sheet


@pages.get("")
@access.official("judge")
def own(slug: str) -> Response:
    """Everyone to score, and how far one is."""
    with at_hand.database().read() as session:
        sheet = own_sheet(session, slug, acting_official())
        return _page("own", sheet=sheet, now=at_hand.now(), may_write=sheet.may_write(at_hand.now()))


@pages.get("/<int:number>")
@access.official("judge")
def one(slug: str, number: int) -> Response:
    """One candidate, with their story, and the points."""
    return _one_page(slug, number)


@pages.post("/<int:number>")
@access.official("judge")
def save(slug: str, number: int) -> BaseResponse:
    """Keep what was typed; a script asks for no page."""
    quiet = request.form.get("autosave") == "1"
    try:
        with at_hand.database().write() as session:
            handing_in.save_draft(
                session, slug, number, request.form, at=at_hand.now(), official=acting_official()
            )
            sheet = own_sheet(session, slug, acting_official())
    except ProblemsFound as refused:
        if quiet:
            told = [{"where": one.where, "sentence": say(one.sentence)} for one in refused.problems]
            return make_response(jsonify({"problems": told}), 422)
        return _one_page(slug, number, list(refused.problems), request.form.to_dict(), 422)
    if quiet:
        return jsonify({"saved": say(_("%(time)s 已自动保存", time=clock_time(at_hand.now())))})
    after = _next(sheet, number)
    onward = f"/{after}" if request.form.get("action") == "next" and after else ""
    return redirect(f"{scores_url(slug)}{onward}?done=saved", 303)


@pages.post("/<int:number>/recuse")
@access.official("judge")
def recuse(slug: str, number: int) -> BaseResponse:
    """Stand aside from this candidate."""
    reason = request.form.get("reason", "")
    try:
        with at_hand.database().write() as session:
            recusals.recuse_oneself(
                session, slug, number, reason, at=at_hand.now(), official=acting_official()
            )
    except ProblemsFound as refused:
        return _one_page(slug, number, list(refused.problems), {"reason": reason}, 422)
    return redirect(f"{scores_url(slug)}/{number}?done=aside", 303)


@pages.post("/<int:number>/lift")
@access.official("judge")
def lift(slug: str, number: int) -> BaseResponse:
    """Take one's own recusal back."""
    try:
        with at_hand.database().write() as session:
            recusals.lift_recusal(session, slug, number, at=at_hand.now(), official=acting_official())
    except ProblemsFound as refused:
        return _one_page(slug, number, list(refused.problems), {}, 422)
    return redirect(f"{scores_url(slug)}/{number}?done=lifted", 303)


@pages.get("/hand-in")
@access.official("judge")
def last_look(slug: str) -> Response:
    """The whole sheet before it is handed in."""
    return _hand_in_page(slug)


@pages.post("/hand-in")
@access.official("judge")
def hand_in(slug: str) -> BaseResponse:
    """Hand in what was seen."""
    if request.form.get("confirmed") != "yes":
        return _hand_in_page(slug, [_not_confirmed()], 422)
    try:
        with at_hand.database().write() as session:
            handing_in.hand_in(
                session, slug, seen=request.form.get("seen", ""), at=at_hand.now(), official=acting_official()
            )
    except ProblemsFound as refused:
        return _hand_in_page(slug, list(refused.problems), 422)
    return redirect(f"{scores_url(slug)}?done=handed_in", 303)


def _hand_in_page(slug: str, found: list[Problem] | None = None, status: int = 200) -> Response:
    with at_hand.database().read() as session:
        sheet = own_sheet(session, slug, acting_official())
        problems = handing_in.problems_before_handing_in(sheet, at_hand.now())
    return _page("hand_in", status, sheet=sheet, problems=problems, found=found or [])


def _one_page(
    slug: str, number: int, found: list[Problem] | None = None, typed: dict[str, str] | None = None, status: int = 200
) -> Response:  # fmt: skip
    showcase: Showcase = current_app.extensions["showcase"]
    official = acting_official()
    with at_hand.database().read() as session:
        sheet = own_sheet(session, slug, official)
        aside = [
            row
            for row in recusal_rows(session, sheet.campaign.id)
            if (row.judge_id, row.candidate, row.state) == (official.id, number, "confirmed")
        ]
    # What the public sees of them, less any count: a judge scores deeds.
    view = showcase.campaign(slug).by_number.get(number)
    numbers = [one.number for one in sheet.candidates]
    if view is None or number not in numbers:
        raise NotFound(_("没有 %(number)s 号候选人。", number=number))
    at = numbers.index(number)
    return _page(
        "one", status, sheet=sheet, candidate=view, found=found or [], aside=aside[0] if aside else None,
        values=typed if typed is not None else sheet.scores.get(str(number), {}), may_write=sheet.may_write(at_hand.now()),
        before=numbers[at - 1] if at else None, after=numbers[at + 1] if at + 1 < len(numbers) else None,
        position=at + 1, fields=[criterion.key for criterion in sheet.criteria] + ["reason"],
    )  # fmt: skip


def _next(sheet: OwnSheet, number: int) -> int | None:
    """The next one after this of whom something is missing; the first such where there is none after."""
    missing = sheet.unscored
    return next((one for one in missing if one > number), next(iter(missing), None))


# ---- the round


@pages.get("/round")
@access.official(*LOOKERS)
def the_round(slug: str) -> Response:
    """Who has handed in, the deadline, recusals, sheets to be given back; nothing of what anybody scored."""
    return _round_page(slug)


@pages.post("/round/deadline")
@access.official("operator")
def deadline(slug: str) -> BaseResponse:
    """Another deadline, with its reason."""
    reason = request.form.get("reason", "")
    return _act(
        slug,
        "deadline",
        lambda session, official: rounds.set_deadline(
            session, slug, _typed_moment(), reason, at=at_hand.now(), official=official
        ),
    )


@pages.get("/round/close")
@access.official("operator")
def ask_to_close(slug: str) -> Response:
    """The last look before scores are seen."""
    return _close_page(slug)


@pages.post("/round/close")
@access.official("operator")
def close(slug: str) -> BaseResponse:
    """End the scoring."""
    if request.form.get("confirmed") != "yes":
        return _close_page(slug, [_not_confirmed()], 422)
    reason = request.form.get("reason", "")
    try:
        with at_hand.database().write() as session:
            rounds.close_round(session, slug, reason, at=at_hand.now(), official=acting_official())
    except ProblemsFound as refused:
        return _close_page(slug, list(refused.problems), 422)
    return redirect(f"{scores_url(slug)}/round?done=closed", 303)


@pages.post("/round/recusals")
@access.official("committee")
def order_recusal(slug: str) -> BaseResponse:
    """Propose that a judge stand aside."""
    judge, number, reason = _number("judge"), _number("candidate"), request.form.get("reason", "")
    return _act(
        slug,
        "proposed",
        lambda session, official: recusals.propose_recusal(
            session, slug, judge, number, reason, at=at_hand.now(), official=official
        ),
    )


@pages.post("/round/recusals/<int:recusal_id>/<any(confirm, drop):what>")
@access.official("committee")
def settle_recusal(slug: str, recusal_id: int, what: str) -> BaseResponse:
    """The second member confirms it, or it is let go."""
    verb = recusals.confirm_recusal if what == "confirm" else recusals.drop_recusal
    return _settle(slug, what, lambda s, o: verb(s, slug, recusal_id, at=at_hand.now(), official=o))


@pages.post("/round/sheets/<int:judge_id>/reopen")
@access.official("operator")
def ask_to_reopen(slug: str, judge_id: int) -> BaseResponse:
    """Propose that a sheet be given back."""
    reason = request.form.get("reason", "")
    return _act(
        slug,
        "proposed",
        lambda session, official: reopening.propose_reopening(
            session, slug, judge_id, reason, at=at_hand.now(), official=official
        ),
    )


@pages.post("/round/reopenings/<int:reopening_id>/confirm")
@access.official("committee")
def confirm_reopening(slug: str, reopening_id: int) -> BaseResponse:
    """A committee member agrees that the sheet is given back."""
    return _settle(
        slug,
        "confirm",
        lambda s, o: reopening.confirm_reopening(s, slug, reopening_id, at=at_hand.now(), official=o),
    )


@pages.post("/round/reopenings/<int:reopening_id>/drop")
@access.official("operator", "committee")
def drop_reopening(slug: str, reopening_id: int) -> BaseResponse:
    """Let it go."""
    return _settle(
        slug,
        "drop",
        lambda s, o: reopening.drop_reopening(s, slug, reopening_id, at=at_hand.now(), official=o),
    )


@pages.get("/all")
@access.official(*LOOKERS)
def side_by_side(slug: str) -> Response:
    """All sheets, once the round is closed."""
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
        found = all_sheets(session, campaign, acting_official())
    return _page("all", campaign=campaign, found=found, far=int(FAR * 100), fewest=FEWEST)


def _settle(slug: str, what: str, verb: Callable[[Session, ActingOfficial], object]) -> BaseResponse:
    if what == "confirm" and request.form.get("confirmed") != "yes":
        return _round_page(slug, [_not_confirmed()], 422)
    return _act(slug, "confirmed" if what == "confirm" else "dropped", verb)


def _act(slug: str, done: str, verb: Callable[[Session, ActingOfficial], object]) -> BaseResponse:
    """One verb in one transaction, then the round's page."""
    try:
        with at_hand.database().write() as session:
            verb(session, acting_official())
    except ProblemsFound as refused:
        return _round_page(slug, list(refused.problems), 422)
    return redirect(f"{scores_url(slug)}/round?done={done}", 303)


def _round_page(slug: str, found: list[Problem] | None = None, status: int = 200) -> Response:
    official = acting_official()
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
        if campaign.phase not in SCORING or not scheme_of(campaign.plan).by("judges"):
            raise NotFound(
                _("这个评选活动现在没有要评委打分的事项。"), _("投票开始、候选名单确定以后才能打分。")
            )
        state = round_state(session, campaign, at_hand.now())
        people = {one.number: one.name for one in standing_roster(session, campaign.id)}
        judges = {judge.id: judge.name for judge in panel(session, slug)}
        return _page(
            "round", status, campaign=campaign, state=state, found=found or [], people=people, judges=judges,
            recusals=recusal_rows(session, campaign.id), reopenings=reopenings_waiting(session, campaign.id),
            may_run=official.may(slug, "operator"), may_decide=official.may(slug, "committee"),
            me=official.id, values=request.form.to_dict(),
            blocked=rounds.problems_before_closing(session, campaign, state),
        )  # fmt: skip


def _close_page(slug: str, found: list[Problem] | None = None, status: int = 200) -> Response:
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
        state = round_state(session, campaign, at_hand.now())
        problems = rounds.problems_before_closing(session, campaign, state)
    return _page(
        "close_round", status, campaign=campaign, state=state, problems=problems, found=found or [],
        reason=request.form.get("reason", ""),
    )  # fmt: skip


# ---- what is typed


def _typed_moment() -> datetime | None:
    """A local moment of the service's zone, as ``datetime-local`` sends it."""
    try:
        typed = datetime.fromisoformat(request.form.get("until", ""))
    except ValueError:
        return None
    return typed if typed.tzinfo else typed.replace(tzinfo=current_app.config["ZONE"])


def _number(field: str) -> int | None:
    text = unicodedata.normalize("NFKC", request.form.get(field, ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _not_confirmed() -> Problem:
    return Problem("confirmed", _("请先勾选确认。"))


def _page(template: str, status: int = 200, **shown: Any) -> Response:
    done = DONE.get(request.args.get("done", ""))
    page = render_template(f"scoring/{template}.html", done=say(done) if done else None, **shown)
    return make_response(page, status)
