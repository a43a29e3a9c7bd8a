"""The log in public, at ``/log/<slug>``: exactly C2SP tlog-tiles, so that any client of that format can follow it.

Tiles and checkpoints are never withheld. Entry bundles are, beyond ``shown_size``, while a campaign hides its counts.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..text import _
from ..web import access, at_hand
from ..web.addresses import SLUG
from ..web.caching import cacheable
from ..web.errors import answer
from ..web.limits import costly
from . import entries as entry_format
from . import log
from .models import Log
from .tiles import WIDTH, Tile, parse_tile_path

HASH_SIZE = 32
PARTIAL_MAX_AGE = 60
FULL_MAX_AGE = 31_536_000

public = Blueprint("log", __name__, url_prefix="/log/<slug>")


def _log(session: Session, slug: str) -> Log:
    if not SLUG.fullmatch(slug):
        abort(404)
    found = session.scalar(select(Log).where(Log.slug == slug))
    if found is None or found.checkpoint is None:
        abort(404)
    return found


@public.get("/checkpoint")
@access.public
@costly
def checkpoint(slug: str) -> Response:
    """The latest signed checkpoint."""
    with at_hand.database().read() as session:
        note = _log(session, slug).checkpoint or ""
    return _text(note, max_age=1)


@public.get("/key")
@access.public
@costly
def key(slug: str) -> Response:
    """The verifier key, one line. Get it once from elsewhere too: a key from the same place proves less."""
    with at_hand.database().read() as session:
        line = _log(session, slug).verifier_key
    return _text(line + "\n", max_age=3600)


@public.get("/tile/<path:rest>")
@access.public
@costly
def tile(slug: str, rest: str) -> Response:
    """A hash tile or an entry bundle, full or partial."""
    try:
        level, index, width = parse_tile_path(f"tile/{rest}")
    except ValueError:
        abort(404)
    with at_hand.database().read() as session:
        public_log = _log(session, slug)
        if level == "entries":
            return _bundle(session, public_log, index, width)
        # A tile of level L has one hash for each 256**L leaves that the checkpoint covers.
        present = (public_log.signed_size >> 8 * level) - index * WIDTH
        if width > present:
            abort(404)
        hashes = log.tile_reader(session, public_log.campaign_id)(Tile(level, index))
    return _octets(hashes[: width * HASH_SIZE], full=width == WIDTH)


def _bundle(session: Session, public_log: Log, index: int, width: int) -> Response:
    start, end = index * WIDTH, index * WIDTH + width
    if end > public_log.signed_size:
        abort(404)
    if public_log.shown_size is not None and end > public_log.shown_size:
        return answer(
            "entries_withheld",
            _("本活动尚未公布票数，选票明细暂不公开；哈希瓦片和检查点照常公开，期间无法改动。"),
            extra={"shown_size": public_log.shown_size},
        )
    return _octets(
        entry_format.bundle(log.entries(session, public_log.campaign_id, start, end)), full=width == WIDTH
    )


def _octets(body: bytes, *, full: bool) -> Response:
    response = make_response(body)
    response.content_type = "application/octet-stream"
    return cacheable(response, max_age=FULL_MAX_AGE if full else PARTIAL_MAX_AGE, immutable=full)


def _text(body: str, *, max_age: int) -> Response:
    response = make_response(body)
    response.content_type = "text/plain; charset=utf-8"
    return cacheable(response, max_age=max_age)
