"""The journal's pages: who did what, the newest first; and the same as a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from ..accounts.models import Official
from ..accounts.signed_in import acting_official
from ..activity import journal
from ..activity.chain import Link, to_line
from ..activity.reading import head_of
from ..activity.words import ACT_WORDS, act_words, grouped_acts
from ..clock import Clock
from ..database import Database
from ..errors import NotFound
from ..sheets import to_csv
from ..text import _
from ..web import access, at_hand
from ..web.language import say
from .finding_acts import acts_wanted
from .seen import READERS, Page, Sight, Wanted, all_of, page_of, sight_of
from .speaking import Names, details_of, spoken_actor, spoken_details, spoken_subject

pages = Blueprint("journal_desk", __name__, url_prefix="/desk")
COLUMNS = ("编号", "时间", "办理人", "事项", "事项代码", "对象", "详情", "前一条校验值", "校验值")


@pages.get("/journal")
@access.official(*READERS)
def listing() -> Response:
    """Entries that this official may see."""
    wanted, before = _wanted(), request.args.get("before", "")
    with at_hand.database().read() as session:
        titles = current_app.extensions["campaign_titles"](session)
        sight = sight_of(acting_official(), [slug for slug, _title in titles])
        page = page_of(session, sight, wanted, _zone(), int(before) if _is_number(before) else None)
        number, head = head_of(session)
        names = _names(session, page, dict(titles))
    page_parts = {
        "page": page,
        "moments": {link.number: datetime.fromisoformat(link.at) for link in page.links},
        "wanted": wanted,
        "sight": sight,
        "campaigns": [(slug, title) for slug, title in titles if slug in sight.slugs],
        "groups": grouped_acts(),
        "acts": ACT_WORDS.values(),
        "act_words": act_words,
        "actor": spoken_actor,
        "subject": lambda link: spoken_subject(link, names),
        "details": lambda link: spoken_details(link, names),
        "query": urlencode(_asked(wanted)),
        "number": number,
        "head": head,
        "continued": bool(before),
    }
    return make_response(render_template("journal_desk/list.html", **page_parts))


def _names(session: Session, page: Page, titles: dict[str, str]) -> Names:
    """What this page's entries are read out with; criteria and officials only where an entry names one."""
    held = [(link.subject.partition("/")[0], details_of(link)) for link in page.links]
    judges = {found["judge"] for _slug, found in held if isinstance(found.get("judge"), int)}
    officials = session.execute(select(Official.id, Official.name).where(Official.id.in_(judges))).all()
    criteria_of = current_app.extensions["journal_criteria"]
    slugs = {slug for slug, found in held if "criterion" in found and slug in titles}
    return Names(_zone(), titles, current_app.extensions["journal_values"], {row.id: row.name for row in officials},
                 {slug: criteria_of(session, slug) for slug in slugs})  # fmt: skip


@pages.get("/campaigns/<slug>/journal")
@access.official(*READERS)
def of_campaign(slug: str) -> BaseResponse:
    """One campaign's entries."""
    return redirect(f"/desk/journal?{urlencode({'campaign': slug})}", 303)


@pages.get("/journal/download.<kind>")
@access.official(*READERS)
def download(kind: str) -> Response:
    """The entries as a file: ``jsonl`` to check, ``csv`` to read."""
    if kind not in ("jsonl", "csv"):
        raise NotFound(_("没有这种格式。"))
    wanted, official, clock = _wanted(), acting_official(), current_app.extensions["clock"]
    with at_hand.database().write() as session:
        titles = current_app.extensions["campaign_titles"](session)
        sight = sight_of(official, [slug for slug, _title in titles])
        sight.condition(wanted.slug)
        _note(session, clock, official.name, wanted, kind)
    body = (
        _in_lines(at_hand.database(), sight, wanted, _zone()) if kind == "jsonl" else _in_cells(sight, wanted)
    )
    response = Response(body, mimetype="application/x-ndjson" if kind == "jsonl" else "text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="journal.{kind}"'
    return response


def _note(session: Any, clock: Clock, name: str, wanted: Wanted, kind: str) -> None:
    subject = f"{wanted.slug}/journal" if wanted.slug else "journal"
    day = wanted.day.isoformat() if wanted.day else None
    journal(session, at=clock.now(), actor=name, act="export_journal", subject=subject,
            details={"format": kind, "actor": wanted.actor, "act": wanted.act, "words": wanted.words, "day": day})  # fmt: skip


def _in_lines(database: Database, sight: Sight, wanted: Wanted, zone: ZoneInfo) -> Iterator[bytes]:
    """Batch by batch, so that a long journal is never whole in memory."""
    with database.read() as session:
        for batch in all_of(session, sight, wanted, zone):
            yield "".join(f"{to_line(link)}\n" for link in batch).encode()


def _in_cells(sight: Sight, wanted: Wanted) -> bytes:
    with at_hand.database().read() as session:
        links = [link for batch in all_of(session, sight, wanted, _zone()) for link in batch]
    return to_csv(COLUMNS, (_cells(link) for link in links))


def _cells(link: Link) -> list[str | int]:
    return [link.number, link.at, link.actor, str(act_words(link.act)), link.act, link.subject, link.details,
            link.previous, link.sha256]  # fmt: skip


def _wanted() -> Wanted:
    """What the address asks for; what cannot be read asks for nothing."""
    sent = request.args.get
    try:
        day = date.fromisoformat(sent("day", ""))
    except ValueError:
        day = None
    act, words = sent("act", ""), sent("words", "").strip()
    acts = acts_wanted(act, words, say)
    return Wanted(sent("campaign", ""), sent("actor", "").strip(), act, words, acts, day)


def _asked(wanted: Wanted) -> dict[str, str]:
    asked = {"campaign": wanted.slug, "actor": wanted.actor, "act": wanted.act, "words": wanted.words,
             "day": wanted.day.isoformat() if wanted.day else ""}  # fmt: skip
    return {name: value for name, value in asked.items() if value}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16


def _zone() -> ZoneInfo:
    zone: ZoneInfo = current_app.config["ZONE"]
    return zone
