"""Coming back: number and passcode by POST alone, then half an hour of a signed cookie that leads to this docket and no
other. Nothing secret is ever in an address."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from anti_fraud.challenge import Challenge
from voting_service.attachments.examine import MOST_AT_ONCE, MOST_BYTES, MOST_FILES
from voting_service.candidates.stories import to_html
from voting_service.documents.pdf import to_pdf
from voting_service.errors import Problem, ProblemsFound, Unavailable
from voting_service.text import _
from voting_service.web import access, errors
from voting_service.web.limits import costly
from voting_service.web.uploads import Upload, read_upload

from ..docket.form import check_text
from ..docket.lodging import new_submission
from ..docket.numbers import read_docket_number, read_passcode
from ..toll import Due
from .following import add_material, answer_question, withdraw
from .handed_in import examined
from .progress import progress
from .reply import letter_to_objector
from .routes import by_field, docket_cookie, handed_in, head_of, is_foreign, keep_nothing, room, solution_in
from .sessions import COOKIE, LIFETIME_S, PATH

pages = Blueprint("objections_return", __name__, url_prefix=PATH)
pages.after_request(keep_nothing)

WRONG = _("受理编号或查询码不对，请对照凭证核对后再输。")
_NOTICE_PATH = re.compile(r"[a-z0-9\-]{1,64}/notices/\d{1,6}")
_FORM_ID = re.compile(r"[A-Za-z0-9_\-]{22,64}")
TAKEN = {
    "added": _("您补充的材料已收到，承办人员会看到。"),
    "answered": _("您的回答已收到，承办人员会看到。"),
}
"""What is said above the docket after something was added to it."""
_FOREIGN = _("这次提交来自别的网站，没有收下。")
_OVER = _("已超过 30 分钟，请再输入一次受理编号和查询码。")


@pages.get("")
@access.public
@costly
def come_back() -> Response:
    """The docket that this browser has opened, or the two fields that open one."""
    number = _docket()
    return _docket_page(number) if number else _entry_page()


@pages.post("")
@access.public
@costly
def open_docket() -> BaseResponse:
    """Open a docket. Whatever is wrong, the answer is the same."""
    if is_foreign():
        return errors.answer("forbidden", _FOREIGN, _("请在本网站的页面上输入。"))
    place = room()
    number, passcode = (
        read_docket_number(request.form.get("number", "")),
        read_passcode(request.form.get("passcode", "")),
    )
    if slips := _slips(number, passcode):
        return _entry_page(422, slips)
    form, address = request.form.get("form", "")[:64], request.remote_addr or ""
    solution = solution_in(request.form.get("challenge"))
    try:
        # Counted before it is looked up, so that many at once cannot slip through; given back when it was right.
        if due := place.toll.pay("wrong", address, form, solution):
            return _entry_page(428, [Problem("", _("这一小时里同一网络输错的次数较多，需要做一次安全验证。"))],
                               due.challenge)  # fmt: skip
        with place.database.read() as session:
            right = place.doorkeeper.knows(session, number or "", passcode or "")
        if right:
            place.toll.give_back("wrong", address, solution)
    except Unavailable as error:
        return _entry_page(503, [Problem("", error.sentence, _("您可以先打电话向受理部门查询。"))])
    if not right:
        return _entry_page(422, [Problem("number", WRONG)])
    response = redirect(PATH, 303)
    response.headers.add("Set-Cookie", docket_cookie(place, place.sessions.begin(number or ""), LIFETIME_S))
    return response


@pages.get("/reply.pdf")
@access.public
@costly
def reply_pdf() -> BaseResponse:
    """The written answer as a letter, to whoever has opened the docket."""
    place, number = room(), _docket()
    if number is None:
        return _entry_page(403, [Problem("", _OVER)])
    with place.database.read() as session:
        letter = letter_to_objector(session, place.books(), number)
    if letter is None:
        return redirect(PATH, 303)
    response = make_response(to_pdf(letter))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{number}.pdf"'
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    return response


@pages.get("/guide")
@access.public
@costly
def guide() -> Response:
    """How to object, for citizens: ``docs/objectors.zh-CN.md``. ``from``: the notice from which one came, to go back to."""
    file = Path(current_app.root_path) / "docs" / "objectors.zh-CN.md"
    if not file.is_file():
        abort(404)
    _title, _line, text = file.read_text(encoding="utf-8").partition("\n")
    back = request.args.get("from", "")
    page = render_template(
        "objections/guide.html",
        guide=Markup(to_html(text)),  # noqa: S704 - cleaned
        back=f"/c/{back}" if _NOTICE_PATH.fullmatch(back) else None,
    )
    return make_response(page)


@pages.post("/add")
@access.public
@costly
def add() -> BaseResponse:
    """Add material."""
    return _say("text", add_material)


@pages.post("/answer")
@access.public
@costly
def answer() -> BaseResponse:
    """Answer a handler's question."""
    return _say("answer", answer_question)


