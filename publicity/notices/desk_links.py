"""What other rooms do with a notice, as its page on the desk leads there. Registered in ``wsgi.py``: this room knows none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from voting_service.accounts.officials import ActingOfficial, Role
from voting_service.text import Text

from .models import Notice


class NoticeLink(NamedTuple):
    """A button below a notice."""

    label: Text
    path: str
    """Below the notice's own: ``close`` leads to ``/desk/notices/<slug>/<number>/close``."""
    roles: tuple[Role, ...]
    states: tuple[str, ...]


def links_for(
    links: Iterable[NoticeLink], notice: Notice, slug: str, official: ActingOfficial
) -> list[NoticeLink]:
    """Those that an official may follow, as the notice stands; of several that lead to one page, the first."""
    found: dict[str, NoticeLink] = {}
    for link in links:
        if notice.state in link.states and official.may(slug, *link.roles):
            found.setdefault(link.path, link)
    return list(found.values())
