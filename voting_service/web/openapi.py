"""``/api/v1/openapi.json``: every address of the JSON API, what it takes and everything it may answer (OpenAPI 3.1).

Kept by hand, held to the truth by ``tests/contract/test_openapi.py``; why, is in docs/decisions/0004-openapi.md.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from ..text import Text, _
from . import access
from . import openapi_examples as examples
from .caching import cacheable
from .language import say
from .openapi_notices import NOTICE_SCHEMAS
from .openapi_schemas import SCHEMAS, Schema, ref
from .openapi_tally import TALLY_SCHEMAS, tally_answers
from .problems import PROBLEM_JSON, STATUS, problem, title_of
from .sessions import COOKIE

MAX_AGE = 300

openapi = Blueprint("openapi", __name__, url_prefix="/api/v1")

_ETAG = {"ETag": {"schema": {"type": "string"}}}
_RETRY_AFTER = {"Retry-After": {"description": _("几秒后再试"), "schema": {"type": "integer"}}}
_COOKIE = {"Set-Cookie": {"description": _("新设备的投票会话"), "schema": {"type": "string"}}}


@openapi.get("/openapi.json")
@access.public
def describe() -> Response:
    """This API in OpenAPI 3.1, in the reader's language."""
    return cacheable(jsonify(_said(document(current_app.config["BASE_URL"]))), max_age=MAX_AGE)


def document(base_url: str) -> dict[str, Any]:
    """The description; every sentence in it is still a ``Text``."""
    return {
        "openapi": "3.1.1",
        "info": {
            "title": _("评选投票接口"),
            "version": "1",
            "description": _(
                "公开读取的地址可缓存（ETag）并允许跨站读取。时间一律为 UTC。对象以后可能增加成员，请忽略不认识的成员。"
                "拒绝与错误为 application/problem+json，按 code 区分。"
            ),
        },
        "servers": [{"url": base_url}],
        "paths": {f"/api/v1{path}": methods for path, methods in _PATHS.items()},
        "components": {
            "schemas": SCHEMAS | NOTICE_SCHEMAS | TALLY_SCHEMAS,
            "parameters": _PARAMETERS,
            "securitySchemes": {
                "voter": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": _(
                        "投票会话：签名的 cookie，由活动页面或 ballot-form 发给新设备，或由微信登录写入。"
                    ),
                },
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": _("工作台签发的令牌，限定活动、权限范围和有效期。"),
                },
            },
        },
    }


def _said(part: Any) -> Any:
    """The same with every sentence in the reader's language."""
    if isinstance(part, Text):
        return say(part)
    if isinstance(part, dict):
        return {name: _said(member) for name, member in part.items()}
    return [_said(member) for member in part] if isinstance(part, list) else part


# ---- the pieces of an operation

_PARAMETERS: dict[str, Schema] = {
    "slug": {
        "name": "slug",
        "in": "path",
        "required": True,
        "description": _("评选活动的 slug"),
        "schema": {"type": "string"},
        "example": "zui-mei-chan-ye-gong-ren",
    },
    "number": {
        "name": "number",
        "in": "path",
        "required": True,
        "description": _("候选人编号"),
        "schema": {"type": "integer", "minimum": 1},
        "example": 3,
    },
    "notice": {
        "name": "notice",
        "in": "path",
        "required": True,
        "description": _("公示公告的编号"),
        "schema": {"type": "integer", "minimum": 1},
        "example": 1,
    },
    "code": {
        "name": "code",
        "in": "path",
        "required": True,
        "description": _("查验码，大小写、空格和横线不影响"),
        "schema": {"type": "string"},
        "example": "7QK2-M3XD-9ABC-DEFG",
    },
    "as": {
        "name": "as",
        "in": "query",
        "required": False,
        "schema": {"type": "string", "enum": ["browser", "wechat", "paper"]},
        "description": _("页面打开时的投票身份；现在的身份与它不同时，不发表单（bad_form）"),
    },
    "from": {
        "name": "from",
        "in": "query",
        "description": _("同一会话先前领取的表单（可已过期）；新表单沿用它的领取时间和来路"),
        "schema": {"type": "string"},
        "example": examples.FORM_TEXT,
    },
    "format": {
        "name": "format",
        "in": "query",
        "required": False,
        "schema": {"type": "string", "enum": ["json", "csv", "xlsx"]},
        "description": _("不填时按 Accept，都没有时为 json"),
    },
    "lang": {
        "name": "lang",
        "in": "query",
        "description": _("句子用哪种语言；不填为中文"),
        "schema": {"type": "string", "enum": ["en"]},
    },
}


