"""Every sentence for people can be read in English, and none of them hides from translation."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from tests.stage import Stage, category_rules
from voting_service.web import language

ROOT = Path(__file__).parents[2]
PACKAGES = ("voting_service", "anti_fraud", "publicity")
CATALOGUE = ROOT / "translations" / "en" / "LC_MESSAGES" / "messages.po"

CHINESE = re.compile("[\u3400-\u9fff，。、；：？！（）《》“”]")
HAN = re.compile("[\u3400-\u9fff]")
FIGURE = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
LITERAL_CHINESE = (
    "男", "女", "1985年3月", "“投票”", "“公示”", "{姓名}", "{单位}", "{称号}", "{活动}", "{主办}",
)  # fmt: skip
"""What an operator, or a voter in the account's chat, types in Chinese whatever they read."""
NOT_SAID = re.compile(
    r"\b(complaints?|appeals?|announcements?|replacements?|audit log|users?)\b", re.IGNORECASE
)
"""The glossary's; ``user`` is one only where Redis and the system have users."""


@cache
def catalogue() -> Catalog:
    """The English catalogue as it stands in the repository."""
    return read_po(io.BytesIO(CATALOGUE.read_bytes()), locale="en", abort_invalid=True)


def english() -> dict[str, str]:
    """Chinese → English."""
    return {str(message.id): str(message.string) for message in catalogue() if message.id}


@cache
def extracted() -> dict[str, set[str]]:
    """What ``pybabel extract`` finds now: sentence → files."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[str, set[str]] = {}

    def ours(directory: str) -> bool:
        return Path(directory).relative_to(ROOT).parts[0] in (*PACKAGES, "templates")

    for file_name, _line, message, _comments, _context in extract_from_dir(
        ROOT, methods, options, directory_filter=ours
    ):
        found.setdefault(str(message), set()).add(str(file_name))
    return found


def figures(sentence: str) -> list[str]:
    """The names of a sentence's placeholders, and its literal percent signs."""
    return sorted("".join(match.groups(default="")) for match in FIGURE.finditer(sentence)) + [
        "%%" for _sign in re.findall("%%", sentence)
    ]


class Marked(NamedTuple):
    """One ``_()``."""

    place: str
    sentence: str | None
    """None where it is not written out on the spot, so that nothing can be extracted."""
    names: frozenset[str]


def marked_in_python() -> Iterator[Marked]:
    """Every call of ``_`` in our packages."""
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                written = len(node.args) == 1 and isinstance(node.args[0], ast.Constant)
                sentence = node.args[0].value if written else None  # type: ignore[attr-defined]
                names = frozenset(keyword.arg or "**" for keyword in node.keywords)
                yield Marked(f"{path.relative_to(ROOT)}:{node.lineno}", sentence, names)


def templates() -> Iterator[tuple[str, nodes.Template]]:
    """Every template with its syntax tree."""
    environment = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield str(path.relative_to(ROOT)), environment.parse(path.read_text(encoding="utf-8"))


def marked_in_templates() -> Iterator[Marked]:
    """Every call of ``_`` in a template."""
    for name, tree in templates():
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "_":
                written = len(call.args) == 1 and isinstance(call.args[0], nodes.Const)
                sentence = call.args[0].value if written else None
                yield Marked(f"{name}:{call.lineno}", sentence, frozenset(k.key for k in call.kwargs))


# ---- the catalogue


def test_the_catalogue_has_every_sentence_and_no_other() -> None:
    assert sorted(set(extracted()) - set(english())) == [], "not in the catalogue: see babel.cfg"
    assert sorted(set(english()) - set(extracted())) == [], "no longer said anywhere"
    assert catalogue().obsolete == {}


def test_everything_is_translated_and_nothing_is_a_guess() -> None:
    assert [text for text, translation in english().items() if not translation.strip()] == []
    assert [message.id for message in catalogue() if message.id and message.fuzzy] == []


def test_translations_keep_figures_and_line_ends() -> None:
    for text, translation in english().items():
        assert figures(translation) == figures(text), text
        assert translation.endswith("\n") == text.endswith("\n"), text


def test_translations_can_be_filled_in() -> None:
    """A lone percent sign would fail on the page, in front of a reader."""
    for text, translation in english().items():
        values = dict.fromkeys(figures(text), "1")
        in_template = any(name.startswith("templates") for name in extracted()[text])
        if in_template or "%(" in text:
            assert "%(" not in translation % values, text


def test_english_is_english() -> None:
    for text, translation in english().items():
        rest = translation
        for word in LITERAL_CHINESE:
            rest = rest.replace(word, "")
        assert not CHINESE.search(rest.replace("“", "").replace("”", "")), text


def test_the_glossarys_words_are_kept() -> None:
    for text, translation in english().items():
        if not all("redis_server" in name for name in extracted()[text]):
            assert not NOT_SAID.search(translation), translation


# ---- the sources


