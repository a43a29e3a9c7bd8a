"""The tally in the API's description: shapes, an example, and its three formats."""

from __future__ import annotations

from typing import Any

from ..text import Text, _
from .openapi_schemas import Schema, _integer, _list, _moment, _object, _or_null, _string, ref

_FIGURES = _object({"counted": _integer(), "held": _integer(), "voided": _integer()})
_HASH = _string(pattern="^[0-9a-f]{64}$")


def _by(pattern: str, description: Text) -> Schema:
    return {
        "type": "object",
        "description": description,
        "propertyNames": {"pattern": pattern},
        "additionalProperties": ref("TallyFigures"),
    }


TALLY_SCHEMAS: dict[str, Schema] = {
    "TallyFigures": _FIGURES,
    "Tally": _object(
        {
            "campaign": _string(pattern="^[a-z0-9-]+$"),
            "title": _string(),
            "checkpoint": _string(_("所依据的检查点：整份签名文本")),
            "log": _object(
                {
                    "origin": _string(),
                    "size": _integer(_("计到日志的第几条为止"), minimum=1),
                    "root_hash": _HASH,
                    "verifier_key": _string(_("验证公钥")),
                },
                _("检查点的内容"),
            ),
            "computed_at": _moment(),
            "certification": _or_null(
                _object(
                    {
                        "number": _string(pattern="^C-[0-9]{4,}$"),
                        "log_size": _integer(minimum=1),
                        "leaf_index": _integer(_("日志中 certified 的位置")),
                        "sha256": _HASH,
                        "certified_at": _moment(),
                        "counts": {
                            "type": "object",
                            "propertyNames": {"pattern": "^[1-9][0-9]*$"},
                            "additionalProperties": _integer(),
                        },
                        "is_this": {"type": "boolean", "description": _("认定的票数与本文相同")},
                    },
                    _("评审委员会的认定；null 为尚未认定，票数不是最终结果"),
                )
            ),
            "candidates": _list(
                _object(
                    {
                        "number": _integer(minimum=1),
                        "name": _string(),
                        "organisation": _string(),
                        "category": _string(_("组别；没有组别的为空")),
                        "departed": _or_null(
                            _string(_("不再是候选人的原因"), enum=["disqualified", "withdrawn", "deceased"])
                        ),
                    }
                )
            ),
            "ballots": ref("TallyFigures"),
            "by_candidate": _by("^[1-9][0-9]*$", _("按候选人编号")),
            "by_day": _by(r"^\d{4}-\d\d-\d\d$", _("按投出的日子，以活动的时区计")),
            "by_channel": _by("^[a-z]+$", _("按渠道")),
        },
        _("计票结果：计入、待核、作废"),
    ),
}

_SOME = {"counted": 4821, "held": 12, "voided": 35}
EXAMPLE: dict[str, Any] = {
    "campaign": "zui-mei-chan-ye-gong-ren",
    "title": "最美产业工人",
    "checkpoint": (
        "vote.example/log/zui-mei-chan-ye-gong-ren\n4870\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
        "— vote.example/log/zui-mei-chan-ye-gong-ren AAAA\n"
    ),
    "log": {
        "origin": "vote.example/log/zui-mei-chan-ye-gong-ren",
        "size": 4870,
        "root_hash": "0" * 64,
        "verifier_key": "vote.example/log/zui-mei-chan-ye-gong-ren+00000000+AAAA",
    },
    "computed_at": "2026-04-08T03:00:00.000Z",
    "certification": None,
    "candidates": [
        {"number": 3, "name": "候选人三", "organisation": "某某工厂", "category": "", "departed": None}
    ],
    "ballots": _SOME,
    "by_candidate": {"3": _SOME},
    "by_day": {"2026-04-08": _SOME},
    "by_channel": {"wechat": _SOME},
}
CSV_EXAMPLE = (
    '\ufeff"by","key","name","organisation","counted","held","voided"\r\n"ballots","","","",4821,12,35\r\n'
)


def tally_answers(etag: Schema) -> dict[str, Any]:
    """The thing itself in three formats, or "you have it already"."""
    book = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {
        "200": {
            "description": _("计票结果"),
            "headers": etag,
            "content": {
                "application/json": {"schema": ref("Tally"), "example": EXAMPLE},
                "text/csv": {"schema": {"type": "string"}, "example": CSV_EXAMPLE},
                book: {
                    "schema": {"type": "string", "contentMediaType": "application/octet-stream"},
                    "example": "",
                },
            },
        },
        "304": {"description": _("与 If-None-Match 所示的相同"), "headers": etag},
    }
