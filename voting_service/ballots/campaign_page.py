"""The campaign page: the ballot itself. Cached but for nonce, form, server time and the order of the candidates."""

from __future__ import annotations

import hmac
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import current_app, render_template
from markupsafe import Markup

from ..candidates.showcase import CandidateView
from ..clock import rfc3339
from ..web.headers import csp_nonce
from ..web.language import Slot, html_language
from ..web.page_cache import CachedPage
from ..web.sessions import VoterSession
from .campaign_view import CampaignView
from .polling_place import PollingPlace

_SLOTS = {name: Slot(name) for name in ("nonce", "form", "now", "cards")}


@dataclass(frozen=True)
class Sought:
    """What a voter without JavaScript has typed and chosen so far."""

    query: str = ""
    category: str = ""
    chosen: frozenset[int] = field(default_factory=frozenset)
    problems: tuple[str, ...] = ()

    @property
    def plain(self) -> bool:
        """Whether this is the page as everyone first sees it."""
        return not (self.query or self.category or self.chosen or self.problems)


def voters_order(
    candidates: Sequence[CandidateView], slug: str, session: VoterSession | None
) -> list[CandidateView]:
    """The candidates in this voter's own order: random, so that nobody gains by standing first, and the same each
    time they look. By number for one without a session."""
    if session is None:
        return list(candidates)
    seed = hmac.digest(session.subject.encode(), slug.encode(), "sha256")
    shuffled = list(candidates)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - an order, not a secret
    return shuffled


def campaign_page(
    place: PollingPlace, view: CampaignView, session: VoterSession | None, now: datetime, sought: Sought
) -> bytes:
    """The page for one voter."""
    form = ""
    if session is not None and view.state == "open":
        form, _ballot_form = place.station.forms.issue(view.slug, session, now)
    order = voters_order(view.show.candidates, view.slug, session)
    if not sought.plain:
        return _searched(view, order, form, now, sought, no_device=session is None).encode()
    page, cards = _cached(place, view, no_device=session is None)
    return page.fill(
        {
            "nonce": csp_nonce().encode(),
            "form": form.encode(),
            "now": rfc3339(now).encode(),
            "cards": b"".join([cards[candidate.number] for candidate in order]),
        }
    )


def _cached(
    place: PollingPlace, view: CampaignView, *, no_device: bool
) -> tuple[CachedPage, dict[int, bytes]]:
    key = (
        view.slug,
        view.version,
        view.state,
        view.next_opening,
        view.counted.stamp,
        no_device,
        html_language(),
    )
    page = place.pages.page(("campaign", *key), lambda: _render_cached(view, no_device=no_device))
    joined = place.pages.page(("cards", *key), lambda: _render_cards_apart(view))
    # One segment a card, in the order of their numbers.
    numbers = [candidate.number for candidate in view.show.candidates]
    return page, dict(zip(numbers, joined.segments, strict=True))


def _render_cached(view: CampaignView, *, no_device: bool) -> str:
    return render_template(
        "campaigns/campaign.html",
        campaign=view,
        cards=_SLOTS["cards"],
        ballot_form=None if no_device or view.state != "open" else _SLOTS["form"],
        csp_nonce=_SLOTS["nonce"],
        now=_SLOTS["now"],
        no_device=no_device,
        problems=[],
        query="",
        category_chosen="",
        kept=[],
        **_share(view),
    )


def _render_cards_apart(view: CampaignView) -> str:
    return Slot("next").marker.join(_cards(view, view.show.candidates, frozenset()))


def _cards(view: CampaignView, candidates: Sequence[CandidateView], chosen: Collection[int]) -> list[str]:
    template = current_app.jinja_env.get_template("campaigns/_card.html")
    return [template.render(candidate=view.with_count(c), campaign=view, chosen=chosen) for c in candidates]


def _searched(
    view: CampaignView,
    order: list[CandidateView],
    form: str,
    now: datetime,
    sought: Sought,
    *,
    no_device: bool,
) -> str:
    found = [
        c
        for c in order
        if (not sought.category or (c.category and c.category.key == sought.category))
        and _matches(c, sought.query)
    ]
    shown = {c.number for c in found}
    return render_template(
        "campaigns/campaign.html",
        campaign=view,
        cards=Markup("".join(_cards(view, found, sought.chosen))),  # noqa: S704 - rendered templates
        ballot_form=form or None,
        csp_nonce=csp_nonce(),
        now=now,
        no_device=no_device,
        problems=list(sought.problems),
        query=sought.query,
        category_chosen=sought.category,
        kept=[c for c in order if c.number in sought.chosen and c.number not in shown],
        **_share(view),
    )


def _matches(candidate: CandidateView, query: str) -> bool:
    """As campaign.js searches: a number finds its candidate, not every number that contains it."""
    return all(
        int(word) == candidate.number if word.isdecimal() else word in candidate.search
        for word in query.lower().split()
    )


def _share(view: CampaignView) -> dict[str, object]:
    """Share card and canonical address."""
    base = current_app.extensions["polling_place"].base_url
    image = view.cover.src if view.cover else None
    return {
        "canonical_url": base + view.url,
        "share": {
            "title": view.title,
            "description": view.summary,
            "image_url": base + image if image else None,
            "url": base + view.url,
        },
    }
