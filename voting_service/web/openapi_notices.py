"""Notices in the API's JSON, shape by shape; beside ``openapi_schemas``, which has the rest."""

from __future__ import annotations

from ..text import _
from .openapi_schemas import (
    _HASH,
    _NUMBER,
    _URL,
    Schema,
    _integer,
    _list,
    _moment,
    _object,
    _or_null,
    _string,
    ref,
)

_DAY = _string(format="date", pattern=r"^\d{4}-\d\d-\d\d$")
_NOTICE_NUMBER = _integer(_("公告编号"), minimum=1)
_CAUSE = _string(
    _("disqualified 取消资格，withdrawn 退出，deceased 去世"), enum=["disqualified", "withdrawn", "deceased"]
)
_LEVEL = _string(_("公示层级：unit 单位，district 区县或产业，city 市级"), enum=["unit", "district", "city"])
_WORTH = _object(
    {
        "worth": _string(
            _("answered 受理、查核并书面答复，examined 有可核查线索的予以查核，refused 不予受理"),
            enum=["answered", "examined", "refused"],
        ),
        "text": _string(),
    }
)
_SCHEDULE: Schema = _object(
    {
        "first_day": _DAY,
        "last_day": _DAY,
        "accepted_until": _DAY,
        "provisional": {"type": "boolean"},
        "acceptance_longer_by": _integer(_("公示期满后继续受理几个工作日")),
        "unknown_years": _list(_integer(_("还没有放假安排的年份"))),
        "sentences": _list(_string()),
        "terms": _object(
            {
                "workdays": _integer(minimum=1),
                "first_day": _string(enum=["by_hour", "counted", "next"]),
                "acceptance_workdays": _or_null(_integer(minimum=1)),
                "letters": _or_null(_string(enum=["sent", "arrived"])),
                "workday_starts": _string(pattern=r"^\d\d:\d\d$"),
            }
        ),
    }
)

_NOTICE: dict[str, Schema] = {
    "id": _NOTICE_NUMBER,
    "title": _string(),
    "level": _LEVEL,
    "state": _string(
        _(
            "announced 已发布、公示期未到，"
            "open 公示中，extended 已延长，provisional 日期暂定，accepting 期满仍受理异议，over 期满在办，closed 已结束"
        ),
        enum=["announced", "open", "extended", "provisional", "accepting", "over", "closed"],
    ),
    "published_at": _moment(),
    "first_day": _DAY,
    "last_day": _DAY,
    "accepted_until": _DAY,
    "provisional": {"type": "boolean", "description": _("日期是否暂定")},
    "takes_objections": {"type": "boolean", "description": _("现在是否受理异议")},
    "outcome": _or_null(
        _string(
            _("no_objection 无异议，objections_ruled 异议已处理，changed 名单有变动；未结束为 null"),
            enum=["no_objection", "objections_ruled", "changed"],
        )
    ),
    "url": _URL,
}

NOTICE_SCHEMAS: dict[str, Schema] = {
    "NoticeSummary": _object(_NOTICE),
    "Notice": _object(
        {
            **_NOTICE,
            "sentences": _list(_string(), description=_("现在的日期，逐句")),
            "document": ref("NoticeDocument"),
            "steps": _list(
                _object(
                    {
                        "act": _string(enum=["published", "extended", "dates_confirmed", "closed"]),
                        "at": _moment(),
                        "reason": _string(),
                        "name": _string(_("在透明日志中的名字")),
                        "sha256": _HASH,
                        "leaf_index": _or_null(_integer(_("在透明日志中的位置；日志启用前为 null"))),
                        "document_url": _URL,
                    }
                )
            ),
            "objections": _object(
                {
                    **{
                        name: _integer()
                        for name in (
                            "received",
                            "waiting",
                            "accepted",
                            "under_way",
                            "upheld",
                            "dismissed",
                            "withdrawn",
                            "pending",
                        )
                    },
                    "declined": {
                        "type": "object",
                        "additionalProperties": _integer(),
                        "description": _("按原因"),
                    },
                    "came_by": {
                        "type": "object",
                        "additionalProperties": _integer(),
                        "description": _(
                            "按来源：online 网上，letter 来信，call 来电，visit 来访，referred 转办"
                        ),
                    },
                },
                _("异议的件数"),
            ),
        }
    ),
    "NoticeDocument": _object(
        {
            "type": {"const": "notice"},
            "campaign": _string(),
            "campaign_title": _string(),
            "id": _NOTICE_NUMBER,
            "level": _LEVEL,
            "title": _string(),
            "organiser": _string(),
            "published_at": _moment(),
            "text": _list(_string()),
            "people": _list(
                _object(
                    {
                        "number": _NUMBER,
                        "name": _string(),
                        "organisation": _string(),
                        "title": _string(),
                        "deeds": _string(_("简要事迹")),
                    }
                )
            ),
            "offices": _list(
                _object(
                    {
                        name: _string()
                        for name in ("department", "accepts", "name", "phone", "email", "address", "postcode")
                    }
                )
            ),
            "closing": _list(_string()),
            "schedule": _SCHEDULE,
            "supplements": _or_null(
                _object(
                    {
                        "id": _NOTICE_NUMBER,
                        "changes": _list(
                            _object(
                                {
                                    "number": _NUMBER,
                                    "name": _string(),
                                    "cause": _CAUSE,
                                    "reason": _string(),
                                    "successor": _or_null(_NUMBER),
                                }
                            )
                        ),
                    }
                )
            ),
            "objections": _object(
                {
                    "named": _WORTH,
                    "unit": _WORTH,
                    "anonymous": _WORTH,
                    "decide_within_workdays": _integer(minimum=1),
                    "reply_within_workdays": _integer(minimum=1),
                    "sentences": _list(_string()),
                }
            ),
        },
        _("发布时的原文；log 中的哈希由它的规范 JSON 算出"),
    ),
}