def test_every_marked_sentence_is_written_out_where_it_is_marked() -> None:
    marked = [*marked_in_python(), *marked_in_templates()]
    assert len(marked) > 500
    assert [one.place for one in marked if one.sentence is None] == []
    assert [one.place for one in marked if one.sentence not in extracted()] == []


def test_every_figure_of_a_sentence_is_given_and_no_other() -> None:
    for one in (*marked_in_python(), *marked_in_templates()):
        wanted = {match[1] for match in re.finditer(r"%\((\w+)\)s", one.sentence or "")}
        assert one.names == wanted, one.place


def test_templates_say_nothing_in_chinese_outside_of_translation() -> None:
    said: list[str] = []
    for name, tree in templates():
        translated = {
            id(constant)
            for call in tree.find_all(nodes.Call)
            if isinstance(call.node, nodes.Name) and call.node.name == "_"
            for constant in call.args
        }
        for data in tree.find_all(nodes.TemplateData):
            said += [f"{name}: {line.strip()}" for line in data.data.splitlines() if CHINESE.search(line)]
        for constant in tree.find_all(nodes.Const):
            if (
                isinstance(constant.value, str)
                and CHINESE.search(constant.value)
                and id(constant) not in translated
            ):
                said.append(f"{name}:{constant.lineno}: {constant.value}")
    assert said == []


# ---- on the page


def compiled(directory: Path) -> Path:
    """The catalogue as ``make translations`` compiles it, elsewhere."""
    target = directory / "en" / "LC_MESSAGES" / "messages.mo"
    target.parent.mkdir(parents=True)
    with target.open("wb") as file:
        write_mo(file, catalogue())
    return directory


@pytest.fixture
def spoken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """English is there, or (``none``) has never been compiled."""
    directory = tmp_path / "translations"
    if getattr(request, "param", "english") == "english":
        compiled(directory)
    monkeypatch.setattr(language, "_catalogue", lambda _app: str(directory))


NAMES = re.compile(
    "测试评选|测试总工会|只为测试。|评选投票|候选人[0-9]+|单位[0-9]+|工人|一句话简介|事迹。|甲组|乙组|候"
)
"""What a campaign and its people are called stays as it is; 候 stands where a candidate without photo has an initial."""


def pages(stage: Stage) -> Iterator[tuple[str, str]]:
    """Every page of voters, in English, and the API where it speaks."""
    categories = category_rules("甲组", "乙组", min_choices=1)
    stage.campaign(categories=categories, max_choices=4, daily_hours=("00:00", "24:00"), ballots_total=9)
    stage.campaign("hidden", counts="hidden")
    voter = stage.voter()
    code = voter.vote([1, 2]).get_json()["receipt"]["tracking_code"]
    stage.record()
    paths = [
        "/", "/offline", "/c/test", "/c/test?q=nobody", "/c/test/candidates/1", "/c/test/ranking", "/c/hidden/ranking",
        "/c/test/rules", "/c/test/verify", "/c/test/verify?code=nothing", f"/r/{code}", f"/r/{code}?new=1", "/no-such",
        "/api/v1/campaigns/test", "/api/v1/campaigns/test/counts", "/api/v1/campaigns/no-such", "/readyz",
        "/api/v1/campaigns/no-such/ballot-form", "/api/v1/receipts/nothing",
    ]  # fmt: skip
    for path in paths:
        yield path, voter.get(f"{path}{'&' if '?' in path else '?'}lang=en").text


def left_in_chinese(text: str) -> list[str]:
    """What is still Chinese on a page, but for names."""
    return re.findall('[^<>"]*[\u3400-\u9fff][^<>"]*', NAMES.sub("", text))


@pytest.mark.usefixtures("spoken")
def test_a_reader_of_english_reads_english(stage: Stage) -> None:
    left = {path: chinese for path, text in pages(stage) if (chinese := left_in_chinese(text))}
    assert left == {}


@pytest.mark.usefixtures("spoken")
def test_the_description_of_the_api_is_in_english_too(stage: Stage) -> None:
    document = stage.client().get("/api/v1/openapi.json?lang=en").get_json()

    def sentences(part: Any) -> Iterator[str]:
        if isinstance(part, Mapping):
            for name, member in part.items():
                if name in ("summary", "description", "title", "detail") and isinstance(member, str):
                    yield member
                if name not in ("example", "properties"):
                    yield from sentences(member)
        elif isinstance(part, list):
            for member in part:
                yield from sentences(member)

    said = [*sentences(document)]
    assert len(said) > 50
    assert [sentence for sentence in said if HAN.search(sentence)] == []


@pytest.mark.parametrize("spoken", ["none"], indirect=True)
@pytest.mark.usefixtures("spoken")
def test_without_a_compiled_catalogue_every_page_is_chinese_and_whole(stage: Stage) -> None:
    for path, text in pages(stage):
        assert HAN.search(NAMES.sub("", text)), path
        assert "%(" not in text, path