@pages.post("/withdraw")
@access.public
@costly
def withdraw_it() -> BaseResponse:
    """Withdraw; asks once more before it does."""
    place, number = room(), _docket()
    if number is None or not _ours():
        return _entry_page(403, [Problem("", _OVER)])
    if request.form.get("sure") != "yes":
        return make_response(render_template("objections/withdraw.html", number=number, csrf=_csrf()))
    try:
        with place.database.write() as session:
            withdraw(session, place.keyring, number, at=place.clock.now())
    except ProblemsFound as error:
        return _docket_page(number, 409, error.problems)
    return redirect(PATH, 303)


@pages.post("/leave")
@access.public
def leave() -> BaseResponse:
    """Close the docket in this browser."""
    response = redirect(PATH, 303)
    response.headers.add("Set-Cookie", docket_cookie(room(), "", 0))
    return response


def _say(field: str, verb: Any) -> BaseResponse:
    number = _docket()
    # Before the body is read: who has opened no docket takes no place from those who send files.
    if number is None or is_foreign():
        return _entry_page(403, [Problem("", _OVER)])
    sent = read_upload(request)
    if not _ours():
        return _entry_page(403, [Problem("", _OVER)])
    text = sent.form.get(field, "").replace("\r\n", "\n").strip()
    try:
        due = _add(number, sent, text, f"{field}-files", verb)
    except ProblemsFound as error:
        return _docket_page(number, 422, error.problems, {field: text})
    except Unavailable as error:
        told = Problem("", error.sentence, _("您填写的文字还在下面。"))
        return _docket_page(number, 503, [told], {field: text})
    if due is None:
        return redirect(f"{PATH}?done={'answered' if field == 'answer' else 'added'}", 303)
    told = Problem("", _("这一小时里同一网络提交的次数较多，需要做一次安全验证。"))
    return _docket_page(number, 428, [told], {field: text}, due.challenge)


def _add(number: str, sent: Upload, text: str, files_field: str, verb: Any) -> Due | None:
    """Pay, look at the files, and let the verb do it. Gives what must be paid first. Raises ProblemsFound, Unavailable."""
    place, address, form = room(), request.remote_addr or "", sent.form.get("form", "")
    if not _FORM_ID.fullmatch(form):
        raise ProblemsFound([Problem("", _("表单编号无效，请刷新页面后再试。"))])
    if due := place.toll.pay("add", address, form, solution_in(sent.form.get("challenge"))):
        return due
    kept, problems = examined(place, address, handed_in(sent, files_field), files_field)
    if problems:
        text_field = files_field.removesuffix("-files")
        raise ProblemsFound([*check_text(text_field, text, required=None), *problems])
    with place.store.keeping() as keeping, place.database.write() as session:
        verb(session, place.books(), number, form, text, keeping, kept)
    return None


# ---- the session


def _docket() -> str | None:
    return room().sessions.docket_of(request.cookies.get(COOKIE))


def _csrf() -> str:
    return room().sessions.csrf_of(request.cookies.get(COOKIE, ""))


def _ours() -> bool:
    sent = request.form.get("csrf", "")
    return not is_foreign() and room().sessions.is_ours(request.cookies.get(COOKIE, ""), sent)


# ---- pages


def _slips(number: str | None, passcode: str | None) -> list[Problem]:
    """What cannot be a number or a passcode at all: told by its shape, looked up nowhere."""
    problems = []
    if number is None:
        problems.append(Problem("number", _("受理编号形如 GS-2026-7K3M9Q，请对照凭证核对。")))
    if passcode is None:
        problems.append(
            Problem("passcode", _("查询码是 12 位数字和字母，有漏输、多输或输错，请对照凭证核对。"))
        )
    return problems


def _entry_page(
    status: int = 200, problems: list[Problem] | None = None, challenge: Challenge | None = None
) -> Response:
    # After a form from elsewhere nothing that a stranger has filled in is shown again.
    may_stay = request.method == "POST" and request.path == PATH and status != 403
    page = render_template(
        "objections/come_back.html",
        problems=problems or [],
        by_field=by_field(problems or []),
        number=request.form.get("number", "")[:60] if may_stay else "",
        passcode=request.form.get("passcode", "")[:60] if may_stay else "",
        form_id=request.form.get("form", "")[:64] if may_stay else new_submission(),
        challenge=challenge.to_json() if challenge else None,
    )
    return make_response(page, status)


def _docket_page(
    number: str,
    status: int = 200,
    problems: Any = (),
    typed: dict[str, str] | None = None,
    challenge: Challenge | None = None,
) -> Response:
    place = room()
    with place.database.read() as session:
        found = progress(session, place.books(), number)
        head = head_of(found.campaign)  # type: ignore[arg-type]
    # The same form, corrected or with its challenge solved, was paid for already; what was taken gets a fresh one.
    form_id = request.form.get("form", "") if problems else ""
    page = render_template(
        "objections/docket.html",
        campaign=head,
        docket=found,
        problems=problems,
        by_field=by_field(problems),
        typed=typed or {},
        csrf=_csrf(),
        form_id=form_id if _FORM_ID.fullmatch(form_id) else new_submission(),
        challenge=challenge.to_json() if challenge else None,
        done=TAKEN.get(request.args.get("done", "")) if request.method == "GET" else None,
        limits={"files": MOST_FILES, "at_once": MOST_AT_ONCE, "one": max(MOST_BYTES.values())},
    )
    return make_response(page, status)
