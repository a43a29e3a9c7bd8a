"""Media on the desk: who may show embeds, who may take the kit, partners with their keys and figures, revoking one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from ...accounts.signed_in import acting_official
from ...campaigns.queries import campaign_by_slug
from ...errors import Problem, ProblemsFound
from ...text import Text, _
from ...web import access, at_hand
from .counting import EmbedCounter
from .keeping import (
    LOOKERS,
    WRITERS,
    WantedPartner,
    WantedTerms,
    change_partner,
    change_terms,
    make_partner,
    revoke_partner,
)
from .queries import Counted, counted_by_key, days_of, list_partners, origins_of, partner_by_id, terms_of

pages = Blueprint("desk_media", __name__, url_prefix="/desk/campaigns/<slug>/media")

LATELY_DAYS = 30
_DONE: Mapping[str, Text] = {
    "terms": _("已保存。"),
    "made": _("已添加。把下面的嵌入代码发给对方即可。"),
    "changed": _("已保存，网址变动一分钟内生效。"),
    "revoked": _("已撤销，对方的嵌入页一分钟内不再显示内容。"),
}


@pages.get("")
@access.official(*LOOKERS)
def overview(slug: str) -> Response:
    """Terms, partners, and what was counted."""
    return _overview(slug)


@pages.post("")
@access.official(*WRITERS)
def save_terms(slug: str) -> BaseResponse:
    """Change the terms."""
    sent = request.form
    wanted = WantedTerms(sent.get("who") == "partners", sent.get("kit") == "yes", sent.get("credit", ""))
    try:
        with at_hand.database().write() as session:
            change_terms(session, slug, wanted, at=at_hand.now(), official=acting_official())
    except ProblemsFound as refused:
        return _overview(slug, wanted, refused.problems, 422)
    return redirect(f"/desk/campaigns/{slug}/media?done=terms", 303)


@pages.get("/partners/new")
@access.official(*WRITERS)
def new(slug: str) -> Response:
    """The form."""
    return _form(slug, WantedPartner("", ""))


@pages.post("/partners/new")
@access.official(*WRITERS)
def make(slug: str) -> BaseResponse:
    """Add a partner."""
    wanted = _wanted()
    try:
        with at_hand.database().write() as session:
            made = make_partner(session, slug, wanted, at=at_hand.now(), official=acting_official())
    except ProblemsFound as refused:
        return _form(slug, wanted, refused.problems, 422)
    return redirect(f"/desk/campaigns/{slug}/media/partners/{made.id}?done=made", 303)


@pages.get("/partners/<int(max=2147483647):number>")
@access.official(*LOOKERS)
def one(slug: str, number: int) -> Response:
    """One partner: its sites, its key, its figures day by day."""
    return _one(slug, number)


@pages.post("/partners/<int(max=2147483647):number>")
@access.official(*WRITERS)
def change(slug: str, number: int) -> BaseResponse:
    """Another name, other sites."""
    wanted = _wanted()
    try:
        with at_hand.database().write() as session:
            change_partner(session, slug, number, wanted, at=at_hand.now(), official=acting_official())
    except ProblemsFound as refused:
        return _one(slug, number, wanted, refused.problems, 422)
    return redirect(f"/desk/campaigns/{slug}/media/partners/{number}?done=changed", 303)


@pages.get("/partners/<int(max=2147483647):number>/revoke")
@access.official(*WRITERS)
def ask_to_revoke(slug: str, number: int) -> Response:
    """The last look."""
    return _revoke_page(slug, number)


@pages.post("/partners/<int(max=2147483647):number>/revoke")
@access.official(*WRITERS)
def revoke(slug: str, number: int) -> BaseResponse:
    """Its embeds show nothing any more."""
    if request.form.get("confirmed") != "yes":
        return _revoke_page(slug, number, [Problem("confirmed", _("请先核对，再勾选确认。"))], 422)
    with at_hand.database().write() as session:
        revoke_partner(session, slug, number, at=at_hand.now(), official=acting_official())
    return redirect(f"/desk/campaigns/{slug}/media/partners/{number}?done=revoked", 303)


def _wanted() -> WantedPartner:
    return WantedPartner(request.form.get("name", ""), request.form.get("origins", ""))


def _overview(
    slug: str, wanted: WantedTerms | None = None, found: Sequence[Problem] = (), status: int = 200
) -> Response:
    # What this process has counted is not written yet; what the others have comes within seconds.
    _counter().flush()
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
        terms = terms_of(session, campaign.id)
        partners = list_partners(session, campaign.id)
        today = at_hand.now().astimezone(campaign.rules.zone).date()
        lately = counted_by_key(session, campaign.id, today - timedelta(days=LATELY_DAYS - 1))
        ever = counted_by_key(session, campaign.id)
    return _page(
        "overview", status, campaign=campaign, partners=partners, lately=lately, ever=ever, nothing=Counted(), found=found,
        terms=wanted or WantedTerms(terms.only_partners, terms.kit_public, terms.credit), origins_of=origins_of,
        days=LATELY_DAYS,
    )  # fmt: skip


def _one(
    slug: str, number: int, wanted: WantedPartner | None = None, found: Sequence[Problem] = (),
    status: int = 200,
) -> Response:  # fmt: skip
    _counter().flush()
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
        partner = partner_by_id(session, campaign.id, number)
        ever = counted_by_key(session, campaign.id).get(partner.key, Counted())
        lines = days_of(session, campaign.id, partner.key)
    values = wanted or WantedPartner(partner.name, "\n".join(origins_of(partner)))
    return _page("partner", status, campaign=campaign, partner=partner, ever=ever, lines=lines, values=values, found=found,
                 origins=origins_of(partner))  # fmt: skip


def _form(slug: str, values: WantedPartner, found: Sequence[Problem] = (), status: int = 200) -> Response:
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
    return _page("partner_new", status, campaign=campaign, values=values, found=found)


def _revoke_page(slug: str, number: int, found: Sequence[Problem] = (), status: int = 200) -> Response:
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
        partner = partner_by_id(session, campaign.id, number)
    return _page("partner_revoke", status, campaign=campaign, partner=partner, origins=origins_of(partner),
                 found=found)  # fmt: skip


def _page(name: str, status: int, **values: Any) -> Response:
    slug = values["campaign"].slug
    return make_response(
        render_template(
            f"media/{name}.html", at=f"/desk/campaigns/{slug}/media", may_act=acting_official().may(slug, *WRITERS),
            done=_DONE.get(request.args.get("done", "")), **values,
        ),
        status,
    )  # fmt: skip


def _counter() -> EmbedCounter:
    counter: EmbedCounter = current_app.extensions["embed_counter"]
    return counter
