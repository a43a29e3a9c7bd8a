"""Notices in public: the list, one notice as page, fragment, PDF, Word and JSON, and each step's document beside the log."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    make_response,
    render_template,
    request,
    send_file,
)

from voting_service.ballots.campaign_page import leaving_line
from voting_service.ballots.polling_place import polling_place
from voting_service.database import Database
from voting_service.media.partners.book import MediaBook
from voting_service.text import _
from voting_service.web import access, at_hand
from voting_service.web.caching import cacheable
from voting_service.web.headers import same_for_everyone
from voting_service.web.heads import Head
from voting_service.web.language import say
from voting_service.web.limits import costly
from voting_service.web.same_page import same_page

from ..docket.words import DECLINE_WORDS
from ..notices.official_text import change_line, office_line
from .board import CampaignNotices, NoticeBoard, document_bytes
from .heads import list_head, notice_head
from .pages import docx_of, notice_in_full, notice_summary, pdf_of, text_of

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAX_AGE = 30
"""Seconds; a state that ends at midnight is shown a little late at most."""

pages = Blueprint("board", __name__)
api = Blueprint("board_api", __name__, url_prefix="/api/v1/campaigns/<slug>/notices")


def _board() -> NoticeBoard:
    board: NoticeBoard = current_app.extensions["notice_board"]
    return board


def _base_url() -> str:
    base_url: str = current_app.config["BASE_URL"]
    return base_url


@pages.get("/c/<slug>/notices")
@access.public
def notices(slug: str) -> Response:
    """A campaign's notices, the latest first."""
    campaign = _board().campaign(slug)
    title = say(_("公示公告｜%(title)s", title=campaign.title))
    head = list_head(_base_url(), campaign, title)
    return _page(campaign, "board/notices.html", head, notices=campaign.notices)


@pages.get("/c/<slug>/notices/<int:number>")
@access.public
def notice(slug: str, number: int) -> Response:
    """One notice."""
    found = _board().notice(slug, number)
    campaign = _board().campaign(slug)
    head = notice_head(_base_url(), campaign, found, say)
    return _page(campaign, "board/notice.html", head, notice=found,
                 address=_base_url() + found.url, **_words())  # fmt: skip


@pages.get("/c/<slug>/notices/<int:number>/embed")
@access.public
def embed(slug: str, number: int) -> Response:
    """The same for a frame on other sites, those of the campaign's media list: light, without scripts, and nothing of whoever
    looks at it."""
    found = _board().notice(slug, number)
    book: MediaBook = current_app.extensions["media_book"]
    ancestors = book.terms(polling_place().showcase.campaign(slug)).ancestors("")
    page = render_template(
        "board/embed.html",
        notice=found,
        address=_base_url() + found.url,
        now=at_hand.now(),
        csp_nonce="",
        **_words(),
    )
    return cacheable(same_for_everyone(make_response(page), ancestors=ancestors), max_age=MAX_AGE)


@pages.get("/c/<slug>/notices/<int:number>.json")
@access.public
def document(slug: str, number: int) -> Response:
    """The document as it was published, byte for byte what the log has the hash of."""
    return _document(slug, _board().notice(slug, number).steps[0].log_name)


@pages.get("/log/<slug>/notice-<rest>.json")
@access.public
@costly
def step_document(slug: str, rest: str) -> Response:
    """The document of any step of a notice, by its name in the log."""
    return _document(slug, f"notice-{rest}")


@pages.get("/c/<slug>/notices/<int:number>.<any(pdf, docx):kind>")
@access.public
@costly
def official_file(slug: str, number: int, kind: str) -> Response:
    """The official text to print, or to go on working with."""
    text = text_of(_board().notice(slug, number), at_hand.now(), _base_url())
    data, mimetype = (pdf_of(text), PDF) if kind == "pdf" else (docx_of(text), DOCX)
    name = f"{slug}-notice-{number}.{kind}"
    response = send_file(
        BytesIO(data), mimetype, as_attachment=kind == "docx", download_name=name, etag=False
    )
    response.direct_passthrough = False
    return cacheable(response, max_age=MAX_AGE)


@api.get("")
@access.public
def list_notices(slug: str) -> Response:
    """Published notices, the latest first."""
    now = at_hand.now()
    found = _board().campaign(slug).notices
    return cacheable(jsonify(notices=[notice_summary(one, now, _base_url()) for one in found]), max_age=5)


@api.get("/<int:notice>")
@access.public
def get_notice(slug: str, notice: int) -> Response:
    """One notice with its document and steps."""
    return cacheable(
        jsonify(notice_in_full(_board().notice(slug, notice), at_hand.now(), _base_url())), max_age=5
    )


def _document(slug: str, log_name: str) -> Response:
    database: Database = current_app.extensions["database"]
    with database.read() as session:
        data = document_bytes(session, slug, log_name)
    if data is None:
        abort(404)
    response = make_response(data)
    response.content_type = "application/json"
    return cacheable(response, max_age=300)


def _words() -> dict[str, Any]:
    return {"office_line": office_line, "change_line": change_line, "decline_words": DECLINE_WORDS}


def _page(campaign: CampaignNotices, template: str, head: Head, **values: Any) -> Response:
    """The same bytes for everyone, asked for by their ETag; at a kiosk with the line that ends a turn."""
    line = ""
    if campaign.public and "Cookie" in request.headers:
        line = leaving_line(polling_place().view(campaign.slug, at_hand.now()))
    return same_page(line, template, campaign=campaign, now=at_hand.now(), **head.values(), **values)
