"""A poster says everything that it has to say inside its paper, and its code is read off that paper."""

from __future__ import annotations

import ctypes
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pypdfium2.raw as pdfium
import pytest
from PIL import Image

from tests.posters import (
    ADDRESS,
    NAMES,
    TITLES,
    UNITS,
    opened,
    person,
    photo,
    photographed,
    rendered,
    scanned,
    subject,
    turned,
)
from voting_service.documents.glyphs import system_font
from voting_service.errors import ProblemsFound
from voting_service.media.posters.asked import Asked
from voting_service.media.posters.compose import compose
from voting_service.media.posters.fitting import Type, fit, fit_name
from voting_service.media.posters.missing import MissingPhoto
from voting_service.media.posters.papers import BLEED, PAPERS
from voting_service.media.posters.pdf import to_pdf
from voting_service.media.posters.raster import to_picture
from voting_service.media.posters.scene import Area, Code, Scene
from voting_service.media.posters.svg import to_svg
from voting_service.media.share_image.drawing import HEIGHT, MOST_BYTES, WIDTH, share_png, share_scene
from voting_service.qr import LEAST_MODULE_MM, printed_code

KEYS = tuple(PAPERS)


def overlap(one: Area, other: Area) -> bool:
    """Whether two areas share more than an edge."""
    slack = 0.05 * min(one.height, other.height)
    return (
        one.x < other.right - slack and other.x < one.right - slack
        and one.y < other.bottom - slack and other.y < one.bottom - slack
    )  # fmt: skip


def assert_tidy(scene: Scene) -> None:
    """Nothing beyond the paper, no line on another, no line on a code."""
    paper = Area(0, 0, scene.width, scene.height)
    lines = [words.area for words in scene.texts]
    for area in lines:
        assert paper.x <= area.x, area
        assert area.right <= paper.right + 0.01, area
        assert paper.y <= area.y, area
        assert area.bottom <= paper.bottom, area
    codes = [item.area for item in scene.items if isinstance(item, Code)]
    for number, area in enumerate(lines):
        assert not [words for words in scene.texts[number + 1 :] if overlap(area, words.area)], scene.texts[
            number
        ]
        assert not any(overlap(area, code) for code in codes), scene.texts[number]


def said(scene: Scene) -> str:
    """Everything that stands on it, run together."""
    return "".join(words.text for words in scene.texts).replace(" ", "")


@pytest.mark.parametrize("paper", KEYS)
@pytest.mark.parametrize("name", NAMES)
def test_whatever_the_words_they_fit(paper: str, name: str, tmp_path: Path) -> None:
    photos = (None, photo(tmp_path), photo(tmp_path, 1200, 900))
    for unit, (title, picture) in product(UNITS, zip(TITLES, photos, strict=True)):
        one = person(name, unit, picture)
        scene = compose(replace(subject(one, title), site_name="东门职工食堂"), PAPERS[paper])
        assert_tidy(scene)
        # Nothing is cut off, whatever lines it is in; a sheet of cards says it eight times.
        everything = said(scene)
        assert title in everything
        assert unit.replace("\n", "") in everything
        assert name in everything or system_font() is None


@pytest.mark.parametrize("paper", KEYS)
@pytest.mark.parametrize("people", [0, 1, 2, 20, 60, 61])
def test_a_campaigns_poster_shows_everybody_or_nobody(paper: str, people: int, tmp_path: Path) -> None:
    for title, picture in product(TITLES, (None, photo(tmp_path, 1600, 900))):
        scene = compose(subject(None, title, people=people, picture=picture), PAPERS[paper])
        assert_tidy(scene)
        numbers = [words.text.partition(" ")[0] for words in scene.texts]
        shown = {n for n in range(1, people + 1) if str(n) in numbers}
        assert len(shown) == (people if people <= 60 and paper != "cards" else 0)


def test_a_name_breaks_behind_its_dot_or_not_at_all() -> None:
    area = Area(0, 0, 70, 46)
    for name in NAMES[:-1]:
        lines = [words.text for words in fit_name(name, area, Type(25, 2, 1.2)).words]
        assert len(lines) == 1 or (len(lines) == 2 and lines[0].endswith("·"))
    assert len(fit_name(NAMES[5], area, Type(25, 2, 1.2)).words) == 2


def test_a_title_breaks_around_its_quotation() -> None:
    lines = [words.text for words in fit(TITLES[1], Area(0, 0, 182, 30), Type(15, 2, 1.28)).words]
    assert lines == ["云川市“匠心筑梦·奋斗有我”", "最美产业工人评选"]


