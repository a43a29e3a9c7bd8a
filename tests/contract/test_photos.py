"""What people upload as a photo comes out clean, upright and small, or is refused with a reason."""

from __future__ import annotations

import io
import struct
import threading
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from voting_service.candidates.photos import PhotoStore, Picture
from voting_service.errors import BadFile

RED, BLUE = (220, 30, 30), (30, 30, 220)


@pytest.fixture
def store(tmp_path: Path) -> PhotoStore:
    return PhotoStore(tmp_path / "photos")


def two_halves(size: tuple[int, int] = (1600, 1200), mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image.convert(mode)


def encoded(image: Image.Image, fmt: str = "JPEG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, fmt, **options)  # type: ignore[arg-type]
    return file.getvalue()


def opened(store: PhotoStore, picture: Picture, fmt: str = "jpg") -> Image.Image:
    path = store.path(picture.file_name(picture.widths[-1], fmt))  # type: ignore[arg-type]
    assert path is not None
    with Image.open(path) as image:
        image.load()
    return image


def near(pixel: object, colour: tuple[int, int, int], by: int = 12) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(have - want) <= by for have, want in zip(pixel, colour, strict=True))


def refusal(store: PhotoStore, data: bytes) -> str:
    messages = []
    for verb in (store.check, store.keep):
        with pytest.raises(BadFile) as caught:
            verb(data)
        messages.append(str(caught.value.sentence))
    assert messages[0] == messages[1]
    assert not list(store.directory.glob("*"))
    return messages[0]


def test_a_photo_is_kept_in_three_widths_and_two_formats(store: PhotoStore) -> None:
    picture = store.keep(encoded(two_halves()))
    assert (picture.width, picture.height, picture.widths) == (1080, 810, (320, 640, 1080))
    assert len(picture.name) == 32
    sizes = {}
    for path in store.directory.iterdir():
        with Image.open(path) as image:
            sizes[path.name.removeprefix(picture.name)] = (image.format, image.mode, image.size)
    assert sizes == {
        f"-{width}.{ending}": (fmt, "RGB", (width, width * 3 // 4))
        for width in (320, 640, 1080)
        for ending, fmt in (("jpg", "JPEG"), ("webp", "WEBP"))
    }
    assert opened(store, picture).info.get("progressive") == 1


def test_a_photo_is_never_enlarged(store: PhotoStore) -> None:
    assert store.keep(encoded(two_halves((900, 1200)))).widths == (320, 640, 900)
    assert store.keep(encoded(two_halves((320, 400)))).widths == (320,)
    assert store.keep(encoded(two_halves((200, 250)))) == Picture.from_json(
        store.check(encoded(two_halves((200, 250)))).to_json()
    )


def test_addresses_for_pages() -> None:
    picture = Picture("ab", 900, 1200, (320, 640, 900))
    assert picture.srcset("webp", "/p/") == "/p/ab-320.webp 320w, /p/ab-640.webp 640w, /p/ab-900.webp 900w"
    assert picture.src("jpg", "/p/") == "/p/ab-900.jpg"
    assert picture.src("jpg", "/p/", 400) == "/p/ab-640.jpg"
    assert picture.src("webp", "/p/", 4000) == "/p/ab-900.webp"
    assert Picture.from_json(picture.to_json()) == picture


def test_nothing_but_the_picture_survives(store: PhotoStore) -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET description"
    exif.get_ifd(0x8825)[1] = "N"
    data = encoded(two_halves(), exif=exif, comment=b"SECRET comment", xmp=b"SECRET xmp", dpi=(300, 300))
    assert b"SECRET" in data
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "SECRET text")
    for upload in (data, encoded(two_halves((800, 600)), "PNG", pnginfo=text), data + b"SECRET tail"):
        picture = store.keep(upload)
        for path in store.directory.glob(f"{picture.name}*"):
            assert b"SECRET" not in path.read_bytes()
            with Image.open(path) as image:
                assert not image.getexif()
                assert {"icc_profile", "exif", "xmp", "comment"}.isdisjoint(image.info)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_stand_upright(store: PhotoStore, orientation: int) -> None:
    turns = {
        **{2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180},
        **{4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE},
        **{6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270},
    }
    image = two_halves((1600, 1000))
    lying = image.transpose(turns[orientation]) if orientation > 1 else image
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = store.keep(encoded(lying, exif=exif))
    upright = opened(store, picture)
    assert (picture.width, picture.height) == upright.size == (1080, 675)
    assert near(upright.getpixel((100, 300)), RED)
    assert near(upright.getpixel((980, 300)), BLUE)


@pytest.mark.parametrize(
    ("mode", "fmt"),
    [
        *(("RGB", "JPEG"), ("CMYK", "JPEG"), ("RGB", "PNG"), ("RGBA", "PNG"), ("P", "PNG")),
        *(("RGB", "WEBP"), ("RGBA", "WEBP")),
    ],
)
def test_every_usual_kind_keeps_its_colours(store: PhotoStore, mode: str, fmt: str) -> None:
    image = opened(store, store.keep(encoded(two_halves((800, 600), mode), fmt)))
    assert near(image.getpixel((100, 300)), RED, 30)
    assert near(image.getpixel((700, 300)), BLUE, 30)


@pytest.mark.parametrize("mode", ["L", "LA", "1", "I;16"])
def test_grey_stays_grey(store: PhotoStore, mode: str) -> None:
    grey = Image.new("I;16", (400, 300), 128 * 257) if mode == "I;16" else Image.new("L", (400, 300), 128)
    image = opened(store, store.keep(encoded(grey if mode == "I;16" else grey.convert(mode), "PNG")))
    by = 130 if mode == "1" else 4
    assert near(image.getpixel((200, 150)), (128, 128, 128), by)


def test_sixteen_bits_a_channel_become_eight(store: PhotoStore) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))

    row = b"\0" + struct.pack(">3H", *(value * 257 for value in RED)) * 300
    head = struct.pack(">2L5B", 300, 300, 16, 2, 0, 0, 0)
    data = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(row * 300))
        + chunk(b"IEND", b"")
    )
    assert near(opened(store, store.keep(data)).getpixel((100, 100)), RED)


