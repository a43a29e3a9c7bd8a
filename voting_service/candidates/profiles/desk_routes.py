"""Candidates at the desk: the list, a profile as voters read it, its reviews, its corrections by two people, its versions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from ...accounts.signed_in import acting_official
from ...campaigns.models import Campaign
from ...campaigns.queries import campaign_by_slug
from ...errors import NotFound, Problem, ProblemsFound
from ...text import Text, _
from ...web import access, at_hand
from .. import stories
from ..departures import CAUSE_WORDS, departures_of
from ..models import Candidate
from ..photos import Picture
from ..queries import candidate_by_number
from ..showcase import PHOTOS_URL
from ..wordings import inducement_warnings
from . import correcting
from .desk_page import (
    DECIDERS,
    VIEWS,
    WHO,
    compared,
    in_view,
    missing_of,
    needed_fields,
    pending_of,
    rows_of,
    version_lines,
)
from .document import CORRECTABLE, Profile, as_profile, plain_texts, profile_of
from .reviewing import STATE_TONES, STATE_WORDS, has_reviewers, may_review, review, reviews_of
from .versions import versions_of

pages = Blueprint("desk_profiles", __name__, url_prefix="/desk/campaigns/<slug>/candidates")
_ONE = "/<int:number>"

DONE: dict[str, Text] = {
    "passed": _("审核意见已记下：通过。"),
    "returned": _("审核意见已记下：退回修改。"),
    "proposed": _("更正已经提出，等待另一人确认。"),
    "confirmed": _("更正已经确认，主页已经改好，并注明了更正。"),
    "dropped": _("更正已经作罢。"),
}


@pages.get("")
@access.official(*WHO, by_unit=True)
def listing(slug: str) -> Response:
    """Everyone whom this official may see."""
    official, view = acting_official(), request.args.get("view", "all")
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
        reviewed = has_reviewers(session, slug) and not campaign.frozen
        rows = rows_of(session, campaign, official, reviewed=reviewed)
    counts = {key: len(in_view(rows, key)) for key in VIEWS}
    views = [(key, words, counts[key]) for key, words in VIEWS.items() if key in ("all", view) or counts[key]]
    return _page(
        "desk_list", campaign=campaign, rows=in_view(rows, view), views=views, view=view, reviewed=reviewed
    )


@pages.get(_ONE)
@access.official(*WHO, by_unit=True)
def one(slug: str, number: int) -> Response:
    """A profile, and what may be done with it."""
    return _profile_page(slug, number)


@pages.post(_ONE + "/review")
@access.official("reviewer", by_unit=True)
def judge(slug: str, number: int) -> BaseResponse:
    """Pass it, or return it with remarks."""
    passed = request.form.get("verdict") == "pass"
    remarks = request.form.get("remarks", "")
    try:
        with at_hand.database().write() as session:
            review(
                session, slug, number, seen=request.form.get("seen", ""), passed=passed, remarks=remarks,
                at=at_hand.now(), official=acting_official(),
            )  # fmt: skip
    except ProblemsFound as refused:
        return _profile_page(slug, number, list(refused.problems), 422, remarks)
    return redirect(
        f"/desk/campaigns/{slug}/candidates/{number}?done={'passed' if passed else 'returned'}", 303
    )


def _profile_page(
    slug: str, number: int, found: list[Problem] | None = None, status: int = 200, remarks: str = ""
) -> Response:
    official = acting_official()
    with at_hand.database().read() as session:
        campaign, candidate = _seen(session, slug, number)
        standing = reviews_of(session, campaign.id, [candidate])[number]
        cause = departures_of(session, campaign.id).get(number)
        values = {
            "reviewed": has_reviewers(session, slug),
            "versions": version_lines(session, candidate),
            "pending": pending_of(session, candidate, official),
            "missing": missing_of(candidate, needed_fields(campaign)),
            "seen": profile_of(candidate).sha256,
        }
    pictures = [Picture.from_json(photo.picture_json) for photo in candidate.photos]
    return _page(
        "desk_one", status, campaign=campaign, candidate=candidate, standing=standing, found=found or [],
        state_word=STATE_WORDS[standing.state], state_tone=STATE_TONES[standing.state], remarks=remarks,
        story=Markup(stories.to_html(candidate.story)),  # noqa: S704 - sanitised by stories
        photos=[(one.src("jpg", PHOTOS_URL, 320), one.src("jpg", PHOTOS_URL)) for one in pictures],
        gone=CAUSE_WORDS[cause] if cause else None,
        may_review=not campaign.frozen and may_review(official, slug, candidate),
        may_decide=official.may(slug, *DECIDERS), done=DONE.get(request.args.get("done", "")), **values,
    )  # fmt: skip


# ---- corrections


@pages.get(_ONE + "/correct")
@access.official(*DECIDERS)
def ask_to_correct(slug: str, number: int) -> Response:
    """The texts as they stand, to be changed."""
    return _correct_page(slug, number)


@pages.post(_ONE + "/correct")
@access.official(*DECIDERS)
def propose(slug: str, number: int) -> BaseResponse:
    """First both texts side by side, then, confirmed, the proposal."""
    texts, reason = plain_texts(request.form), request.form.get("reason", "")
    if request.form.get("step") == "edit":
        return _correct_page(slug, number, texts, reason)
    try:
        if request.form.get("confirmed") != "yes":
            return _look_at_correction(slug, number, texts, reason)
        with at_hand.database().write() as session:
            correcting.propose_correction(
                session, slug, number, texts, reason, at=at_hand.now(), official=acting_official()
            )
    except ProblemsFound as refused:
        return _correct_page(slug, number, texts, reason, list(refused.problems), 422)
    return redirect(f"/desk/campaigns/{slug}/candidates/{number}?done=proposed", 303)


def _correct_page(
    slug: str, number: int, texts: dict[str, str] | None = None, reason: str = "", found: list[Problem] | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    with at_hand.database().read() as session:
        campaign, candidate = _seen(session, slug, number)
    texts = texts or {field: getattr(candidate, field) for field in CORRECTABLE}
    return _page(
        "desk_correct", status, campaign=campaign, candidate=candidate, texts=texts, reason=reason, found=found or []
    )  # fmt: skip


def _look_at_correction(slug: str, number: int, texts: dict[str, str], reason: str) -> Response:
    with at_hand.database().read() as session:
        campaign, candidate = _seen(session, slug, number)
        after = correcting.check_correction(session, campaign, candidate, texts, reason)
        before = profile_of(candidate)
    warnings = list(inducement_warnings("", "", [Candidate(number=number, name=candidate.name, **texts)]))
    return _page(
        "desk_correct_preview", campaign=campaign, candidate=candidate, texts=texts, reason=reason.strip(),
        compared=compared(before, after), warnings=warnings,
    )  # fmt: skip


@pages.get(_ONE + "/correction")
@access.official(*WHO, by_unit=True)
def pending(slug: str, number: int) -> BaseResponse:
    """The correction that waits, both texts side by side."""
    return _pending_page(slug, number)


@pages.post(_ONE + "/correction/confirm")
@access.official(*DECIDERS)
def confirm(slug: str, number: int) -> BaseResponse:
    """The second person."""
    if request.form.get("confirmed") != "yes":
        return _pending_page(slug, number, [Problem("confirmed", _("请先核对内容，并勾选确认。"))], 422)
    try:
        with at_hand.database().write() as session:
            correcting.confirm_correction(
                session,
                slug,
                number,
                request.form.get("seen", ""),
                at=at_hand.now(),
                official=acting_official(),
            )
    except ProblemsFound as refused:
        return _pending_page(slug, number, list(refused.problems), 422)
    return redirect(f"/desk/campaigns/{slug}/candidates/{number}?done=confirmed", 303)


@pages.post(_ONE + "/correction/drop")
@access.official(*DECIDERS)
def drop(slug: str, number: int) -> BaseResponse:
    """Let it go."""
    with at_hand.database().write() as session:
        correcting.drop_correction(session, slug, number, at=at_hand.now(), official=acting_official())
    return redirect(f"/desk/campaigns/{slug}/candidates/{number}?done=dropped", 303)


def _pending_page(
    slug: str, number: int, found: list[Problem] | None = None, status: int = 200
) -> BaseResponse:
    official = acting_official()
    with at_hand.database().read() as session:
        campaign, candidate = _seen(session, slug, number)
        waits = pending_of(session, candidate, official)
        before = profile_of(candidate)
    if waits is None:
        return redirect(f"/desk/campaigns/{slug}/candidates/{number}", 303)
    return _page(
        "desk_correction", status, campaign=campaign, candidate=candidate, pending=waits, found=found or [],
        compared=compared(before, as_profile(waits.correction.document)), may_decide=official.may(slug, *DECIDERS),
    )  # fmt: skip


@pages.get(_ONE + "/versions/<int:version>")
@access.official(*WHO, by_unit=True)
def version_page(slug: str, number: int, version: int) -> Response:
    """One version beside the one before it; the first as it was."""
    with at_hand.database().read() as session:
        campaign, candidate = _seen(session, slug, number)
        versions = versions_of(session, candidate)
    if not 1 <= version <= len(versions):
        raise NotFound(_("没有这个版本。"))
    now = as_profile(versions[version - 1].document)
    before = as_profile(versions[version - 2].document) if version > 1 else Profile("{}", "")
    return _page(
        "desk_version", campaign=campaign, candidate=candidate, version=versions[version - 1], last=len(versions),
        compared=compared(before, now), first=version == 1,
    )  # fmt: skip


# ---- at hand


def _seen(session: Session, slug: str, number: int) -> tuple[Campaign, Candidate]:
    """Campaign and candidate, if this official may look at them. Raises NotFound."""
    campaign = campaign_by_slug(session, slug)
    candidate = candidate_by_number(session, campaign.id, number)
    if not acting_official().may(slug, *WHO, unit=candidate.organisation):
        raise NotFound(_("没有 %(number)s 号候选人。", number=number))
    return campaign, candidate


def _page(name: str, status: int = 200, **values: Any) -> Response:
    return make_response(render_template(f"candidates/{name}.html", **values), status)
