"""A kiosk's pages: the link that makes a browser one and ends it again, and the change from one voter to the next.

The link is the secret: whoever has it may do this. It is answered with 404 once it is forged or its kiosk is removed.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from anti_fraud.policy import Kiosk

from ..evidence import provenance
from ..web import access
from ..web.headers import keep_out_of_sight
from ..web.limits import costly
from ..web.sessions import COOKIE as VOTER_COOKIE
from ..web.sessions import LIFETIME_S
from .campaign_view import CampaignView
from .kiosks import COOKIE
from .polling_place import keep_session, polling_place, visit

pages = Blueprint("kiosks", __name__)
pages.after_request(keep_session)


@pages.after_request
def keep_secret(response: Response) -> Response:
    """The address of these pages is a secret."""
    return keep_out_of_sight(response, "strict-origin")


@pages.get("/kiosk/<slug>/<token>")
@access.public
@costly
def kiosk(slug: str, token: str) -> Response:
    """What the link does, and the one button that does it."""
    place, _now, view = visit(slug)
    registered = _registered(view, token)
    running = place.station.door.kiosks.in_header(request.headers.get("Cookie", "")) == token
    return make_response(
        render_template("ballots/kiosk.html", campaign=view, name=registered.name, running=running)
    )


@pages.post("/kiosk/<slug>/<token>")
@access.public
@costly
def switch(slug: str, token: str) -> BaseResponse:
    """Make this browser the kiosk, or a browser like any other again. Either way nobody who voted on it before is
    remembered."""
    place, _now, view = visit(slug)
    _registered(view, token)
    if request.form.get("action") == "end":
        response = redirect(request.path, 303)
        for name in (COOKIE, VOTER_COOKIE, provenance.COOKIE):
            response.headers.add("Set-Cookie", place.cookie(name, "", 0))
        return response
    response = _start_anew(view)
    response.headers.add("Set-Cookie", place.cookie(COOKIE, token, LIFETIME_S))
    return response


@pages.post("/kiosk/<slug>/next")
@access.voter
@costly
def next_voter(slug: str) -> BaseResponse:
    """The next one, please: a new voter's session, at a kiosk alone. Elsewhere the voter stays who they are."""
    place, _now, view = visit(slug)
    if place.kiosk(view.show, request.headers.get("Cookie", "")):
        return _start_anew(view)
    return redirect(view.url, 303)


def _start_anew(view: CampaignView) -> BaseResponse:
    """Someone else: with a session of their own, or, where one must be earned, none and the page where a code is
    entered."""
    place = polling_place()
    guest = g.guest = place.next_voter(view.show)
    if guest.made or not view.show.rules.takes_paper:
        return redirect(view.url, 303)
    response = redirect(f"{view.url}/code", 303)
    response.headers.add("Set-Cookie", place.cookie(VOTER_COOKIE, "", 0))
    return response


def _registered(view: CampaignView, token: str) -> Kiosk:
    """The kiosk of a link; 404 for one that is forged or no longer registered."""
    place = polling_place()
    found: Kiosk | None = view.show.policy.kiosks.get(place.station.door.kiosks.read(view.slug, token))
    if found is None:
        abort(404)
    return found
