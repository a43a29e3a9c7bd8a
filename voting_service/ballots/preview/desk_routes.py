"""A draft's pages from the public templates: for officials alone, in frames of our own alone, without a form to vote with."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from ...accounts.officials import Role
from ...accounts.signed_in import acting_official
from ...campaigns.creating import LOOKERS
from ...campaigns.queries import campaign_by_slug
from ...campaigns.rule_texts import contact_texts, departure_text, record_texts, rule_texts
from ...web import access
from ...web.headers import in_our_own_frames
from ...web.language import say
from ..campaign_view import CampaignView
from ..polling_place import polling_place
from .draft_view import DraftOnShow, draft_on_show, preview_url

pages = Blueprint("desk_preview", __name__, url_prefix="/desk/campaigns/<slug>/preview")

WHO: tuple[Role, ...] = (*LOOKERS, "reviewer", "judge")
_NO_CODE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 180 180"><rect width="180" height="180" fill="#eee"/>'
    '<text x="90" y="98" font-size="22" text-anchor="middle" fill="#555">{}</text></svg>'
)


@pages.get("")
@access.official(*WHO, by_unit=True)
def campaign(slug: str) -> BaseResponse:
    """The campaign's page."""
    view = _view(slug)
    if view is None:
        return _public(slug)
    cards = "".join(
        render_template("campaigns/_card.html", candidate=one, campaign=view, chosen=()) for one in view.candidates
    )  # fmt: skip
    return _page(
        "campaigns/campaign.html", view, cards=Markup(cards), problems=[], query="", category_chosen="", kept=[]  # noqa: S704 - rendered templates
    )  # fmt: skip


@pages.get("/candidates/<int:number>")
@access.official(*WHO, by_unit=True)
def candidate(slug: str, number: int) -> BaseResponse:
    """A candidate's page."""
    view = _view(slug)
    if view is None:
        return _public(f"{slug}/candidates/{number}")
    person = view.by_number.get(number) or abort(404)
    people = view.candidates
    at = people.index(person)
    return _page(
        "candidates/candidate.html", view, candidate=person, previous=people[at - 1] if at else None,
        next=people[at + 1] if at + 1 < len(people) else None,
    )  # fmt: skip


@pages.get("/rules")
@access.official(*WHO, by_unit=True)
def rules(slug: str) -> BaseResponse:
    """The rules in words."""
    view = _view(slug)
    if view is None:
        return _public(f"{slug}/rules")
    show = view.show
    texts = [*rule_texts(show.rules), departure_text(show.plan)]
    return _page(
        "campaigns/rules.html", view,
        rules=[{"term": say(term), "text": say(text)} for term, text in texts],
        records=[{"term": say(term), "text": say(text)} for term, text in record_texts(show.policy)],
        contact=[{"term": say(term), "text": text} for term, text in contact_texts(show.plan)],
    )  # fmt: skip


@pages.get("/<any(ranking, verify, notices):page>")
@access.official(*WHO, by_unit=True)
def not_yet(slug: str, page: str) -> BaseResponse:
    """What there is nothing to show of yet."""
    view = _view(slug)
    return _page("campaigns/preview_later.html", view, page=page) if view else _public(f"{slug}/{page}")


@pages.get("/qr.svg")
@access.official(*WHO, by_unit=True)
def no_code(slug: str) -> Response:
    """In the code's place: a code that leads nowhere yet must not get onto a poster."""
    response = make_response(_NO_CODE.format(render_template("campaigns/_preview_code.txt", slug=slug)))
    response.mimetype = "image/svg+xml"
    return response


def _view(slug: str) -> CampaignView | None:
    """None once voting has begun: then the public pages are the ones to look at."""
    place, official = polling_place(), acting_official()
    with place.database.read() as session:
        found = campaign_by_slug(session, slug)
        if found.frozen:
            return None
        show: DraftOnShow = draft_on_show(
            session, found, lambda one: official.may(slug, *WHO, unit=one.organisation)
        )
    return CampaignView(show, "scheduled", None, place.board.counts(show))


def _public(path: str) -> BaseResponse:
    return redirect(f"/c/{path}", 303)


def _page(template: str, view: CampaignView, **values: Any) -> Response:
    line = render_template("campaigns/_preview_line.html", root=preview_url(view.slug))
    page = render_template(
        template, campaign=view, ballot_form=None, known_by="browser", login_url="", share_token="", kiosk="",
        kiosk_line=Markup(line), now=polling_place().clock.now(), sw_url=None, **values,  # noqa: S704 - a rendered template
    )  # fmt: skip
    return in_our_own_frames(make_response(page))
