"""The docket in words: the same ones for objectors, officials and the notice board."""

from __future__ import annotations

from voting_service.text import Text, _

from .models import ACCEPTED, DECLINED, DISMISSED, ONLINE, RECEIVED, UPHELD, WITHDRAWN

GROUND_WORDS: dict[str, Text] = {
    "discipline": _("违纪违法"),
    "dishonesty": _("失信"),
    "accident": _("安全事故"),
    "false_material": _("材料不实"),
    "vote_buying": _("拉票舞弊"),
    "other": _("其他"),
}
"""On which ground: for every ``sealing.GROUNDS``."""

KIND_WORDS: dict[str, Text] = {"named": _("实名"), "unit": _("单位"), "anonymous": _("匿名")}
"""Who objects: for every ``models.KINDS``."""

CAME_BY_WORDS: dict[str, Text] = {
    "online": _("网上提出"),
    "letter": _("来信登记"),
    "call": _("来电登记"),
    "visit": _("来访登记"),
    "referred": _("转办登记"),
}
"""How it came, as the desk says it: for every value of ``Objection.came_by``."""

REPORTED_WAYS: dict[str, Text] = {
    "online": _("网上"),
    "letter": _("来信"),
    "call": _("来电"),
    "visit": _("来访"),
    "referred": _("转办"),
}
"""How they came, where they are counted."""

SHOWN_CAME_BY_WORDS: dict[str, Text] = {
    "letter": _("收到您的来信，已登记"),
    "call": _("您来电提出，已登记"),
    "visit": _("您来访提出，已登记"),
    "referred": _("有关部门转来您反映的问题，已登记"),
}
"""The same, as it is told to the objector; for every one of ``models.AT_THE_DESK``."""

WORTH_WORDS: dict[str, Text] = {"answered": _("书面答复"), "examined": _("有可查线索的予以核查")}
"""What the campaign promised to that kind."""

STATE_WORDS: dict[str, Text] = {
    RECEIVED: _("已收到，待审查"),
    ACCEPTED: _("已受理，办理中"),
    DECLINED: _("不予受理"),
    UPHELD: _("异议成立"),
    DISMISSED: _("异议不成立"),
    WITHDRAWN: _("已撤回"),
}
"""Where an objection stands."""

OUTCOME_WORDS: dict[str, Text] = {UPHELD: STATE_WORDS[UPHELD], DISMISSED: STATE_WORDS[DISMISSED]}
"""What a ruling says."""

DECLINE_WORDS: dict[str, Text] = {
    "no_clue": _("没有可以核查的线索"),
    "not_about_a_candidate": _("反映的不是公示对象"),
    "outside_the_window": _("不在异议受理期内"),
    "already_handled": _("同一事项已经办理过"),
    "not_ours": _("不属于本次评选的受理范围"),
    "abusive": _("属于滥用，与评选无关"),
}
"""Why none of it is taken up: for every ``models.DECLINE_CLASSES``."""

ACT_WORDS: dict[str, Text] = {
    "lodged": _("提出异议"),
    "added": _("补充材料"),
    "answered": _("回答提问"),
    "withdrawn": _("撤回异议"),
    "accepted": _("受理"),
    "declined": _("不予受理"),
    "assigned": _("指派承办"),
    "released": _("解除指派"),
    "recused": _("回避"),
    "asked": _("向异议人提问"),
    "found": _("记录核查情况"),
    "proposed": _("提出处理意见"),
    "returned": _("退回处理意见"),
    "ruled": _("作出处理决定"),
    "replied": _("答复异议人"),
}
"""The steps of a docket, as the desk names them: for every act of ``DocketEntry``."""

SHOWN_ACT_WORDS: dict[str, Text] = ACT_WORDS | {
    "lodged": _("您提出了异议"),
    "added": _("您补充了材料"),
    "answered": _("您回答了提问"),
    "withdrawn": _("您撤回了异议"),
    "accepted": _("异议已受理"),
    "declined": _("异议不予受理"),
    "asked": _("承办人向您提问"),
    "ruled": _("已作出处理决定"),
    "replied": _("已答复您"),
}
"""The same steps, as they are told to the objector."""


def lodged_words(came_by: str) -> Text:
    """The first step of a docket, as the desk names it."""
    return ACT_WORDS["lodged"] if came_by == ONLINE else CAME_BY_WORDS[came_by]


NEWS_WORDS: dict[str, Text] = {"answered": _("异议人已回答"), "added": _("异议人有补充")}
"""What has come from the objector since an official last did something: for the acts that say something new."""


def docket_state_of(state: str, *, proposed: bool = False) -> Text:
    """Where a docket stands, for the desk: as the objection, but waiting for the second person as such. That nobody handles it
    is told by ``overdue.due_text``, with how long."""
    if state == ACCEPTED and proposed:
        return _("处理意见待确认")
    return STATE_WORDS[state]
