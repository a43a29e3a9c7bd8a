"""The page on which an objection is lodged, and its acknowledgement. What is typed travels in the body of a POST alone, is
kept on no page after it was taken, and is never lost before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template, request
from werkzeug.http import dump_cookie

from voting_service.attachments.examine import MOST_AT_ONCE, MOST_BYTES, MOST_FILES
from voting_service.ballots.door import origin_of
from voting_service.campaigns.models import Campaign
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.errors import NotFound, Problem, Unavailable
from voting_service.text import _
from voting_service.web import access, errors
from voting_service.web.headers import keep_out_of_sight
from voting_service.web.language import say
from voting_service.web.limits import costly
from voting_service.web.problems import status_of
from voting_service.web.uploads import Upload, read_upload

from ..docket import acknowledgement
from ..docket.form import LEAST_CLUE, LEAST_STATEMENT, MOST_CLUE, MOST_STATEMENT, Typed
from ..docket.handed_in import HandedIn
from ..docket.lodging import Lodged, new_submission
from ..docket.numbers import SUBMISSION
from ..docket.offers import contacts_of_campaign, notices_on_offer
from ..docket.queries import objection_by_number
from ..docket.words import GROUND_WORDS
from ..notices.queries import notices_of
from .intake import Form, Refused, acknowledged, take_in
from .room import Room
from .sessions import COOKIE, LIFETIME_S, PATH

pages = Blueprint("objections", __name__)


@pages.after_request
def keep_nothing(response: Response) -> Response:
    """Nobody else at this browser is to find it, and no other site to learn of it. Not ``no-referrer``: browsers would then
    not say either that a form comes from our own page."""
    return keep_out_of_sight(response, "same-origin")


@pages.get("/c/<slug>/objections/new")
@access.public
@costly
def new(slug: str) -> Response:
    """The form; or which notice it is to be about; or that none takes objections now, and whom to turn to."""
    asked = request.args.get
    typed = Typed(notice=asked("notice", "")[:10], candidate=asked("candidate", "")[:10])
    return form_page(slug, typed)


@pages.post("/c/<slug>/objections/new")
@access.public
@costly
def lodge_by_page(slug: str) -> Response:
    """Take the form as a page without scripts sends it."""
    if is_foreign():
        return errors.answer(
            "forbidden", _("这次提交来自别的网站，没有收下。"), _("请打开公示页面提出异议。")
        )
    form = sent_form()
    try:
        outcome = take_in(room(), slug, form)
    except Unavailable as error:
        return form_page(slug, form.typed, 503, [Problem("", error.sentence, _("您填写的文字还在下面。"))])
    if isinstance(outcome, Lodged):
        return acknowledgement_page(slug, outcome, 201 if outcome.new else 200)
    problems = outcome.problems or (Problem("", outcome.sentence),)
    return form_page(slug, form.typed, status_of(outcome.code), problems, refused=outcome)


@pages.post("/c/<slug>/objections/challenge")
@access.public
@costly
def challenge(slug: str) -> Response:
    """What lodging will cost, so that the page can work on it while its owner is still writing."""
    submission = request.form.get("submission", "")
    if not SUBMISSION.fullmatch(submission) or is_foreign():
        return errors.answer("bad_request", _("请求的格式不正确。"))
    asked = room().toll.ask("lodge", request.remote_addr or "", submission)
    return jsonify(challenge=asked.to_json() if asked else None)


@pages.post("/c/<slug>/objections/lodged")
@access.public
@costly
def lodged(slug: str) -> Response:
    """The acknowledgement of a form that was taken through the API, to whoever holds the form's id."""
    place = room()
    with place.database.read() as session:
        campaign = campaign_by_slug(session, slug)
        kept = acknowledged(session, place, campaign, request.form.get("submission", ""))
    if kept is None:
        raise NotFound(_("没有收到过这份异议，请返回填写页面再次提交。"))
    again = request.form.get("again", "")
    return acknowledgement_page(slug, replace(kept, new=not again, same=again != "first"), 200)


# ---- what the API shares


def room() -> Room:
    """The objectors' room of the running app."""
    found: Room = current_app.extensions["objections"]
    return found


def is_foreign() -> bool:
    """Whether another site's page sent this: it would lodge in its visitors' names."""
    get = request.headers.get
    return origin_of(get("Origin"), get("Sec-Fetch-Site"), request.host, room().base_url) == "foreign"


def sent_form() -> Form:
    """The form of this request with its files. Raises what ``read_upload`` does."""
    sent = read_upload(request)
    return Form(
        Typed.of(sent.form),
        handed_in(sent, "evidence", "stamp"),
        request.remote_addr or "",
        solution_in(sent.form.get("challenge")),
    )


