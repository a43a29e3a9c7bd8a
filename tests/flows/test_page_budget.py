"""What the campaign page weighs on a slow line, and whether the oldest telephones can read its scripts."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.actors import IPHONE
from tests.conftest import missing
from tests.live import ROOT, import_example
from tests.stage import Stage

BUDGET = 40 * 1024
ACORN = ROOT / "node_modules" / "acorn"
SCRIPTS = sorted((ROOT / "static").glob("*.js"))
OLDEST = ("challenge.js", "refused.js")
"""Scripts that a telephone needs which cannot read the others: ES5."""


def weight(body: bytes) -> int:
    """As a proxy in front sends it."""
    return len(gzip.compress(body, 9))


def test_the_campaign_page_fits_its_budget(stage: Stage, photo_shelf: Path) -> None:
    (stage.service.settings.data_dir / "photos").symlink_to(photo_shelf)
    slug = import_example(stage)
    stage.open(slug)
    client = stage.client()
    page = client.get(f"/c/{slug}", headers={"User-Agent": IPHONE})
    assert page.text.count('<li class="card"') == 20
    assert page.text.count("<picture>") == 21, "the mark-up of all photos is weighed, the photos are not"
    parts = re.findall(r'<(?:link rel="stylesheet"|script)[^>]* (?:href|src)="([^"]+)"', page.text)
    assert [re.sub(r"\?.*", "", part) for part in parts] == [
        "/static/app.css", "/static/app.js", "/static/handling.js", "/static/campaign.js"
    ]  # fmt: skip
    weights = {part: weight(client.get(part).data) for part in parts}
    weights["page"] = weight(page.data)
    # Fetched after all else, for the day the line breaks.
    weights["offline"] = weight(client.get("/sw.js").data) + weight(client.get("/offline").data)
    assert sum(weights.values()) <= BUDGET, weights


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_as_old_as_they_say(script: Path) -> None:
    node = shutil.which("node")
    if node is None or not ACORN.is_dir():
        missing("acorn (npm ci)")
    version = "5" if script.name in OLDEST else "6"
    check = (
        "require(process.argv[1]).parse(require('fs').readFileSync(process.argv[2], 'utf8'),"
        " {ecmaVersion: +process.argv[3]})"
    )
    done = subprocess.run(
        [str(node), "-e", check, str(ACORN), str(script), version],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
