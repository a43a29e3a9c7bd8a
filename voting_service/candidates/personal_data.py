"""Finds what must never stand on a candidate's page: identity-card numbers and mobile numbers of the mainland; and what a
notice must not say of anyone besides: landlines, e-mail addresses, accounts, where somebody lives.

The second list is stricter on purpose. A story may quote a machine's number that looks like one of these; a notice is a
page of set phrases, read by everyone, and whoever writes it can reword.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from ..text import Text, _

_ID_CARD = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[\dXx](?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<![\d.])(?:\+?(?:00)?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
_SPACED_ID_CARD = re.compile(r"(?<![0-9A-Za-z])[1-9](?:[ \-]?\d){16}[ \-]?[\dXx](?![0-9A-Za-z])")
_NUMERALS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_NUMERAL_RUN = re.compile("[〇零一二三四五六七八九]{7,}")
_N = r"[\d一二三四五六七八九十百零〇]+\s*"
_NEAR = r"[^,，。;；、\n]{0,8}?"
_STREET = r"(?:路|街|道|巷|弄|胡同|村|庄|屯|里|小区|社区|花园|家园|公寓|新村|苑|宿舍)\s*"
_ROOM = r"(?:(?<!办公)(?<!会议)室|户|栋|幢|单元|号楼)"
_CONTACTS = (
    # Fifteen digits: the cards of before 1999, region, birth date, order.
    (re.compile(r"(?<!\d)[1-8]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?!\d)"), _("含有身份证号码。")),
    (re.compile(r"(?<![\d.])1[ .\-·]?[3-9](?:[ .\-·]?\d){9}(?!\d)"), _("含有手机号码。")),
    (re.compile(r"(?<!\d)\(?0\d{2,3}\)?[ \-—–]{0,3}[2-9]\d{2,3}[ \-]?\d{4}(?!\d)"), _("含有电话号码。")),
    (re.compile(r"(?<!\d)[48]00[ \-]?\d{3,4}[ \-]?\d{3,4}(?!\d)"), _("含有电话号码。")),
    (re.compile(r"(?:电话|座机|热线|手机|联系方式|致电|拨打)[^\d\n]{0,6}\d{3,4}[ \-]?\d{4}(?!\d)"), _("含有电话号码。")),
    (re.compile(r"[\w.+\-]+\s*(?:@|\[at\]|\(at\))\s*[\w\-]+\s*\.\s*[A-Za-z]{2,}", re.IGNORECASE), _("含有电子邮箱。")),
    (re.compile(r"(?:QQ|微信|weixin|wechat)\s*(?:号码?|账号|ID)?\s*[:：]\s*[A-Za-z0-9_\-]{5,}", re.IGNORECASE),
     _("含有微信号或 QQ 号。")),
    (re.compile(rf"{_N}(?:栋|幢|座|号楼){_NEAR}{_N}(?:单元|(?<!办公)(?<!会议)室|户)"), _("含有住址。")),
    (re.compile(rf"单元\s*{_N}(?:室|户)|单元\s*\d{{3,4}}(?!\d)"), _("含有住址。")),
    (re.compile(rf"{_STREET}{_N}(?:号|弄|院|组|社|队){_NEAR}{_N}{_ROOM}"), _("含有住址。")),
    (re.compile(rf"(?:小区|花园|家园|公寓|新村|苑)\s*{_N}(?:栋|幢|号楼|号|单元)"), _("含有住址。")),
    (re.compile(rf"(?:村|庄|屯)\s*{_N}(?:(?:组|社|队)\s*{_N})?号(?![\u4e00-\u9fff])"), _("含有住址。")),
    (re.compile(rf"(?:家住|住址|现住|家庭地址|户籍地)[^。;；\n]{{0,30}}?{_N}(?:号|室|栋|幢|组)"), _("含有住址。")),
)  # fmt: skip
# GB 11643: ISO 7064 MOD 11-2 over the first seventeen digits.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_SIGNS = "10X98765432"


def personal_data_in(text: str) -> Text | None:
    """What kind of personal data a text holds, never the number itself; None where there is none."""
    if holds_id_card(text):
        return _("含有身份证号码。")
    if _MOBILE.search(unicodedata.normalize("NFKC", text)):
        return _("含有手机号码。")
    return None


def holds_id_card(text: str) -> bool:
    """Whether a text holds the number of an identity card."""
    plain = unicodedata.normalize("NFKC", text)
    return any(_is_id_card(match[0]) for match in _ID_CARD.finditer(plain))


def contact_data_in(text: str) -> Text | None:
    """The same and more, for official notices: numbers written with gaps or in Chinese numerals, landlines, e-mail, accounts
    and home addresses. Names the kind, never what was found; None where there is none."""
    if found := personal_data_in(text):
        return found
    plain = _plain(text)
    if any(_is_id_card(re.sub(r"[ \-]", "", match[0])) for match in _SPACED_ID_CARD.finditer(plain)):
        return _("含有身份证号码。")
    return next((kind for pattern, kind in _CONTACTS if pattern.search(plain)), None)


def _plain(text: str) -> str:
    """However wide, gapped or invisible its signs are; long runs of Chinese numerals as digits."""
    plain = unicodedata.normalize("NFKC", text)
    seen = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
    return _NUMERAL_RUN.sub(lambda run: run[0].translate(_NUMERALS), seen)


def _is_id_card(number: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    if _CHECK_SIGNS[total % 11] == number[17].upper():
        return True
    # Excel keeps fifteen digits of a number and writes zeros for the rest: the check sign is lost, the person not.
    return number.endswith("000") and _is_birth_date(number[6:14])


def _is_birth_date(digits: str) -> bool:
    try:
        return 1900 <= date.fromisoformat(digits).year <= 2100
    except ValueError:
        return False
