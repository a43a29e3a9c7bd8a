"""``/desk/campaigns/<slug>/decisions``: proposing, looking at the effect with candidates hidden, the second person, undoing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from ...accounts.signed_in import acting_official
from ...ballots.ballot_box import BoxUnavailable
from ...campaigns.queries import campaign_by_slug
from ...errors import Problem, ProblemsFound
from ...ledger import HELD, VOIDED
from ...recorder.drain import Stores
from ...scanning.live import cluster_of
from ...text import Text, _
from ...web import access
from ...web.uploads import ReceivedFile, TooLarge, read_upload, takes_files
from ..blind.reviewing import of_decision, reveal
from .blind_first import not_judged
from .confirm import carry_out
from .desk_page import ballot_standing, decision_lines, decision_page
from .named_ballots import ballots_in_file, typed_ballots
from .propose import Proposal, propose, propose_undo
from .queries import decision_by_number
from .rules import LONGEST_REASON, RESTORED, parse_number, shown_number
from .withdraw import withdraw

pages = Blueprint("desk_decisions", __name__, url_prefix="/desk/campaigns/<slug>/decisions")

LOOKERS = ("operator", "committee", "supervisor")
DONE: dict[str, Text] = {
    "proposed": _("已提出，尚未生效，要由另一名评委确认。"),
    "confirmed": _("已生效，并已写入公开日志。"),
    "later": _("已生效，并已写入公开日志。票箱暂时连不上，实时票数稍后由记录器更新。"),
    "withdrawn": _("已撤回，什么都没有改变。"),
    "revealed": _("现在显示候选人；已记入工作日志。"),
}
KINDS = [
    (HELD, _("待核"), _("暂不计入，可以再恢复或作废")),
    (VOIDED, _("作废"), _("不计入，原始记录保留，查明有误可以撤销")),
    (RESTORED, _("恢复"), _("重新计入")),
]
_FIELDS = {"--reason": "reason", "--ballots": "ballots", "--by": "", "cluster": ""}


def _stores() -> Stores:
    stores: Stores = current_app.extensions["recorder_stores"]
    return stores


def _url(slug: str, number: int | None = None) -> str:
    return f"/desk/campaigns/{slug}/decisions" + (f"/{shown_number(number)}" if number else "")


def _done(slug: str, number: int, what: str) -> BaseResponse:
    return redirect(f"{_url(slug, number)}?done={what}", 303)


def _number(text: str) -> int:
    number = parse_number(text)
    if number is None:
        abort(404)
    return number


def _by_field(refused: ProblemsFound) -> list[Problem]:
    """The verbs' problems, at this page's fields."""
    return [Problem(_FIELDS.get(one.where, one.where), one.sentence, one.remedy) for one in refused.problems]


@pages.get("")
@access.official(*LOOKERS)
def listing(slug: str) -> str:
    """All decisions of a campaign."""
    return _listing(slug)


@pages.post("/ballot")
@access.official(*LOOKERS)
def look_up(slug: str) -> str | tuple[str, int]:
    """How one ballot stands. A POST, so that no tracking code stands in an address."""
    code = request.form.get("code", "")
    try:
        with _stores().database.read() as session:
            ballot = ballot_standing(session, campaign_by_slug(session, slug), code, acting_official())
    except ProblemsFound as refused:
        return _listing(slug, code=code, found=list(refused.problems)), 422
    return _listing(slug, code=code, ballot=ballot)


def _listing(slug: str, **more: Any) -> str:
    official = acting_official()
    with _stores().database.read() as session:
        campaign = campaign_by_slug(session, slug)
        lines = decision_lines(session, campaign, official)
    may_propose = campaign.frozen and official.may(slug, "operator", "committee")
    page = {"found": (), "code": "", "ballot": None} | more
    return render_template(
        "decisions/list.html", campaign=campaign, lines=lines, may_propose=may_propose, **page
    )


# ---- proposing


@pages.get("/new")
@access.official("operator", "committee")
def new(slug: str) -> str:
    """Which ballots, what to do with them, and why."""
    return _form(slug, {"cluster": request.args.get("cluster", ""), "kind": request.args.get("kind", "")})


@pages.post("/new")
@access.official("operator", "committee")
@takes_files
def make(slug: str) -> BaseResponse | tuple[str, int]:
    """Propose; nothing changes yet."""
    upload = read_upload(request)
    typed, stores = upload.form.to_dict(), _stores()
    try:
        kind = typed.get("kind", "")
        problems = [] if kind in {one for one, *_rest in KINDS} else [Problem("kind", _("请选择怎样处理。"))]
        ballots, origin = _wanted(slug, typed, upload.files, problems)
        with stores.database.write() as session:
            proposal = Proposal(kind or HELD, ballots, typed.get("reason", ""), origin)
            decision = propose(
                session, slug, proposal, at=stores.clock.now(), actor=acting_official().name,
                keyring=stores.keyring, waits=lambda ballot_id: _waits(slug, ballot_id), found=problems,
            )  # fmt: skip
            number = decision.number
    except ProblemsFound as refused:
        return _form(slug, typed, _by_field(refused)), 422
    return _done(slug, number, "proposed")


def _wanted(
    slug: str, typed: dict[str, str], files: tuple[ReceivedFile, ...], problems: list[Problem]
) -> tuple[list[str], str | None]:
    """The ballots of a cluster, or those that were typed and handed in; what is wrong with a file goes to ``problems``."""
    if cluster := typed.get("cluster", ""):
        stores = _stores()
        with stores.database.read() as session:
            found = cluster_of(session, slug, stores.keyring, cluster)
        return list(found["ballots"]), f"cluster {cluster}"
    ballots = typed_ballots(typed.get("ballots", ""))
    for one in files:
        if isinstance(one.data, TooLarge):
            problems.append(one.data.at("file"))
            continue
        try:
            ballots += ballots_in_file(one.name, one.data)
        except ProblemsFound as refused:
            problems += refused.problems
    return ballots, None


def _waits(slug: str, ballot_id: str) -> bool:
    try:
        return _stores().box.find(slug, ballot_id) is not None
    except BoxUnavailable:
        return False  # then it is only said that the ledger does not have it, which is true


def _form(slug: str, typed: dict[str, str], found: list[Problem] | None = None) -> str:
    stores, cluster = _stores(), typed.get("cluster", "")
    with stores.database.read() as session:
        campaign = campaign_by_slug(session, slug)
        size = len(cluster_of(session, slug, stores.keyring, cluster)["ballots"]) if cluster else 0
        unjudged = not_judged(session, campaign.id, [cluster] if cluster else [], acting_official().name)
    return render_template(
        "decisions/new.html", campaign=campaign, typed=typed, found=found or (), kinds=KINDS, size=size,
        longest=LONGEST_REASON, unjudged=unjudged,
    )  # fmt: skip


# ---- one decision


@pages.get("/<number>")
@access.official(*LOOKERS)
def one(slug: str, number: str) -> str:
    """One decision with its effect, and the step that is due."""
    return _one(slug, _number(number))


@pages.post("/<number>/confirm")
@access.official("committee")
def confirm(slug: str, number: str) -> BaseResponse | tuple[str, int]:
    """The second person: what was seen is put into effect."""
    wanted, form = _number(number), request.form
    try:
        if form.get("confirmed") != "yes":
            raise ProblemsFound([Problem("confirmed", _("请核对以后勾选。"))])
        followed = carry_out(_stores(), slug, wanted, actor=acting_official().name, seen=form.get("seen", ""))
    except ProblemsFound as refused:
        return _one(slug, wanted, _by_field(refused)), 422
    return _done(slug, wanted, "confirmed" if followed else "later")


@pages.post("/<number>/withdraw")
@access.official("operator", "committee")
def give_up(slug: str, number: str) -> BaseResponse | tuple[str, int]:
    """A proposal that nobody is to confirm."""
    wanted, stores = _number(number), _stores()
    try:
        with stores.database.write() as session:
            withdraw(session, slug, wanted, at=stores.clock.now(), actor=acting_official().name)
    except ProblemsFound as refused:
        return _one(slug, wanted, _by_field(refused)), 422
    return _done(slug, wanted, "withdrawn")


@pages.post("/<number>/undo")
@access.official("operator", "committee")
def undo(slug: str, number: str) -> BaseResponse | tuple[str, int]:
    """Propose to take it back; to be confirmed as any other."""
    wanted, stores = _number(number), _stores()
    try:
        with stores.database.write() as session:
            made = propose_undo(
                session, slug, wanted, reason=request.form.get("reason", ""), at=stores.clock.now(),
                actor=acting_official().name,
            ).number  # fmt: skip
    except ProblemsFound as refused:
        return _one(slug, wanted, _by_field(refused)), 422
    return _done(slug, made, "proposed")


@pages.post("/<number>/reveal")
@access.official("operator", "committee")
def show_candidates(slug: str, number: str) -> BaseResponse:
    """Show this official the candidates."""
    wanted, stores = _number(number), _stores()
    with stores.database.write() as session:
        decision_by_number(session, campaign_by_slug(session, slug).id, wanted)
        reveal(session, slug, of_decision(wanted), at=stores.clock.now(), official=acting_official())
    return _done(slug, wanted, "revealed")


def _one(slug: str, number: int, found: list[Problem] | None = None) -> str:
    official = acting_official()
    with _stores().database.read() as session:
        campaign = campaign_by_slug(session, slug)
        shown = decision_page(session, campaign, decision_by_number(session, campaign.id, number), official)
    return render_template(
        "decisions/one.html", campaign=campaign, shown=shown, url=_url(slug, number), found=found or (),
        may_act=official.may(slug, "operator", "committee"), typed=request.form, longest=LONGEST_REASON,
        done=DONE.get(request.args.get("done", "")),
    )  # fmt: skip
