"""``/desk/dockets/new``: an objection that came by letter, by telephone, in person or from another body is entered in two steps:
what was said, then a last look, at which the scanned files are chosen. What is typed travels in the body of a POST alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, make_response, render_template, request

from voting_service.accounts.signed_in import acting_official
from voting_service.attachments.examine import MOST_AT_ONCE, MOST_FILES
from voting_service.attachments.store import AttachmentStore
from voting_service.clock import Clock
from voting_service.database import Database
from voting_service.encryption import Keyring
from voting_service.errors import Problem, ProblemsFound
from voting_service.text import Text, _
from voting_service.web import access, uploads
from voting_service.web.language import say
from voting_service.workdays import Calendar
from voting_service.workdays.schedule import Letters
from voting_service.workdays.wording import spoken_date

from ..docket import acknowledgement
from ..docket.form import LEAST_CLUE, LEAST_STATEMENT, MOST_CLUE, MOST_STATEMENT, Typed
from ..docket.handed_in import HandedIn, look_through
from ..docket.lodging import Books, Lodged, new_submission
from ..docket.models import AT_THE_DESK
from ..docket.offers import on_offer
from ..docket.queries import objection_by_number
from ..docket.words import CAME_BY_WORDS, GROUND_WORDS, KIND_WORDS, REPORTED_WAYS, WORTH_WORDS
from ..notices.models import Notice
from .registering import (
    Registration,
    check_registration,
    letters_of,
    notice_for_entry,
    open_for_entry,
    register,
    registered_before,
    rule_text,
)

pages = Blueprint("registering", __name__)

STAFF = ("operator", "handler")
_FILE_FIELDS = ("stamp", "scans")
_WAYS: dict[str, Text] = {
    "letter": _("书面来信，含当面递交以外的一切邮寄材料"),
    "call": _("电话反映"),
    "visit": _("当面反映，或当面递交材料"),
    "referred": _("其他部门收到后转来"),
}


@dataclass(frozen=True)
class RegistrationDesk:
    """What entering at the desk needs."""

    database: Database
    keyring: Keyring
    store: AttachmentStore
    workdays: Callable[[], Calendar]
    zone: ZoneInfo
    clock: Clock
    base_url: str

    def books(self) -> Books:
        """What the verb works with, with the working days as they are known now."""
        return Books(self.keyring, self.workdays(), self.zone, self.clock)


@pages.get("/desk/dockets/new")
@access.official(*STAFF)
def new() -> Response:
    """Which notice, where there are several; then the form."""
    asked = request.args.get("notice", "")
    desk = _desk()
    with desk.database.read() as session:
        open_now = open_for_entry(session, acting_official())
        choices = [(_key(one), one.title, one.campaign.title) for one in open_now]
    if not asked and len(choices) == 1:
        asked = choices[0][0]
    if asked:
        return _form_page(asked, Registration(Typed(submission=new_submission())))
    return make_response(render_template("rulings/register_which.html", choices=choices))


@pages.post("/desk/dockets/new")
@access.official(*STAFF)
@uploads.takes_files
def enter() -> Response:
    """Look at what was typed, change it, or enter it."""
    sent = uploads.read_upload(request)
    get = sent.form.get
    registration = Registration(
        Typed.of(sent.form), get("came_by", ""), get("received_on", ""), get("postmarked_on", "")
    )
    key, step = get("on", ""), get("step", "")
    if step == "edit":
        return _form_page(key, registration)
    if step != "submit":
        found = _problems(key, registration, has_stamp=True)
        return _form_page(key, registration, found) if found else _last_look(key, registration)
    # A stamp that was chosen before somebody decided that it is no unit is not kept. The stamp first: readers look for it.
    handed = [HandedIn(one.field, one.name, one.data) for one in sent.files if one.field in _FILE_FIELDS]
    handed = [one for one in handed if one.field != "stamp" or registration.typed.kind == "unit"]
    handed.sort(key=lambda one: one.field != "stamp")
    return _submit(key, registration, handed, confirmed=get("confirmed") == "yes")


def _submit(key: str, registration: Registration, handed: Sequence[HandedIn], *, confirmed: bool) -> Response:
    desk, official = _desk(), acting_official()
    slug, number = _parts(key)
    with desk.database.read() as session:
        campaign = notice_for_entry(session, official, slug, number).campaign
        if repeated := registered_before(session, desk.books(), campaign, registration.typed.submission):
            return _entered(repeated)
    has_stamp = any(one.field == "stamp" for one in handed)
    found = _problems(key, registration, has_stamp=has_stamp)
    if any(one.where != "stamp" for one in found):
        return _form_page(key, registration, [one for one in found if one.where != "stamp"])
    kept, bad = look_through(handed)
    found = [*found, *bad, *([] if desk.store.has_room() or not handed else [_NO_ROOM])]
    if not confirmed:
        found.append(Problem("confirmed", _("请先核对，再勾选“我已核对”。")))
    if found:
        return _last_look(key, registration, found)
    try:
        with desk.store.keeping() as keeping, desk.database.write() as session:
            done = register(session, desk.books(), official, slug, number, registration, keeping, kept,
                            has_stamp=has_stamp)  # fmt: skip
    except ProblemsFound as problems:
        return _form_page(key, registration, problems.problems)
    return _entered(done)


_NO_ROOM = Problem(
    "scans", _("存储空间已满，现在收不下文件。"), _("可以先不附文件登记，并请管理员清理磁盘。")
)


# ---- presenting


def _desk() -> RegistrationDesk:
    desk: RegistrationDesk = current_app.extensions["registration_desk"]
    return desk


def _key(notice: Notice) -> str:
    return f"{notice.campaign.slug}/{notice.number}"


def _parts(key: str) -> tuple[str, int]:
    slug, _slash, number = key.rpartition("/")
    return slug, int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0


def _problems(key: str, registration: Registration, *, has_stamp: bool) -> list[Problem]:
    desk = _desk()
    with desk.database.read() as session:
        notice = notice_for_entry(session, acting_official(), *_parts(key))
        try:
            check_registration(
                notice, registration, has_stamp=has_stamp, now=desk.clock.now(), zone=desk.zone
            )
        except ProblemsFound as found:
            return list(found.problems)
    return []


def _form_page(key: str, registration: Registration, found: Sequence[Problem] = ()) -> Response:
    desk = _desk()
    with desk.database.read() as session:
        notice = notice_for_entry(session, acting_official(), *_parts(key))
        page = render_template(
            "rulings/register.html", key=key, title=notice.title, offer=on_offer(notice).offer, rule=rule_text(notice),
            arrived=letters_of(notice) is Letters.ARRIVED, sent=registration, typed=registration.typed, found=found,
            ways=[(one, REPORTED_WAYS[one], _WAYS[one]) for one in AT_THE_DESK],
            grounds=list(GROUND_WORDS.items()), worth_words=WORTH_WORDS,
            today=desk.clock.now().astimezone(desk.zone).date().isoformat(),
            least_statement=LEAST_STATEMENT, most_statement=MOST_STATEMENT, least_clue=LEAST_CLUE, most_clue=MOST_CLUE,
        )  # fmt: skip
    return make_response(page, 422 if found else 200)


def _last_look(key: str, registration: Registration, found: Sequence[Problem] = ()) -> Response:
    desk = _desk()
    with desk.database.read() as session:
        notice = notice_for_entry(session, acting_official(), *_parts(key))
        checked = check_registration(
            notice, registration, has_stamp=True, now=desk.clock.now(), zone=desk.zone
        )
        person = next(
            one for one in on_offer(notice).offer.people if one.number == checked.claim.heading.candidate
        )
        page = render_template(
            "rulings/register_last_look.html", key=key, title=notice.title, checked=checked, claim=checked.claim,
            person=person, sent=registration, typed=registration.typed, found=found, on_day=spoken_date,
            came_by=CAME_BY_WORDS[checked.came_by], ground=GROUND_WORDS[checked.claim.heading.ground],
            kind=KIND_WORDS[checked.claim.kind], worth=WORTH_WORDS[checked.claim.worth],
            most_files=MOST_FILES, most_mb=MOST_AT_ONCE // 1024**2,
        )  # fmt: skip
    return make_response(page, 422 if found else 200)


def _entered(done: Lodged) -> Response:
    """The one page that shows the passcode."""
    desk = _desk()
    with desk.database.read() as session:
        objection = objection_by_number(session, done.docket_number)
        shown = acknowledgement.shown(done, objection, desk.zone, f"{desk.base_url}/objections", say)
    page = render_template("rulings/registered.html", done=done, shown=shown)
    return make_response(page, 201 if done.new else 200)
