"""What stands on the certificates of an award, from what was confirmed."""

from __future__ import annotations

from collections.abc import Iterable

from voting_service.text import _

from .awarding import blanks_of, document_of
from .certificate_pdf import Face
from .certificates import shown_code
from .letters import spoken
from .models import Award, Certificate
from .words import filled


def faces_of(award: Award, certificates: Iterable[Certificate], base_url: str) -> list[Face]:
    """Of these certificates of the award, in their order."""
    document = document_of(award)
    slug = document["campaign"]
    return [
        Face(
            heading=str(_("荣誉证书")),
            body=filled(
                document["citation"],
                blanks_of(document, {"name": one.name, "organisation": one.organisation}),
            ),
            signed=document["organiser"],
            dated=spoken(document["dated"]),
            number=str(_("证书编号：%(number)s", number=one.number)),
            code=str(_("查验码：%(code)s", code=shown_code(one.code))),
            hint=str(_("扫码可查验真伪")),
            address=f"{base_url}/c/{slug}/certificates/{one.code}",
        )
        for one in certificates
    ]