def _get(
    name: str, summary: Text, path: tuple[str, ...], answers: dict[str, Any], *refusals: str, **more: Any
) -> dict[str, Any]:
    operation = {
        "operationId": name,
        "summary": summary,
        "parameters": [{"$ref": f"#/components/parameters/{one}"} for one in (*path, "lang")],
        "responses": answers | _refusals(*refusals),
    }
    return {"get": operation | more}


def _json(schema: str, description: Text, example: Any, headers: Schema | None = None) -> dict[str, Any]:
    """One answer with a JSON body."""
    answer = {
        "description": description,
        "content": {"application/json": {"schema": ref(schema), "example": example}},
    }
    return answer | ({"headers": headers} if headers else {})


def _cached(schema: str | Schema, description: Text, example: Any) -> dict[str, Any]:
    """The answers of a public read: the thing itself, or "you have it already"."""
    body = {"schema": ref(schema) if isinstance(schema, str) else schema, "example": example}
    return {
        "200": {"description": description, "headers": _ETAG, "content": {"application/json": body}},
        "304": {"description": _("与 If-None-Match 所示的相同"), "headers": _ETAG},
    }


def _refusals(*codes: str) -> dict[str, Any]:
    """Answers by status, each with the codes it may carry; an internal error may befall every operation."""
    by_status: dict[int, list[str]] = {}
    for code in sorted({*codes, "internal_error"}, key=lambda code: STATUS[code]):
        by_status.setdefault(STATUS[code], []).append(code)
    return {str(status): _refusal(status, same) for status, same in by_status.items()}


def _refusal(status: int, codes: list[str]) -> dict[str, Any]:
    narrowed = {"properties": {"status": {"const": status}, "code": {"enum": codes}}}
    body = {
        "schema": {"allOf": [ref("Problem"), narrowed]},
        "examples": {code: {"value": _problem_example(code)} for code in codes},
    }
    answer = {"description": title_of(codes[0]), "content": {PROBLEM_JSON: body}}
    return answer | ({"headers": _RETRY_AFTER} if status in (429, 503) else {})


def _problem_example(code: str) -> dict[str, Any]:
    more: dict[str, Any] = {
        "not_open": {"next_at": "2026-04-08T22:00:00.000Z"},
        "already_cast": {"next_at": "2026-04-08T16:00:00.000Z"},
        "invalid_choices": {"problems": [_("每张选票最多选择 %(n)s 名候选人。", n=3)]},
        "problems_found": {
            "problems": [_("请选择异议的类别；都不符合的，选“其他”。")],
            "fields": {"ground": [_("请选择异议的类别；都不符合的，选“其他”。")]},
        },
        "challenge_required": {"challenge": examples.CHALLENGE},
        "internal_error": {"reference": "9f2c41d0"},
    }
    detail: dict[str, Text] = {"invalid_choices": _("每张选票最多选择 %(n)s 名候选人。", n=3)}
    plain = problem(code, "", "", more.get(code))
    return plain | {"title": title_of(code), "detail": detail.get(code, title_of(code))}


def _listing(name: str, items: str) -> Schema:
    return {
        "type": "object",
        "required": [name],
        "properties": {name: {"type": "array", "items": ref(items)}},
    }


