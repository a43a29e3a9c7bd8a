"""``/desk/dockets``: the docket at the desk. Addresses hold the docket number and nothing else of a docket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from voting_service.accounts.officials import ActingOfficial
from voting_service.accounts.signed_in import acting_official
from voting_service.attachments.examine import EXTENSIONS
from voting_service.documents.pdf import to_pdf
from voting_service.errors import Problem, ProblemsFound
from voting_service.text import Text, _
from voting_service.web import access
from voting_service.workdays.wording import spoken_date

from ..docket import words
from ..docket.letters import reply_template, reply_title
from ..docket.models import DECLINE_CLASSES
from .admission import STAFF
from .asking import ask
from .assigning import assign, assignable, mark_recused, release, stand_aside
from .desk import DocketDesk
from .docket_page import DONE, dues_of, found_so_far, late_text, letter_of, possible_steps, shown_steps
from .finding import record_finding
from .list_page import list_page
from .overdue import Today, due_text
from .readers import may_see_readings, readings_of
from .reading import Contents, Summary, look, read_file
from .ruling import RulingDraft, check_draft, confirm, propose, send_back
from .taking_up import accept, check_decline, decline

pages = Blueprint("dockets", __name__)

_FILE_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"


def _desk() -> DocketDesk:
    desk: DocketDesk = current_app.extensions["docket_desk"]
    return desk


# ---- reading


@pages.get("/desk/dockets")
@access.official(*STAFF)
def dockets() -> str:
    """The list, as far as one may know of it."""
    desk, official = _desk(), acting_official()
    today = desk.today()
    with desk.stores.database.read() as session:
        listed = list_page(
            session, official, today, desk.stores.keyring, view=request.args.get("view", ""),
            notice=request.args.get("notice", ""), page=request.args.get("page", 1, type=int),
        )  # fmt: skip
    return render_template(
        "rulings/dockets.html",
        listed=listed,
        words=words,
        due_text=due_text,
        news_words=words.NEWS_WORDS,
        done=_done(),
        on_day=spoken_date,
        may_register=official.has("operator", "handler"),
    )


@pages.get("/desk/dockets/<number>")
@access.official(*STAFF)
def docket(number: str) -> Response:
    """One docket: everything for its handlers, what was done with it for the others."""
    return _page(number)


@pages.get("/desk/dockets/<number>/files/<file_id>")
@access.official(*STAFF)
def docket_file(number: str, file_id: str) -> Response:
    """A file, for handlers. A picture, which we have encoded anew, is shown; everything else is only ever downloaded."""
    desk = _desk()
    found, data = read_file(desk.stores, acting_official(), number, file_id, at=desk.clock.now())
    response = make_response(data)
    response.headers["Content-Type"] = found.media_type
    where = "inline" if found.kind == "picture" else "attachment"
    # Not what the file was called: that may be somebody's name, and would end up in a list of downloads.
    response.headers["Content-Disposition"] = (
        f'{where}; filename="{number}-{file_id}{EXTENSIONS[found.media_type]}"'
    )
    response.headers["Content-Security-Policy"] = _FILE_POLICY
    return response


@pages.get("/desk/dockets/<number>/reply.pdf")
@access.official(*STAFF)
def reply_pdf(number: str) -> BaseResponse:
    """The letter that went to the objector, for handlers."""
    desk = _desk()
    summary, contents = look(desk.stores, acting_official(), number, at=desk.clock.now())
    ruling = contents.confirmed if contents else None
    if ruling is None or summary.ruled_at is None or not ruling.text.reply:
        return redirect(_url(number), 303)
    letter = letter_of(summary, ruling.text.reply, summary.ruled_at, desk.today())
    response = make_response(to_pdf(letter))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{number}.pdf"'
    response.headers["Content-Security-Policy"] = _FILE_POLICY
    return response


# ---- assigning, standing aside


@pages.post("/desk/dockets/<number>/assign")
@access.official("committee", "operator")
def assign_docket(number: str) -> BaseResponse:
    """Give it to one more official."""
    return _carry_out(number, "assign", lambda session, desk, who: assign(
        session, desk.stores.keyring, who, number, _number("handler"), at=desk.clock.now()))  # fmt: skip


@pages.post("/desk/dockets/<number>/release")
@access.official("committee", "operator")
def release_docket(number: str) -> BaseResponse:
    """Take an assignment back; asks once more before it does."""
    if request.form.get("sure") != "yes":
        return _asked_to_release(number)
    return _carry_out(number, "release", lambda session, desk, who: release(
        session, desk.stores.keyring, who, number, _number("handler"), at=desk.clock.now()))  # fmt: skip


@pages.post("/desk/dockets/<number>/recuse")
@access.official("committee", "operator")
def recuse(number: str) -> BaseResponse:
    """Keep somebody away from it."""
    return _carry_out(number, "mark_recused", lambda session, desk, who: mark_recused(
        session, desk.stores.keyring, who, number, _number("person"), _typed("mark_reason"),
        at=desk.clock.now()), gone=_number("person") == acting_official().id)  # fmt: skip


@pages.post("/desk/dockets/<number>/stand-aside")
@access.official("committee", "handler")
def stand_aside_from(number: str) -> BaseResponse:
    """Stand aside oneself."""
    return _carry_out(number, "stand_aside", lambda session, desk, who: stand_aside(
        session, desk.stores.keyring, who, number, _typed("recusal_reason"), at=desk.clock.now()),
        gone=True)  # fmt: skip


# ---- handling


@pages.post("/desk/dockets/<number>/accept")
@access.official("committee", "handler")
def accept_docket(number: str) -> BaseResponse:
    """Take it up."""
    return _carry_out(number, "accept", lambda session, desk, who: accept(
        session, desk.stores.keyring, who, number, at=desk.clock.now()))  # fmt: skip


@pages.post("/desk/dockets/<number>/decline")
@access.official("committee", "handler")
def decline_docket(number: str) -> BaseResponse:
    """Refuse it, after a last look at what the objector will read."""
    if request.form.get("step") == "edit":
        return _page(number, editing="decline")
    chosen, reason = _typed("decline_class"), _typed("decline_reason")
    if request.form.get("step") != "submit":
        refused = _checked(number, "decline", lambda session, who: check_decline(
            session, who, number, chosen, reason, _number("seen")))  # fmt: skip
        return refused or _last_look(number, "decline", words.DECLINE_WORDS[chosen])
    return _carry_out(number, "decline", lambda session, desk, who: decline(
        session, desk.stores.keyring, who, number, chosen, reason, _number("seen"), at=desk.clock.now()))  # fmt: skip


@pages.post("/desk/dockets/<number>/ask")
@access.official("committee", "handler")
def ask_objector(number: str) -> BaseResponse:
    """Put a question to the objector."""
    return _carry_out(number, "ask", lambda session, desk, who: ask(
        session, desk.stores.keyring, who, number, _typed("question"), at=desk.clock.now()))  # fmt: skip


@pages.post("/desk/dockets/<number>/finding")
@access.official("committee", "handler")
def add_finding(number: str) -> BaseResponse:
    """Keep what was found out."""
    return _carry_out(number, "record_finding", lambda session, desk, who: record_finding(
        session, desk.stores.keyring, who, number, _typed("finding"), at=desk.clock.now()))  # fmt: skip


# ---- ruling


@pages.get("/desk/dockets/<number>/ruling/<any(upheld, dismissed):outcome>")
@access.official("committee", "handler")
def compose(number: str, outcome: str) -> BaseResponse:
    """Write a proposal, beginning with the letter's template."""
    return _compose(number, {"outcome": outcome}, begin=True)


