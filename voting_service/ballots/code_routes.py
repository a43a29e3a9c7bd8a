"""The page on which a printed code is entered, by its holder or with an official's help; and the way out again.

It stands beside the ballot's other pages, since it needs the polling place: kiosks, sessions, the campaign at this moment.
What was typed is in the body of a POST alone: never in an address, a log line, a page after it was taken, or any page at a
kiosk, whose history the next person may go back through.
"""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from anti_fraud.policy import Kiosk

from ..evidence import provenance
from ..text import Text, _
from ..voter_codes.admission import Admission, Admitted, Assistance, Entry, NotAdmitted
from ..web import access, errors
from ..web.entry_tokens import COOKIE as MARK_COOKIE
from ..web.entry_tokens import LIFETIME_S as MARK_LIFETIME_S
from ..web.entry_tokens import EntryTokens
from ..web.headers import keep_out_of_sight
from ..web.identities import CODE, MEMBER
from ..web.language import say
from ..web.limits import costly
from ..web.sessions import COOKIE, LIFETIME_S, VoterSession
from .campaign_page import kiosk_line
from .campaign_view import CampaignView
from .door import origin_of
from .polling_place import PollingPlace, visit

pages = Blueprint("voter_codes", __name__)


@pages.after_request
def keep_nothing(response: Response) -> Response:
    """The next person at this browser must not find it."""
    return keep_out_of_sight(response)


class EntryDesk(NamedTuple):
    """Where a code is entered: the campaign, the browser's session in it, and the kiosk that the browser is."""

    place: PollingPlace
    view: CampaignView
    session: VoterSession | None
    """One that was made by entering a code of this campaign."""
    kiosk_id: str
    kiosk: Kiosk | None

    @property
    def assistance(self) -> Assistance | None:
        """Who helps here."""
        helper = self.kiosk.assistant if self.kiosk else ""
        return Assistance(helper, self.kiosk_id) if helper else None


@pages.get("/c/<slug>/code")
@access.voter
@costly
def entry(slug: str) -> Response:
    """The form; or who has entered a code already; or when voting is open."""
    return _page(_desk(slug))


@pages.post("/c/<slug>/code")
@access.voter
@costly
def enter(slug: str) -> BaseResponse:
    """Take a code, and let in whoever has a good one."""
    desk = _desk(slug)
    if _foreign(desk.place):
        return _not_from_here()
    if desk.view.state != "open":
        return _page(desk, 403)
    if not _tokens().good(slug, request.cookies.get(MARK_COOKIE), request.form.get("token", "")):
        late = _("页面放得太久，或浏览器没有保存 cookie，请再输入一次，按“进入投票”。")
        return _page(desk, 400, NotAdmitted("slip", late))
    admission: Admission = current_app.extensions["admission"]
    outcome = admission.admit(
        Entry(
            slug=slug,
            admitted=desk.view.show.rules.identities,
            code=request.form.get("code", ""),
            member_number=request.form.get("member", ""),
            address=request.remote_addr or "",
            assistance=desk.assistance,
        )
    )
    if isinstance(outcome, Admitted):
        return _let_in(desk, outcome)
    response = _page(desk, 429 if outcome.retry_after_s else 422, outcome)
    if outcome.retry_after_s:
        response.headers["Retry-After"] = str(outcome.retry_after_s)
    return response


@pages.post("/c/<slug>/code/leave")
@access.voter
@costly
def leave(slug: str) -> BaseResponse:
    """End the session that a code has made. Whoever is known otherwise stays who they are."""
    desk = _desk(slug)
    if _foreign(desk.place):
        return _not_from_here()
    response = redirect(f"{desk.view.url}/code", 303)
    if desk.session:
        browser = desk.place.sessions.browser_of(desk.session)
        kept = desk.place.sessions.to_cookie(browser) if browser and not desk.kiosk else ""
        response.headers.add("Set-Cookie", desk.place.cookie(COOKIE, kept, LIFETIME_S if kept else 0))
        for name in (provenance.COOKIE, MARK_COOKIE):
            response.headers.add("Set-Cookie", desk.place.cookie(name, "", 0))
        # Browsers heed it under https alone; our scripts forget by themselves, too. A phone of one's own keeps what it
        # knows of other campaigns.
        if desk.place.secure and desk.kiosk:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _desk(slug: str) -> EntryDesk:
    """Raises NotFound; 404 where the campaign takes no codes."""
    place, _now, view = visit(slug)
    if not view.show.rules.takes_paper:
        abort(404)
    kiosks, cookies = place.station.door.kiosks, request.headers.get("Cookie", "")
    kiosk_id = kiosks.read(slug, kiosks.in_header(cookies))
    known = place.sessions.from_header(cookies)
    entered = known if known and known.campaign == slug else None
    return EntryDesk(place, view, entered, kiosk_id, view.show.policy.kiosks.get(kiosk_id))


def _page(desk: EntryDesk, status: int = 200, refused: NotAdmitted | None = None) -> Response:
    view, slug = desk.view, desk.view.slug
    mark = EntryTokens.mark(request.cookies.get(MARK_COOKIE))
    identities = view.show.rules.identities
    # Nor after a form that may have come from elsewhere: a person would then send off what a stranger has filled in.
    may_stay = not desk.kiosk and status != 400
    page = render_template(
        "voter_codes/admission.html",
        campaign=view,
        entered=desk.session.identity if desk.session and not refused else None,
        takes_code=CODE in identities,
        takes_member=MEMBER in identities,
        token=_tokens().token(slug, mark),
        code=request.form.get("code", "")[:80] if may_stay else "",
        member=request.form.get("member", "")[:80] if may_stay else "",
        problem=say(refused.sentence) if refused else None,
        problem_field=refused.field if refused else None,
        kiosk=desk.kiosk,
        kiosk_line=kiosk_line(view, desk.kiosk.name if desk.kiosk else "", bool(desk.session)),
    )
    response = make_response(page, status)
    cookie = desk.place.cookie(MARK_COOKIE, mark, MARK_LIFETIME_S)
    response.headers.add("Set-Cookie", cookie)
    return response


def _let_in(desk: EntryDesk, admitted: Admitted) -> BaseResponse:
    place, slug = desk.place, desk.view.slug
    before = place.sessions.from_header(request.headers.get("Cookie"))
    session = place.sessions.known_as(admitted.identity, admitted.subject, before, slug)
    response = redirect(desk.view.url, 303)
    # It is the code's session that ends in two hours, by our own clock; the browser's own name goes on after it.
    cookie = place.cookie(COOKIE, place.sessions.to_cookie(session), LIFETIME_S)
    response.headers.add("Set-Cookie", cookie)
    response.headers.add("Set-Cookie", place.cookie(MARK_COOKIE, "", 0))
    return response


def _foreign(place: PollingPlace) -> bool:
    get = request.headers.get
    return origin_of(get("Origin"), get("Sec-Fetch-Site"), request.host, place.base_url) == "foreign"


def _not_from_here() -> Response:
    sentence: Text = _("这次提交来自别的网站，没有收下。")
    return errors.answer("forbidden", sentence, _("请打开本活动的页面输入投票码。"))


def _tokens() -> EntryTokens:
    tokens: EntryTokens = current_app.extensions["entry_tokens"]
    return tokens
