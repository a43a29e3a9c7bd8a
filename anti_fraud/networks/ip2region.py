"""ip2region's source text, ``start|end|…`` without a header, unknown fields ``0``.

Old: ``country|region|province|city|ISP``; new: ``country|province|city|ISP|ISO code``; samples: the new one without the
code. Old and new have equally many columns, so the last column of the first rows tells them apart.
Source: github.com/lionsoul2014/ip2region, data/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from anti_fraud.networks.claims import Claim, Place
from anti_fraud.networks.provinces import is_province, province_name
from anti_fraud.networks.reading import BadRow, Reading

_CODE = re.compile(r"[A-Z]{2}\Z")
_CHINA = {"中国", "China"}
_CHINA_CODES = {"CN", "HK", "MO", "TW"}
_NO_COUNTRY = {"", "保留", "内网IP", "局域网", "Reserved"}


def has_country_codes(sample: Sequence[str]) -> bool:
    """Is it the new format? Most rows that say anything in the last column say a country code there."""
    lasts = [line.rstrip().rsplit("|", 1)[-1] for line in sample if line.count("|") == 6]
    codes = sum(1 for last in lasts if _CODE.match(last))
    return codes > sum(1 for last in lasts if last not in ("", "0")) / 2


def read_ip2region(lines: Iterable[str], reading: Reading, coded: bool) -> None:
    """Take every row. ``coded``: the last of seven columns is a country code."""
    known: dict[str, int] = {}
    for line_number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            start, end, rest = _split(line)
            number = known.get(rest)
            if number is None:
                number = known[rest] = reading.ranges.number(_claim(rest, coded))
            reading.add(start, end, number)
        except BadRow as bad:
            reading.refuse(line_number, bad)


def _split(line: str) -> tuple[str, str, str]:
    parts = line.rstrip("\r\n").split("|", 2)
    if len(parts) != 3:
        raise BadRow("columns", line.strip())
    return parts[0].strip(), parts[1].strip(), parts[2]


def _claim(rest: str, coded: bool) -> Claim:
    fields = ["" if field.strip() == "0" else field.strip() for field in rest.split("|")]
    if len(fields) == 4:
        country, province, city, isp = fields
        code = ""
    elif len(fields) == 5 and coded:
        country, province, city, isp, code = fields
        if code and not _CODE.match(code):
            raise BadRow("country_code", code)
    elif len(fields) == 5:
        country, _, province, city, isp = fields
        code = ""
    else:
        raise BadRow("columns", rest.strip())
    return Claim(place=_place(country, code, province, city), isp=isp)


def _place(country: str, code: str, province: str, city: str) -> Place:
    if is_province(country):
        return Place(province_name(country), city)
    if country in _CHINA or code in _CHINA_CODES:
        return Place(province_name(province), city)
    # A foreign state is no province: ``overseas`` is all that a verdict asks.
    return Place(is_abroad=country not in _NO_COUNTRY)
