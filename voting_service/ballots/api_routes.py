"""The voters' side of the JSON API: ballot form, casting, counts, receipts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, g, jsonify, make_response, request

from ..clock import rfc3339, to_ms
from ..errors import NotFound
from ..text import _
from ..web import access
from ..web.caching import cacheable
from ..web.errors import answer
from ..web.inside_wechat import login_address
from ..web.limits import costly
from .ballot_form import BallotForm
from .campaign_view import CampaignView
from .cast_api import answer_cast
from .door import Knock
from .polling_place import PollingPlace, keep_session, polling_place, visit, voter_session
from .receipts import find_receipt

api = Blueprint("ballots_api", __name__, url_prefix="/api/v1")
api.after_request(keep_session)


@api.get("/campaigns/<slug>/ballot-form")
@access.voter
@costly
def ballot_form(slug: str) -> Response:
    """A fresh ballot form for this voter's session."""
    place, now, view = visit(slug)
    session = voter_session(view.show)
    if session is None:
        return _no_voter(view)
    known_by = request.args.get("as", "")
    if known_by and known_by != g.guest.known_by:
        return answer(
            "bad_form", _("您现在的投票身份与打开页面时不同，请刷新页面，看清以哪种身份投票后再投。")
        )
    if view.state in ("scheduled", "closed"):
        sentence = _("投票已经结束。") if view.state == "closed" else _("投票尚未开始。")
        next_at = rfc3339(view.next_opening) if view.next_opening else None
        return answer("not_open", sentence, extra={"next_at": next_at})
    renews = place.station.forms.read(request.args.get("from", ""), slug, session)
    came = place.came(slug, session, "", request.headers.get("Cookie", "")).came
    text, form = place.station.forms.issue(slug, session, now, came, renews)
    response = jsonify(
        form=text,
        ballot_id=form.ballot_id,
        expires_at=rfc3339(form.expires_at),
        challenge=early_challenge(place, slug, form, now),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _no_voter(view: CampaignView) -> Response:
    """What a voter must do first. The page goes to ``login`` by itself, and comes back."""
    if g.guest.inside:
        return answer("no_voter", _("请先用微信登录，再投票。"), extra={"login": login_address(view.url)})
    if view.show.rules.takes_paper:
        return answer("no_voter", _("请先输入投票码，再投票。"), extra={"login": f"{view.url}/code"})
    return answer("no_voter", _("本活动不能直接用浏览器投票，请打开活动页面查看怎样投。"))


def early_challenge(place: PollingPlace, slug: str, form: BallotForm, now: datetime) -> dict[str, Any] | None:
    """A challenge to go with the form, where the request already looks as if one will be asked."""
    knock = Knock.of(request.environ, place.base_url)
    _version, policy = place.station.policy_of(slug)
    challenge = place.station.door.ask_early(policy, form, knock, to_ms(now))
    return challenge.to_json() if challenge else None


@api.post("/campaigns/<slug>/ballots")
@access.voter
def ballots(slug: str) -> Response:
    """Cast a ballot. The front door answers this address as a rule; both give the same answer."""
    place = polling_place()
    place.showcase.campaign(slug)  # an unknown campaign is 404 before anything else
    made = answer_cast(place, slug, request.get_data(cache=False), request.environ)
    return make_response(made.body, made.status, made.headers)


@api.get("/campaigns/<slug>/counts")
@access.public
def counts(slug: str) -> Response:
    """Provisional counts, as far as the campaign shows them."""
    _place, _now, view = visit(slug)
    counted = view.counted
    body = {
        "shown": counted.shown,
        "final": counted.final,
        "certified_at": rfc3339(counted.certified_at) if counted.certified_at else None,
        "counts": {str(number): count for number, count in counted.counts.items()},
        "ballots": counted.ballots,
        "held": _by_candidate(counted.counts, counted.set_aside.held),
        "voided": _by_candidate(counted.counts, counted.set_aside.voided),
        "ballots_held": counted.set_aside.held_ballots if counted.shown else None,
        "ballots_voided": counted.set_aside.voided_ballots if counted.shown else None,
        "as_of": rfc3339(counted.as_of) if counted.as_of else None,
        "note": view.counts_note,
    }
    return cacheable(jsonify(body), max_age=1)


def _by_candidate(shown: Mapping[int, int], votes: Mapping[int, int]) -> dict[str, int]:
    """Every candidate whose count is shown, zeros too."""
    return {str(number): votes.get(number, 0) for number in shown}


@api.get("/receipts/<code>")
@access.public
@costly
def receipt(code: str) -> Response:
    """How a ballot stands, with its proof once it is published."""
    place = polling_place()
    state = find_receipt(place.database, place.station, code)
    if state is None:
        raise NotFound(_("没有查到这个查验码，请对照回执核对后再试。"))
    response = jsonify(state.to_json())
    response.headers["Cache-Control"] = "no-store"
    return response
