"""Posters at the desk: which to download, where they hang, and how many came by each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from ...accounts.signed_in import acting_official
from ...campaigns.creating import LOOKERS, WRITERS
from ...campaigns.models import DRAFT
from ...campaigns.queries import campaign_by_slug
from ...candidates.photos import PhotoStore
from ...candidates.showcase import CampaignOnShow, CandidateView, Showcase
from ...errors import NotFound, Problem, ProblemsFound
from ...scanning.retention import day_of_deletion
from ...text import Text, _
from ...web import access, at_hand
from ...web.language import say
from ..press import Press
from .asked import Asked
from .batch import NOWHERE, Batch, BatchTurn, problems_of, sent
from .papers import PAPERS
from .scans import OTHERS, ScanCounts
from .sites import Site, current_sites, known_names, name_sites

pages = Blueprint("desk_posters", __name__, url_prefix="/desk/campaigns/<slug>/posters")

KINDS = ("pdf", "png")


@pages.get("")
@access.official(*LOOKERS)
def posters(slug: str) -> Response:
    """What can be downloaded, today's sites, and scans by site."""
    return _page(slug)


@pages.post("/sites")
@access.official(*WRITERS)
def sites(slug: str) -> BaseResponse:
    """Today's list of sites."""
    typed = request.form.get("sites", "")[:20_000]
    try:
        with at_hand.database().write() as session:
            name_sites(session, slug, typed, at=at_hand.now(), official=acting_official())
    except ProblemsFound as found:
        return _page(slug, list(found.problems), 422, typed=typed)
    return redirect(f"/desk/campaigns/{slug}/posters?done=sites", 303)


@pages.get("/posters.zip")
@access.official(*LOOKERS)
def download(slug: str) -> Response:
    """The chosen posters in one archive, made while it is sent."""
    with at_hand.database().read() as session:
        known = current_sites(session, slug)
    try:
        batch = _batch(slug, known)
        photos = _photos()
        if problems := problems_of(batch, photos):
            raise ProblemsFound(problems)
    except ProblemsFound as found:
        return _page(slug, list(found.problems), 422)
    turns: BatchTurn = current_app.extensions["poster_batches"]
    press: Press = current_app.extensions["press"]
    turn = turns.take()
    response = Response(sent(batch, press, photos, turn), mimetype="application/zip")
    # Whoever goes away before the first byte lets the next one in too.
    response.call_on_close(turn.give_back)
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{slug}-posters-{batch.asked.paper.key}.zip"'
    )
    return response


def _batch(slug: str, known: list[Site]) -> Batch:
    """As the form asks for it. Raises ProblemsFound."""
    show = _show(slug)
    if show is None:
        raise ProblemsFound([Problem("who", _("活动还没有公开，二维码没有地方可去。"))])
    kind = request.args.get("kind", "pdf")
    if kind not in KINDS:
        raise ProblemsFound([Problem("kind", _("没有这种文件。"))])
    return Batch(
        show, _numbers(show, request.args.get("who", "all")), _sites(known, request.args.get("where", "none")),
        Asked.of({key: value for key, value in request.args.items() if key != "q"}), kind, at_hand.now(),
        current_app.config["BASE_URL"], say,
    )  # fmt: skip


def _numbers(show: CampaignOnShow, who: str) -> tuple[int | None, ...]:
    everybody = tuple(person.number for person in show.standing)
    if who in ("all", "campaign"):
        return (None, *everybody) if who == "all" else (None,)
    chosen = tuple(number for number in everybody if str(number) == who)
    if who == "candidates":
        return everybody
    if not chosen:
        raise ProblemsFound([Problem("who", _("没有这位候选人。"))])
    return chosen


def _sites(known: list[Site], where: str) -> tuple[Site, ...]:
    if where == "none":
        return (NOWHERE,)
    chosen = tuple(site for site in known if where in ("all", site.code))
    if not chosen:
        raise ProblemsFound([Problem("where", _("没有这个投放点。"), _("请先在下面登记。"))])
    return chosen


def _show(slug: str) -> CampaignOnShow | None:
    """None while it is a draft: a code that leads nowhere must not get onto a wall."""
    showcase: Showcase = current_app.extensions["showcase"]
    try:
        return showcase.campaign(slug)
    except NotFound:
        return None


def _people(slug: str, is_draft: bool) -> tuple[CandidateView, ...]:
    show = None if is_draft else _show(slug)
    return show.standing if show else ()


def _photos() -> Path:
    store: PhotoStore = current_app.extensions["photos"]
    return store.directory


def _page(
    slug: str, found: list[Problem] | None = None, status: int = 200, typed: str | None = None
) -> Response:
    counts: ScanCounts = current_app.extensions["poster_scans"]
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
        is_draft = campaign.phase == DRAFT
        named, known = current_sites(session, slug), known_names(session, slug)
        deleted = day_of_deletion(session, slug)
        scans = None if is_draft or deleted else counts.of(session, campaign.id, slug)
    shown: dict[str, Any] = {
        "campaign": campaign, "show": None if is_draft else _show(slug), "sites": named, "deleted": deleted,
        "scans": scans, "papers": PAPERS.values(), "found": found or [],
        "rows": _rows(named, known, scans.visitors, scans.views) if scans else [],
        "typed": "\n".join(site.line for site in named) if typed is None else typed,
        "may_write": acting_official().may(slug, *WRITERS),
        "done": _("投放点已经登记。") if request.args.get("done") == "sites" else None,
        "asked": request.args,
        "paper_options": [(paper.key, paper.words, paper.about) for paper in PAPERS.values()],
        "choices_of_people": [(one.number, f"{one.number} {one.name}") for one in _people(slug, is_draft)],
        "choices_of_sites": [(site.code, site.name) for site in named],
    }  # fmt: skip
    return make_response(render_template("posters/desk_posters.html", **shown), status)


def _rows(
    named: list[Site], known: dict[str, str], visitors: dict[str, int], views: dict[str, int]
) -> list[tuple[Text | str, str, int, int]]:
    """Name, code, visitors, views: today's sites in their order, then whatever else was scanned."""
    today = {site.code for site in named}
    rest = sorted(
        (code for code in views if code not in today), key=lambda code: (code == OTHERS, -views[code], code)
    )

    def called(code: str) -> Text | str:
        if code == OTHERS:
            return _("其他代号")
        return known.get(code, "") or _("没有登记过")

    ordered = [(site.name, site.code) for site in named] + [(called(code), code) for code in rest]
    return [(name, code, visitors.get(code, 0), views.get(code, 0)) for name, code in ordered]
