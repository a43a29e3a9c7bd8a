"""Notices in words: the same ones on the desk, on the board, on paper and in the API's description."""

from __future__ import annotations

from datetime import date

from voting_service.text import Text, _
from voting_service.workdays.wording import spoken_date

LEVEL_WORDS: dict[str, Text] = {
    "unit": _("本单位公示"),
    "district": _("区县（产业）公示"),
    "city": _("市级公示"),
}
"""At which level of review: for every ``models.LEVELS``."""

OUTCOME_WORDS: dict[str, Text] = {
    "no_objection": _("公示期满，无异议"),
    "objections_ruled": _("公示期满，异议已处理"),
    "changed": _("公示期满，名单有变动"),
}
"""How it ended: for every ``models.OUTCOMES``."""

CAUSE_WORDS: dict[str, Text] = {
    "disqualified": _("取消资格"),
    "withdrawn": _("退出评选"),
    "deceased": _("去世"),
}
"""Why somebody leaves the list: for every ``substitutions.models.CAUSES``."""

LEFT_WORDS: dict[str, Text] = {
    "disqualified": _("已被取消资格"),
    "withdrawn": _("已退出评选"),
    "deceased": _("已去世"),
}
"""The same as what has become of somebody, within a sentence that begins with the name."""

ACT_WORDS: dict[str, Text] = {
    "published": _("发布公告"),
    "extended": _("延长公示期"),
    "dates_confirmed": _("确认日期"),
    "closed": _("公示结束"),
}
"""What happened: for every act of ``NoticeEvent``."""

STANDING_WORDS: dict[str, Text] = {
    "draft": _("草稿"),
    "announced": _("已发布，公示期还没有开始"),
    "open": _("公示中"),
    "extended": _("公示中（已延长）"),
    "provisional": _("公示中（日期暂定）"),
    "accepting": _("公示期满，仍受理异议"),
    "over": _("公示期满，正在办理"),
    "closed": _("公示已结束"),
}
"""Where it stands at a moment: for every ``rules.Standing``."""

STANDING_TONES = {
    "draft": "calm", "announced": "wait", "open": "good", "extended": "good", "provisional": "wait", "accepting": "wait",
    "over": "wait", "closed": "calm",
}  # fmt: skip


def standing_text(standing: str, first_day: date | None) -> Text:
    """Where a notice stands, in words; with the day on which its window begins, where it has not."""
    if standing == "announced" and first_day is not None:
        return _("已发布，公示期自%(day)s起", day=spoken_date(first_day))
    return STANDING_WORDS[standing]
