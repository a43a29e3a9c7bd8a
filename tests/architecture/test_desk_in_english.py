"""Whoever reads English reads it on every page of the desk: each address that the app has is opened, none is named here.

What a scene leads to (a decision, a cluster, a motion) is not made here: such an address says that there is no such thing, and
that is read too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from tests.access_table import routes_of
from tests.architecture.test_translations import compiled, left_in_chinese
from tests.desk import Desk
from tests.stage import Stage
from voting_service.accounts.officials import ROLES
from voting_service.web import language
from wsgi import make_flask, make_polling_place

NAME = "Zhou Min"
IN_CHINESE = re.compile(
    r'<article class="paper" lang="zh-CN">.*?</article>|<textarea.*?</textarea>|<script.*?</script>|<input[^>]*>',
    re.DOTALL,
)
"""What will stand on paper, and what a form begins with for it."""
ARGUMENTS = {"slug": "test"}


@pytest.fixture(autouse=True)
def spoken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """English is there."""
    directory = compiled(tmp_path / "translations")
    monkeypatch.setattr(language, "_catalogue", lambda _app: str(directory))


def addresses(stage: Stage) -> Iterator[str]:
    """Every page of the desk, with arguments that its own address takes."""
    app = make_flask(stage.service, make_polling_place(stage.service))
    for route in routes_of(app):
        if route.method == "GET" and route.access == "official":
            yield re.sub(r"<(\w+)>", lambda part: ARGUMENTS.get(part[1], "1"), route.rule)


def test_every_page_of_the_desk_is_in_english(stage: Stage) -> None:
    stage.campaign()
    stage.voter().vote([1])
    stage.record()
    desks = [
        Desk(stage, NAME, *(role for role in ROLES if role != "supervisor")),
        Desk(stage, f"{NAME} 2", "supervisor"),
    ]
    left: dict[str, list[str]] = {}
    opened = 0
    for path in addresses(stage):
        for desk in desks:
            answer = desk.get(f"{path}?lang=en")
            if answer.mimetype == "text/html":
                opened += answer.status_code == 200
                if chinese := left_in_chinese(unescape(IN_CHINESE.sub("", answer.text))):
                    left.setdefault(path, []).extend(chinese)
    assert opened > 40
    assert left == {}
