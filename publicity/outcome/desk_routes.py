"""Closing a notice at the desk: what still keeps it open, the report as it will stand, and the committee's last look."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from voting_service.accounts.signed_in import acting_official
from voting_service.documents.glyphs import missing_glyphs
from voting_service.documents.official_text import OfficialText
from voting_service.documents.pdf import all_text
from voting_service.errors import Problem, ProblemsFound
from voting_service.text import Text, _
from voting_service.web import access, at_hand

from ..notices.models import CLOSED, Notice
from ..notices.queries import notice_by_number
from .closing import CHANGED_SINCE, cautions_before_closing, close_notice, problems_before_closing
from .report import closed_report, report_of
from .result import digest_of, published_result, result_document
from .routes import file_of, place

desk = Blueprint("outcome_desk", __name__, url_prefix="/desk/notices/<slug>/<int:number>/close")


class ClosingPage(NamedTuple):
    """What the page shows."""

    notice: Notice
    report: OfficialText | None
    """As published, or as it would stand now; None while something keeps the notice open: it would not be true."""
    problems: list[Problem]
    cautions: list[Text]
    digest: str
    """Of the result that is shown: what is confirmed is what was seen."""

    @property
    def missing(self) -> list[str]:
        """Characters that the PDF cannot show."""
        return missing_glyphs(all_text(self.report)) if self.report else []


@desk.get("")
@access.official("operator", "committee", "supervisor")
def preview(slug: str, number: int) -> Response:
    """What keeps it open; or the report to be confirmed; or the report as published."""
    return _page(slug, _closing(slug, number))


@desk.get("/report.<any(pdf, docx):kind>")
@access.official("operator", "committee", "supervisor")
def report(slug: str, number: int, kind: str) -> Response:
    """The report as it would stand now, as a file to be handed round before it is confirmed. Raises ProblemsFound while
    something keeps the notice open: the report would not be true."""
    shown = _closing(slug, number)
    if shown.report is None:
        raise ProblemsFound(shown.problems)
    return file_of(shown.report, kind)


@desk.post("")
@access.official("committee")
def close(slug: str, number: int) -> BaseResponse:
    """Close it, if what was shown is what would be published, and it was confirmed."""
    shown = _closing(slug, number)
    if shown.notice.state == CLOSED:
        # The same form twice, or a colleague was first: it says so itself.
        return redirect(request.path, 303)
    digest = request.form.get("digest", "")
    if shown.digest != digest and not shown.problems:
        return _page(slug, shown, [CHANGED_SINCE])
    if request.form.get("confirmed") != "yes":
        return _page(slug, shown, [Problem("confirmed", _("请核对报告，并勾选确认。"))])
    try:
        with at_hand.database().write() as session:
            notice = notice_by_number(session, slug, number, drafts=True, lock=True)
            close_notice(session, notice, at=at_hand.now(), official=acting_official(), seen=digest)
    except ProblemsFound as found:
        return _page(slug, _closing(slug, number), list(found.problems))
    return redirect(request.path, 303)


def _closing(slug: str, number: int) -> ClosingPage:
    with at_hand.database().read() as session:
        notice, now = notice_by_number(session, slug, number, drafts=True), at_hand.now()
        if published_result(notice) is not None:
            return ClosingPage(notice, closed_report(notice, place()), [], [], "")
        if problems := problems_before_closing(session, notice, now):
            return ClosingPage(notice, None, problems, [], "")
        result = result_document(session, notice, at=now)
        cautions = cautions_before_closing(session, notice)
        return ClosingPage(notice, report_of(notice, result, place()), [], cautions, digest_of(result))


def _page(slug: str, shown: ClosingPage, found: list[Problem] | None = None) -> Response:
    html = render_template(
        "outcome/close.html", shown=shown, found=found or [], slug=slug, here=request.path,
        may_close=acting_official().may(slug, "committee"), may_write=acting_official().may(slug, "operator"),
    )  # fmt: skip
    return make_response(html, 422 if found else 200)
