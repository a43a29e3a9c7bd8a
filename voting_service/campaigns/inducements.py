"""Wordings that get a page blocked in WeChat: sharing or following asked for, required or rewarded. Pure.

The platform's rules name kinds of behaviour (诱导分享, 诱导关注), not words; these are the words by which they are known
again. ``docs/wechat-wording.zh-CN.md`` is the same list for people, and a test holds the two together. What is said to
forbid such behaviour (“请勿有偿拉票”, “不设抽奖”) is no inducement.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from ..text import Text, _

_STOPS = "，。；！？：,.;!?:\n"
_WITHIN = f"[^{_STOPS}]"
"""Any character of the same clause."""
_THEN = ",?(?:后|才能|才可|方可|即可|就能|就可|便可)"
_SHARE = "(?:分享|转发)"
# A craftsman's experience may be shared: that is no link.
_A_LINK = "(?!会|经验|心得|体会|做法|技术|技艺|技巧|故事|感受|交流)"
_FRIENDS = "(?:好友|亲友|亲朋好友|微信好友)"
_NUMERAL = "[0-9一二三四五六七八九十百千万几两]"


@dataclass(frozen=True)
class Rule:
    """One kind of wording."""

    name: str
    pattern: re.Pattern[str]
    why: Text
    instead: Text
    examples: tuple[str, ...]
    """As it is written, for the guide; each is found by this rule."""


@dataclass(frozen=True)
class Inducement:
    """One place in a text."""

    rule: Rule
    phrase: str


def _rule(name: str, why: Text, instead: Text, examples: tuple[str, ...], *patterns: str) -> Rule:
    return Rule(name, re.compile("|".join(patterns)), why, instead, examples)


RULES: tuple[Rule, ...] = (
    _rule(
        "share_required",
        _("把转发当作投票或查看的条件，属于诱导分享。"),
        _("删去条件，打开页面就能看、就能投。"),
        ("分享到朋友圈后才能投票", "转发本页即可查看票数"),
        f"{_SHARE}{_A_LINK}{_WITHIN}{{0,10}}{_THEN}{_WITHIN}{{0,6}}(?:投票|查看|看到|参与|参加|继续|下一步|领取|解锁)",
    ),
    _rule(
        "share_rewarded",
        _("用票数、奖品或机会换转发、换邀请，属于利益诱导分享。"),
        _("删去；转发与否，每人的票数相同。"),
        ("转发可多得3票", "邀请好友送积分", "分享本页赢好礼"),
        f"(?:{_SHARE}|邀请{_FRIENDS}){_A_LINK}{_WITHIN}{{0,10}}"
        f"(?:得|送|领|赢|获|抽|返|加|换|兑|增){_WITHIN}{{0,6}}"
        "(?:票|红包|奖|礼|积分|现金|优惠券|代金券|话费|流量|次数|机会)",
    ),
    _rule(
        "share_asked",
        _("请人转发，属于诱导分享。"),
        _("只介绍评选和候选人，不提转发；要让更多人知道，请各级工会用自己的渠道发布。"),
        ("请大家多多转发", "快转发到朋友圈", "点击右上角分享", "分享给好友"),
        f"{_SHARE}(?:到|至|给|进)?(?:您的|你的|各)?(?:朋友圈|微信群|工作群|家族群|群聊|{_FRIENDS})",
        f"(?:请|恳请|麻烦|欢迎|记得|动动手指|随手|帮忙|帮我|一键|快来|赶紧|赶快|快|求)"
        f"(?:您|你|大家|各位|广大{_WITHIN}{{0,4}})?(?:多多|积极|踊跃|帮忙|广泛|都)?{_SHARE}{_A_LINK}",
        f"点击?{_WITHIN}{{0,8}}(?:右上角|按钮|这里|下方){_WITHIN}{{0,4}}{_SHARE}",
        f"(?:多多|扩散|求){_SHARE}{_A_LINK}|求扩散|扩散周知",
    ),
    _rule(
        "likes_collected",
        _("集赞、集卡是规范点名的诱导分享。"),
        _("删去；点赞不计入任何结果。"),
        ("集赞换票", "集齐38个赞", "集卡兑奖", "点赞满50个送礼品"),
        f"集赞|求赞|集齐?{_NUMERAL}+个?赞|点赞(?:换|送|领|满|达|过){_WITHIN}{{0,6}}",
        # 集卡 alone is a container lorry, and its drivers are workers like others.
        f"集卡(?:兑|换|抽|领|赢|送|活动)|集齐{_WITHIN}{{0,6}}卡|集福(?:卡|兑|换|领)|集碎片",
    ),
    _rule(
        "friends_help",
        _("好友助力、砍价、加速是规范点名的诱导分享。"),
        _("删去；一张选票只由投票人自己投出。"),
        ("请好友助力", "帮我砍价", "为她助力", "助力值"),
        f"(?:{_FRIENDS}|帮我|帮忙|请|请您|求|快来|邀请|点击|为(?:我|他|她|TA|ta))助力",
        "助力(?:值|榜|好友|一下|得票)|砍价|砍一刀|帮我(?:加速|砍)|好友加速",
    ),
    _rule(
        "friends_invited",
        _("邀请好友是规范点名的诱导分享。"),
        _("删去；可以写“欢迎职工群众参与投票”。"),
        ("邀请好友一起来投票", "邀请3位朋友参与"),
        f"邀请(?:您的|你的|更多|{_NUMERAL}+[位名个])?(?:{_FRIENDS}|(?:朋友|同事|家人)(?:来|一起|参与|参加|投票|扫码|关注))",
    ),
    _rule(
        "follow_required",
        _("要求关注公众号才能投票、查看，属于诱导关注；首次可封号 30 天。"),
        _("删去；不关注也能投票，可以写明“投票不要求关注”。"),
        ("关注公众号后投票", "先关注再投票", "请先关注“云川工会”公众号", "扫码关注参与投票"),
        f"关注{_WITHIN}{{0,16}}{_THEN}{_WITHIN}{{0,6}}(?:投票|参与|参加|查看|看到|领取|抽)",
        # Not 首先关注安全, which many a foreman does.
        "(?<![首优率领])先关注",
        f"(?<![无不毋])(?:请|须|需|需要|必须|务必|欢迎|记得)(?:先|您|大家)*关注{_WITHIN}{{0,14}}(?:公众号|服务号|订阅号|视频号|官微)",
        "(?:扫码|扫一扫|长按|识别二维码|点击(?:上方|蓝字|名片))(?:识别|二维码|并)*关注",
    ),
    _rule(
        "download_required",
        _("要求下载应用才能投票、查看，属于诱导下载。"),
        _("删去；用微信或浏览器打开页面就能投票。"),
        ("下载客户端后即可投票",),
        f"下载{_WITHIN}{{0,10}}{_THEN}{_WITHIN}{{0,6}}(?:投票|查看|看到|参与|参加|领取)",
    ),
    _rule(
        "prizes",
        _("用抽奖、红包、礼品吸引人投票，属于利益诱导，也会招来刷票。"),
        _("删去；投票不设任何奖励，可以写明“投票不设抽奖”。"),
        ("投票抽大奖", "参与投票领红包", "投票有礼", "扫码送礼品"),
        "抽(?:大|现金|幸运)?奖|抽红包|幸运大转盘|砸金蛋|刮刮卡",
        "(?:领|抢|送|赢)(?:取|得)?(?:现金|微信)?红包",
        f"(?:投票|参与(?:投票|活动|评选)|签到|打卡|扫码|点击|关注){_WITHIN}{{0,8}}"
        "(?:领|送|得|赢|有|获|换|兑)(?:取|得|大|好)?(?:红包|奖|礼|优惠券|代金券|话费|流量|现金|积分)",
    ),
    _rule(
        "votes_missing",
        _("用差几票催人投票，容易被投诉为骚扰和恶意拉票。"),
        _("删去；票数只在票数页上按规则公布。"),
        ("还差37票", "就差你一票", "距离第一名仅差百余票"),
        f"(?:还|仅|只|就)差{_NUMERAL}+余?票|差(?:您|你)(?:这|的)?一?票|距{_WITHIN}{{0,10}}差{_WITHIN}{{0,6}}票",
    ),
    _rule(
        "canvassing",
        _("替自己或某位候选人拉票，会被投诉；评选也不允许。"),
        _("只写候选人的事迹，由投票人自己判断。"),
        ("帮我投一票", "求投票", "全厂职工一起拉票", "请投12号", "投我一票"),
        # Named as wrongdoing it is a ground, not a request.
        "(?<!有偿)(?<!恶意)(?<!违规)(?<!非法)(?<!组织)拉票(?!舞弊|贿选|行为|现象|等|的|者)",
        f"(?:帮|给|为|替)(?:我|他|她|TA|ta|咱|我们|孩子){_WITHIN}{{0,4}}投(?![来去]){_WITHIN}{{0,6}}票",
        "(?<!要)求(?:个)?(?:投票|票)|(?:请|快来|恳请|拜托|记得)(?:您|大家|各位)?(?:投|支持)(?:给)?[0-9]+号|投我(?:宝贵)?的?一?票",
    ),
)

_FORBIDDING = re.compile(
    "不(?:要|要求|需要?|必|用|得|准|许|允许|可|能|应|设|搞|送|发|收|接受|组织|参与|支持|存在|涉及)|无需|无须|毋须|没有|并无|并未|从未|"
    "勿|禁止|严禁|杜绝|拒绝|拒收|谢绝|抵制|反对|防止|防范|查处|打击|举报|涉嫌"
)
# After these words a "not" no longer reaches what follows: 无需等待即可抽奖.
_TURNING = re.compile("即可|就能|就可|便可|才能|才可|方可|但|却|而是|还能|还可|错过|忘|仅|只是|不")
_GAP = re.compile(
    "(?<=[\u4e00-\u9fff])[ \t\u3000]+(?=[\u4e00-\u9fff0-9])|(?<=[0-9])[ \t]+(?=[\u4e00-\u9fff])"
)


def inducements_in(text: str) -> list[Inducement]:
    """Every such wording, in the order of the text; where two kinds overlap, the one listed first. A phrase is given in
    half-width digits and signs and without the blanks between characters."""
    plain = _GAP.sub("", unicodedata.normalize("NFKC", text))
    taken: list[tuple[int, int, Inducement]] = []
    for rule in RULES:
        for match in rule.pattern.finditer(plain):
            start, end = match.span()
            free = all(end <= other_start or start >= other_end for other_start, other_end, _found in taken)
            if free and not _is_forbidden(plain, start):
                taken.append((start, end, Inducement(rule, match[0])))
    return [found for _start, _end, found in sorted(taken, key=lambda item: item[0])]


def _is_forbidden(text: str, start: int) -> bool:
    """Whether the clause says before the place that this is not done, or must not be."""
    clause = text[max(text.rfind(stop, 0, start) for stop in _STOPS) + 1 : start]
    return any(not _TURNING.search(clause, said.end()) for said in _FORBIDDING.finditer(clause))
