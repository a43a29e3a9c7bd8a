"""Draws the pictures of the example campaign: a portrait of each fictional candidate, work scenes, a cover.

    python tools/draw_photos examples/zui-mei-chan-ye-gong-ren/photos

Pictures of real people would need their consent; drawn ones, faceless on purpose, can go with the source.
The same program gives the same pictures every time: whatever looks random comes from a generator seeded by
the picture's name.
"""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path

from cover import draw_cover
from PIL import Image
from portraits import PORTRAITS, draw_at_work, draw_portrait

# Imports go one way: colours, outlines, canvas, palettes, backdrop, things, then scenes and people, then
# portraits and cover, then this file.

LARGEST_FILE = 160_000  # bytes; a phone on a train opens twenty of these


def save(picture: Image.Image, path: Path) -> None:
    """The best quality up to 87 that stays within `LARGEST_FILE`."""
    for quality in range(87, 60, -3):
        buffer = BytesIO()
        picture.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
        if buffer.tell() <= LARGEST_FILE:
            break
    path.write_bytes(buffer.getvalue())
    print(f"{path.name}: {buffer.tell() // 1000} kB, quality {quality}")


def pictures() -> dict[str, Callable[[], Image.Image]]:
    """File name without ending → how to draw it."""
    result: dict[str, Callable[[], Image.Image]] = {"cover": draw_cover}
    for number, plan in PORTRAITS.items():
        result[str(number)] = partial(draw_portrait, number)
        if plan.at_work:
            result[f"{number}-2"] = partial(draw_at_work, number)
    return result


def main(arguments: Sequence[str]) -> int:
    if not arguments:
        print(
            "usage: python tools/draw_photos FOLDER [NAME …]   for example: … photos 3 3-2 cover",
            file=sys.stderr,
        )
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    known = pictures()
    unknown = [name for name in arguments[1:] if name not in known]
    if unknown:
        print(f"no such picture: {', '.join(unknown)}", file=sys.stderr)
        return 2
    for name in arguments[1:] or known:
        save(known[name](), folder / f"{name}.jpg")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
