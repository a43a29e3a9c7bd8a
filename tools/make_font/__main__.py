"""Makes the one font of the official documents from the hundred subsets in which Noto Sans SC is published on npm.

    npm pack @fontsource/noto-sans-sc@5.3.0
    pip install fonttools brotli
    python tools/make_font fontsource-noto-sans-sc-5.3.0.tgz fonts

Reportlab embeds TrueType outlines alone, and needs them in one file. The same package gives the same bytes every time.
"""

import sys
import tarfile
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.filterPen import DecomposingFilterPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

WEIGHT = "-400-normal.woff2"
NAMES = {
    "familyName": "Noto Sans SC",
    "styleName": "Regular",
    "fullName": "Noto Sans SC Regular",
    "psName": "NotoSansSC-Regular",
    "uniqueFontIdentifier": "NotoSansSC-Regular, merged from @fontsource/noto-sans-sc",
    "licenseDescription": "SIL Open Font License, Version 1.1",
    "licenseInfoURL": "https://openfontlicense.org",
}
TOLD = {"copyright": 0, "version": 5, "trademark": 7, "licenseDescription": 13, "licenseInfoURL": 14}
"""Taken over where the subsets still have them."""
MADE = 3_786_912_000  # 1 January 2024 in the epoch of fonts (1904): no clock, so that the bytes stay the same


def wanted(code: int) -> bool:
    """Every ideograph that there is, for names; what GB 2312 has of signs; Latin, for addresses and English. No emoji."""
    return 0x20 <= code < 0x250 or 0x3400 <= code < 0xA000 or 0x20000 <= code < 0x40000 or code in GB_2312


def _gb_2312() -> Iterator[int]:
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                yield ord(bytes([row, cell]).decode("gb2312"))
            except UnicodeDecodeError:
                continue


GB_2312 = frozenset(_gb_2312())


def read_subsets(package: Path) -> Iterator[TTFont]:
    """The subsets of the regular weight, in the order of their names."""
    with tarfile.open(package) as files:
        for name in sorted(name for name in files.getnames() if name.endswith(WEIGHT)):
            file = files.extractfile(name)
            assert file is not None, name
            yield TTFont(BytesIO(file.read()))


def read_licence(package: Path) -> bytes:
    """The package's own."""
    with tarfile.open(package) as files:
        file = files.extractfile("package/LICENSE")
        assert file is not None
        return file.read()


def collect(subsets: Iterable[TTFont]) -> tuple[dict[int, Glyph], dict[int, int], TTFont]:
    """Outlines and advance widths by character, and a subset that has the metrics, which all share."""
    outlines: dict[int, Glyph] = {}
    widths: dict[int, int] = {}
    subset = None
    for subset in subsets:
        glyphs = subset.getGlyphSet()
        for code, name in sorted(subset.getBestCmap().items()):
            if code in outlines or not wanted(code):
                continue
            # Drawn anew: a composite would point at glyphs that are not taken, and hints at a program that is not.
            pen = TTGlyphPen(None)
            glyphs[name].draw(DecomposingFilterPen(pen, glyphs))
            outlines[code] = pen.glyph()
            widths[code] = glyphs[name].width
    assert subset is not None, "no subset of this weight in the package"
    return outlines, widths, subset


def build(outlines: dict[int, Glyph], widths: dict[int, int], like: TTFont) -> FontBuilder:
    """One font of them."""
    codes = sorted(outlines)
    blank = TTGlyphPen(None).glyph()
    order = [".notdef", *(f"u{code:04X}" for code in codes)]
    font = FontBuilder(like["head"].unitsPerEm, isTTF=True)
    font.setupGlyphOrder(order)
    font.setupCharacterMap({code: f"u{code:04X}" for code in codes})
    font.setupGlyf({".notdef": blank, **{f"u{code:04X}": outlines[code] for code in codes}})
    glyf = font.font["glyf"]
    advance = {".notdef": like["head"].unitsPerEm, **{f"u{code:04X}": widths[code] for code in codes}}
    font.setupHorizontalMetrics({name: (advance[name], getattr(glyf[name], "xMin", 0)) for name in order})
    hhea, os2 = like["hhea"], like["OS/2"]
    font.setupHorizontalHeader(ascent=hhea.ascent, descent=hhea.descent, lineGap=hhea.lineGap)
    font.setupOS2(
        sTypoAscender=os2.sTypoAscender, sTypoDescender=os2.sTypoDescender, usWinAscent=os2.usWinAscent,
        usWinDescent=os2.usWinDescent, sxHeight=os2.sxHeight, sCapHeight=os2.sCapHeight, fsType=0,
    )  # fmt: skip
    told = {label: like["name"].getDebugName(number) for label, number in TOLD.items()}
    font.setupNameTable({**NAMES, **{label: text for label, text in told.items() if text}})
    font.setupPost(keepGlyphNames=False)
    font.updateHead(created=MADE, modified=MADE)
    font.font.recalcTimestamp = False
    return font


def main(package: Path, folder: Path) -> None:
    """Writes the font and its licence."""
    outlines, widths, like = collect(read_subsets(package))
    path = folder / "NotoSansSC-Regular.ttf"
    build(outlines, widths, like).save(path)
    (folder / "OFL.txt").write_bytes(read_licence(package))
    ideographs = sum(1 for code in outlines if 0x3400 <= code < 0xA000 or code >= 0x20000)
    absent = "".join(sorted(chr(code) for code in GB_2312 - set(outlines)))
    print(f"{path}: {len(outlines)} characters, {ideographs} of them ideographs, {path.stat().st_size} bytes")
    print(f"of GB 2312 it lacks {len(absent)}: {absent}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
