"""Provinces and cities as an offline address table names them, with rough weights by population."""

from __future__ import annotations

import numpy as np

_TABLE = """
广东省 12.6 广州市 深圳市 东莞市 佛山市|山东省 10.1 济南市 青岛市 临沂市|河南省 9.9 郑州市 洛阳市 南阳市|江苏省 8.5 南京市 苏州市 无锡市
四川省 8.4 成都市 绵阳市|河北省 7.4 石家庄市 唐山市 保定市|湖南省 6.6 长沙市 衡阳市|浙江省 6.5 杭州市 宁波市 温州市 嘉兴市
安徽省 6.1 合肥市 阜阳市|湖北省 5.8 武汉市 襄阳市 宜昌市|广西 5.0 南宁市 柳州市|云南省 4.7 昆明市 曲靖市|江西省 4.5 南昌市 赣州市
辽宁省 4.2 沈阳市 大连市 鞍山市|福建省 4.2 福州市 厦门市 泉州市|陕西省 4.0 西安市 宝鸡市|贵州省 3.9 贵阳市 遵义市|山西省 3.5 太原市 大同市
重庆 3.2 重庆市|黑龙江省 3.1 哈尔滨市 大庆市|新疆 2.6 乌鲁木齐市 克拉玛依市|甘肃省 2.5 兰州市 天水市|上海 2.5 上海市
吉林省 2.4 长春市 吉林市
内蒙古 2.4 呼和浩特市 包头市|北京 2.2 北京市|天津 1.4 天津市|海南省 1.0 海口市|宁夏 0.7 银川市|青海省 0.6 西宁市|西藏 0.4 拉萨市
"""
_ROWS = [row.split() for row in _TABLE.strip().replace("\n", "|").split("|")]

PROVINCES = tuple(row[0] for row in _ROWS)
WEIGHTS = np.array([float(row[1]) for row in _ROWS]) / sum(float(row[1]) for row in _ROWS)
CITIES = tuple(city for row in _ROWS for city in row[2:])
CITY_COUNT = np.array([len(row) - 2 for row in _ROWS])
FIRST_CITY = np.concatenate([[0], np.cumsum(CITY_COUNT)[:-1]])
"""Province p has the cities ``FIRST_CITY[p] … FIRST_CITY[p] + CITY_COUNT[p] - 1``."""


def numbers(*names: str) -> list[int]:
    """The numbers of provinces given by name."""
    return [PROVINCES.index(name) for name in names]
