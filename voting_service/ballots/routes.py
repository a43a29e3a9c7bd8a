"""The pages voters see: the ballot, a candidate, the ranking, the rules, receipt and verification."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from ..campaigns.rule_texts import TermAndText, contact_texts, departure_text, record_texts, rule_texts
from ..candidates.showcase import CampaignOnShow
from ..clock import from_ms, to_ms
from ..errors import VotingError
from ..text import Text, _
from ..transparency.after_voting import SAMPLE_AUDIT, final_checkpoint, notices_after_voting
from ..transparency.checkpoint import Checkpoint
from ..transparency.models import Log
from ..web import access
from ..web.headers import csp_nonce
from ..web.heads import Head, link_header
from ..web.inside_wechat import login_address
from ..web.language import Slot, html_language, say
from ..web.limits import costly
from ..web.problems import status_of, title_of
from ..web.same_page import same_bytes, same_page
from .campaign_page import PRIVATE, Sought, campaign_page, kiosk_line_for, leaving_line, standing_at
from .campaign_view import CampaignView
from .cast import Cast, CastRequest, Refused, cast
from .door import Knock
from .heads import candidate_head, page_head
from .polling_place import Guest, keep_session, login_to, polling_place, receive, visit
from .ranking import ranking_rows
from .receipts import ReceiptState, find_receipt

pages = Blueprint("ballots", __name__)
_NONCE, _KIOSK_LINE = Slot("nonce"), Slot("kiosk_line")
pages.after_request(keep_session)


def _page(body: str | bytes, status: int = 200, cache: str = PRIVATE) -> Response:
    response = make_response(body, status)
    response.headers["Cache-Control"] = cache
    return response


def _head(view: CampaignView, path: str, title: str) -> dict[str, Any]:
    return page_head(polling_place().base_url, view, path, title).values()


@pages.get("/")
@access.public
def home() -> Response:
    """All public campaigns."""
    place = polling_place()
    now = place.clock.now()
    campaigns = [place.view(show.slug, now) for show in place.showcase.listed()]
    line = next(filter(None, map(leaving_line, campaigns)), "")
    return same_page(line, "web/home.html", campaigns=campaigns, now=now, **_home_head().values())


def _home_head() -> Head:
    name: str = current_app.extensions["site_name"]
    description = say(_("职工评选和公开投票：候选人事迹、票数、规则和公示公告。"))
    return Head(polling_place().base_url, "/", name, description, feed="/feed.atom")


@pages.get("/c/<slug>")
@access.voter
def campaign(slug: str) -> BaseResponse:
    """The ballot."""
    place, now, view = visit(slug)
    guest = receive(view)
    if guest.login:
        return _to_login(guest)
    return _described(_page(campaign_page(place, view, guest, now, Sought())), view.url)


def _described(response: Response, path: str) -> Response:
    """With the way to what oEmbed says of the page."""
    response.headers["Link"] = link_header(polling_place().base_url, path)
    return response


def _to_login(guest: Guest) -> BaseResponse:
    response = redirect(guest.login)
    # Or a browser might go there again by itself, when the voter has long been logged in.
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.post("/c/<slug>")
@access.voter
@costly
def cast_page(slug: str) -> BaseResponse:
    """The ballot posted without JavaScript: searched in, or cast."""
    place, now, view = visit(slug)
    guest = receive(view)
    sought = _sought(view.show)
    if request.form.get("action") == "filter":
        return _page(campaign_page(place, view, guest, now, sought))
    outcome = _cast(slug)
    if isinstance(outcome, Cast):
        code = outcome.receipt.to_json()["tracking_code"]
        # The receipt page belongs to whoever has its code; when this voter may come back rides along in the address.
        again = f"&next={to_ms(outcome.next_at)}" if outcome.next_at else ""
        turn = f"&turn={guest.turn}" if guest.kiosk else ""
        return redirect(f"/r/{code}?new=1{again}{turn}", 303)
    if outcome.code in ("invalid_choices", "bad_form"):
        # The same page with a fresh form: whoever stayed too long on it need not choose again.
        problems = tuple(say(item) for item in outcome.problems or (outcome.sentence,))
        page = campaign_page(
            place, view, guest, now, Sought(sought.query, sought.category, sought.chosen, problems)
        )
        return _page(page, status_of(outcome.code))
    return _refused_page(view, outcome, guest)


def _sought(show: CampaignOnShow) -> Sought:
    numbers = {int(n) for n in request.form.getlist("choices") if n.isdecimal() and len(n) < 7}
    return Sought(
        query=request.form.get("q", "").strip()[:40],
        category=request.form.get("category", "")[:60],
        chosen=frozenset(numbers & {person.number for person in show.standing}),
    )


def _cast(slug: str) -> Cast | Refused:
    place = polling_place()
    sent = request.form.getlist("choices")
    try:
        return cast(
            place.station,
            CastRequest(
                slug=slug,
                session=place.sessions.from_header(request.headers.get("Cookie")),
                form=request.form.get("form"),
                choices=[int(n) if n.isdecimal() and len(n) < 7 else n for n in sent],
                knock=Knock.of(request.environ, place.base_url)._replace(
                    challenge=_solution(request.form.get("challenge", "")),
                    hold_instead=request.form.get("held") == "1",
                ),
            ),
        )
    except VotingError as error:
        return Refused(error.code, error.sentence)


def _solution(text: str) -> object:
    """What a script put into the form's hidden field; whatever cannot be read is no solution."""
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None


