"""``POST /api/v1/campaigns/<slug>/objections``: the same form as the page's, as multipart, with JSON for an answer."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from voting_service.clock import rfc3339
from voting_service.text import _
from voting_service.web import access, errors
from voting_service.web.headers import keep_out_of_sight
from voting_service.web.language import say
from voting_service.web.limits import costly

from ..docket.lodging import Lodged
from ..docket.numbers import shown_passcode
from .intake import Refused, take_in
from .routes import by_field, is_foreign, room, sent_form

api = Blueprint("objections_api", __name__, url_prefix="/api/v1")


@api.after_request
def keep_nothing(response: Response) -> Response:
    """A passcode is in the answer."""
    return keep_out_of_sight(response, "same-origin")


@api.post("/campaigns/<slug>/objections")
@access.public
@costly
def lodge_objection(slug: str) -> Response:
    """Lodge an objection. The same ``submission`` again: 200, and the same acknowledgement."""
    if is_foreign():
        return errors.answer("forbidden", _("这次提交来自别的网站，没有收下。"))
    outcome = take_in(room(), slug, sent_form())
    return _acknowledged(outcome) if isinstance(outcome, Lodged) else _refused(outcome)


def _acknowledged(done: Lodged) -> Response:
    response = jsonify(
        docket_number=done.docket_number,
        passcode=shown_passcode(done.passcode),
        received_at=rfc3339(done.received_at),
        reply_due=done.reply_by.isoformat(),
    )
    response.status_code = 201 if done.new else 200
    if not done.same:
        # The body is the acknowledgement and nothing else; a page must still say that the first version is what counts.
        response.headers["Objection-Version"] = "first"
    return response


def _refused(refused: Refused) -> Response:
    fields = {
        where: [_told(say(one.sentence), say(one.remedy) if one.remedy else "") for one in problems]
        for where, problems in by_field(refused.problems).items()
    }
    told = [sentence for sentences in fields.values() for sentence in sentences]
    challenge = refused.challenge.to_json() if refused.challenge else None
    extra: dict[str, object] = {"problems": told or None, "fields": fields or None, "challenge": challenge}
    return errors.answer(refused.code, refused.sentence, extra=extra)


def _told(sentence: str, remedy: str) -> str:
    return f"{sentence}{remedy}"
