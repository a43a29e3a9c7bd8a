"""Embed codes at the desk: for whom, of whom, in which light; the two codes to copy, and how it looks."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, make_response, render_template, request

from ...accounts.signed_in import acting_official
from ...campaigns.models import DRAFT
from ...campaigns.queries import campaign_by_slug
from ...candidates.departures import standing_roster
from ...candidates.models import Candidate
from ...text import Text, _
from ...web import access, at_hand
from ...web.headers import may_frame_our_own
from ..partners.keeping import LOOKERS, WRITERS
from ..partners.queries import list_partners
from .code import default_size, embed_path, frame_code, script_code

pages = Blueprint("desk_embeds", __name__, url_prefix="/desk/campaigns/<slug>/media/embeds")

WIDTHS = (240, 360, 600)
"""At which the page shows it."""
THEMES = (("auto", _("随读者的系统")), ("light", _("浅色")), ("dark", _("深色")))


@pages.get("")
@access.official(*LOOKERS)
def codes(slug: str) -> Response:
    """The codes, and the embed at three widths."""
    asked = request.args
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
        people = standing_roster(session, campaign.id)
        partners = [one for one in list_partners(session, campaign.id) if one.revoked_at is None]
    person = next((one for one in people if str(one.number) == asked.get("candidate", "")), None)
    partner = next((one for one in partners if one.key == asked.get("key", "")), None)
    theme = asked.get("theme", "") if asked.get("theme") in ("light", "dark") else ""
    number, base, key = (
        person.number if person else None,
        current_app.config["BASE_URL"],
        partner.key if partner else "",
    )
    title = _called(person) if person else campaign.title
    preview = embed_path(slug, number) + "?preview=1" + (f"&theme={theme}" if theme else "")
    response = make_response(
        render_template(
            "media/codes.html", campaign=campaign, person=person, partner=partner,
            theme=theme, themes=THEMES, preview=None if campaign.phase == DRAFT else preview, widths=WIDTHS,
            height=default_size(number)[1], at=f"/desk/campaigns/{slug}/media",
            may_act=acting_official().may(slug, *WRITERS),
            subjects=[("all", _("整个活动")), *((one.number, _called(one)) for one in people)],
            keys=[("none", _("不用密钥")), *((one.key, one.name) for one in partners)],
            # As text, to be read and copied: markup would be put into this very page.
            script=str(script_code(base, slug, number, key=key, theme=theme, title=title)),
            frame=str(frame_code(base, slug, number, title=title, key=key, theme=theme)),
        )
    )  # fmt: skip
    return may_frame_our_own(response)


def _called(person: Candidate) -> Text:
    return _("%(number)s 号 %(name)s", number=person.number, name=person.name)