def handed_in(sent: Upload, *names: str) -> list[HandedIn]:
    """The files of these fields."""
    return [HandedIn(one.field, one.name, one.data) for one in sent.files if one.field in names]


def solution_in(text: str | None) -> object:
    """The solution of a challenge, if a form brings one that can be read."""
    try:
        return json.loads(text or "null")
    except (ValueError, RecursionError):
        return None


# ---- pages


def form_page(
    slug: str, typed: Typed, status: int = 200, problems: Sequence[Problem] = (), refused: Refused | None = None
) -> Response:  # fmt: skip
    """The form with what was typed; or what there is in its place."""
    place = room()
    with place.database.read() as session:
        campaign = campaign_by_slug(session, slug)
        offered = notices_on_offer(session, campaign, place.clock.now())
        contacts = contacts_of_campaign(session, campaign, typed.notice)
        published = {str(notice.number) for notice in notices_of(session, campaign.id)}
    chosen = next((one for one in offered if str(one.number) == typed.notice), None)
    if chosen is None and len(offered) == 1 and (not typed.notice or typed.submission):
        chosen = offered[0]
    if chosen is None:
        page = "choose" if offered else "closed"
        template, status = f"objections/{page}.html", status if status != 200 else (200 if offered else 403)
        return make_response(
            render_template(template, campaign=head_of(campaign, notices=bool(published)), offered=offered,
                            contacts=contacts, typed=typed, closed_now=refused is not None,
                            unknown=bool(typed.notice) and typed.notice not in published), status)  # fmt: skip
    return make_response(
        render_template(
            "objections/new.html",
            campaign=head_of(campaign),
            notice=chosen,
            several=len(offered) > 1,
            typed=typed if typed.submission else _with_submission(typed),
            problems=problems,
            by_field=by_field(problems),
            refused=refused,
            grounds=GROUND_WORDS,
            limits=_limits(),
        ),
        status,
    )


def acknowledgement_page(slug: str, done: Lodged, status: int) -> Response:
    """The one page that shows the passcode."""
    place = room()
    with place.database.read() as session:
        campaign = campaign_by_slug(session, slug)
        objection = objection_by_number(session, done.docket_number)
        shown = acknowledgement.shown(done, objection, place.zone, f"{place.base_url}{PATH}", say)
        notice_url = f"/c/{campaign.slug}/notices/{objection.notice.number}"
    response = make_response(
        render_template(
            "objections/lodged.html",
            campaign=head_of(campaign),
            done=done,
            shown=shown,
            notice_url=notice_url,
        ),
        status,
    )
    # Whoever has just been shown both codes need not type them to look. Not for a form that another site's page sent: it
    # would open a stranger's docket here, for this browser's owner to add to.
    if not is_foreign():
        begun = place.sessions.begin(done.docket_number)
        response.headers.add("Set-Cookie", docket_cookie(place, begun, LIFETIME_S))
    return response


def docket_cookie(place: Room, value: str, lifetime_s: int) -> str:
    """The ``Set-Cookie`` line of an objector's session; a lifetime of 0 ends it."""
    return dump_cookie(COOKIE, value, max_age=lifetime_s, path=PATH, httponly=True, secure=place.secure,
                       samesite="Strict")  # fmt: skip


def head_of(campaign: Campaign, *, notices: bool = True) -> dict[str, Any]:
    """What a page's head and foot say of a campaign; ``notices``: whether it has any to lead to."""
    url = f"/c/{campaign.slug}"
    return {
        "slug": campaign.slug,
        "title": campaign.title,
        "organiser": campaign.organiser,
        "url": url,
        "notices": notices,
        "rules_url": f"{url}/rules",
        "verify_url": f"{url}/verify",
    }


def by_field(problems: Iterable[Problem]) -> dict[str, list[Problem]]:
    """The problems beside each field."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        found.setdefault(problem.where, []).append(problem)
    return found


def _with_submission(typed: Typed) -> Typed:
    return Typed(submission=new_submission(), notice=typed.notice, candidate=typed.candidate)


def _limits() -> dict[str, int]:
    return {
        "files": MOST_FILES,
        "at_once": MOST_AT_ONCE,
        "one": max(MOST_BYTES.values()),
        "least_statement": LEAST_STATEMENT,
        "most_statement": MOST_STATEMENT,
        "least_clue": LEAST_CLUE,
        "most_clue": MOST_CLUE,
    }
