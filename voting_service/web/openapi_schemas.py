"""The JSON of the API, shape by shape, as JSON Schema 2020-12 (which OpenAPI 3.1 speaks).

Schemas leave room for members to come; what is listed is always there. ``tests/contract/test_openapi.py`` closes them
and holds real answers against them, so that a member added or dropped in a route shows here.
"""

from __future__ import annotations

from typing import Any

from ..text import Text, _
from .problems import STATUS

Schema = dict[str, Any]


def ref(name: str) -> Schema:
    """One of ``SCHEMAS``."""
    return {"$ref": f"#/components/schemas/{name}"}


def _object(
    members: dict[str, Schema], description: Text | None = None, *, optional: tuple[str, ...] = ()
) -> Schema:
    shape: Schema = {
        "type": "object",
        "required": [name for name in members if name not in optional],
        "properties": members,
    }
    return shape | ({"description": description} if description else {})


def _string(description: Text | None = None, **more: Any) -> Schema:
    return {"type": "string"} | ({"description": description} if description else {}) | more


def _integer(description: Text | None = None, **more: Any) -> Schema:
    return {"type": "integer", "minimum": 0} | ({"description": description} if description else {}) | more


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items} | more


def _by_candidate(description: Text) -> Schema:
    return {
        "type": "object",
        "description": description,
        "propertyNames": {"pattern": "^[1-9][0-9]*$"},
        "additionalProperties": _integer(),
    }


def _or_null(schema: Schema) -> Schema:
    described = {"description": schema["description"]} if "description" in schema else {}
    return {"anyOf": [schema, {"type": "null"}]} | described


