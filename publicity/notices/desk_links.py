"""What other rooms do with a notice and know of it, as its page on the desk shows it. Registered in ``wsgi.py``: this room knows none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from sqlalchemy.orm import Session

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


class NoticeNote(NamedTuple):
    """A fact about a published notice."""

    label: Text
    value: Text | str
    """A name list is no sentence."""
    url: str | None = None
    """Where it is seen to; None where whoever looks may not go there."""
    urgent: bool = False


MakeNotes = Callable[[Session, Notice, ActingOfficial], Iterable[NoticeNote]]


def links_for(
    links: Iterable[NoticeLink], notice: Notice, slug: str, official: ActingOfficial
) -> list[NoticeLink]:
    """Those that an official may follow, as the notice stands; of several that lead to one page, the first."""
    found: dict[str, NoticeLink] = {}
    for link in links:
        if notice.state in link.states and official.may(slug, *link.roles):
            found.setdefault(link.path, link)
    return list(found.values())