_PATHS: dict[str, dict[str, Any]] = {
    "/campaigns": _get(
        "listCampaigns",
        _("全部公开的评选活动，新的在前"),
        (),
        _cached(_listing("campaigns", "CampaignSummary"), _("活动列表"), {"campaigns": [examples.SUMMARY]}),
        "unavailable",
    ),
    "/campaigns/{slug}": _get(
        "getCampaign",
        _("一个评选活动及其规则"),
        ("slug",),
        _cached("Campaign", _("活动"), examples.CAMPAIGN),
        "not_found",
        "unavailable",
    ),
    "/campaigns/{slug}/candidates": _get(
        "listCandidates",
        _("候选名单，按编号"),
        ("slug",),
        _cached(_listing("candidates", "Candidate"), _("候选名单"), {"candidates": [examples.CANDIDATE]}),
        "not_found",
        "unavailable",
    ),
    "/campaigns/{slug}/candidates/{number}": _get(
        "getCandidate",
        _("一名候选人及其事迹"),
        ("slug", "number"),
        _cached("CandidateWithStory", _("候选人"), examples.CANDIDATE | {"story": "<p>1998 年进厂……</p>"}),
        "not_found",
        "unavailable",
    ),
    "/campaigns/{slug}/ballot-form": _get(
        "getBallotForm",
        _("为本会话领取一张投票表单；没有会话的新设备同时得到会话"),
        ("slug", "from", "as"),
        {
            "200": _json(
                "BallotForm",
                _("投票表单"),
                {
                    "form": examples.FORM_TEXT,
                    "ballot_id": "7QK2M3XD9ABCDEFG",
                    "expires_at": "2026-04-08T03:00:00.000Z",
                    "challenge": None,
                },
                _COOKIE,
            )
        },
        "no_voter",
        "not_open",
        "not_found",
        "too_many_attempts",
        "unavailable",
        security=[{}, {"voter": []}],
    ),
    "/campaigns/{slug}/ballots": {
        "post": {
            "operationId": "castBallot",
            "summary": _("投出一张选票"),
            "description": _(
                "同一张表单可以重复提交：只算一张选票，再次提交得到 200 和同一张回执。收到 503 或没有收到答复时，"
                "请用同一张表单重试。"
            ),
            "parameters": [{"$ref": "#/components/parameters/slug"}],
            "security": [{"voter": []}],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": ref("Ballot"),
                        "example": examples.BALLOT,
                    }
                },
            },
            "responses": {
                "200": _json("CastBallot", _("这张选票此前已经投出；回执与当时相同"), examples.CAST),
                "201": _json("CastBallot", _("选票已投出"), examples.CAST),
            }
            | _refusals(
                "bad_form",
                "bad_request",
                "no_voter",
                "not_open",
                "forbidden",
                "not_found",
                "already_cast",
                "payload_too_large",
                "invalid_choices",
                "challenge_required",
                "too_many_attempts",
                "box_unavailable",
                "unavailable",
            ),
        }
    },
    "/campaigns/{slug}/objections": {
        "post": {
            "operationId": "lodgeObjection",
            "summary": _("对公示的一名候选人提出异议"),
            "description": _(
                "内容与身份加密保存。同一 submission 再次提交得到 200 和同一份凭证，内容以第一次为准。收到 503 或没有收到"
                "答复时，请用同一 submission 重试。同一网络提交得多了要先解人机验证。"
            ),
            "parameters": [{"$ref": "#/components/parameters/slug"}],
            "requestBody": {
                "required": True,
                "content": {
                    "multipart/form-data": {"schema": ref("Objection"), "example": examples.OBJECTION}
                },
            },
            "responses": {
                "200": _json(
                    "ObjectionLodged", _("这份表单此前已经收到；凭证与当时相同"), examples.OBJECTION_LODGED
                ),
                "201": _json("ObjectionLodged", _("已收到"), examples.OBJECTION_LODGED),
            }
            | _refusals(
                "bad_request",
                "objections_closed",
                "forbidden",
                "not_found",
                "payload_too_large",
                "problems_found",
                "challenge_required",
                "too_many_attempts",
                "unavailable",
            ),
        }
    },
    "/campaigns/{slug}/counts": _get(
        "getCounts",
        _("实时票数，以活动公布的为限"),
        ("slug",),
        _cached("Counts", _("票数"), examples.COUNTS),
        "not_found",
        "unavailable",
    ),
    "/campaigns/{slug}/tally": _get(
        "getTally",
        _("计票结果，连同所依据的检查点和认定；需要带 tally:read 权限的令牌"),
        ("slug", "format"),
        tally_answers(_ETAG),
        "bad_request",
        "unauthorised",
        "forbidden",
        "not_found",
        "not_acceptable",
        "too_many_attempts",
        "unavailable",
        security=[{"token": []}],
    ),
    "/campaigns/{slug}/notices": _get(
        "listNotices",
        _("已发布的公示公告，新的在前"),
        ("slug",),
        _cached(_listing("notices", "NoticeSummary"), _("公告列表"), {"notices": [examples.NOTICE]}),
        "not_found",
        "unavailable",
    ),
    "/campaigns/{slug}/notices/{notice}": _get(
        "getNotice",
        _("一份公示公告：现在的日期和状态、发布时的原文、每一步的哈希，以及异议的件数"),
        ("slug", "notice"),
        _cached("Notice", _("公告"), examples.NOTICE_IN_FULL),
        "not_found",
        "unavailable",
    ),
    "/receipts/{code}": _get(
        "getReceipt",
        _("一张选票走到哪一步、是否计入；公开后附包含证明"),
        ("code",),
        {"200": _json("ReceiptState", _("回执"), examples.STATE)},
        "not_found",
        "too_many_attempts",
        "box_unavailable",
        "unavailable",
    ),
    "/openapi.json": _get(
        "getDescription",
        _("本文件"),
        (),
        _cached({"type": "object"}, _("OpenAPI 3.1 文档"), {"openapi": "3.1.1"}),
    ),
}