def _refused_page(view: CampaignView, refused: Refused, guest: Guest) -> Response:
    refusal = {
        "code": refused.code,
        "title": say(title_of(refused.code)),
        "sentence": say(refused.sentence),
        "remedy": None,
        "next_at": refused.next_at,
        "challenge": refused.challenge.to_json() if refused.challenge else None,
    }
    status = status_of(refused.code)
    # The very same form again: had the box taken the ballot before it failed, it would still count once.
    again = {"form": request.form.get("form", ""), "choices": request.form.getlist("choices")}
    may_try_again = status in (428, 429, 503)
    page = render_template(
        "ballots/refused.html",
        campaign=view,
        refusal=refusal,
        again=again if may_try_again else None,
        login_url=login_address(view.url) if guest.inside else None,
        kiosk_line=kiosk_line_for(view, guest),
    )
    response = _page(page, status)
    if status in (429, 503):
        response.headers["Retry-After"] = str(refused.retry_after_s or 5)
    return response


@pages.get("/c/<slug>/candidates/<int:number>")
@access.voter
def candidate(slug: str, number: int) -> BaseResponse:
    """One candidate's story, with a way to choose them."""
    place, now, view = visit(slug)
    person = view.show.by_number.get(number)
    if person is None:
        abort(404)
    guest = receive(view)
    if guest.login:
        return _to_login(guest)
    form = ""
    if guest.session is not None and view.state == "open":
        form, _ballot_form = place.station.forms.issue(slug, guest.session, now, guest.came)
    people = view.show.candidates
    at = people.index(person)
    head = candidate_head(place.base_url, view, person)
    response = _page(
        render_template(
            "candidates/candidate.html",
            campaign=view,
            candidate=view.with_count(person),
            previous=people[at - 1] if at else None,
            next=people[at + 1] if at + 1 < len(people) else None,
            ballot_form=form or None,
            known_by=guest.known_by,
            login_url=login_to(request.environ),
            share_token=place.share_token(slug, guest),
            kiosk=guest.turn,
            kiosk_line=kiosk_line_for(view, guest),
            now=now,
            **head.values(),
        )
    )
    return _described(response, person.url) if head.embeds else response


@pages.get("/c/<slug>/ranking")
@access.public
def ranking(slug: str) -> Response:
    """Candidates by count, as far as the campaign shows counts."""
    place, now, view = visit(slug)
    key = ("ranking", slug, view.version, view.state, view.next_opening, view.counted.stamp, html_language())

    def render() -> str:
        return render_template(
            "campaigns/ranking.html",
            campaign=view,
            rows=ranking_rows(view),
            now=now,
            csp_nonce=_NONCE,
            kiosk_line=_KIOSK_LINE,
            **_head(view, view.ranking_url, say(_("票数｜%(title)s", title=view.title))),
        )

    line = leaving_line(view)
    filled = {"nonce": csp_nonce().encode() if line else b"", "kiosk_line": line.encode()}
    return same_bytes(line, place.pages.page(key, render).fill(filled))


@pages.get("/c/<slug>/rules")
@access.public
def rules(slug: str) -> Response:
    """The rules in words."""
    _place, now, view = visit(slug)
    lines = _said([*rule_texts(view.show.rules), departure_text(view.show.plan)])
    records = _said(record_texts(view.show.policy))
    return same_page(
        leaving_line(view),
        "campaigns/rules.html",
        campaign=view,
        rules=lines,
        records=records,
        contact=[{"term": say(term), "text": text} for term, text in contact_texts(view.show.plan)],
        now=now,
        **_head(view, view.rules_url, say(_("评选规则｜%(title)s", title=view.title))),
    )


def _said(lines: list[TermAndText]) -> list[dict[str, str]]:
    return [{"term": say(term), "text": say(text)} for term, text in lines]


