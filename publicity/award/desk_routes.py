"""The award at the desk: proposed, confirmed by another, certificates and letters to print, certificates to revoke."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
)
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from voting_service.accounts.officials import Role
from voting_service.accounts.signed_in import acting_official
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.documents.glyphs import missing_glyphs
from voting_service.errors import NotFound, Problem, ProblemsFound
from voting_service.text import _
from voting_service.web import access, at_hand

from ..notices.queries import notice_by_number
from ..outcome.routes import file_of
from ..substitutions.standing import list_of
from .awarding import (
    award_by_number,
    award_document,
    award_problems,
    awardable,
    awards_of,
    blanks_of,
    confirm_award,
    document_of,
    groundless,
    propose_award,
    withdraw_award,
)
from .certificate_pdf import certificates_pdf
from .certificates import decide_revocation, propose_revocation, shown_code
from .faces import faces_of
from .letters import decision_letter, spoken, thanks_letter
from .models import CONFIRMED, Award
from .words import BLANKS, Texts, filled, first_texts

WHO_LOOK: tuple[Role, ...] = ("operator", "committee", "supervisor")
WHO_WRITE: tuple[Role, ...] = ("operator", "committee")
FIELDS = ("honour", "dated", "citation", "decision", "thanks", "confirmed", "reason", "notice")

desk = Blueprint("award_desk", __name__, url_prefix="/desk/campaigns/<slug>/award")


@desk.get("")
@access.official(*WHO_LOOK)
def listing(slug: str) -> Response:
    """The campaign's awards, and the lists that wait for one."""
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
        page = render_template(
            "award/list.html",
            campaign=campaign,
            slug=slug,
            awards=[(one, document_of(one)) for one in awards_of(session, campaign)],
            waiting=awardable(session, slug),
            groundless=groundless(session, slug),
            may_write=acting_official().may(slug, *WHO_WRITE),
        )
    return make_response(page)


@desk.get("/new/<int:notice>")
@access.official(*WHO_WRITE)
def new(slug: str, notice: int) -> Response:
    """Whom it would be, and the words, to be written."""
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
        today = at_hand.now().astimezone(campaign.rules.zone).date()
        return _form(session, slug, notice, first_texts(campaign.title, today), [])


@desk.post("/new/<int:notice>")
@access.official(*WHO_WRITE)
def propose(slug: str, notice: int) -> BaseResponse:
    """Propose it."""
    texts, found = _texts()
    try:
        with at_hand.database().write() as session:
            award = propose_award(
                session, slug, notice, texts, at=at_hand.now(), official=acting_official(), found=found
            )
    except ProblemsFound as error:
        with at_hand.database().read() as session:
            return _form(session, slug, notice, texts, list(error.problems))
    return redirect(f"/desk/campaigns/{slug}/award/{award.number}", 303)


@desk.get("/<int:number>")
@access.official(*WHO_LOOK)
def one(slug: str, number: int) -> Response:
    """One award: the last look, or its certificates."""
    return _page(slug, number, [])


@desk.post("/<int:number>/confirm")
@access.official("committee")
def confirm(slug: str, number: int) -> BaseResponse:
    """The second person."""
    if request.form.get("confirmed") != "yes":
        return _page(slug, number, [Problem("confirmed", _("请核对名单和文字，并勾选确认。"))])
    seen = request.form.get("seen", "")
    return _done(
        slug,
        number,
        lambda session: confirm_award(
            session, slug, number, seen=seen, at=at_hand.now(), official=acting_official()
        ),
    )


@desk.post("/<int:number>/withdraw")
@access.official(*WHO_WRITE)
def withdraw(slug: str, number: int) -> BaseResponse:
    """Give a proposal up."""
    return _done(
        slug,
        number,
        lambda session: withdraw_award(session, slug, number, at=at_hand.now(), official=acting_official()),
    )


@desk.post("/<int:number>/certificates/<code>/revoke")
@access.official(*WHO_WRITE)
def revoke(slug: str, number: int, code: str) -> BaseResponse:
    """Propose to revoke one."""
    reason = request.form.get("reason", "")
    return _done(
        slug,
        number,
        lambda session: propose_revocation(
            session, slug, code, reason, at=at_hand.now(), official=acting_official()
        ),
    )


