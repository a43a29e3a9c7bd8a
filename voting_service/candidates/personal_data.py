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

_MOBILE = re.compile(r"(?<![\d.])(?:\+?(?:00)?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
_NUMERALS = str.maketrans("〇○零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖貳參陸", "0001234567891123456789236")
_GAP = r"(?:[^\w\n]|_)"
"""Any sign between two groups of digits: a space, whatever punctuation."""
_PROVINCE = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
"""GB/T 2260, with Taiwan, Hong Kong and Macau."""
# Looked for at every place, so that a figure before a number does not hide it. A line break is a gap here: the check sign
# and the date of birth tell a number from figures that happen to stand beneath each other.
_ID_CARD = re.compile(r"(?<!\d)(?=([1-8](?:[\W_]{0,3}\d){16}[\W_]{0,3}[\dXx])(?!\d))")
# Fifteen digits: the cards of before 1999, region, birth date, order.
_OLD_ID_CARD = re.compile(
    rf"(?<!\d){_PROVINCE}\d{{4}}\d{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{{3}}(?!\d)"
)
_GROUPS = re.compile(rf"\d+(?:{_GAP}{{1,3}}\d+)*")
_MOBILE_SHAPES = (
    (3, 4, 4), (3, 8), (7, 4), (3, 3, 5), (3, 5, 3), (5, 6), (3, 3, 3, 2), (3, 2, 2, 2, 2), (3, 4, 2, 2), (1, 2, 4, 4),
    (1,) * 11,
)  # fmt: skip
"""How people group a mobile number's digits."""
_MEASURE = re.compile(r"\s*[万亿千百十余多吨元年月日米公个件人次台套项名辆户株亩斤度天小时分秒届班双%‰℃]")
"""What follows a figure and never a telephone number."""
_BANK_CARD = re.compile(r"(?<![\d.])(?:62|[45]\d)\d{2}(?:[ \-]?\d){12,15}(?!\d)")
_N = r"[\d一二三四五六七八九十百零〇]+\s*"
_NEAR = r"[^,，。;；、\n]{0,8}?"
_STREET = r"(?:路|街|道|巷|弄|胡同|村|庄|屯|里|小区|社区|花园|家园|公寓|新村|苑|宿舍)\s*"
_ROOM = r"(?:(?<!办公)(?<!会议)室|户|栋|幢|单元|号楼)"
_CONTACTS = (
    # Not a span of years: 1998.7-2005.12.
    (re.compile(r"(?<![\d.])(?!19\d\d[ .\-·])1[ .\-·]?[3-9](?:[ .\-·]?\d){9}(?!\d)"), _("含有手机号码。")),
    (re.compile(rf"(?<!\d)0\d{{2,3}}(?!、){_GAP}{{0,3}}[2-9]\d{{2,3}}(?!、){_GAP}?\d{{4}}(?!\d)"), _("含有电话号码。")),
    (re.compile(r"(?<!\d)[48]00[ \-]?\d{3,4}[ \-]?\d{3,4}(?!\d)"), _("含有电话号码。")),
    (re.compile(r"(?:电话|座机|热线|手机|联系方式|致电|拨打)[^\d\n]{0,6}\d{3,4}[ \-]?\d{4}(?!\d)"), _("含有电话号码。")),
    (re.compile(r"[\w.+\-]+\s*(?:@|\[at\]|\(at\))\s*[\w\-]+\s*\.\s*[A-Za-z]{2,}", re.IGNORECASE), _("含有电子邮箱。")),
    (re.compile(r"(?:QQ|微信|weixin|wechat)\s*(?:号码?|[账帐]号|ID)?\s*[:：]\s*[A-Za-z0-9_\-]{5,}", re.IGNORECASE),
     _("含有微信号或 QQ 号。")),
    # Without a colon “微信 Windows 版” is none: an account has a digit or a stroke in it.
    (re.compile(r"(?:微信|weixin|wechat|加微|(?<![A-Za-z])VX)\s*(?:号码?|[账帐]号|ID)?\s*(?=[A-Za-z]+[\d_\-])[A-Za-z][A-Za-z0-9_\-]{5,}",
                re.IGNORECASE), _("含有微信号或 QQ 号。")),
    (re.compile(r"(?<![A-Za-z])QQ\s*(?:号码?|[账帐]号)?\s*[1-9]\d{4,10}(?!\d)", re.IGNORECASE), _("含有微信号或 QQ 号。")),
    (re.compile(rf"(?:银行卡|信用卡|储蓄卡|工资卡|卡号|[账帐][号户]|开户)[^\d\n]{{0,8}}\d(?:{_GAP}{{0,3}}\d){{11,18}}(?!\d)"),
     _("含有银行卡号。")),
    (re.compile(r"(?:护照|通行证|军官证|居留证|证件号)[^A-Za-z\d\n]{0,6}[A-Za-z]{0,2}\d{6,9}(?!\d)"), _("含有证件号码。")),
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
    if _holds_new_id_card(_plain(text)):
        return _("含有身份证号码。")
    if _MOBILE.search(unicodedata.normalize("NFKC", text)):
        return _("含有手机号码。")
    return None


def holds_id_card(text: str) -> bool:
    """Whether a text holds the number of an identity card: with gaps, in Chinese numerals, of fifteen digits too."""
    plain = _plain(text)
    return _holds_new_id_card(plain) or _OLD_ID_CARD.search(plain) is not None


def contact_data_in(text: str) -> Text | None:
    """The same and more, for official notices: numbers written with gaps or in Chinese numerals, landlines, e-mail, accounts,
    bank cards, passports and home addresses. Names the kind, never what was found; None where there is none."""
    if holds_id_card(text):
        return _("含有身份证号码。")
    if found := personal_data_in(text):
        return found
    plain = _plain(text)
    if _holds_gapped_mobile(plain):
        return _("含有手机号码。")
    if any(_is_bank_card(match[0]) for match in _BANK_CARD.finditer(plain)):
        return _("含有银行卡号。")
    return next((kind for pattern, kind in _CONTACTS if pattern.search(plain)), None)


def _plain(text: str) -> str:
    """However wide its signs are, without the invisible and the combining ones; Chinese numerals as digits."""
    plain = unicodedata.normalize("NFKC", text)
    seen = "".join(sign for sign in plain if unicodedata.category(sign) not in ("Cf", "Mn", "Me"))
    return seen.translate(_NUMERALS)


def _holds_new_id_card(plain: str) -> bool:
    return any(_is_id_card(re.sub(r"[\W_]", "", found[1])) for found in _ID_CARD.finditer(plain))


def _is_id_card(number: str) -> bool:
    if not re.match(_PROVINCE, number) or not _is_birth_date(number[6:14]):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    # Excel keeps fifteen digits of a number and writes zeros for the rest: the check sign is lost, the person not.
    return _CHECK_SIGNS[total % 11] == number[17].upper() or number.endswith("000")


def _is_birth_date(digits: str) -> bool:
    try:
        return 1900 <= date.fromisoformat(digits).year <= 2100
    except ValueError:
        return False


def _holds_gapped_mobile(plain: str) -> bool:
    """Eleven digits, grouped as a mobile number's are, whatever stands between the groups; not figures in a row, which a
    measure follows."""
    for run in _GROUPS.finditer(re.sub(r"(?<!\d)(?:\+|00)?86(?=1[3-9])", "", plain)):
        groups = [(group[0], group.end()) for group in re.finditer(r"\d+", run[0])]
        for first in range(len(groups)):
            for last in range(first + 2, min(first + 11, len(groups)) + 1):
                digits = "".join(group for group, _end in groups[first:last])
                if len(digits) > 11:
                    break
                shape = tuple(len(group) for group, _end in groups[first:last])
                if shape in _MOBILE_SHAPES and re.match("1[3-9]", digits):
                    after = run.string[run.start() + groups[last - 1][1] :]
                    if not _MEASURE.match(after):
                        return True
    return False


def _is_bank_card(number: str) -> bool:
    """By the check digit of ISO/IEC 7812 (Luhn)."""
    digits = [int(sign) for sign in number if sign.isdecimal()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
