"""QR codes for pages, posters and the terminal: dark on white, a quiet zone of four modules, nothing more."""

from __future__ import annotations

import io
from functools import lru_cache
from html import escape
from itertools import groupby
from pathlib import Path

import qrcode
from PIL import Image, ImageDraw
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_M

from .text import Text, _

QUIET = 4
"""Modules of white around the code; ISO/IEC 18004 asks for four."""
DARK = "#111111"

_LOGO_SHARE = 0.22
"""Of the code's side. Level H repairs 30 % of the code words; a logo of this size covers 5 % of the area."""


def qr_svg(url: str, *, logo: bool = False, title: Text | str | None = None) -> str:
    """A scalable code as one ``<svg>`` element, to stand in a page or alone; with the service's mark in the middle
    where ``logo``. ``title``: what it is called where the address is not to be read out."""
    matrix = _matrix(url, high=logo)
    side = len(matrix) + 2 * QUIET
    called = escape(str(title or _("二维码：%(url)s", url=url)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" '
        f'shape-rendering="crispEdges"><title>{called}</title>'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path fill="{DARK}" d="{_runs(matrix)}"/>{_mark(side, len(matrix)) if logo else ""}</svg>'
    )


def qr_png(url: str, *, pixels: int = 720, logo_image: Path | None = None) -> bytes:
    """A PNG of ``pixels`` by ``pixels``, larger only where a module would be less than one pixel. Modules are whole
    pixels, so that edges stay sharp; what is left over widens the quiet zone."""
    matrix = _matrix(url, high=logo_image is not None)
    side = len(matrix) + 2 * QUIET
    scale = max(pixels // side, 1)
    pixels = max(pixels, side)
    start = (pixels - len(matrix) * scale) // 2
    image = Image.new("L", (len(matrix), len(matrix)), 255)
    image.putdata([0 if dark else 255 for row in matrix for dark in row])
    canvas = Image.new("L", (pixels, pixels), 255)
    canvas.paste(image.resize((len(matrix) * scale,) * 2, Image.Resampling.NEAREST), (start, start))
    if logo_image is not None:
        canvas = _with_logo(canvas, logo_image, round(len(matrix) * scale * _LOGO_SHARE))
    file = io.BytesIO()
    canvas.save(file, "PNG", optimize=True)
    return file.getvalue()


def qr_terminal(url: str) -> str:
    """Half blocks for a dark terminal: what is light in the code is drawn, what is dark is left out, so that the
    code has the colours that a scanner expects."""
    matrix = _matrix(url, high=False)
    side = len(matrix) + 2 * QUIET
    blank = [False] * side
    rows = [[*blank[:QUIET], *row, *blank[:QUIET]] for row in matrix]
    rows = [*[blank] * QUIET, *rows, *[blank] * QUIET]
    # An odd side: the lower half of the last line stays dark, beyond the quiet zone.
    if side % 2:
        rows.append([True] * side)
    halves = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
    lines = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join("".join(halves[pair] for pair in zip(*line, strict=True)) for line in lines)


# A code takes 20 ms to make and a page of candidates asks for the same ones again and again.
@lru_cache(maxsize=256)
def _matrix(url: str, *, high: bool) -> tuple[tuple[bool, ...], ...]:
    code = qrcode.QRCode(border=0, error_correction=ERROR_CORRECT_H if high else ERROR_CORRECT_M)
    code.add_data(url)
    code.make(fit=True)
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())


def _runs(matrix: tuple[tuple[bool, ...], ...]) -> str:
    """One rectangle for each run of dark modules in a row."""
    path: list[str] = []
    for y, row in enumerate(matrix, QUIET):
        x = QUIET
        for dark, group in groupby(row):
            length = len(list(group))
            if dark:
                path.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return "".join(path)


def _mark(side: int, modules: int) -> str:
    """A tick in a white square."""
    size = round(modules * _LOGO_SHARE)
    # Of the same parity as the code, so that the square's edges lie on module edges.
    size += (size + modules) % 2
    start = (side - size) / 2
    unit = size / 12
    return (
        f'<path fill="#fff" d="M{start:g} {start:g}h{size}v{size}h-{size}z"/>'
        f'<path fill="none" shape-rendering="auto" stroke="#c7000b" stroke-width="{unit * 1.6:.2f}" d="M{start + unit * 2.5:.2f} '
        f'{start + unit * 6.4:.2f}l{unit * 2.4:.2f} {unit * 2.4:.2f}l{unit * 4.6:.2f} -{unit * 5.2:.2f}"/>'
    )


def _with_logo(canvas: Image.Image, logo_image: Path, size: int) -> Image.Image:
    """The logo in the middle, on a white square a little larger than itself."""
    canvas = canvas.convert("RGB")
    with Image.open(logo_image) as opened:
        logo = opened.convert("RGBA")
    margin = max(size // 12, 1)
    logo.thumbnail((size - 2 * margin, size - 2 * margin), Image.Resampling.LANCZOS)
    start = (canvas.width - size) // 2
    ImageDraw.Draw(canvas).rectangle((start, start, start + size - 1, start + size - 1), fill="white")
    canvas.paste(logo, ((canvas.width - logo.width) // 2, (canvas.height - logo.height) // 2), logo)
    return canvas
