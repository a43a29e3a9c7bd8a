"""Every error becomes one answer: a problem document for machines, a page for people, never a traceback.

Codes become statuses in ``problems``; here they become answers. An unforeseen one gets a reference that stands in the log too.
"""

from __future__ import annotations

import secrets

import structlog
from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from ..errors import ProblemsFound, Unavailable, VotingError
from ..text import Text, _
from .language import say
from .problems import PROBLEM_JSON, code_of, problem, problem_bytes, status_of, title_of

log = structlog.get_logger("web")

_SENTENCES: dict[str, tuple[Text, Text | None]] = {
    "not_found": (_("您访问的页面不存在，或者已经移除。"), _("请检查网址是否完整，或回到首页查看。")),
    "method_not_allowed": (_("这个地址不支持这种操作。"), None),
    "payload_too_large": (_("提交的内容太大。"), None),
    "too_many_attempts": (_("操作过于频繁，请稍后再试。"), None),
    "bad_request": (_("请求的格式不正确。"), None),
    "forbidden": (_("您没有权限访问这里。"), None),
}


def wants_json() -> bool:
    """Machines ask under /api and the like, or say that they take no HTML."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json", PROBLEM_JSON])
    return request.path.startswith(("/api/", "/log/", "/readyz", "/healthz", "/oembed")) or best in (
        "application/json",
        PROBLEM_JSON,
    )


def install(app: Flask) -> None:
    """Attach the three handlers; there is no fourth kind of error."""
    app.register_error_handler(VotingError, _voting_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unforeseen)


def _voting_error(error: VotingError) -> Response:
    problems = [say(item.sentence) for item in error.problems] if isinstance(error, ProblemsFound) else None
    # What helps at the command line helps no voter.
    remedy = _("请稍后再试。") if isinstance(error, Unavailable) else error.remedy
    response = answer(error.code, error.sentence, remedy, extra={"problems": problems})
    if isinstance(error, Unavailable):
        response.headers.setdefault("Retry-After", "30")
    return response


def _http_error(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:
        return make_response(error.get_response())
    code = code_of(error.code)
    sentence, remedy = _SENTENCES.get(code, (title_of(code), None))
    response = answer(code, sentence, remedy, status=error.code)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    retry_after = getattr(error, "retry_after", None)
    if error.code == 429:
        response.headers.setdefault("Retry-After", str(retry_after or 60))
    return response


def _unforeseen(error: Exception) -> Response:
    reference = secrets.token_hex(4)
    # The route, not the address: that may hold a tracking code or a kiosk's secret.
    log.error("unforeseen_error", reference=reference, route=str(request.url_rule), exc_info=error)
    sentence = _("服务出现了意外的问题，我们已经记录，编号 %(reference)s。", reference=reference)
    return answer(
        "internal_error", sentence, _("请稍后再试；如仍有问题，请把编号告诉主办单位。"), reference=reference
    )


def answer(
    code: str,
    sentence: Text,
    remedy: Text | None = None,
    *,
    status: int | None = None,
    reference: str | None = None,
    extra: dict[str, object] | None = None,
) -> Response:
    """The answer for whoever asks: problem document or page."""
    status = status or status_of(code)
    title = say(title_of(code))
    if wants_json():
        document = problem(code, title, say(sentence), {**(extra or {}), "reference": reference}) | {
            "status": status
        }
        response = make_response(problem_bytes(document), status)
        response.content_type = PROBLEM_JSON
    else:
        page = render_template(
            "web/problem.html",
            status=status,
            title=title,
            sentence=say(sentence),
            remedy=say(remedy) if remedy else None,
            reference=reference,
        )
        response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
