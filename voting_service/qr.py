"""QR codes for pages, posters and the terminal: dark on white, a quiet zone of four modules, nothing more."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Literal

import qrcode
from PIL import Image, ImageDraw
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError

from .errors import Problem, ProblemsFound
from .text import Text, _

Level = Literal["M", "Q", "H"]
Matrix = tuple[tuple[bool, ...], ...]

QUIET = 4
"""Modules of white around the code; ISO/IEC 18004 asks for four."""
DARK = "#111111"

LOGO_SHARE = 0.22
"""Of the code's side. Level H repairs 30 % of the code words; a logo of this size covers 5 % of the area."""
LEAST_MODULE_MM = 0.4
"""The finest square on paper. A telephone an arm's length away gives it two to three pixels, and so do 150 dpi; office
printers and paper spread ink by a tenth of a millimetre."""
_LEVELS: dict[Level, int] = {"M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q, "H": ERROR_CORRECT_H}


def qr_svg(url: str, *, logo: bool = False, title: Text | str | None = None) -> str:
    """A scalable code as one ``<svg>`` element, to stand in a page or alone; with the service's mark in the middle
    where ``logo``. ``title``: what it is called where the address is not to be read out."""
    matrix = _matrix(url, "H" if logo else "M")
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
    matrix = _matrix(url, "M" if logo_image is None else "H")
    side = len(matrix) + 2 * QUIET
    scale = max(pixels // side, 1)
    pixels = max(pixels, side)
    start = (pixels - len(matrix) * scale) // 2
    image = Image.new("L", (len(matrix), len(matrix)), 255)
    image.putdata([0 if dark else 255 for row in matrix for dark in row])
    canvas = Image.new("L", (pixels, pixels), 255)
    canvas.paste(image.resize((len(matrix) * scale,) * 2, Image.Resampling.NEAREST), (start, start))
    if logo_image is not None:
        canvas = _with_logo(canvas, logo_image, round(len(matrix) * scale * LOGO_SHARE))
    file = io.BytesIO()
    canvas.save(file, "PNG", optimize=True)
    return file.getvalue()


def qr_terminal(url: str) -> str:
    """Half blocks for a dark terminal: what is light in the code is drawn, what is dark is left out, so that the
    code has the colours that a scanner expects."""
    matrix = _matrix(url, "M")
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


@dataclass(frozen=True)
class PrintedCode:
    """A code of a size on paper."""

    matrix: Matrix
    side_mm: float
    """With its quiet zone."""
    level: Level
    logo: bool = False

    @property
    def modules(self) -> int:
        """Along one side, quiet zone included."""
        return len(self.matrix) + 2 * QUIET

    @property
    def module_mm(self) -> float:
        """One square."""
        return self.side_mm / self.modules

    @property
    def logo_modules(self) -> int:
        """Along one side of the white square under a logo; its edges lie on module edges."""
        return logo_modules(len(self.matrix)) if self.logo else 0


def printed_code(url: str, side_mm: float, *, logo: bool = False) -> PrintedCode:
    """The code of an address for print, ``side_mm`` wide with its quiet zone, under the service's mark where ``logo``. Its
    error level is the highest that makes no module smaller; under a mark it is H. Raises ProblemsFound where a module would
    be finer than ``LEAST_MODULE_MM``: such a code is not for print at this size."""
    try:
        plain = _matrix(url, "H" if logo else "M")
    except (DataOverflowError, ValueError):
        plain = ()
    if not plain or side_mm / (len(plain) + 2 * QUIET) < LEAST_MODULE_MM:
        sentence = _(
            "网址太长，二维码印成 %(size)s 厘米见方，手机扫不出来。请印得大一些、去掉中间的标志，或者换更短的投放点代号。",
            size=f"{side_mm / 10:g}",
        )
        raise ProblemsFound([Problem("q", sentence)], sentence)
    if logo:
        return PrintedCode(plain, side_mm, "H", logo=True)
    better: tuple[Level, ...] = ("H", "Q")
    for level in better:
        matrix = _matrix(url, level)
        if len(matrix) == len(plain):
            return PrintedCode(matrix, side_mm, level)
    return PrintedCode(plain, side_mm, "M")


def logo_modules(modules: int) -> int:
    """How wide a logo's white square is, in modules of a code of so many; of the same parity as the code."""
    size = round(modules * LOGO_SHARE)
    return size + (size + modules) % 2


def dark_runs(matrix: Matrix) -> list[tuple[int, int, int]]:
    """One rectangle for each run of dark modules in a row: x, y (quiet zone included) and its length."""
    found: list[tuple[int, int, int]] = []
    for y, row in enumerate(matrix, QUIET):
        x = QUIET
        for dark, group in groupby(row):
            length = len(list(group))
            if dark:
                found.append((x, y, length))
            x += length
    return found


# A code takes 20 ms to make and a page of candidates asks for the same ones again and again.
@lru_cache(maxsize=256)
def _matrix(url: str, level: Level) -> Matrix:
    code = qrcode.QRCode(border=0, error_correction=_LEVELS[level])
    code.add_data(url)
    code.make(fit=True)
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())


def _runs(matrix: Matrix) -> str:
    return "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in dark_runs(matrix))


def _mark(side: int, modules: int) -> str:
    """A tick in a white square."""
    size = logo_modules(modules)
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
