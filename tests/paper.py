"""What lies on the table at a union: print sheets with codes, read as people read them, and a page to enter them on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from click.testing import Result
from werkzeug.test import Client, TestResponse

from tests.actors import IPHONE, Voter
from tests.flows.test_commands import run
from tests.stage import Stage

UNIT = "第一纺织厂工会"
_CARD = re.compile(r'<div class="card">(.*?)</div></div></div>', re.S)


def cards_on(sheet: Path) -> list[tuple[str, str]]:
    """Code and member number of every card; no number where there is none."""
    found = []
    for card in _CARD.findall(sheet.read_text("utf-8")):
        code = re.search(r"<b>([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})</b>", card)
        number = re.search(r"会员编号：(.*?)<", card)
        assert code, card
        found.append((code[1], number[1] if number else ""))
    return found


def make_codes(stage: Stage, folder: Path, count: int = 3, slug: str = "test", unit: str = UNIT) -> list[str]:
    """A batch as an operator makes it; gives the codes of the sheet."""
    sheet = folder / f"{slug}-{unit}-{count}.html"
    done = run(
        stage,
        "codes",
        "make",
        slug,
        "--unit",
        unit,
        "--count",
        str(count),
        "--by",
        "王敏",
        "--out",
        str(sheet),
    )
    assert done.exit_code == 0, done.output
    return [code for code, _number in cards_on(sheet)]


def import_members(stage: Stage, folder: Path, numbers: list[str], *more: str, slug: str = "test") -> Result:
    """Import a roll; the sheets are in ``folder / "sheets"``."""
    table = folder / "roll.csv"
    table.write_text("会员编号,单位\n" + "".join(f"{number},{UNIT}\n" for number in numbers), "utf-8")
    return run(
        stage, "members", "import", slug, str(table), "--by", "王敏", "--out", str(folder / "sheets"), *more
    )


def make_members(stage: Stage, folder: Path, numbers: list[str], *more: str) -> dict[str, str]:
    """The same; gives the codes on the new sheets by member number."""
    before = set(folder.glob("sheets/*.html"))
    done = import_members(stage, folder, numbers, *more)
    assert done.exit_code == 0, done.output
    new = set(folder.glob("sheets/*.html")) - before
    return {number: code for sheet in new for code, number in cards_on(sheet)}


class Holder(Voter):
    """Somebody who enters what is on their card, in a browser without JavaScript."""

    def __init__(self, client: Client, slug: str = "test") -> None:
        super().__init__(client, slug)
        self.path = f"/c/{slug}/code"

    def page(self) -> TestResponse:
        """The page with the form."""
        return self.get(self.path)

    def token(self) -> str:
        """What the form carries."""
        found = re.search(r'name="token" value="([^"]+)"', self.page().text)
        assert found
        return found[1]

    def enter(self, code: str, member: str | None = None, **headers: Any) -> TestResponse:
        """Open the page, type, press the button."""
        fields = {"token": self.token(), "code": code} | ({} if member is None else {"member": member})
        return self.client.post(self.path, data=fields, headers={"User-Agent": IPHONE} | headers)

    def cookie(self, name: str = "voter") -> str:
        """A cookie's value; empty where there is none."""
        found = self.client.get_cookie(name)
        return found.value if found else ""


def holder(stage: Stage, slug: str = "test") -> Holder:
    """A new one at a browser of their own."""
    return Holder(stage.client(), slug)
