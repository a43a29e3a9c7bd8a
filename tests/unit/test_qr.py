"""A code is read by a scanner as the address that went in, on a page, in print, with a logo and in a terminal."""

from __future__ import annotations

import io
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from voting_service.qr import QUIET, qr_png, qr_svg, qr_terminal

URL = "https://vote.example.org/c/zui-mei-chan-ye-gong-ren/candidates/12?q=a&b=<c>"
SVG = "{http://www.w3.org/2000/svg}"


def scanned(image: Image.Image) -> str:
    (found,) = zxingcpp.read_barcodes(image)
    return found.text


def drawn(svg: str, scale: int = 8) -> Image.Image:
    """The code's path as a picture; the white square of a logo too, the mark itself as a block over all of it."""
    root = ET.fromstring(svg)
    side = int(root.attrib["viewBox"].split()[3])
    image = Image.new("L", (side * scale, side * scale), 255)
    draw = ImageDraw.Draw(image)
    for path in root.findall(f"{SVG}path"):
        shade = {"#fff": 255, "none": None}.get(path.attrib["fill"], 0)
        for x, y, width, height in re.findall(r"M([\d.]+) ([\d.]+)h(\d+)v(\d+)h-\d+z", path.attrib["d"]):
            left, top = float(x) * scale, float(y) * scale
            if shade is not None:
                box = (left, top, left + int(width) * scale - 1, top + int(height) * scale - 1)
                draw.rectangle(box, fill=shade)
    return image


@pytest.mark.parametrize("logo", [False, True])
def test_an_svg_is_scanned(logo: bool) -> None:
    assert scanned(drawn(qr_svg(URL, logo=logo))) == URL


def test_an_svg_stands_in_a_page() -> None:
    svg = qr_svg(URL)
    root = ET.fromstring(svg)
    assert svg.startswith("<svg ")
    assert [child.tag for child in root] == [f"{SVG}title", f"{SVG}path", f"{SVG}path"]
    assert root[0].text == f"二维码：{URL}"
    assert "id=" not in svg
    assert len(qr_svg(URL)) < 20_000


def test_there_is_a_quiet_zone_of_four_modules() -> None:
    side = int(ET.fromstring(qr_svg(URL)).attrib["viewBox"].split()[3])
    image = Image.open(io.BytesIO(qr_png(URL, pixels=side)))
    assert image.size == (side, side)
    assert image.point(lambda value: 255 - value).getbbox() == (QUIET, QUIET, side - QUIET, side - QUIET)


@pytest.mark.parametrize("pixels", [10, 200, 333, 720, 2000])
def test_a_png_is_scanned_at_any_size(pixels: int) -> None:
    image = Image.open(io.BytesIO(qr_png(URL, pixels=pixels)))
    assert image.width == image.height
    assert image.width == pixels or pixels == 10
    assert (
        scanned(image.resize((image.width * 4,) * 2, Image.Resampling.NEAREST) if pixels == 10 else image)
        == URL
    )


def test_a_png_with_a_logo_is_scanned(tmp_path: Path) -> None:
    logo = Image.new("RGBA", (300, 200), (199, 0, 11, 255))
    logo.save(tmp_path / "logo.png")
    image = Image.open(io.BytesIO(qr_png(URL, pixels=600, logo_image=tmp_path / "logo.png")))
    assert image.getpixel((300, 300)) == (199, 0, 11)
    assert scanned(image) == URL


def test_a_terminal_code_is_scanned_off_a_dark_screen() -> None:
    lines = qr_terminal(URL).split("\n")
    assert len({len(line) for line in lines}) == 1
    image = Image.new("L", (len(lines[0]) * 4, len(lines) * 8), 0)
    draw = ImageDraw.Draw(image)
    for y, line in enumerate(lines):
        for x, sign in enumerate(line):
            if sign in "█▀":
                draw.rectangle((x * 4, y * 8, x * 4 + 3, y * 8 + 3), fill=255)
            if sign in "█▄":
                draw.rectangle((x * 4, y * 8 + 4, x * 4 + 3, y * 8 + 7), fill=255)
    assert scanned(image) == URL
