"""``/desk/campaigns/<slug>/motions``: drafting, opening, signing in, voting in secret, closing, minutes.

Members have their phones in the meeting: the motion's page shows each of them the one thing that is theirs to do now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from ..accounts.officials import Role
from ..accounts.signed_in import acting_official
from ..campaigns.queries import campaign_by_slug
from ..candidates.departures import standing_roster
from ..clock import Clock
from ..database import Database
from ..errors import NotFound, Problem, ProblemsFound
from ..qr import qr_svg
from ..text import Text, _
from ..web import access
from ..web.language import say
from ..web.official_files import official_file
from . import casting, drafting, sitting
from .desk_page import line_of, motion_page
from .drafting import MotionDraft
from .members import committee_members
from .minutes import confirm_minutes, minutes_on_show, minutes_row
from .models import DRAFT, LIST, MOTION, OPEN, QUESTION, VOTING, Motion
from .queries import motion_by_number, motions_of
from .quorum import quorum_of
from .rules import is_subject, shown_number
from .suggested import Suggest, SuggestedQuestion

pages = Blueprint("desk_motions", __name__, url_prefix="/desk/campaigns/<slug>/motions")

LOOKERS: tuple[Role, ...] = ("committee", "operator", "supervisor")
WRITERS: tuple[Role, ...] = ("committee", "operator")
HALL_REFRESH_S = 5
_ONE = "/<int:number>"
DONE: dict[str, Text] = {
    "opened": _("已经开启，请各位评委在这个页面签到。"),
    "present": _("您已签到。"),
    "recused": _("已经办理回避。"),
    "voting": _("表决已经开始。"),
    "cast": _("您的票已经投出。"),
    "closed": _("表决已经结束。"),
    "confirmed": _("您已确认纪要。"),
    "saved": _("草稿已保存。"),
}


@dataclass(frozen=True)
class _Desk:
    """What the acts need of this moment."""

    database: Database
    clock: Clock

    @classmethod
    def here(cls) -> _Desk:
        found = current_app.extensions
        return cls(found["database"], found["clock"])

    def act(self, verb: Callable[..., Any], slug: str, number: int, *values: Any, **named: Any) -> Any:
        """One verb on a locked motion, by whoever acts, in one transaction."""
        with self.database.write() as session:
            motion = motion_by_number(session, slug, number, lock=True)
            return verb(
                session, slug, motion, *values, at=self.clock.now(), official=acting_official(), **named
            )


def _url(slug: str, number: int | None = None) -> str:
    return f"/desk/campaigns/{slug}/motions" + (f"/{number}" if number else "")


def _done(slug: str, number: int, what: str) -> BaseResponse:
    return redirect(f"{_url(slug, number)}?done={what}", 303)


# ---- the list, and drafting


@pages.get("")
@access.official(*LOOKERS)
def listing(slug: str) -> Response:
    """All motions of a campaign, the latest first."""
    official = acting_official()
    with _Desk.here().database.read() as session:
        campaign = campaign_by_slug(session, slug)
        lines = [line_of(motion, official) for motion in motions_of(session, campaign.id)]
    return _render("list", campaign=campaign, lines=lines, may_write=official.may(slug, *WRITERS))


@pages.get("/new")
@access.official(*WRITERS)
def new(slug: str) -> Response:
    """An empty draft; other rooms lead here by the name of a subject alone, and say what is to be asked about it."""
    subject = request.args.get("about", "")
    with _Desk.here().database.read() as session:
        asked = _suggested(session, slug, subject)
    given = {"title": say(asked.title), "question": asked.question(say), "subject": subject} if asked else {}
    return _form_page(slug, None, {**given, "kind": QUESTION})


def _suggested(session: Session, slug: str, subject: str) -> SuggestedQuestion | None:
    suggest: Sequence[Suggest] = current_app.extensions["motion_subjects"]
    found = (one(session, slug, subject) for one in suggest) if is_subject(subject) else ()
    return next((one for one in found if one is not None), None)


@pages.post("/new")
@access.official(*WRITERS)
def make(slug: str) -> BaseResponse:
    """A new draft."""
    desk = _Desk.here()
    try:
        with desk.database.write() as session:
            motion = drafting.draft_motion(
                session, slug, _typed(), at=desk.clock.now(), official=acting_official()
            )
            number = motion.number
    except ProblemsFound as found:
        return _form_page(slug, None, request.form.to_dict(), found)
    return _done(slug, number, "saved")


@pages.get(_ONE + "/edit")
@access.official(*WRITERS)
def edit(slug: str, number: int) -> BaseResponse:
    """The draft's form."""
    with _Desk.here().database.read() as session:
        motion = motion_by_number(session, slug, number)
        if motion.state != DRAFT:
            return redirect(_url(slug, number), 303)
        values: dict[str, Any] = {
            "title": motion.title,
            "question": motion.question,
            "subject": motion.subject or "",
            "kind": motion.kind,
            "most": motion.most or "",
        }
        ticked = [option.key for option in motion.options]
    return _form_page(slug, number, values, ticked=ticked)


