"""What the voters' pages and API are made of, put together once per process by the composition root."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from flask import Response, current_app, g, request
from werkzeug.http import dump_cookie

from ..campaigns.rules import CHANNELS
from ..candidates.showcase import CampaignOnShow, Showcase
from ..clock import Clock, to_ms
from ..database import Database
from ..evidence import provenance
from ..evidence.provenance import DIRECT, Provenance
from ..evidence.views import PageView, ViewBook
from ..web.identities import DEVICE, WECHAT, Identities, acting_as
from ..web.inside_wechat import inside_wechat, login_address, reads_on
from ..web.page_cache import PageCache
from ..web.sessions import COOKIE, LIFETIME_S, VoterSession, VoterSessions
from .campaign_view import CampaignView, view_of
from .counts_board import CountsBoard
from .door import voter_name
from .kiosks import turn_of
from .polling_station import PollingStation

KnownBy = Literal["browser", "wechat", "paper", "login", "outside"]
"""How a campaign knows whoever opens its page: by their browser, by WeChat, by what was handed to them on paper; or that
they must log in first (inside WeChat), or come by another way (outside)."""
_KNOWN_BY: dict[str, KnownBy] = {WECHAT: "wechat", DEVICE: "browser"}


class Guest(NamedTuple):
    """Whoever opens a page: how this campaign knows them, how they came, and what their browser is to keep."""

    session: VoterSession | None
    """None where the voter must first log in."""
    made: VoterSession | None = None
    """The session made just now, for a browser that brought none and must keep it."""
    came: Provenance = DIRECT
    remember: str | None = None
    """What the browser is to remember of the way; None where nothing is new."""
    kiosk: str = ""
    """The name of the registered kiosk that they stand at; empty for everyone else."""
    inside: bool = False
    """Whether they are inside WeChat, and the campaign knows its voters by WeChat there."""
    login: str = ""
    """Where to go first, to be logged in; empty where there is no need, or it has just failed."""

    @property
    def known_by(self) -> KnownBy:
        """How the campaign knows them, or what they must do first."""
        if self.session is not None:
            return _KNOWN_BY.get(self.session.identity, "paper")
        return "login" if self.inside else "outside"

    @property
    def turn(self) -> str:
        """Names this person's turn at a browser that is not theirs alone: at a kiosk, or wherever a code was entered.
        Empty for everyone else."""
        shared = self.session is not None and (self.kiosk or self.session.campaign)
        return turn_of(self.session.subject) if self.session and shared else ""


@dataclass(frozen=True)
class PollingPlace:
    """The rooms behind the voters' pages."""

    database: Database
    showcase: Showcase
    board: CountsBoard
    station: PollingStation
    sessions: VoterSessions
    identities: Identities
    pages: PageCache
    views: ViewBook
    clock: Clock
    secure: bool
    base_url: str

    def view(self, slug: str, now: datetime) -> CampaignView:
        """One campaign at this moment. Raises NotFound."""
        show = self.showcase.campaign(slug)
        return view_of(show, now, self.board.counts(show))

    def admit(
        self, show: CampaignOnShow, known: VoterSession | None, *, inside: bool = False
    ) -> tuple[VoterSession | None, VoterSession | None]:
        """The session that this campaign admits, None where the voter must first log in; and the one made just now
        by an identity that gives it at once, for a browser that brought none and must keep it. ``inside`` WeChat nobody
        is taken for a mere browser."""
        session = acting_as(known, show.slug, show.rules.identities)
        if inside and (session is None or session.identity == DEVICE):
            return None, None
        made = None if known else self.identities.issue(show.rules.identities, self.sessions)
        return session or made, made

    def receive(self, view: CampaignView, environ: Mapping[str, Any]) -> Guest:
        """Who opens a page of this campaign, and by which way."""
        cookies, query = environ.get("HTTP_COOKIE", ""), environ.get("QUERY_STRING", "")
        inside = self.inside(view.show, environ)
        session, made = self.admit(view.show, self.sessions.from_header(cookies), inside=inside)
        came, remember = self.came(view.slug, session, query, cookies)
        kiosk = self.kiosk(view.show, cookies) if session else ""
        first = inside and session is None and view.state == "open" and not reads_on(cookies)
        return Guest(session, made, came, remember, kiosk, inside, login_to(environ) if first else "")

    def inside(self, show: CampaignOnShow, environ: Mapping[str, Any]) -> bool:
        """Whether a request comes from inside WeChat, and this campaign and this installation log voters in there."""
        by_wechat = WECHAT in show.rules.identities and WECHAT in self.identities.names
        return by_wechat and inside_wechat(environ.get("HTTP_USER_AGENT", ""))

    def kiosk(self, show: CampaignOnShow, cookie_header: str) -> str:
        """The name of the kiosk that a browser is in this campaign; empty where it is none, or none any more."""
        kiosks = self.station.door.kiosks
        cookie = kiosks.in_header(cookie_header)
        registered = show.policy.kiosks.get(kiosks.read(show.slug, cookie)) if cookie else None
        return registered.name if registered else ""

    def next_voter(self, show: CampaignOnShow) -> Guest:
        """Someone else at the same browser: a session of their own, and nothing of the way by which the last one came."""
        session, made = self.admit(show, None)
        return Guest(session, made, remember="")

    def came(
        self, slug: str, session: VoterSession | None, query: str, cookie_header: str
    ) -> provenance.Visit:
        """How this visitor came."""
        voter = voter_name(session) if session else ""
        return provenance.visit(query, cookie_header, slug, voter, self.station.door.tokens)

    def share_token(self, slug: str, guest: Guest) -> str:
        """What the guest's own links carry; empty for one whom the campaign does not know, and at a browser that is not
        theirs alone, whose address bar is the next one's too."""
        if guest.session is None or guest.turn:
            return ""
        door = self.station.door
        return door.tokens.text(slug, door.own_token(slug, guest.session, guest.came))

    def cookies_for(self, guest: Guest) -> list[str]:
        """The values of ``Set-Cookie`` that this guest's browser has to get."""
        cookies = [self.cookie(COOKIE, self.sessions.to_cookie(guest.made), LIFETIME_S)] if guest.made else []
        if guest.remember is not None:
            cookies.append(self.cookie(provenance.COOKIE, guest.remember, provenance.LIFETIME_S))
        return cookies

    def cookie(self, name: str, value: str, lifetime_s: int) -> str:
        """The value of one ``Set-Cookie``; a lifetime of nothing takes the cookie away."""
        return dump_cookie(name, value, max_age=lifetime_s, httponly=True, secure=self.secure, samesite="Lax")

    def note_view(self, view: CampaignView, guest: Guest, environ: Mapping[str, Any]) -> None:
        """Take a page view down, while voting is open; it is written later, and may be lost with the process."""
        slug, session, came = view.slug, guest.session, guest.came
        keys = self.station.keys_of(slug) if view.state == "open" else None
        if keys is None:
            return

        def noted() -> PageView:
            return PageView(
                viewed_ms=to_ms(self.clock.now()),
                voter_tag=self.station.voter_tag(keys, session) if session else "",
                channel=CHANNELS[session.identity]
                if session
                else CHANNELS[WECHAT if guest.inside else DEVICE],
                address=environ.get("REMOTE_ADDR", ""),
                entry=came.entry,
                share_token=came.share.id if came.share else "",
                qr_site=came.site,
            )

        self.views.note(slug, noted)


