"""Pages that are the same for whoever asks: dated by their bytes, so that a browser that has one is told so (304).

At a kiosk a page carries the line that ends a turn; it is that person's page then, and nobody keeps it.
"""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request

from .headers import csp_nonce, keep_out_of_sight, same_for_everyone


def same_page(kiosk_line: str, template: str, status: int = 200, **values: Any) -> Response:
    """The page for this request. ``kiosk_line``: what a page says at a kiosk, empty elsewhere."""
    nonce = csp_nonce() if kiosk_line else ""
    page = render_template(template, kiosk_line=kiosk_line, csp_nonce=nonce, **values)
    return same_bytes(kiosk_line, page, status)


def same_bytes(kiosk_line: str, body: str | bytes, status: int = 200) -> Response:
    """The same of a page that is rendered already, with this response's nonce at a kiosk and with an empty one elsewhere."""
    response = make_response(body, status)
    if kiosk_line:
        return keep_out_of_sight(response)
    same_for_everyone(response)
    response.headers["Cache-Control"] = "no-cache"
    if status == 200:
        response.add_etag()
        response.make_conditional(request)
    return response