@pages.post(_ONE + "/edit")
@access.official(*WRITERS)
def save(slug: str, number: int) -> BaseResponse:
    """Keep what was typed."""
    try:
        _Desk.here().act(drafting.change_motion, slug, number, _typed())
    except ProblemsFound as found:
        return _form_page(slug, number, request.form.to_dict(), found)
    return _done(slug, number, "saved")


@pages.post(_ONE + "/discard")
@access.official(*WRITERS)
def discard(slug: str, number: int) -> BaseResponse:
    """Throw a draft away."""
    return _take(slug, number, drafting.discard_motion, onward=_url(slug))


def _typed() -> MotionDraft:
    form = request.form
    most = form.get("most", "").strip()
    return MotionDraft(
        title=form.get("title", ""), question=form.get("question", ""), subject=form.get("subject", ""),
        kind=form.get("kind", ""), most=int(most) if most.isascii() and most.isdecimal() and len(most) < 6 else None,
        candidates=tuple(int(one) for one in form.getlist("candidates") if one.isascii() and one.isdecimal() and len(one) < 10),
    )  # fmt: skip


def _form_page(
    slug: str, number: int | None, values: dict[str, Any], found: ProblemsFound | None = None, ticked: list[str] | None = None
) -> Response:  # fmt: skip
    with _Desk.here().database.read() as session:
        campaign = campaign_by_slug(session, slug)
        roster = [
            (str(one.number), _("%(number)s 号 %(name)s", number=one.number, name=one.name), one.organisation)
            for one in standing_roster(session, campaign.id)
        ]
    return _render(
        "edit", 422 if found else 200, campaign=campaign, number=number, values=values, roster=roster,
        ticked=request.form.getlist("candidates") if ticked is None else ticked, found=found.problems if found else (),
    )  # fmt: skip


# ---- one motion, from opening to its minutes


@pages.get(_ONE)
@access.official(*LOOKERS)
def one(slug: str, number: int) -> Response:
    """Where a motion stands, and what is this official's to do."""
    return _motion_page(slug, number)


@pages.post(_ONE + "/open")
@access.official("committee")
def open_(slug: str, number: int) -> BaseResponse:
    """Fix the members and let them sign in."""
    return _take(
        slug, number, sitting.open_motion, onward=f"{_url(slug, number)}?done=opened", seen=request.form.get("seen", "")
    )  # fmt: skip


@pages.post(_ONE + "/present")
@access.official("committee")
def present(slug: str, number: int) -> BaseResponse:
    """Sign in."""
    return _take(slug, number, sitting.sign_in, onward=f"{_url(slug, number)}?done=present", asks=False)


@pages.post(_ONE + "/recuse")
@access.official("committee")
def recuse(slug: str, number: int) -> BaseResponse:
    """Stand aside, or have a member stand aside."""
    member = request.form.get("member", "")
    member_id = int(member) if member.isascii() and member.isdecimal() and len(member) < 12 else 0
    return _take(
        slug, number, sitting.recuse, member_id, request.form.get("reason", ""),
        onward=f"{_url(slug, number)}?done=recused",
    )  # fmt: skip


@pages.post(_ONE + "/voting")
@access.official("committee")
def voting(slug: str, number: int) -> BaseResponse:
    """Those present are fixed, and vote."""
    return _take(slug, number, sitting.begin_voting, onward=f"{_url(slug, number)}?done=voting")


@pages.post(_ONE + "/end")
@access.official("committee")
def end(slug: str, number: int) -> BaseResponse:
    """No voting on this one."""
    return _take(
        slug, number, sitting.end_before_voting, request.form.get("reason", ""),
        onward=f"{_url(slug, number)}?done=closed",
    )  # fmt: skip