def login_to(environ: Mapping[str, Any]) -> str:
    """The path that logs a voter in and then comes back to this request's page."""
    # A server hands the query on as Latin-1, whatever bytes a phone has put there.
    query = quote(environ.get("QUERY_STRING", "").encode("latin-1", "replace"), safe="%!$&'()*+,;=:@/?-._~")
    return login_address(environ["PATH_INFO"] + ("?" + query if query else ""))


def polling_place() -> PollingPlace:
    """The polling place of the running app."""
    place: PollingPlace = current_app.extensions["polling_place"]
    return place


def visit(slug: str) -> tuple[PollingPlace, datetime, CampaignView]:
    """The polling place, this moment, and one campaign at it. Raises NotFound."""
    place = polling_place()
    now = place.clock.now()
    return place, now, place.view(slug, now)


def receive(view: CampaignView) -> Guest:
    """The guest of this request, whose view is taken down; ``keep_session`` gives their browser what it has to keep."""
    place = polling_place()
    guest = place.receive(view, request.environ)
    if request.method == "GET" and not guest.login:
        place.note_view(view, guest, request.environ)
    g.guest = guest
    return guest


def voter_session(show: CampaignOnShow) -> VoterSession | None:
    """The voter's session, if this campaign admits it; a new one where there is none and an admitted identity gives
    one at once. None where the voter must first log in."""
    place = polling_place()
    inside = place.inside(show, request.environ)
    known = place.sessions.from_header(request.headers.get("Cookie"))
    session, made = place.admit(show, known, inside=inside)
    g.guest = Guest(session, made, inside=inside)
    return session


def keep_session(response: Response) -> Response:
    """Hand a new session's cookie, and what is to be remembered of the way, to the browser."""
    guest: Guest | None = g.get("guest")
    if guest and guest.turn:
        # The next person's way back must not lead to a kept copy of this one's page.
        response.headers["Cache-Control"] = "no-store"
    for cookie in polling_place().cookies_for(guest) if guest else []:
        response.headers.add("Set-Cookie", cookie)
    return response
