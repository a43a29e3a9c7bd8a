"""Decides the kind of network from what the sources claim. What no source tells apart stays empty.

Limits, to be kept in mind by whoever acts on it: many Chinese data-centre ranges are announced by AS4134 or AS4837 and
named after the carrier, so they are not found; a firm's cloud egress and a voter's VPN look like hosting. 移动, 电信
and 联通 each run phones, homes and offices in the same ranges, so the carrier's name alone decides nothing; ``mobile``
and ``office`` mostly come from an organiser's own file. ip2region's 专线用户 ("leased line") also stands on ranges that
nobody uses, so it is not taken for an office. This is one family of evidence, never a verdict.
"""

from __future__ import annotations

from anti_fraud.networks.claims import Claim, Operator

# Named in a table's version: another list means other verdicts.
RULES = "2026-11"

# ASN → a word of the organisation's name. Reviewed against ip-location-db's ASN table of 2026-06-17.
# Numbers change hands: where a source names another organisation, the number does not count.
CLOUD_ASNS: dict[int, str] = {
    24429: "Taobao",
    37963: "Alibaba",
    45102: "Alibaba",
    134963: "Alibaba Cloud",
    45090: "Tencent",
    132203: "Tencent",
    132591: "Tencent",
    133478: "Tencent Cloud",
    55990: "Huawei Cloud",
    136907: "Huawei",
    38365: "Baidu",
    55967: "Baidu",
    59019: "Kingsoft Cloud",
    137280: "Kingsoft",
    59077: "UCloud",
    135377: "UCloud",
    139327: "UCloud",
    59078: "Yunify",
    137718: "Volcano Engine",
    150436: "Byteplus",
    150293: "Capitalonline",
    152644: "Qiniu",
    10206: "Zhongwei Cloud",
    38587: "Internet Data Center",
    14618: "Amazon",
    16509: "Amazon",
    15169: "Google",
    396982: "Google",
    8075: "Microsoft",
    14061: "DigitalOcean",
    16276: "OVH",
    24940: "Hetzner",
    212317: "Hetzner",
    213230: "Hetzner",
    20473: "Constant Company",
    63949: "Akamai",
    48337: "Linode",
    13335: "Cloudflare",
    31898: "Oracle",
}

# fmt: off
# In an ISP field, lower case: these words stand for a cloud wherever they occur …
_CLOUD_WORDS = (
    "阿里云", "腾讯云", "华为云", "百度云", "百度智能云", "京东云", "金山云", "天翼云", "移动云", "联通云",
    "青云", "七牛", "又拍", "优刻得", "火山引擎", "首都在线", "世纪互联", "网宿", "数据中心", "云计算",
    "ucloud", "aliyun", "alibaba", "tencent", "amazon.com", "digitalocean", "hetzner", "linode", "vultr", "cloudflare",
)
# … these only as the whole field: they are also firms with offices, and parts of other words.
_CLOUD_NAMES = frozenset((
    "阿里", "阿里巴巴", "腾讯", "百度", "华为", "京东", "金山", "亚马逊", "微软", "谷歌",
    "甲骨文", "idc", "amazon", "aws", "google", "microsoft", "ovh", "oracle",
))
# fmt: on
_MOBILE_WORDS = ("移动数据", "移动蜂窝", "蜂窝网", "手机", "无线上网", "mobile data", "cellular")
# Providers without a phone network.
_BROADBAND_WORDS = ("宽带", "铁通", "有线电视", "歌华", "鹏博士", "方正网络", "东方有线", "华数")


def network_type_of(claim: Claim) -> str:
    """One of ``NETWORK_TYPES``, or '' where nobody can tell.

    What a source says outright comes first. A cloud abroad is hosting: it is the stronger statement.
    """
    if claim.network_type:
        return claim.network_type
    if _is_cloud_operator(claim.operator) or _is_cloud_isp(claim.isp.casefold()):
        return "hosting"
    if claim.place.is_abroad:
        return "overseas"
    if any(word in claim.isp for word in _MOBILE_WORDS):
        return "mobile"
    if any(word in claim.isp for word in _BROADBAND_WORDS):
        return "broadband"
    return ""


def _is_cloud_operator(operator: Operator) -> bool:
    if operator.asn not in CLOUD_ASNS:
        return False
    named = operator.organisation.casefold()
    return not named or CLOUD_ASNS[operator.asn].casefold() in named


def _is_cloud_isp(isp: str) -> bool:
    return isp in _CLOUD_NAMES or any(word in isp for word in _CLOUD_WORDS)
