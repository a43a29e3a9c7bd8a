"""What does not keep a notice from being published, and is to be looked at once more before: numbers and addresses that look
like those of a specimen."""

from __future__ import annotations

from voting_service.campaigns.specimens import SPECIMEN, is_all_zero
from voting_service.text import Text, _

from .drafting import NoticeText


def cautions(text: NoticeText) -> list[Text]:
    """Each with the office that it is about."""
    found: list[Text] = []
    for place, office in enumerate(text.offices, 1):
        if office.phone and is_all_zero(office.phone):
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
            if SPECIMEN.search(said)
        ]
    return found
