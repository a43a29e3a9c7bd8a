"""What the voters' pages and API are made of, put together once per process by the composition root."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Response, current_app, g, request

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


def polling_place() -> PollingPlace:
    """The polling place of the running app."""
    place: PollingPlace = current_app.extensions["polling_place"]
    return place


def voter_session(show: CampaignOnShow) -> VoterSession | None:
    """The voter's session, if this campaign admits it; a new one where there is none and an admitted identity gives
    one at once. None where the voter must first log in."""
    place = polling_place()
    session = place.sessions.from_cookie(request.cookies.get(COOKIE))
    if session is None:
        session = g.new_session = place.identities.issue(show.rules.identities, place.sessions)
    return session if session is not None and session.identity in show.rules.identities else None


def keep_session(response: Response) -> Response:
    """Hand a new session's cookie to the browser."""
    session: VoterSession | None = g.get("new_session")
    if session is not None:
        place = polling_place()
        response.set_cookie(
            COOKIE,
            place.sessions.to_cookie(session),
            max_age=LIFETIME_S,
            httponly=True,
            secure=place.secure,
            samesite="Lax",
        )
    return response
