"""What the voters' pages and API are made of, put together once per process by the composition root."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Response, current_app, g, request
from werkzeug.http import dump_cookie

from ..candidates.showcase import CampaignOnShow, Showcase
from ..clock import Clock
from ..database import Database
from ..web.identities import Identities
from ..web.page_cache import PageCache
from ..web.sessions import COOKIE, LIFETIME_S, VoterSession, VoterSessions
from .campaign_view import CampaignView, view_of
from .cast import PollingStation
from .counts_board import CountsBoard


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
    clock: Clock
    secure: bool
    base_url: str

    def view(self, slug: str, now: datetime) -> CampaignView:
        """One campaign at this moment. Raises NotFound."""
        show = self.showcase.campaign(slug)
        return view_of(show, now, self.board.counts(show))

    def admit(
        self, show: CampaignOnShow, known: VoterSession | None
    ) -> tuple[VoterSession | None, VoterSession | None]:
        """The session that this campaign admits, None where the voter must first log in; and the one made just now
        by an identity that gives it at once, for a browser that brought none and must keep it."""
        made = None if known else self.identities.issue(show.rules.identities, self.sessions)
        session = known or made
        admitted = session is not None and session.identity in show.rules.identities
        return session if admitted else None, made

    def session_cookie(self, session: VoterSession) -> str:
        """The value of ``Set-Cookie``."""
        return dump_cookie(
            COOKIE,
            self.sessions.to_cookie(session),
            max_age=LIFETIME_S,
            httponly=True,
            secure=self.secure,
            samesite="Lax",
        )


def polling_place() -> PollingPlace:
    """The polling place of the running app."""
    place: PollingPlace = current_app.extensions["polling_place"]
    return place


def visit(slug: str) -> tuple[PollingPlace, datetime, CampaignView]:
    """The polling place, this moment, and one campaign at it. Raises NotFound."""
    place = polling_place()
    now = place.clock.now()
    return place, now, place.view(slug, now)


def voter_session(show: CampaignOnShow) -> VoterSession | None:
    """The voter's session, if this campaign admits it; a new one where there is none and an admitted identity gives
    one at once. None where the voter must first log in."""
    place = polling_place()
    session, g.new_session = place.admit(show, place.sessions.from_cookie(request.cookies.get(COOKIE)))
    return session


def keep_session(response: Response) -> Response:
    """Hand a new session's cookie to the browser."""
    session: VoterSession | None = g.get("new_session")
    if session is not None:
        response.headers.add("Set-Cookie", polling_place().session_cookie(session))
    return response
