"""The closing archive at the desk: made when somebody asks for it, then taken away."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, send_file
from werkzeug.wrappers import Response as BaseResponse

from voting_service.accounts.signed_in import acting_official
from voting_service.activity import journal
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.errors import NotFound
from voting_service.text import _
from voting_service.web import access, at_hand

from .closing_archive import BEING_MADE, closing_archive_path, turn_name, write_closing_archive
from .desk_routes import WHO_LOOK, WHO_WRITE

desk = Blueprint("closing_archive", __name__, url_prefix="/desk/campaigns/<slug>")


@desk.get("/archive")
@access.official(*WHO_LOOK)
def page(slug: str) -> Response:
    """When it was made last, and what is in it."""
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
    path = _path(slug)
    made = datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.is_file() else None
    return make_response(
        render_template(
            "award/archive.html",
            campaign=campaign,
            slug=slug,
            made=made,
            size=path.stat().st_size if made else 0,
            may_write=acting_official().may(slug, *WHO_WRITE),
        )
    )


@desk.post("/archive")
@access.official(*WHO_WRITE)
def make(slug: str) -> BaseResponse:
    """Make it anew; one at a time. Raises ProblemsFound while voting has not closed, Unavailable while it is being made."""
    found, at = current_app.extensions, at_hand.now()
    _path(slug)  # a name of the lock only if it is a campaign's
    with at_hand.one_at_a_time().turn(turn_name(slug), BEING_MADE):
        write_closing_archive(
            at_hand.database(),
            slug,
            found["archives"],
            found["archive_parts"],
            found["recount_program"],
            at=at,
        )
    with at_hand.database().write() as session:
        journal(session, at=at, actor=acting_official().name, act="make_closing_archive", subject=slug)
    return redirect(f"/desk/campaigns/{slug}/archive", 303)


@desk.get("/archive.zip")
@access.official(*WHO_LOOK)
def download(slug: str) -> Response:
    """The file."""
    path = _path(slug)
    if not path.is_file():
        raise NotFound(_("还没有生成结项归档。"), _("请先在归档页面上生成。"))
    return send_file(path.resolve(), as_attachment=True, download_name=f"{slug}-结项归档.zip", etag=False)


def _path(slug: str) -> Path:
    with at_hand.database().read() as session:
        # What is asked for is a name on the disk only if it is a campaign's.
        slug = campaign_by_slug(session, slug).slug
    return closing_archive_path(current_app.extensions["archives"], slug)
