"""Verifying a certificate, for everyone who holds one in their hands."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from voting_service.database import Database
from voting_service.errors import NotFound
from voting_service.web import access
from voting_service.web.headers import keep_out_of_sight
from voting_service.web.limits import costly

from .awarding import document_of
from .certificates import certificate_by_code, code_typed, shown_code
from .letters import spoken

public = Blueprint("award", __name__, url_prefix="/c/<slug>/certificates")


@public.get("")
@access.public
@costly
def ask(slug: str) -> BaseResponse:
    """A field for whoever types the code from paper."""
    if code := code_typed(request.args.get("code", "")):
        return redirect(
            f"/c/{slug}/certificates/{code}" if code.isalnum() and code.isascii() else request.path
        )
    return keep_out_of_sight(make_response(render_template("award/ask.html", slug=slug)))


@public.get("/<code>")
@access.public
@costly
def verify(slug: str, code: str) -> Response:
    """What the certificate of this code says, and whether it still holds."""
    database: Database = current_app.extensions["database"]
    try:
        with database.read() as session:
            found = certificate_by_code(session, slug, code)
            document = document_of(found.award)
            page = render_template(
                "award/certificate.html",
                slug=slug,
                one=found,
                document=document,
                dated=spoken(document["dated"]),
                code=shown_code(found.code),
            )
    except NotFound as error:
        return keep_out_of_sight(
            make_response(render_template("award/ask.html", slug=slug, error=error, typed=code[:40]), 404)
        )
    return keep_out_of_sight(make_response(page))