def test_no_line_is_one_sign_alone_and_none_is_lost() -> None:
    for width in (20, 33, 51, 70, 120):
        lines = [words.text for words in fit(UNITS[1], Area(0, 0, width, 60), Type(9, 4, 1.4)).words]
        assert "".join(lines) == UNITS[1]
        assert all(len(line) > 1 for line in lines)


def test_each_code_for_print_is_coarse_enough(tmp_path: Path) -> None:
    for paper, one in product(KEYS, (None, person(picture=photo(tmp_path)))):
        for logo in (False, True):
            codes = [i for i in compose(subject(one), PAPERS[paper], logo=logo).items if isinstance(i, Code)]
            assert len(codes) == (8 if paper == "cards" else 1)
            assert all(code.code.module_mm >= LEAST_MODULE_MM for code in codes)


@pytest.mark.parametrize("logo", [False, True])
@pytest.mark.parametrize("paper", ["a4", "cards"])
def test_a_code_is_read_off_the_printed_page(paper: str, logo: bool, tmp_path: Path) -> None:
    scene = compose(subject(person(picture=photo(tmp_path))), PAPERS[paper], logo=logo)
    page = rendered(to_pdf(scene, tmp_path, author="test"))
    many = 8 if paper == "cards" else 1
    for seen in (page, turned(page, 7), turned(page, 90), photographed(page), photographed(turned(page, 7))):
        assert scanned(seen) == [ADDRESS] * many


def test_a_code_two_centimetres_wide_is_read(tmp_path: Path) -> None:
    """Alone on a small page, without and under the mark: where one may be printed at all, it is read."""
    for url, logo in ((ADDRESS, False), ("https://vote.example.cn/c/gongren?q=a1", True)):
        scene = Scene(40, 40, "code", (Code(10, 10, printed_code(url, 20, logo=logo), "code"),))
        page = rendered(to_pdf(scene, tmp_path, author="test"))
        for seen in (
            page,
            turned(page, 7),
            turned(page, 90),
            photographed(page),
            photographed(turned(page, 7)),
        ):
            assert scanned(seen) == [url], logo


@pytest.mark.parametrize(
    ("url", "side", "logo"), [(ADDRESS + "x" * 40, 20, False), (ADDRESS, 20, True), ("h" * 5000, 500, False)]
)
def test_a_code_too_fine_for_its_size_is_refused(url: str, side: float, logo: bool) -> None:
    with pytest.raises(ProblemsFound, match="扫不出来"):
        printed_code(url, side, logo=logo)


def test_the_error_level_is_the_best_that_costs_nothing() -> None:
    plain, short = printed_code(ADDRESS, 53), printed_code("https://v.cn/c/a", 53)
    assert plain.level in ("M", "Q", "H")
    assert short.level in ("Q", "H")
    assert len(short.matrix) <= len(printed_code("https://v.cn/c/a", 53, logo=True).matrix)
    assert printed_code(ADDRESS, 53, logo=True).level == "H"
    assert printed_code(ADDRESS, 53, logo=True).logo_modules % 2 == 1


@pytest.mark.parametrize("paper", KEYS)
@pytest.mark.parametrize("bleed", [False, True])
def test_a_pdf_has_its_papers_size_and_says_where_to_cut(paper: str, bleed: bool, tmp_path: Path) -> None:
    sheet, edge = PAPERS[paper], BLEED if bleed else 0
    with opened(to_pdf(compose(subject(person()), sheet), tmp_path, author="test", bleed=bleed)) as document:
        assert len(document) == 1
        assert in_mm(document[0].get_size()) == [sheet.width + 2 * edge, sheet.height + 2 * edge]
        assert in_mm(document[0].get_trimbox()) == [edge, edge, sheet.width + edge, sheet.height + edge]


def in_mm(points: Any) -> list[float]:
    """From points, to a tenth."""
    return [round(value / 72 * 25.4, 1) for value in points]


@pytest.mark.parametrize("paper", KEYS)
def test_no_sign_of_a_pdf_lies_outside_its_page_and_all_can_be_copied(paper: str, tmp_path: Path) -> None:
    for name, title in product(NAMES[4:], TITLES):
        scene = compose(subject(person(name, UNITS[1]), title), PAPERS[paper])
        with opened(to_pdf(scene, tmp_path, author="test")) as document:
            width, height = document[0].get_size()
            text = document[0].get_textpage()
            assert (
                name in text.get_text_bounded().replace("\r\n", "").replace("\n", "") or system_font() is None
            )
            for at in range(text.count_chars()):
                left, bottom, right, top = text.get_charbox(at)
                assert -0.1 <= left <= right <= width + 0.1
                assert -0.1 <= bottom <= top <= height + 0.1
            assert_fonts_embedded(document[0])
            text.close()


