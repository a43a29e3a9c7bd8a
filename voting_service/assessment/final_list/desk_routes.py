"""``/desk/campaigns/<slug>/list``: the ranking with its seat line, swaps tried and told at their price, proposing a list, the
committee's ballot on it, the second person, withdrawing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from ...accounts.officials import Role
from ...accounts.signed_in import acting_official
from ...campaigns.composition_words import ROUNDING
from ...campaigns.queries import campaign_by_slug
from ...committee.outcome import ballot_at_hand
from ...errors import Problem, ProblemsFound
from ...text import Text, _
from ...web import access, at_hand
from ...web.language import say
from . import deciding, desk_page, proposing
from .basis import basis_of
from .desk_links import ListFollowers
from .models import FINAL, PROPOSED, FinalList
from .queries import (
    document_of,
    list_by_number,
    list_in_force,
    lists_of,
    motion_needed,
    motion_on,
    motion_problems,
)
from .waiting import list_url

pages = Blueprint("final_list", __name__, url_prefix="/desk/campaigns/<slug>/list")

LOOKERS: tuple[Role, ...] = ("operator", "committee", "supervisor")
DONE: dict[str, Text] = {
    "proposed": _("名单已提出。"),
    "confirmed": _("名单已确认，成为最终名单。"),
    "withdrawn": _("名单已撤回，可以另行拟定。"),
    "asked": _("已提出撤回，等待另一人确认。"),
    "kept": _("撤回已作罢，名单不变。"),
}


@pages.get("")
@access.official(*LOOKERS)
def ranking(slug: str) -> Response:
    """The ranking; whoever is picked in the address is tried."""
    return _ranking_page(slug, _picked(request.args.getlist("pick")))


@pages.get("/standing")
@access.official(*LOOKERS)
def standing(slug: str) -> Response:
    """How those who are picked would stand: the part of the page that a script renews."""
    with at_hand.database().read() as session:
        basis = basis_of(session, campaign_by_slug(session, slug), at=at_hand.now())
        found = proposing.found_for(basis)
        tried = desk_page.standing_of(basis, found, _picked(request.args.getlist("pick")) or frozenset())
    return make_response(render_template("final_list/standing.html", standing=tried))


@pages.post("/look")
@access.official("operator", "committee")
def look(slug: str) -> BaseResponse:
    """Without a script: renew the page for those who are picked; or the last look before proposing them."""
    numbers = _picked(request.form.getlist("pick")) or frozenset()
    if request.form.get("act") == "check":
        return _ranking_page(slug, numbers, reason=request.form.get("reason", ""))
    return _look_page(slug, proposing.Draft(numbers, request.form.get("reason", "")))


@pages.post("/propose")
@access.official("operator", "committee")
def propose(slug: str) -> BaseResponse:
    """Propose what was seen."""
    draft = proposing.Draft(
        _picked(request.form.get("numbers", "").split()) or frozenset(), request.form.get("reason", "")
    )
    if request.form.get("confirmed") != "yes":
        return _look_page(slug, draft, [_not_confirmed()])
    try:
        with at_hand.database().write() as session:
            row = proposing.propose_list(
                session,
                slug,
                draft,
                seen=request.form.get("seen", ""),
                at=at_hand.now(),
                official=acting_official(),
            )
            number = row.number
    except ProblemsFound as refused:
        return _look_page(slug, draft, list(refused.problems))
    return redirect(f"{list_url(slug, number)}?done=proposed", 303)


def _ranking_page(
    slug: str, numbers: frozenset[int] | None, found_problems: list[Problem] | None = None, *, reason: str = "",
    status: int = 200,
) -> Response:  # fmt: skip
    official = acting_official()
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
        basis = basis_of(session, campaign, at=at_hand.now())
        found = proposing.found_for(basis)
        picked = frozenset(proposing.first_pick(basis)) if numbers is None else numbers
        in_force = list_in_force(session, campaign.id)
        return _page(
            "ranking", status, campaign=campaign, basis=basis, lines=desk_page.lines_of(basis, found, picked),
            standing=desk_page.standing_of(basis, found, picked), computed=desk_page.computed_of(basis, found),
            conflict=desk_page.conflict_of(basis, found), edge=desk_page.edge_text(basis, found),
            rounding=ROUNDING, reason=reason, found=found_problems or [], in_force=in_force,
            left=[basis.called(number) for number in basis.left], lists=lists_of(session, campaign.id),
            states=desk_page.STATE_WORDS,
            may_propose=in_force is None and official.may(slug, "operator", "committee") and not basis.problems,
        )  # fmt: skip


def _look_page(slug: str, draft: proposing.Draft, found: list[Problem] | None = None) -> Response:
    try:
        with at_hand.database().read() as session:
            campaign = campaign_by_slug(session, slug)
            prepared = proposing.prepare(session, slug, draft, at=at_hand.now())
    except ProblemsFound as refused:
        return _ranking_page(slug, draft.numbers, list(refused.problems), reason=draft.reason, status=422)
    back = f"/desk/campaigns/{slug}/list?" + urlencode([("pick", n) for n in sorted(draft.numbers)])
    return _page(
        "look", 422 if found else 200, campaign=campaign, document=prepared.document, seen=prepared.seen, draft=draft,
        numbers=" ".join(str(n) for n in sorted(draft.numbers)), back=back, found=found or [],
        swaps=desk_page.deviations_of(prepared.document), lost=desk_page.lost_of(prepared.document), ways=desk_page.WAY_WORDS,
    )  # fmt: skip


# ---- one list


@pages.get("/<int:number>")
@access.official(*LOOKERS)
def one(slug: str, number: int) -> Response:
    """A list as it was proposed, where it stands, and what may be done."""
    return _one_page(slug, number)


@pages.post("/<int:number>/confirm")
@access.official("committee")
def confirm(slug: str, number: int) -> BaseResponse:
    """The second person."""
    if request.form.get("confirmed") != "yes":
        return _one_page(slug, number, [_not_confirmed()], 422)
    seen = request.form.get("seen", "")
    return _act(
        slug,
        number,
        "confirmed",
        lambda session: deciding.confirm_list(
            session, slug, number, seen=seen, at=at_hand.now(), official=acting_official()
        ),
    )


@pages.post("/<int:number>/withdraw")
@access.official("operator", "committee")
def withdraw(slug: str, number: int) -> BaseResponse:
    """Take it back; of a final list the first or the second step."""
    if request.form.get("confirmed") != "yes":
        return _one_page(slug, number, [_not_confirmed()], 422)

    def act(session: Session) -> FinalList:
        return deciding.withdraw_list(
            session, slug, number, request.form.get("reason", ""), in_use=_followers().in_use, at=at_hand.now(),
            official=acting_official(),
        )  # fmt: skip

    return _act(slug, number, "withdrawn", act)


@pages.post("/<int:number>/keep")
@access.official("operator", "committee")
def keep(slug: str, number: int) -> BaseResponse:
    """Let a withdrawal go."""

    def act(session: Session) -> FinalList:
        deciding.keep_list(session, slug, number, at=at_hand.now(), official=acting_official())
        return list_by_number(session, slug, number)

    return _act(slug, number, "kept", act)


@pages.get("/<int:number>/list.json")
@access.official(*LOOKERS)
def file(slug: str, number: int) -> Response:
    """The document, byte for byte what has the hash."""
    with at_hand.database().read() as session:
        row = list_by_number(session, slug, number)
    answer = make_response(row.document)
    answer.content_type = "application/json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}-{row.name}.json"'
    return answer


def _act(slug: str, number: int, done: str, verb: Callable[[Session], FinalList]) -> BaseResponse:
    try:
        with at_hand.database().write() as session:
            row = verb(session)
            if done == "withdrawn" and row.state == FINAL:
                done = "asked"
    except ProblemsFound as refused:
        return _one_page(slug, number, list(refused.problems), 422)
    return redirect(f"{list_url(slug, number)}?done={done}", 303)


def _one_page(slug: str, number: int, found: list[Problem] | None = None, status: int = 200) -> Response:
    official = acting_official()
    with at_hand.database().read() as session:
        row = list_by_number(session, slug, number)
        document = document_of(row)
        motion = motion_on(session, row)
        needed = motion_needed(session, slug, row)
        voted = not motion_problems(session, slug, row)
        confirm_problems = deciding.problems_before_confirming(session, slug, row, official)
        return _page(
            "one", status, campaign=row.campaign, row=row, document=document, names=desk_page.people_of(session, row),
            swaps=desk_page.deviations_of(document), lost=desk_page.lost_of(document), ways=desk_page.WAY_WORDS,
            states=desk_page.STATE_WORDS,
            motion=motion, motion_needed=needed, motion_url=_motion_url(slug, row),
            at_hand=ballot_at_hand(session, row.campaign_id, row.subject),
            steps=_steps(row, needed=needed, voted=voted), found=found or [], confirm_problems=confirm_problems,
            withdrawal_problems=deciding.withdrawal_problems(session, row, official, _followers().in_use),
            links=[*_followers().links(session, row, slug, official)],
            may_confirm=row.state == PROPOSED and official.may(slug, "committee"),
            may_withdraw=official.may(slug, "operator", "committee"), is_own=row.proposed_by == official.id,
            done=say(DONE[request.args["done"]]) if request.args.get("done") in DONE else "",
        )  # fmt: skip


def _steps(row: FinalList, *, needed: bool, voted: bool) -> list[tuple[Text, bool]]:
    is_final = row.confirmed_at is not None
    voting = [(_("评委会表决"), voted or is_final)] if needed else []
    return [(_("提出"), True), *voting, (_("另一人确认"), is_final)]


def _motion_url(slug: str, row: FinalList) -> str:
    """The committee's form, which fills itself in: a list that is not public yet stands in no address, and so in no browser's
    history and no log of a proxy."""
    return f"/desk/campaigns/{slug}/motions/new?about={row.subject}"


def _picked(numbers: list[str]) -> frozenset[int] | None:
    """Candidates' numbers; None where the address says nothing."""
    if not numbers:
        return None
    return frozenset(int(one) for one in numbers if one.isascii() and one.isdecimal() and len(one) < 7)


def _not_confirmed() -> Problem:
    return Problem("confirmed", _("请先核对内容，并勾选确认。"))


def _followers() -> ListFollowers:
    followers: ListFollowers = current_app.extensions["final_list_followers"]
    return followers


def _page(name: str, status: int = 200, **values: Any) -> Response:
    return make_response(render_template(f"final_list/{name}.html", **values), status)
