"""``/desk/campaigns/<slug>/clusters``: what the latest scan found. Whoever judges sees whom the ballots chose once they have
judged, and not before."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from ...accounts.signed_in import acting_official
from ...campaigns.queries import campaign_by_slug
from ...candidates.queries import names_by_number
from ...errors import ProblemsFound
from ...recorder.drain import Stores
from ...scanning.asking import ask_for_scan
from ...scanning.live import cluster_of
from ...text import Text, _
from ...web import access
from ..blind.reviewing import WORDS, clusters_open_to, judge, of_cluster, only_watches, review_of
from .blind_sheet import SAMPLE as BLIND_SAMPLE
from .blind_sheet import blind_sheet
from .overview import SAMPLE, cluster_sheet, overview

pages = Blueprint("desk_clusters", __name__, url_prefix="/desk/campaigns/<slug>/clusters")

DONE: dict[str, Text] = {
    "asked": _("已请值守程序排查，一般一分钟内有结果，请稍后刷新。"),
    "judged": _("您的判断已记下。"),
}


def _stores() -> Stores:
    stores: Stores = current_app.extensions["recorder_stores"]
    return stores


def _done() -> Text | None:
    return DONE.get(request.args.get("done", ""))


@pages.get("")
@access.official("operator", "committee", "supervisor")
def listing(slug: str) -> str:
    """The latest scan and its clusters."""
    return _listing(slug)


@pages.post("/scan")
@access.official("operator", "committee")
def scan(slug: str) -> BaseResponse | tuple[str, int]:
    """Ask the watch for a scan."""
    stores = _stores()
    try:
        with stores.database.write() as session:
            ask_for_scan(session, slug, at=stores.clock.now(), actor=acting_official().name)
    except ProblemsFound as refused:
        return _listing(slug, refused), 422
    return redirect(f"/desk/campaigns/{slug}/clusters?done=asked", 303)


def _listing(slug: str, refused: ProblemsFound | None = None) -> str:
    stores, official = _stores(), acting_official()
    with stores.database.read() as session:
        campaign = campaign_by_slug(session, slug)
        open_to = None if only_watches(slug, official) else clusters_open_to(session, campaign.id, official)
        shown = overview(session, campaign, stores.keyring, stores.clock.now(), open_to)
    return render_template(
        "clusters/list.html", campaign=campaign, shown=shown, may_act=official.may(slug, "operator", "committee"),
        found=refused.problems if refused else (), done=_done(),
    )  # fmt: skip


@pages.get("/<cluster>")
@access.official("operator", "committee", "supervisor")
def one(slug: str, cluster: str) -> str:
    """One cluster: in steps until this official has judged it, whole afterwards."""
    return _one(slug, cluster)


@pages.post("/<cluster>/judge")
@access.official("operator", "committee")
def keep_judgement(slug: str, cluster: str) -> BaseResponse | tuple[str, int]:
    """What this official thinks of it, before they look."""
    stores, form = _stores(), request.form
    try:
        with stores.database.write() as session:
            cluster_of(session, slug, stores.keyring, cluster)
            judge(
                session, slug, of_cluster(cluster), form.get("word", ""), form.get("note", ""),
                at=stores.clock.now(), official=acting_official(),
            )  # fmt: skip
    except ProblemsFound as refused:
        return _one(slug, cluster, refused), 422
    return redirect(f"/desk/campaigns/{slug}/clusters/{cluster}?done=judged", 303)


def _one(slug: str, cluster: str, refused: ProblemsFound | None = None) -> str:
    stores = _stores()
    with stores.database.read() as session:
        page = _page_of(session, slug, cluster)
    return render_template(
        "clusters/one.html",
        **page,
        found=refused.problems if refused else (),
        done=_done(),
        typed=request.form,
    )


def _page_of(session: Session, slug: str, cluster: str) -> dict[str, object]:
    stores, official = _stores(), acting_official()
    campaign = campaign_by_slug(session, slug)
    found = cluster_of(session, slug, stores.keyring, cluster)
    review = review_of(session, campaign.id, slug, of_cluster(cluster), official)
    page: dict[str, object] = {
        "campaign": campaign,
        "review": review,
        "words": list(WORDS.items()),
        "may_act": official.may(slug, "operator", "committee"),
    }
    if not review.sees_candidates:
        return page | {"sheet": blind_sheet(found, campaign.rules.zone), "columns": BLIND_SAMPLE}
    names = names_by_number(session, campaign.id)
    return page | {"sheet": cluster_sheet(session, campaign, found, names), "columns": SAMPLE}