def assert_fonts_embedded(page: Any) -> None:
    """A print shop has none of our fonts."""
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
        font = pdfium.FPDFTextObj_GetFont(item.raw)
        size = ctypes.c_size_t()
        assert pdfium.FPDFFont_GetIsEmbedded(font) == 1
        assert pdfium.FPDFFont_GetFontData(font, None, 0, ctypes.byref(size))


def test_a_page_and_a_picture_are_the_same_drawing(tmp_path: Path) -> None:
    scene = compose(subject(person(picture=photo(tmp_path))), PAPERS["a4"], logo=True)
    picture = to_picture(scene, 1080, tmp_path)
    assert picture.size == (1080, 1527)
    assert scanned(picture) == scanned(photographed(picture)) == [ADDRESS]
    page = rendered(to_pdf(scene, tmp_path, author="test"), dpi=72)
    # Coarsely the same everywhere: what one has and the other lacks would stand out.
    small = [image.resize((21, 30), Image.Resampling.BOX).tobytes() for image in (picture, page)]
    assert sum(abs(a - b) for a, b in zip(*small, strict=True)) / len(small[0]) < 6


def test_words_in_a_page_are_escaped_and_told_how_long_they_may_be(tmp_path: Path) -> None:
    svg = to_svg(compose(subject(person("<b>&\"'")), PAPERS["a4"]))
    written = {text.text for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}
    assert "<b>&\"'" in written
    assert svg.count("<text ") == svg.count("textLength=")


def test_a_photo_that_is_not_there_is_said(tmp_path: Path) -> None:
    gone = replace(photo(tmp_path), name="f" * 32)
    scene = compose(subject(person(picture=gone)), PAPERS["a4"])
    with pytest.raises(MissingPhoto):
        to_pdf(scene, tmp_path, author="test")
    with pytest.raises(MissingPhoto):
        to_picture(scene, 300, tmp_path)


@pytest.mark.parametrize(
    "given", [{"paper": "a5"}, {"q": "a b"}, {"q": "-a"}, {"q": "a" * 25}, {"q": "东门"}]
)
def test_what_cannot_be_printed_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ProblemsFound):
        Asked.of(given)


def test_an_address_is_written_as_it_was_read() -> None:
    given = {"paper": "a3", "q": "gate_1", "logo": "1", "bleed": "1"}
    asked = Asked.of(given)
    assert asked == Asked(PAPERS["a3"], "gate_1", logo=True, bleed=True)
    assert asked.query() == "?paper=a3&q=gate_1&logo=1&bleed=1"
    assert asked.query(q="", bleed="") == "?paper=a3&logo=1"


@pytest.mark.parametrize("name", NAMES)
def test_a_share_image_says_it_all_in_its_middle_square(name: str, tmp_path: Path) -> None:
    for unit, picture in product(UNITS, (None, photo(tmp_path), photo(tmp_path, 1200, 900))):
        scene = share_scene(subject(person(name, unit, picture)))
        assert_tidy(scene)
        middle = [
            words
            for words in scene.texts
            if words.area.x >= WIDTH / 2 - HEIGHT / 2 and words.area.right <= WIDTH / 2 + HEIGHT / 2
        ]
        assert f"12号{name}{unit}" in "".join(words.text for words in middle).replace(" ", "")


def test_a_campaigns_share_image_has_its_title_in_the_middle() -> None:
    for title in TITLES:
        scene = share_scene(subject(None, title))
        assert_tidy(scene)
        middle = [w.text for w in scene.texts if w.x + 0.5 * w.size >= 285 and w.area.right <= 915]
        assert title in "".join(middle)


def test_a_share_image_is_small_and_is_scanned(tmp_path: Path) -> None:
    noise = Image.effect_noise((1080, 1440), 90).convert("RGB")
    picture = photo(tmp_path, 1080, 1440)
    noise.save(tmp_path / picture.file(1080))
    for one in (person(), person(picture=picture), None):
        data = share_png(subject(one, picture=picture), tmp_path)
        (tmp_path / "share.png").write_bytes(data)
        image = Image.open(tmp_path / "share.png")
        assert image.size == (WIDTH, HEIGHT)
        assert scanned(photographed(image)) == [ADDRESS]
        assert len(data) <= MOST_BYTES