@pytest.mark.parametrize("fmt", ["PNG", "WEBP"])
def test_what_is_transparent_becomes_white(store: PhotoStore, fmt: str) -> None:
    image = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    image.paste((*RED, 255), (0, 0, 200, 300))
    plain = opened(store, store.keep(encoded(image, fmt)))
    assert near(plain.getpixel((350, 150)), (255, 255, 255))
    assert near(plain.getpixel((50, 150)), RED)
    palette = encoded(image.convert("P"), "PNG", transparency=image.convert("P").getpixel((350, 150)))
    assert near(opened(store, store.keep(palette)).getpixel((350, 150)), (255, 255, 255))


def test_colours_of_another_profile_are_converted(store: PhotoStore) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    # A profile for another colour model is passed over, and a broken one too.
    for icc in (profile, b"broken"):
        picture = store.keep(encoded(two_halves(), icc_profile=icc))
        assert near(opened(store, picture).getpixel((100, 300)), RED)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"tXYZ").replace(b"bXYZ", b"rXYZ").replace(b"tXYZ", b"bXYZ")
    picture = store.keep(encoded(two_halves(), icc_profile=swapped))
    assert near(opened(store, picture).getpixel((100, 300)), BLUE, 40)


def test_a_telephones_second_picture_is_no_animation(store: PhotoStore) -> None:
    first, second = two_halves(), two_halves((400, 300))
    data = encoded(first, "MPO", save_all=True, append_images=[second])
    assert store.keep(data).width == 1080


def test_animations_are_refused(store: PhotoStore) -> None:
    frames = [two_halves((300, 300)), Image.new("RGB", (300, 300), BLUE)]
    for fmt in ("PNG", "WEBP"):
        data = encoded(frames[0], fmt, save_all=True, append_images=frames[1:])
        assert refusal(store, data) == "是动图，请换成一张静态的照片。"


def test_truncated_and_damaged_files_are_refused(store: PhotoStore) -> None:
    for fmt in ("JPEG", "PNG", "WEBP"):
        data = encoded(Image.effect_noise((900, 700), 80).convert("RGB"), fmt)
        for share in (0.05, 0.5, 0.9):
            assert refusal(store, data[: int(len(data) * share)]).startswith("打不开")
    png = bytearray(encoded(two_halves((300, 300)), "PNG"))
    png[png.index(b"IDAT") + 20] ^= 1
    assert refusal(store, bytes(png)).startswith("打不开")


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"\xff\xd8\xff", b"<?php ?>"],
)
def test_what_is_no_photo_is_refused(store: PhotoStore, data: bytes) -> None:
    assert refusal(store, data).startswith("打不开")


@pytest.mark.parametrize("fmt", ["GIF", "BMP", "TIFF", "ICO"])
def test_other_formats_are_refused_by_what_they_are(store: PhotoStore, fmt: str) -> None:
    assert refusal(store, encoded(two_halves((256, 256)), fmt)).startswith("打不开")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_bomb_is_refused_by_its_header(store: PhotoStore) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))

    for side in (8_000, 12_000, 60_000):
        head = struct.pack(">2L5B", side, side, 8, 2, 0, 0, 0)
        data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
        assert refusal(store, data) == "像素太多，最多 5200 万。"


def test_too_small_and_too_long_are_refused(store: PhotoStore) -> None:
    assert refusal(store, encoded(two_halves((199, 400)))) == "太小：199 × 400，短边至少 200 像素。"
    assert refusal(store, encoded(two_halves((200, 1001)))) == "过于狭长：200 × 1001。"


def test_keeping_twice_writes_once(store: PhotoStore) -> None:
    data = encoded(two_halves())
    first = store.keep(data)
    times = {path: path.stat().st_mtime_ns for path in store.directory.iterdir()}
    assert store.check(data) == store.keep(data) == first
    assert {path: path.stat().st_mtime_ns for path in store.directory.iterdir()} == times
    lost = store.directory / first.file_name(640, "webp")
    lost.unlink()
    assert store.keep(data) == first
    assert lost.is_file()


def test_checking_writes_nothing(store: PhotoStore) -> None:
    data = encoded(two_halves())
    checked = store.check(data)
    assert not store.directory.exists()
    assert store.keep(data) == checked


def test_many_may_keep_the_same_photo_at_once(store: PhotoStore) -> None:
    data = encoded(two_halves((800, 600)))
    threads = [threading.Thread(target=store.keep, args=(data,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(store.directory.iterdir())) == 6


def test_only_our_own_names_are_served(store: PhotoStore) -> None:
    picture = store.keep(encoded(two_halves()))
    assert store.path(picture.file_name(320, "webp")) is not None
    (store.directory / "secret.jpg").write_bytes(b"")
    for name in (
        "secret.jpg",
        f"../photos/{picture.file_name(320)}",
        f"{picture.name}-9.jpg",
        "",
        ".",
        f"{'a' * 32}-320.jpg",
    ):
        assert store.path(name) is None
