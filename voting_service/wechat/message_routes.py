"""``/wechat/messages``: where the platform delivers what people write to the account."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, request

from ..web import access
from .message_desk import Answer, MessageDesk

messages = Blueprint("wechat_messages", __name__)


def _desk() -> MessageDesk:
    """The desk; without a message token there is none, and no such address."""
    desk: MessageDesk | None = current_app.extensions.get("wechat_messages")
    return desk or abort(404)


@messages.get("/wechat/messages")
@access.public
def verify() -> Response:
    """The console's check that this address is ours."""
    return _response(_desk().verify(request.args))


@messages.post("/wechat/messages")
@access.public
def receive() -> Response:
    """One message or event."""
    return _response(_desk().receive(request.args, request.get_data()))


def _response(answer: Answer) -> Response:
    response = Response(answer.body, answer.status, content_type=answer.content_type)
    response.headers["Cache-Control"] = "no-store"
    return response
