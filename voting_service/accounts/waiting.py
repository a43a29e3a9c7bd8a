"""What of one's own account and of officials waits on the desk's first page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ..text import _
from .desk_home import DeskLine, DeskSection
from .managing import ACTS, proposals_for
from .models import Official
from .officials import ActingOfficial


def account_section(session: Session, official: ActingOfficial, now: datetime) -> DeskSection | None:
    """That somebody has reset their second factor; and, for administrators, what another has proposed."""
    lines = []
    row = session.get(Official, official.id)
    if row is not None and row.factor_reset_at is not None:
        text = _("%(who)s重置了您的两步验证，请查看", who=row.factor_reset_by)
        lines.append(DeskLine(text, "/desk/account", urgent=True))
    for one in proposals_for(session, official) if official.has("admin") else []:
        if one.proposed_by != official.id:
            whom = session.get_one(Official, one.official_id).name
            text = _("等您确认：%(act)s，%(whom)s", act=ACTS[one.kind], whom=whom)  # type: ignore[index]
            lines.append(DeskLine(text, f"/desk/officials/proposals/{one.id}"))
    return DeskSection(_("账号"), tuple(lines)) if lines else None