@pages.post(_ONE + "/paper")
@access.official("committee")
def paper(slug: str, number: int) -> BaseResponse:
    """Cast one's paper. What is on it is in no address and in no answer."""
    return _take(
        slug, number, casting.cast_paper, request.form.getlist("paper"), onward=f"{_url(slug, number)}?done=cast"
    )  # fmt: skip


@pages.post(_ONE + "/close")
@access.official("committee")
def close(slug: str, number: int) -> BaseResponse:
    """Close and count."""
    return _take(slug, number, casting.close_voting, onward=f"{_url(slug, number)}?done=closed")


@pages.post(_ONE + "/minutes/confirm")
@access.official("committee")
def confirm(slug: str, number: int) -> BaseResponse:
    """Sign the minutes by confirming their hash."""

    def verb(session: Session, slug: str, motion: Motion, **by: Any) -> None:
        minutes = minutes_row(session, motion.campaign_id, MOTION, motion.number)
        if minutes is None:
            raise ProblemsFound([Problem("", _("表决还没有结束，没有纪要。"))])
        seen, remark = request.form.get("seen", ""), request.form.get("remark", "")
        confirm_minutes(session, slug, minutes, seen=seen, remark=remark, **by)

    return _take(slug, number, verb, onward=f"{_url(slug, number)}?done=confirmed")


@pages.get(_ONE + "/hall")
@access.official(*LOOKERS)
def hall(slug: str, number: int) -> Response:
    """For the screen in the meeting: the way in as a QR code, and how many are there and have voted."""
    address = f"{current_app.config['BASE_URL']}{_url(slug, number)}"
    with _Desk.here().database.read() as session:
        campaign = campaign_by_slug(session, slug)
        page = motion_page(session, campaign, motion_by_number(session, slug, number), acting_official())
    still = request.args.get("still") == "1"
    code = qr_svg(address, title=say(_("二维码：%(url)s", url=address)))
    response = _render("hall", campaign=campaign, page=page, qr=code, address=address, still=still)
    if page.motion.state in (OPEN, VOTING) and not still:
        # Without a script; whoever cannot follow so quickly stops it by the link.
        response.headers["Refresh"] = str(HALL_REFRESH_S)
    return response


@pages.get(_ONE + "/minutes.<any(pdf, docx):kind>")
@access.official(*LOOKERS)
def minutes_file(slug: str, number: int, kind: str) -> Response:
    """The minutes with whoever has confirmed them so far."""
    with _Desk.here().database.read() as session:
        campaign = campaign_by_slug(session, slug)
        shown = minutes_on_show(session, campaign.id, MOTION, motion_by_number(session, slug, number).number)
    if shown is None:
        raise NotFound(_("表决还没有结束，没有纪要。"))
    return official_file(shown.printed(campaign.rules.zone), kind, f"{slug}-{shown_number(number)}")


def _take(
    slug: str, number: int, verb: Callable[..., Any], *values: Any, onward: str, asks: bool = True, **named: Any
) -> BaseResponse:  # fmt: skip
    """One act; where it is refused, the page again with why. ``asks``: whether the form has a box that must be ticked."""
    try:
        if asks and request.form.get("confirmed") != "yes":
            raise ProblemsFound([Problem("confirmed", _("请核对之后勾选确认。"))])
        _Desk.here().act(verb, slug, number, *values, **named)
    except ProblemsFound as found:
        return _motion_page(slug, number, found)
    return redirect(onward, 303)


def _motion_page(slug: str, number: int, found: ProblemsFound | None = None) -> Response:
    official = acting_official()
    with _Desk.here().database.read() as session:
        campaign = campaign_by_slug(session, slug)
        motion = motion_by_number(session, slug, number)
        page = motion_page(session, campaign, motion, official)
        seen = ""
        if motion.state == DRAFT:
            members, rule = committee_members(session, slug), quorum_of(campaign.plan)
            seen = sitting.seen_sha256(motion, members, rule)
    return _render(
        "motion", 422 if found else 200, campaign=campaign, page=page, seen=seen,
        found=found.problems if found else (), done=DONE.get(request.args.get("done", "")),
        remark=request.form.get("remark", ""), reason=request.form.get("reason", ""),
    )  # fmt: skip


def _render(template: str, status: int = 200, **values: Any) -> Response:
    campaign = values["campaign"]
    page = render_template(
        f"committee/{template}.html", at=_url(campaign.slug), slug=campaign.slug, LIST=LIST, **values
    )
    return make_response(page, status)