@pages.post("/desk/dockets/<number>/ruling")
@access.official("committee", "handler")
def propose_ruling(number: str) -> BaseResponse:
    """Look at a proposal as it will stand, change it, or put it before the second person."""
    draft = RulingDraft(_typed("outcome"), _typed("ruling_finding"), _typed("reply"))
    step = request.form.get("step")
    if step == "edit":
        return _compose(number, request.form)
    desk, official = _desk(), acting_official()
    try:
        with desk.stores.database.write() as session:
            if step == "submit":
                propose(
                    session,
                    desk.stores.keyring,
                    official,
                    number,
                    draft,
                    _number("seen"),
                    at=desk.clock.now(),
                )
                return redirect(_url(number, "propose"), 303)
            check_draft(session, official, number, draft, _number("seen"))
    except ProblemsFound as found:
        return _compose(number, request.form, found.problems)
    return _last_look(number, "propose", words.OUTCOME_WORDS[draft.outcome], draft)


@pages.post("/desk/dockets/<number>/confirm")
@access.official("committee", "handler")
def confirm_ruling(number: str) -> BaseResponse:
    """The second person's word."""
    if request.form.get("confirmed") != "yes":
        return _page(number, [Problem("confirmed", _("请先核对，再勾选“我已核对”。"))], editing="confirm")
    return _carry_out(number, "confirm", lambda session, desk, who: confirm(
        session, desk.stores.keyring, who, number, _number("ruling"), _number("seen"), at=desk.clock.now()))  # fmt: skip


@pages.post("/desk/dockets/<number>/send-back")
@access.official("committee", "handler")
def return_ruling(number: str) -> BaseResponse:
    """Not as proposed."""
    return _carry_out(number, "send_back", lambda session, desk, who: send_back(
        session, desk.stores.keyring, who, number, _number("ruling"), _typed("return_reason"),
        at=desk.clock.now()))  # fmt: skip


# ---- presenting


def _carry_out(
    number: str,
    verb: str,
    act: Callable[[Session, DocketDesk, ActingOfficial], object],
    *,
    gone: bool = False,
) -> BaseResponse:
    """One verb in one transaction; then its page again. ``gone``: afterwards one may not know of the docket any more."""
    desk = _desk()
    try:
        with desk.stores.database.write() as session:
            act(session, desk, acting_official())
    except ProblemsFound as found:
        return _page(number, found.problems, editing=verb)
    return redirect(f"/desk/dockets?done={verb}" if gone else _url(number, verb), 303)


