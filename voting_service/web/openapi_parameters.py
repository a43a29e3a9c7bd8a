"""The parameters that operations of the API share, by name."""

from __future__ import annotations

from ..text import _
from . import openapi_examples as examples
from .openapi_schemas import Schema

PARAMETERS: dict[str, Schema] = {
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
