"""Nothing that people read asks them to share or follow: templates, scripts, our sentences, the example; and the guide for
operators lists what the code finds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from voting_service.campaigns.inducements import RULES, inducements_in

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "wechat-wording.zh-CN.md"
THE_LIST = Path("voting_service/campaigns/inducements.py")
HAN = re.compile("[\u3400-\u9fff]")


def files() -> list[Path]:
    """What is read as it stands: pages, scripts, the example campaign."""
    patterns = (
        "templates/**/*.html",
        "static/**/*.js",
        "examples/**/*.toml",
        "examples/**/*.csv",
        "examples/**/*.md",
    )
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


def sources() -> list[Path]:
    """Our own modules, but for the list itself."""
    found = (
        path for top in ("voting_service", "anti_fraud", "publicity") for path in (ROOT / top).rglob("*.py")
    )
    return sorted(path for path in found if path.relative_to(ROOT) != THE_LIST)


def chinese_texts(source: str) -> Iterator[str]:
    """Every Chinese string of a module: sentences in ``_()`` and all others, joined as Python joins them."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and HAN.search(node.value):
            yield node.value


def wrong(texts: Iterable[str]) -> list[str]:
    """What is found in them."""
    return [f"{found.rule.name}: {found.phrase}" for text in texts for found in inducements_in(text)]


# ---- the lint


def test_there_is_something_to_look_at() -> None:
    looked_at = {path.suffix for path in files()}
    assert looked_at == {".html", ".js", ".toml", ".csv", ".md"}
    assert sum(len([*chinese_texts(path.read_text(encoding="utf-8"))]) for path in sources()) > 500


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_scripts_and_the_example_ask_nobody_to_share_or_follow(path: Path) -> None:
    assert wrong([path.read_text(encoding="utf-8")]) == []


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_our_sentences_ask_nobody_to_share_or_follow(path: Path) -> None:
    assert wrong(chinese_texts(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("planted", "expected"),
    [
        ("<p>{{ _('请转发到朋友圈，让更多人看到') }}</p>", ["share_asked: 请转发"]),
        ("<button>分享给好友</button>", ["share_asked: 分享给好友"]),
        ('say("还差 3 票就能进前十");', ["votes_missing: 还差3票"]),
        ("wx.ready(() => { tip('点击右上角分享'); });", ["share_asked: 点击右上角分享"]),
        ('description = """\n关注公众号后即可投票\n"""', ["follow_required: 关注公众号后即可投票"]),
    ],
)
def test_the_lint_sees_what_is_planted_in_a_file(planted: str, expected: list[str]) -> None:
    assert wrong([planted]) == expected


def test_the_lint_sees_what_is_planted_in_a_module() -> None:
    module = (
        'def f() -> Text:\n    """Docstring."""\n    return _("您好，" "邀请好友" "一起来投票 %(n)s", n=1)\n'
    )
    assert wrong(chinese_texts(module)) == ["friends_invited: 邀请好友"]


# ---- the guide


def table() -> dict[str, list[str]]:
    """Rule → the other cells of its row."""
    rows: dict[str, list[str]] = {}
    for line in GUIDE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if named := re.fullmatch(r"`([a-z_]+)`", cells[0]):
            assert named[1] not in rows, f"{named[1]} stands twice"
            rows[named[1]] = cells[1:]
    return rows


def test_the_guide_lists_every_rule_and_no_other() -> None:
    expected = {
        rule.name: ["、".join(f"“{example}”" for example in rule.examples), str(rule.why), str(rule.instead)]
        for rule in RULES
    }
    assert list(table()) == list(expected)
    assert table() == expected


def test_what_the_guide_says_is_fine_is_not_found() -> None:
    fine = GUIDE.read_text(encoding="utf-8").partition("## 不会提醒的写法")[2].partition("## 措辞之外")[0]
    quoted = re.findall("“([^”]+)”", fine)
    assert len(quoted) > 8
    assert wrong(quoted) == []