@pages.get("/r/<code>")
@access.public
@costly
def receipt(code: str) -> BaseResponse:
    """What became of a ballot. At a kiosk only in the turn in which it was cast or looked up: the next person's way back
    must not lead to it."""
    place = polling_place()
    state = find_receipt(place.database, place.station, code)
    if state is None:
        abort(404)
    view = place.view(state.slug, place.clock.now())
    guest = standing_at(view)
    # Nobody's turn: a code must be entered first, and until then nobody stands here whose receipt it could be.
    if guest.kiosk and (not guest.turn or request.args.get("turn") != guest.turn):
        return redirect(view.url, 303)
    page = render_template(
        "ballots/receipt.html", campaign=view, receipt=_receipt_view(view, state), kiosk_name=guest.kiosk
    )
    response = _page(page)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _receipt_view(view: CampaignView, state: ReceiptState) -> dict[str, Any]:
    plain = state.receipt.to_json(state.stage)
    found = state.inclusion
    return {
        **plain,
        "code_plain": state.receipt.ballot_id,
        "standing": state.standing,
        "reason": state.grounds.reason if state.grounds else None,
        "decision": state.grounds.decision if state.grounds else None,
        "cast_at": from_ms(state.receipt.cast_ms),
        "choices": [view.by_number[n] for n in state.receipt.choices if n in view.by_number],
        "statement": state.statement,
        "leaf_index": state.leaf_index,
        "log_size": found.log_size if found else None,
        "root_hash": found.root_hash.hex() if found else None,
        "proof": [node.hex() for node in found.proof] if found else [],
        "entry": found.entry if found else None,
        "verifier_key": state.verifier_key,
        "url": f"{polling_place().base_url}/r/{plain['tracking_code']}",
        "api_url": f"/api/v1/receipts/{plain['tracking_code']}",
        "next_at": _next_at(view),
        "just_cast": request.args.get("new") == "1",
        "remaining_today": None,
        "remaining_total": None,
    }


def _next_at(view: CampaignView) -> datetime | None:
    """When the voter may cast again, as the redirect after casting said; only what can be true is repeated."""
    next_ms = request.args.get("next", "")
    moment = from_ms(int(next_ms)) if next_ms.isdecimal() and len(next_ms) == 13 else None
    return moment if moment and view.opens_at <= moment < view.closes_at else None


@pages.get("/c/<slug>/verify")
@access.public
@costly
def verify(slug: str) -> BaseResponse:
    """How anyone can check, and the way in with a tracking code."""
    place = polling_place()
    view = place.view(slug, place.clock.now())
    typed = request.args.get("code", "").strip()[:80]
    error: Text | None = None
    if typed:
        state = find_receipt(place.database, place.station, typed)
        if state is not None:
            guest = standing_at(view)
            turn = f"?turn={guest.turn}" if guest.kiosk else ""
            return redirect(f"/r/{state.receipt.to_json()['tracking_code']}{turn}", 303)
        error = _("没有查到这个查验码，请对照回执核对后再试。")
    response = same_page(
        leaving_line(view),
        "ballots/verify.html",
        404 if error else 200,
        campaign=view,
        code=typed,
        error=say(error) if error else None,
        archive_url=view.archive_url,
        **_log_facts(view),
        **_head(view, view.verify_url, say(_("选票查验｜%(title)s", title=view.title))),
    )
    if typed:
        response.headers["Cache-Control"] = PRIVATE  # what somebody typed stands on it
    return response


def _log_facts(view: CampaignView) -> dict[str, Any]:
    place = polling_place()
    address = place.base_url + view.log_url
    with place.database.read() as session:
        public_log = session.get(Log, view.show.id)
        final = final_checkpoint(session, view.show.id) if view.show.closed else None
        notices = notices_after_voting(session, view.show.id) if view.show.closed else []
    if public_log is None or public_log.checkpoint is None:
        return {"checkpoint": None, "verifier_key": None, "log_url": None, "recount_command": None}
    signed = Checkpoint.parse(public_log.checkpoint.split("\n\n")[0] + "\n")
    return {
        "checkpoint": {
            "size": signed.size,
            "root_hash": signed.root_hash.hex(),
            "at": public_log.signed_at,
            "text": public_log.checkpoint,
        },
        "verifier_key": public_log.verifier_key,
        "log_url": address,
        "recount_command": f"python tools/recount.py {address}",
        "final": final and {"size": final.size, "root_hash": final.root_hash.hex()},
        "sample_audits": [
            {
                "number": notice["id"].removeprefix(SAMPLE_AUDIT),
                "url": f"{view.log_url}/{notice['id']}.json",
                "sha256": notice["sha256"],
            }
            for notice in notices
            if notice["id"].startswith(SAMPLE_AUDIT)
        ],
    }