def _moment(description: Text | None = None) -> Schema:
    return _string(description, format="date-time", pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


_URL = _string(format="uri")
_HASH = _string(pattern="^[0-9a-f]{64}$")
_FILE: Schema = {"type": "string", "contentMediaType": "application/octet-stream"}
_NUMBER = _integer(_("候选人编号"), minimum=1)
_LIMIT = _or_null(_integer(_("null 为不限"), minimum=1))
_LEFT = _or_null(_integer(_("null 为不限")))
_NEXT_AT = _moment(_("下次可以投票的时间"))
_STANDING = _string(
    _("计票情况：counted 已计入，held 待核，voided 已作废"), enum=["counted", "held", "voided"]
)

_CAMPAIGN: dict[str, Schema] = {
    "slug": _string(pattern="^[a-z0-9-]+$"),
    "title": _string(),
    "organiser": _string(_("主办单位")),
    "summary": _string(),
    "state": _string(
        _("scheduled 即将开始，open 进行中，resting 非投票时段，closed 已截止"),
        enum=["scheduled", "open", "resting", "closed"],
    ),
    "opens_at": _moment(),
    "closes_at": _moment(),
    "candidates": _integer(_("候选人人数")),
    "cover": _or_null(ref("Picture")),
    "url": _URL,
}

_CANDIDATE: dict[str, Schema] = {
    "number": _NUMBER,
    "name": _string(),
    "organisation": _string(_("单位")),
    "title": _string(_("职务")),
    "category": _or_null(_string(_("所属组别的 key"))),
    "summary": _string(),
    "slogan": _string(),
    "video_url": _or_null(_URL),
    "photos": _list(ref("Picture")),
    "departed": _or_null(
        _string(
            _("不再是候选人的原因：disqualified 取消资格，withdrawn 退出，deceased 去世；null 为在册"),
            enum=["disqualified", "withdrawn", "deceased"],
        )
    ),
    "url": _URL,
}

_RECEIPT: dict[str, Schema] = {
    "tracking_code": _string(_("查验码"), pattern="^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$"),
    "ballot_id": _string(pattern="^[0-9A-Z]{16}$"),
    "stage": _string(
        _("cast 已投出，recorded 已入账，published 已公开"), enum=["cast", "recorded", "published"]
    ),
    "cast_at": _moment(),
    "choices": _list(_NUMBER),
    "signature": _string(
        _("以日志密钥对回执内容（statement）所作的 Ed25519 签名，即 signed-note 签名行末尾的 base64"),
        pattern="^[A-Za-z0-9+/]{91}=$",
    ),
}

SCHEMAS: dict[str, Schema] = {
    "Picture": _object({"url": _URL, "width": _integer(minimum=1), "height": _integer(minimum=1)}),
    "CampaignSummary": _object(_CAMPAIGN),
    "Campaign": _object(
        {
            **_CAMPAIGN,
            "description": _string(_("已净化的 HTML")),
            "voting": ref("Rules"),
            "log": _or_null(_string(_("透明日志的地址；开始投票前为 null"), format="uri")),
        }
    ),
    "Rules": _object(
        {
            "opens_at": _moment(),
            "closes_at": _moment(),
            "timezone": _string(_("每天从哪个时区的零点算起")),
            "daily_hours": _or_null(
                _list(_string(pattern=r"^\d\d:\d\d$"), minItems=2, maxItems=2)
                | {"description": _("每天的投票时段，含起点不含终点；null 为全天")}
            ),
            "min_choices": _integer(minimum=1),
            "max_choices": _integer(minimum=1),
            "ballots_per_day": _LIMIT,
            "ballots_total": _LIMIT,
            "same_candidate_per_day": _LIMIT,
            "identities": _list(_string(enum=["wechat", "member", "code", "device"])),
            "counts": _string(_("票数公布方式"), pattern=r"^(live|hidden|daily \d\d:\d\d)$"),
            "categories": _list(ref("Category")),
            "sentence": _string(_("一句话规则，供直接显示")),
        }
    ),
    "Category": _object(
        {
            "key": _string(),
            "name": _string(),
            "min_choices": _LIMIT,
            "max_choices": _LIMIT,
        }
    ),
    "Candidate": _object(_CANDIDATE),
    "CandidateWithStory": _object({**_CANDIDATE, "story": _string(_("已净化的 HTML"))}),
    "BallotForm": _object(
        {
            "form": _string(_("签名的投票表单，投票时原样交回；只对本会话、本活动有效")),
            "ballot_id": _string(pattern="^[0-9A-Z]{16}$"),
            "expires_at": _moment(),
            "challenge": _or_null(ref("Challenge")),
        }
    ),
    "Challenge": _object(
        {
            "id": _string(),
            "salt": _string(),
            "puzzles": _integer(minimum=1),
            "bits": _integer(minimum=1),
        },
        _("人机验证：对每个 i 求 n，使文本 salt:i:n 的 SHA-256 以至少 bits 个零比特开头。一次有效"),
    ),
    "Solution": _object({"id": _string(), "solutions": _list(_integer())}),
    "Ballot": _object(
        {
            "form": _string(_("ballot-form 给出的 form")),
            "choices": _list(_NUMBER, uniqueItems=True, minItems=1, maxItems=500),
            "challenge": _or_null(ref("Solution")),
            "page": _object(
                {
                    "touches": _integer(_("页面上的触摸次数，可不填")),
                    "traits": _list(
                        _string(), description=_("页面脚本看到的自动化浏览器特征，可不填"), maxItems=8
                    ),
                },
                optional=("touches", "traits"),
            ),
        },
        optional=("challenge", "page"),
    ),
    "CastBallot": _object(
        {
            "receipt": ref("Receipt"),
            "remaining": _object({"today": _LEFT, "total": _LEFT}, _("还可投几次")),
            "next_at": _or_null(_NEXT_AT),
        }
    ),
    "Receipt": _object(_RECEIPT),
    "ReceiptState": _object(
        {
            **_RECEIPT,
            "campaign": _string(_("评选活动的 slug")),
            "standing": _STANDING,
            "reason": _or_null(_string(_("待核、作废的理由"))),
            "decision": _or_null(_string(_("决定的编号，与日志中相同；仅由风控关卡待核时为 null"))),
            "leaf_index": _or_null(_integer(_("在日志中的叶子序号"))),
            "inclusion_proof": _or_null(ref("InclusionProof")),
            "statement": _string(_("回执的签名内容")),
            "verifier_key": _string(_("验证公钥，格式同 signed-note")),
        }
    ),
    "InclusionProof": _object(
        {
            "leaf_index": _integer(),
            "log_size": _integer(minimum=1),
            "root_hash": _HASH,
            "hashes": _list(_HASH),
            "entry": _string(_("日志条目原文，叶子哈希即由它算出")),
            "checkpoint": _string(_("签名的检查点")),
        },
        _("包含证明（RFC 6962）"),
    ),
    "Counts": _object(
        {
            "shown": {"type": "boolean", "description": _("活动现在是否公布票数")},
            "final": {"type": "boolean", "description": _("投票已结束、计票已完成")},
            "certified_at": _or_null(_moment()),
            "counts": _by_candidate(_("候选人编号 → 票数；不公布时为空")),
            "ballots": _or_null(_integer(_("计入的选票张数"))),
            "held": _by_candidate(_("候选人编号 → 选了该候选人而待核、未计入的选票；不公布时为空")),
            "voided": _by_candidate(_("候选人编号 → 选了该候选人而已作废的选票；不公布时为空")),
            "ballots_held": _or_null(_integer(_("待核的选票张数；不公布时为 null"))),
            "ballots_voided": _or_null(_integer(_("已作废的选票张数；不公布时为 null"))),
            "as_of": _or_null(_moment()),
            "note": _string(_("与票数一同显示的说明")),
        }
    ),
    "Objection": _object(
        {
            "submission": _string(
                _("自己随机生成的表单编号，至少 128 位；同一编号再次提交，得到同一份凭证"),
                pattern="^[A-Za-z0-9_-]{22,64}$",
            ),
            "notice": _string(_("公示公告的编号；只有一份公告受理异议时可不填"), pattern="^[0-9]*$"),
            "candidate": _string(_("对哪位候选人，填编号"), pattern="^[0-9]+$"),
            "ground": _string(
                _("类别：违纪违法、失信、安全事故、材料不实、拉票舞弊、其他"),
                enum=["discipline", "dishonesty", "accident", "false_material", "vote_buying", "other"],
            ),
            "statement": _string(_("事实经过"), minLength=20, maxLength=2000),
            "kind": _string(_("实名、单位、匿名；以公告接受的为限"), enum=["named", "unit", "anonymous"]),
            "name": _string(_("姓名；单位提出的，填联系人")),
            "phone": _string(),
            "email": _string(),
            "address": _string(),
            "unit": _string(_("单位全称（unit）")),
            "clue": _string(_("可以核查的线索（anonymous）"), minLength=10, maxLength=1000),
            "evidence": _list(_FILE),
            "stamp": _FILE | {"description": _("盖有公章的材料（unit）")},
            "challenge": _string(_("人机验证的解，JSON 文本，形如 Solution")),
        },
        optional=(
            "notice",
            "name",
            "phone",
            "email",
            "address",
            "unit",
            "clue",
            "evidence",
            "stamp",
            "challenge",
        ),
    ),
    "ObjectionLodged": _object(
        {
            "docket_number": _string(_("受理编号"), pattern="^GS-20[0-9]{2}-[0-9A-Z]{6}$"),
            "passcode": _string(_("查询码，不再显示第二次"), pattern="^[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$"),
            "received_at": _moment(),
            "reply_due": _string(_("答复期限"), format="date"),
        }
    ),
    "Problem": _object(
        {
            "type": _string(pattern="^urn:voting-service:problem:[a-z_]+$"),
            "title": _string(),
            "status": _integer(minimum=400, maximum=599),
            "code": _string(enum=list(STATUS)),
            "detail": _string(_("给人看的一句话")),
            "next_at": _NEXT_AT,
            "problems": _list(_string(), minItems=1),
            "fields": {
                "type": "object",
                "description": _("字段名 → 这个字段的问题（problems_found）"),
                "additionalProperties": _list(_string(), minItems=1),
            },
            "reference": _string(_("求助时请告知的编号")),
            "challenge": ref("Challenge"),
            "login": _string(_("先到这个网址登录，登录后回到活动页面（no_voter，在微信里）")),
        },
        _("拒绝与错误（RFC 9457）。请按 code 判断，不要按文字判断"),
        optional=("next_at", "problems", "fields", "reference", "challenge", "login"),
    ),
}
"""By name; ``Text`` in it is translated when the document is asked for."""
