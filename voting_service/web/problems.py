"""Codes, statuses and the problem document (RFC 9457): the one place that knows which refusal is which HTTP status.

Pure, so that the front door and Flask's error handlers answer alike.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..text import Text, _

PROBLEM_JSON = "application/problem+json"

STATUS: dict[str, int] = {
    "bad_form": 400,
    "bad_request": 400,
    "no_voter": 401,
    "unauthorised": 401,
    "not_open": 403,
    "objections_closed": 403,
    "entries_withheld": 403,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "already_cast": 409,
    "phase_forbids": 409,
    "gone": 410,
    "payload_too_large": 413,
    "invalid_choices": 422,
    "problems_found": 422,
    "challenge_required": 428,
    "too_many_attempts": 429,
    "internal_error": 500,
    "unknown_format": 501,
    "box_unavailable": 503,
    "unavailable": 503,
    "wechat_unavailable": 503,
}
"""Every code that an answer may carry. A code that is not here is our own mistake and answers 500."""

TITLES: dict[str, Text] = {
    "bad_form": _("投票表单无效"),
    "bad_request": _("请求无效"),
    "no_voter": _("无法识别投票身份"),
    "unauthorised": _("需要授权"),
    "not_open": _("现在不能投票"),
    "objections_closed": _("现在不受理异议"),
    "entries_withheld": _("明细暂不公开"),
    "forbidden": _("没有权限"),
    "not_found": _("没有找到"),
    "method_not_allowed": _("不支持的操作"),
    "not_acceptable": _("没有这种格式"),
    "already_cast": _("您已投票"),
    "gone": _("已经移除"),
    "payload_too_large": _("内容过大"),
    "invalid_choices": _("所选不符合规则"),
    "problems_found": _("有几处需要改"),
    "challenge_required": _("需要验证"),
    "too_many_attempts": _("操作过于频繁"),
    "internal_error": _("服务出现问题"),
    "unknown_format": _("没有这种格式"),
    "box_unavailable": _("票箱暂时不能使用"),
    "unavailable": _("服务暂时不能使用"),
    "wechat_unavailable": _("微信暂时不能使用"),
}


def status_of(code: str) -> int:
    """The HTTP status of a code."""
    return STATUS.get(code, 500)


def title_of(code: str) -> Text:
    """A few words for the head of a page."""
    return TITLES.get(code, TITLES["internal_error"])


def code_of(status: int) -> str:
    """The code of a status that Flask itself answered."""
    fixed = {
        400: "bad_request",
        401: "unauthorised",
        403: "forbidden",
        429: "too_many_attempts",
        503: "unavailable",
    }
    by_status = fixed.get(status) or next((code for code, number in STATUS.items() if number == status), None)
    return by_status or ("bad_request" if 400 <= status < 500 else "internal_error")


def problem(code: str, title: str, detail: str, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The problem document. ``extra`` members (next_at, problems …) stand beside the standard ones."""
    return {
        "type": f"urn:voting-service:problem:{code}",
        "title": title,
        "status": status_of(code),
        "code": code,
        "detail": detail,
        **{name: value for name, value in (extra or {}).items() if value is not None},
    }


def problem_bytes(document: Mapping[str, Any]) -> bytes:
    """The document as it is sent."""
    return json.dumps(document, ensure_ascii=False).encode()
