"""The result page of a campaign, and the archive of past ones."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from ...ballots.campaign_page import leaving_line
from ...ballots.heads import page_head
from ...ballots.polling_place import polling_place, visit
from ...text import _
from ...web import access
from ...web.heads import Head
from ...web.language import say
from ...web.same_page import same_page
from .past import by_year
from .result import Results

pages = Blueprint("results", __name__)


@pages.get("/c/<slug>/result")
@access.public
def result(slug: str) -> Response:
    """The tally as it was certified; before that, when there will be one."""
    place, now, view = visit(slug)
    results: Results = current_app.extensions["results"]
    found, line = results.of(view.show), leaving_line(view)
    if found is None:
        return same_page(line, "results/not_yet.html", 404, campaign=view, now=now)
    head = page_head(place.base_url, view, view.result_url, say(_("计票结果｜%(title)s", title=view.title)))
    log_url = place.base_url + view.log_url
    return same_page(
        line, "results/result.html", campaign=view, result=found, now=now, log_url=log_url, **head.values()
    )


@pages.get("/archive")
@access.public
def archive() -> Response:
    """Campaigns whose voting has ended, by year."""
    place = polling_place()
    now = place.clock.now()
    views = [place.view(show.slug, now) for show in place.showcase.listed()]
    line = next(filter(None, map(leaving_line, views)), "")
    description = say(_("已经结束的评选活动：候选人、计票结果和公示公告。"))
    head = Head(place.base_url, "/archive", say(_("往届评选")), description, feed="/feed.atom")
    return same_page(line, "results/archive.html", years=by_year(views), now=now, **head.values())
