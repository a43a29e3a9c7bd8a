"""The campaign page: the ballot itself. Cached but for nonce, form, server time and the order of the candidates."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from flask import current_app, g, render_template, request
from markupsafe import Markup

from ..candidates.showcase import CandidateView
from ..clock import rfc3339
from ..web.headers import csp_nonce
from ..web.heads import Head
from ..web.identities import acting_as
from ..web.inside_wechat import login_address
from ..web.language import CHINESE, Slot, html_language
from ..web.page_cache import CachedPage
from ..web.sessions import VoterSession
from .campaign_view import CampaignView
from .heads import campaign_head
from .polling_place import Guest, KnownBy, PollingPlace, polling_place

T = TypeVar("T")
PRIVATE = "private, no-cache"
"""``Cache-Control`` of a page that is filled in for one voter."""
KIOSK_IDLE_S = 180
"""How long a turn that a code began waits for a touch, on any page but the receipt."""
_SLOTS = {name: Slot(name) for name in ("nonce", "form", "now", "cards", "share", "kiosk", "kiosk_line")}


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


def voters_order(candidates: Sequence[T], slug: str, session: VoterSession | None) -> list[T]:
    """The candidates in this voter's own order: random, so that nobody gains by standing first, and the same each
    time they look. By number for one without a session."""
    if session is None:
        return list(candidates)
    # Sorted by as many pseudo-random numbers: as good as shuffling, at half its cost or less.
    seed = hashlib.shake_128(f"{session.subject}|{slug}".encode())
    places = memoryview(seed.digest(8 * len(candidates))).cast("Q")
    return [candidates[i] for i in sorted(range(len(candidates)), key=places.__getitem__)]


def campaign_page(
    place: PollingPlace, view: CampaignView, guest: Guest, now: datetime, sought: Sought
) -> bytes:
    """The page for one voter."""
    if not sought.plain:
        order = _for_voter(view, view.show.candidates, guest)
        form = _form(place, view, guest, now)
        return _searched(place, view, guest, order, form, now, sought).encode()
    key = _key(view, html_language(), guest.known_by)
    page = place.pages.page(("campaign", *key), lambda: _render_cached(view, guest.known_by))
    cards = place.pages.page(("cards", *key), lambda: _render_cards_apart(view))
    return _filled(place, view, guest, now, csp_nonce(), page, cards)


def warm_page(
    place: PollingPlace, view: CampaignView, guest: Guest, now: datetime, nonce: str
) -> bytes | None:
    """The same in Chinese and outside Flask, where it has been rendered before; None where it has not."""
    key = _key(view, CHINESE, guest.known_by)
    page, cards = place.pages.known(("campaign", *key)), place.pages.known(("cards", *key))
    return _filled(place, view, guest, now, nonce, page, cards) if page and cards else None


def _key(view: CampaignView, language: str, known_by: KnownBy) -> tuple[Hashable, ...]:
    show = view.show
    # A notice's stages pass by the clock too.
    stage = view.notice[1].since if view.notice else None
    return (
        show.slug,
        show.version,
        view.state,
        view.next_opening,
        view.counted.stamp,
        stage,
        known_by,
        language,
    )


def _form(place: PollingPlace, view: CampaignView, guest: Guest, now: datetime) -> str:
    if guest.session is None or view.state != "open":
        return ""
    return place.station.forms.issue(view.show.slug, guest.session, now, guest.came)[0]


def _filled(
    place: PollingPlace,
    view: CampaignView,
    guest: Guest,
    now: datetime,
    nonce: str,
    page: CachedPage,
    cards: CachedPage,
) -> bytes:
    # One segment a card, in the order in which the campaign lists its candidates.
    order = _for_voter(view, cards.segments, guest)
    return page.fill(
        {
            "nonce": nonce.encode(),
            "form": _form(place, view, guest, now).encode(),
            "now": rfc3339(now).encode(),
            "share": place.share_token(view.show.slug, guest).encode(),
            "kiosk": guest.turn.encode(),
            "kiosk_line": kiosk_line_for(view, guest).encode() if guest.kiosk else b"",
            "cards": b"".join(order),
        }
    )


def _for_voter(view: CampaignView, listed: Sequence[T], guest: Guest) -> list[T]:
    """Whatever stands for the campaign's candidates, in this voter's order; those who have left stay at the end."""
    standing = len(view.show.standing)
    return [*voters_order(listed[:standing], view.show.slug, guest.session), *listed[standing:]]


def _render_cached(view: CampaignView, known_by: KnownBy) -> str:
    may_vote = known_by not in ("login", "outside")
    return render_template(
        "campaigns/campaign.html",
        campaign=view,
        cards=_SLOTS["cards"],
        ballot_form=_SLOTS["form"] if may_vote and view.state == "open" else None,
        csp_nonce=_SLOTS["nonce"],
        now=_SLOTS["now"],
        share_token=_SLOTS["share"],
        kiosk=_SLOTS["kiosk"],
        kiosk_line=_SLOTS["kiosk_line"],
        known_by=known_by,
        login_url=login_address(view.url),
        problems=[],
        query="",
        category_chosen="",
        kept=[],
        **_head(view).values(),
    )


def _render_cards_apart(view: CampaignView) -> str:
    return Slot("next").marker.join(_cards(view, view.show.candidates, frozenset()))


def _cards(view: CampaignView, candidates: Sequence[CandidateView], chosen: Collection[int]) -> list[str]:
    template = current_app.jinja_env.get_template("campaigns/_card.html")
    return [template.render(candidate=view.with_count(c), campaign=view, chosen=chosen) for c in candidates]


def standing_at(view: CampaignView) -> Guest:
    """The guest of a page that makes no session and takes down no view, with the kiosk that they stand at."""
    place, cookies = polling_place(), request.headers.get("Cookie", "")
    session = acting_as(place.sessions.from_header(cookies), view.slug, view.show.rules.identities)
    guest = Guest(session, kiosk=place.kiosk(view.show, cookies))
    g.guest = guest
    return guest


def leaving_line(view: CampaignView) -> Markup:
    """On a page for everyone: at a kiosk, what ends a turn that a code has begun. Nothing for all others."""
    guest = standing_at(view)
    return kiosk_line_for(view, guest) if guest.known_by == "paper" else Markup()


def kiosk_line_for(view: CampaignView, guest: Guest) -> Markup:
    """What a page says to this guest at a kiosk; nothing elsewhere."""
    return kiosk_line(view, guest.kiosk, guest.known_by == "paper")


def kiosk_line(view: CampaignView, kiosk: str, by_code: bool) -> Markup:
    """The same for whoever stands at the kiosk of this name. A turn that was begun with a code ends by itself when nobody
    touches the page any more: else the next person would cast with that code."""
    if not kiosk:
        return Markup()
    idle_s = KIOSK_IDLE_S if by_code else None
    line = render_template("ballots/_kiosk_line.html", campaign=view, name=kiosk, idle_s=idle_s)
    return Markup(line)  # noqa: S704 - a rendered template


def _searched(
    place: PollingPlace,
    view: CampaignView,
    guest: Guest,
    order: list[CandidateView],
    form: str,
    now: datetime,
    sought: Sought,
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
        share_token=place.share_token(view.slug, guest),
        kiosk=guest.turn,
        kiosk_line=kiosk_line_for(view, guest),
        known_by=guest.known_by,
        login_url=login_address(view.url),
        problems=list(sought.problems),
        query=sought.query,
        category_chosen=sought.category,
        kept=[c for c in order if c.number in sought.chosen and c.number not in shown],
        **_head(view).values(),
    )


def _matches(candidate: CandidateView, query: str) -> bool:
    """As campaign.js searches: a number finds its candidate, not every number that contains it."""
    return all(
        int(word) == candidate.number if word.isdecimal() else word in candidate.search
        for word in query.lower().split()
    )


def _head(view: CampaignView) -> Head:
    return campaign_head(polling_place().base_url, view)
