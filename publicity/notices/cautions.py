"""What does not keep a notice from being published, and is to be looked at once more before: numbers and addresses that look
like those of a specimen."""

from __future__ import annotations

import re

from voting_service.text import Text, _

from .drafting import NoticeText

_SPECIMEN = re.compile("虚构|示例|样例|测试|待填|待定|暂无")


def cautions(text: NoticeText) -> list[Text]:
    """Each with the office that it is about."""
    found: list[Text] = []
    for place, office in enumerate(text.offices, 1):
        if office.phone and _is_all_zero(office.phone):
            found.append(
                _(
                    "第 %(n)s 个受理部门的电话“%(what)s”像是没有填好的号码，群众打不通。",
                    n=place,
                    what=office.phone,
                )
            )
        found += [
            _("第 %(n)s 个受理部门写着“%(what)s”，像是没有填好的内容。", n=place, what=said)
            for said in (office.department, office.name, office.phone, office.email, office.address)
            if _SPECIMEN.search(said)
        ]
    return found


def _is_all_zero(phone: str) -> bool:
    """Whether its last seven digits, the number within its area, are all nought."""
    return re.sub(r"\D", "", phone)[-7:].strip("0") == ""