@desk.post("/<int:number>/certificates/<code>/decide")
@access.official("committee")
def decide(slug: str, number: int, code: str) -> BaseResponse:
    """Revoke it, or leave it standing."""
    yes = request.form.get("revoke") == "yes"
    return _done(
        slug,
        number,
        lambda session: decide_revocation(
            session, slug, code, revoke=yes, at=at_hand.now(), official=acting_official()
        ),
    )


@desk.get("/<int:number>/certificates.pdf")
@access.official(*WHO_LOOK)
def certificates(slug: str, number: int) -> Response:
    """All of them in one file, without those that are revoked; of a single one with ``?only=CODE``."""
    with at_hand.database().read() as session:
        award = _confirmed(session, slug, number)
        only = request.args.get("only")
        chosen = [c for c in award.certificates if c.state != "revoked" and only in (None, c.code)]
        if not chosen:
            raise NotFound(_("没有可以打印的证书。"))
        faces = faces_of(award, chosen, current_app.config["BASE_URL"])
        data = certificates_pdf(faces, title=f"{award.honour} {award.dated.year}", author=faces[0].signed)
    name = f"证书-{slug}-{chosen[0].number if only else number}.pdf"
    response = send_file(BytesIO(data), "application/pdf", download_name=name, etag=False)
    response.direct_passthrough = False
    return response


@desk.get("/<int:number>/<any(decision, thanks):letter>.<any(pdf, docx):kind>")
@access.official(*WHO_LOOK)
def letter(slug: str, number: int, letter: str, kind: str) -> Response:
    """The result text or the thank-you letter; a proposal's too, to be handed round."""
    with at_hand.database().read() as session:
        document = document_of(award_by_number(session, slug, number))
    return file_of(decision_letter(document) if letter == "decision" else thanks_letter(document), kind)


def _form(session: Session, slug: str, notice: int, texts: Texts, found: list[Problem]) -> Response:
    standing = list_of(session, slug, notice_by_number(session, slug, notice).number)
    document = award_document(session, standing, texts)
    page = render_template(
        "award/new.html",
        campaign=standing.first.campaign,
        slug=slug,
        notice=standing.first,
        texts=texts,
        people=document["people"],
        final_list=document.get("final_list"),
        waits=award_problems(session, standing),
        blanks=["{" + name + "}" for name in BLANKS],
        found=found,
        fields=FIELDS,
    )
    return make_response(page, 422 if found else 200)


def _page(slug: str, number: int, found: list[Problem]) -> Response:
    official = acting_official()
    with at_hand.database().read() as session:
        award = award_by_number(session, slug, number)
        document = document_of(award)
        # As everybody's certificate will say it: what is looked at last is what is printed.
        citations = [filled(document["citation"], blanks_of(document, one)) for one in document["people"]]
        said = "".join([*citations, document["organiser"]])
        page = render_template(
            "award/one.html",
            campaign=award.campaign,
            slug=slug,
            award=award,
            document=document,
            dated=spoken(document["dated"]),
            certificates=[(c, shown_code(c.code)) for c in award.certificates],
            citation=citations[0] if citations else document["citation"],
            missing=missing_glyphs(said),
            found=found,
            fields=FIELDS,
            me=official.id,
            may_write=official.may(slug, *WHO_WRITE),
            may_confirm=official.may(slug, "committee"),
        )
    return make_response(page, 422 if found else 200)


def _done(slug: str, number: int, act: Callable[[Session], object]) -> BaseResponse:
    """Do it in a transaction, and back to the page; with what was wrong where something was."""
    try:
        with at_hand.database().write() as session:
            act(session)
    except ProblemsFound as error:
        return _page(slug, number, list(error.problems))
    return redirect(f"/desk/campaigns/{slug}/award/{number}", 303)


def _confirmed(session: Session, slug: str, number: int) -> Award:
    award = award_by_number(session, slug, number)
    if award.state != CONFIRMED:
        raise NotFound(_("表彰还没有确认，没有证书。"))
    return award


def _texts() -> tuple[Texts, list[Problem]]:
    sent = request.form.get
    found = []
    try:
        dated = date.fromisoformat(sent("dated", ""))
    except ValueError:
        dated, found = at_hand.now().date(), [Problem("dated", _("请填写落款日期。"))]
    plain = {name: sent(name, "").replace("\r\n", "\n").strip() for name in ("honour", "decision", "thanks")}
    # The blanks before its first paragraph are part of a citation's look.
    citation = sent("citation", "").replace("\r\n", "\n").strip(" \n")
    return Texts(plain["honour"], citation, plain["decision"], plain["thanks"], dated), found
