"""One spelling for each province: sources write 广东 and 广东省 for the same place, sometimes in one file."""

from __future__ import annotations

# As ip2region's naming standard has it: autonomous regions short, special administrative regions long.
# fmt: off
_NAMES = (
    "北京市", "天津市", "上海市", "重庆市", "河北省", "山西省", "辽宁省", "吉林省", "黑龙江省", "江苏省",
    "浙江省", "安徽省", "福建省", "江西省", "山东省", "河南省", "湖北省", "湖南省", "广东省", "海南省",
    "四川省", "贵州省", "云南省", "陕西省", "甘肃省", "青海省", "台湾省", "内蒙古", "广西", "西藏",
    "宁夏", "新疆", "香港特别行政区", "澳门特别行政区",
)
# fmt: on
_BY_BEGINNING = {name.removesuffix("特别行政区").rstrip("省市"): name for name in _NAMES}


def province_name(text: str) -> str:
    """The one spelling; a text that is no province of China comes back as it is."""
    for length in (2, 3):
        name = _BY_BEGINNING.get(text[:length])
        if name:
            return name
    return text


def is_province(text: str) -> bool:
    """Some sources put 香港, 澳门 or 台湾 where a country stands; they are provinces here, not abroad."""
    return province_name(text) in _NAMES