def _checked(number: str, verb: str, check: Callable[[Session, ActingOfficial], object]) -> Response | None:
    """The page with its problems where something keeps a step from being taken."""
    try:
        with _desk().stores.database.write() as session:
            check(session, acting_official())
    except ProblemsFound as found:
        return _page(number, found.problems, editing=verb)
    return None


def _page(number: str, problems: tuple[Problem, ...] | list[Problem] = (), editing: str = "") -> Response:
    desk, official = _desk(), acting_official()
    today = desk.today()
    summary, contents = look(desk.stores, official, number, at=desk.clock.now())
    can = possible_steps(summary, official, readable=contents is not None)
    people, readings = [], None
    with desk.stores.database.read() as session:
        if "mark_recused" in can:
            people = assignable(session, summary.slug)
        if may_see_readings(official, summary.slug):
            readings = readings_of(session, number, desk.zone)
    page = render_template(
        "rulings/docket.html", summary=summary, contents=contents, can=can, people=people,
        readings=readings, news_words=words.NEWS_WORDS,
        steps=shown_steps(summary, contents, today), dues=dues_of(summary, today), due_text=due_text,
        late_text=late_text, words=words, classes=[(one, words.DECLINE_WORDS[one]) for one in DECLINE_CLASSES],
        found=problems, editing=editing, typed=request.form, done=_done(), me=official.id,
        letter=_proposed_letter(summary, contents, today), on_day=spoken_date, seen=_seen(summary),
    )  # fmt: skip
    return make_response(page, 422 if problems else 200)


def _asked_to_release(number: str) -> BaseResponse:
    desk = _desk()
    summary, _contents = look(desk.stores, acting_official(), number, at=desk.clock.now())
    person = next(
        (one for one in summary.assigned if one.handles and one.official_id == _number("handler")), None
    )
    if person is None:
        return _page(number, [Problem("", _("这名工作人员现在没有承办这件案卷。"), _("请刷新页面查看。"))])
    others = sum(one.handles for one in summary.assigned) - 1
    page = render_template("rulings/release.html", summary=summary, person=person, others=others)
    return make_response(page)


def _proposed_letter(summary: Summary, contents: Contents | None, today: Today) -> object:
    proposal = contents.proposal if contents else None
    if proposal is None or not proposal.text.reply:
        return None
    return letter_of(summary, proposal.text.reply, today.now, today)


def _compose(
    number: str, typed: Mapping[str, Any], problems: tuple[Problem, ...] = (), *, begin: bool = False
) -> BaseResponse:
    desk, official = _desk(), acting_official()
    summary, contents = look(desk.stores, official, number, at=desk.clock.now())
    if contents is None and problems:
        return _page(number, problems)
    if contents is None or (begin and "propose" not in possible_steps(summary, official, readable=True)):
        return redirect(_url(number), 303)
    outcome = typed.get("outcome", "")
    begun = str(reply_template(outcome)) if begin and summary.worth == "answered" else ""
    recorded = found_so_far(summary, contents) if begin else ""
    today = desk.today()
    page = render_template(
        "rulings/compose.html", summary=summary, contents=contents, outcome=outcome, words=words,
        finding=typed.get("ruling_finding", recorded), reply=typed.get("reply", begun), found=problems,
        seen=_seen(summary), title=reply_title(summary.notice_title), late_text=late_text, on_day=spoken_date,
        steps=shown_steps(summary, contents, today),
    )  # fmt: skip
    return make_response(page, 422 if problems else 200)


def _last_look(number: str, verb: str, what: Text, draft: RulingDraft | None = None) -> Response:
    desk = _desk()
    summary, _contents = look(desk.stores, acting_official(), number, at=desk.clock.now())
    letter = (
        letter_of(summary, draft.reply, desk.clock.now(), desk.today())
        if draft and draft.reply.strip()
        else None
    )
    fields = {name: value for name, value in request.form.items() if name not in ("csrf", "step")}
    page = render_template(
        "rulings/last_look.html",
        summary=summary,
        verb=verb,
        what=what,
        letter=letter,
        fields=fields,
        draft=draft,
    )
    return make_response(page)


def _seen(summary: Summary) -> int:
    """The last entry that this page shows: whoever was refused since the docket grew has now seen it."""
    return summary.last_seq


def _url(number: str, done: str = "") -> str:
    return f"/desk/dockets/{number}" + (f"?done={done}" if done else "")


def _done() -> Text | None:
    return DONE.get(request.args.get("done", "")) if request.method == "GET" else None


def _typed(name: str) -> str:
    return request.form.get(name, "")


def _number(name: str) -> int:
    """A number that a form carries; one that is none, or that no database holds, refers to nothing."""
    number = request.form.get(name, -1, type=int)
    return number if abs(number) < 2**31 else -1
