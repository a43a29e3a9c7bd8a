"""Where one goes after signing in: back to the page of the desk that was asked for, and to no other place."""

from __future__ import annotations

import re

HOME = "/desk"

# No other site can be written with these letters, and no path that a browser would resolve to something outside the desk.
_PLAIN = re.compile(r"/desk(?:/[A-Za-z0-9_.~%\-]+)*/?(?:\?[A-Za-z0-9_.~%=&+\-/]*)?")
_WAY_OUT = re.compile(r"/(?:\.|%2e){1,2}(?:[/?]|$)|%2f|%5c", re.IGNORECASE)
_NO_PAGES = ("/desk/sign-in", "/desk/sign-out", "/desk/invitation")


def is_ours(path: str) -> bool:
    """Whether a path, as it stands in an address, leads to a page of the desk."""
    plain = len(path) <= 500 and _PLAIN.fullmatch(path) is not None and not _WAY_OUT.search(path)
    return plain and not path.startswith(_NO_PAGES)


def return_path(asked: str | None) -> str:
    """What was asked for, or the desk's first page."""
    return asked if asked and is_ours(asked) else HOME
