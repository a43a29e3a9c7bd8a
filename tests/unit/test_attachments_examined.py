"""What citizens hand in: each kind of file told by its content, each kind of bad file with a sentence of its own."""

from __future__ import annotations

import contextlib
import io
import struct
import threading
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from tests.pdfs import pdf
from voting_service.attachments.examine import (
    EXTENSIONS,
    MOST_BYTES,
    BadFile,
    Examined,
    _Turns,
    examine,
    glance,
    work_in,
)

MB = 1024**2


# ---- files, made by hand


def photo(
    size: tuple[int, int] = (800, 600), fmt: str = "JPEG", mode: str = "RGB", **options: object
) -> bytes:
    file = io.BytesIO()
    Image.effect_noise(size, 60).convert(mode).save(file, fmt, **options)
    return file.getvalue()


def zipped(name: str = "a.txt", data: bytes = b"hello") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, data)
    return file.getvalue()


def amr(frames: int = 50, wide: bool = False) -> bytes:
    head, frame = (b"#!AMR-WB\n", b"\x44" + bytes(60)) if wide else (b"#!AMR\n", b"\x3c" + bytes(31))
    return head + frame * frames


def mp3(frames: int = 50, tag: bytes = b"") -> bytes:
    return (
        tag + (b"\xff\xfb\x90\x00" + bytes(413)) * frames
    )  # MPEG 1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes


def aac(frames: int = 50) -> bytes:
    length = 200
    head = bytes([0xFF, 0xF1, 0x50, 0x80 | length >> 11, length >> 3 & 0xFF, (length & 7) << 5 | 0x1F, 0xFC])
    return (head + bytes(length - 7)) * frames


def wav(samples: int = 8000, claimed: int | None = None) -> bytes:
    size = 2 * samples
    head = struct.pack("<4sL4s4sLHHLLHH", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16)
    return head + struct.pack("<4sL", b"data", size if claimed is None else claimed) + bytes(size)


def ogg(codec: bytes = b"OpusHead", pages: int = 6, comments: bytes = b"") -> bytes:
    def page(body: bytes, number: int) -> bytes:
        lacing = bytes([255] * (len(body) // 255) + [len(body) % 255])
        head = struct.pack("<4sBBQLLL", b"OggS", 0, 2 if number == 0 else 0, 0, 7, number, 0)
        return head + bytes([len(lacing)]) + lacing + body

    return b"".join(
        page((codec if n == 0 else comments if n == 1 else b"x") + bytes(40), n) for n in range(pages)
    )


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">L4s", 8 + len(body), kind) + body


def mp4(
    *handlers: bytes, brand: bytes = b"M4A ", moov_first: bool = True, sound: bytes = bytes(2000)
) -> bytes:
    traks = b"".join(box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + one + bytes(12)))) for one in handlers)
    parts = [box(b"moov", box(b"mvhd", bytes(100)) + traks), box(b"mdat", sound)]
    return box(b"ftyp", brand + bytes(4) + b"isom") + b"".join(parts if moov_first else reversed(parts))


def refusal(data: bytes, name: str = "file") -> str:
    with pytest.raises(BadFile) as caught:
        examine(name, data)
    assert "请" in f"{caught.value.sentence}{caught.value.remedy}", "a refusal says what to do"
    problem = caught.value.at("文件一")
    assert problem.where == "文件一"
    return str(caught.value.sentence)


# ---- what is taken


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP"])
def test_pictures_come_out_as_plain_jpegs(fmt: str) -> None:
    examined = examine("现场.bin", photo(fmt=fmt))
    assert (examined.kind, examined.media_type, examined.name) == ("picture", "image/jpeg", "现场.bin")
    image = Image.open(io.BytesIO(examined.data))
    assert (image.format, image.size, image.mode) == ("JPEG", (800, 600), "RGB")


def test_nothing_of_where_and_with_what_it_was_taken_remains() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SECRETCAM"
    exif[ExifTags.Base.Orientation] = 6
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (39.0, 54.0, 26.0)
    data = photo(exif=exif, comment=b"SECRETCOMMENT", icc_profile=b"SECRETPROFILE")
    assert Image.open(io.BytesIO(data)).getexif().get_ifd(ExifTags.IFD.GPSInfo)
    kept = examine("a.jpg", data).data
    image = Image.open(io.BytesIO(kept))
    assert image.size == (600, 800), "turned upright, since what said so is gone"
    assert not image.getexif()
    assert not image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    assert b"SECRET" not in kept
    assert b"Exif" not in kept


def test_what_is_hidden_behind_the_picture_does_not_come_out() -> None:
    assert b"TRAILER" not in examine("a.jpg", photo() + b"TRAILER" * 100).data
    assert b"SCRIPT" not in examine("a.jpg", photo(comment=b"<SCRIPT>")).data


@pytest.mark.parametrize(
    ("given_size", "kept"), [((5000, 2500), (2560, 1280)), ((1000, 4000), (640, 2560)), ((60, 40), (60, 40))]
)
def test_the_longest_side_is_2560_and_nothing_is_enlarged(
    given_size: tuple[int, int], kept: tuple[int, int]
) -> None:
    assert Image.open(io.BytesIO(examine("a", photo(given_size)).data)).size == kept


def test_a_telephones_second_picture_is_no_animation() -> None:
    second = Image.new("RGB", (300, 200))
    assert examine("a", photo(fmt="MPO", save_all=True, append_images=[second])).kind == "picture"


ID3 = b"ID3\x04\x00\x00\x00\x00\x08\x00" + b"MZ SECRET".ljust(1024, b"\0")


@pytest.mark.parametrize(
    ("media_type", "data", "heard"),
    [
        ("audio/amr", amr(), amr()),
        ("audio/amr", amr(wide=True), amr(wide=True)),
        ("audio/amr", amr() + b"\x3c\x00\x00", amr() + b"\x3c\x00\x00"),
        ("audio/mpeg", mp3(), mp3()),
        ("audio/mpeg", mp3(tag=ID3), mp3()),
        ("audio/mpeg", mp3() + b"TAG" + b"SECRET".ljust(125), mp3()),
        ("audio/aac", aac() + b"MZ SECRET", aac()),
        ("audio/wav", wav(), wav()),
        ("audio/wav", wav(claimed=0), wav()),
        ("audio/wav", wav() + b"LIST\x06\0\0\0SECRET", wav()),
        ("audio/wav", wav()[:36] + b"exe \x09\0\0\0MZ SECRET\0" + wav()[36:], wav()),
        ("audio/ogg", ogg(), ogg()),
        ("audio/ogg", ogg(b"\x01vorbis") + b"SECRET", ogg(b"\x01vorbis")),
        ("audio/mp4", mp4(b"soun"), mp4(b"soun")),
        ("audio/mp4", mp4(b"soun", brand=b"mp42", moov_first=False), mp4(b"soun", brand=b"mp42", moov_first=False)),
        ("audio/mp4", mp4(b"soun", brand=b"3gp4"), mp4(b"soun", brand=b"3gp4")),
    ],
)  # fmt: skip
def test_of_a_recording_what_is_heard_is_kept(media_type: str, data: bytes, heard: bytes) -> None:
    assert examine("x.exe", data) == Examined("sound", media_type, heard, "x.exe")
    assert examine("x.exe", heard).data == heard


def test_in_an_m4a_nothing_moves_and_place_and_payload_are_gone() -> None:
    place = box(b"udta", box(b"\xa9xyz", b"\0\x12\x15\xc7SECRET+39.9+116.3/"))
    trak = box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + b"soun" + bytes(12))) + box(b"meta", b"SECRET"))
    moov = box(b"moov", box(b"mvhd", b"M" * 100) + trak + place)
    data = (
        box(b"ftyp", b"M4A " + bytes(4) + b"isom")
        + box(b"free", b"MZ SECRET" * 90)
        + moov
        + struct.pack(">L4sQ", 1, b"skip", 16 + 9) + b"MZ SECRET"
        + box(b"uuid", b"SECRET" * 9)
        + box(b"mdat", b"heard" * 500)
        + struct.pack(">L4s", 0, b"xtra") + b"SECRET"
    )  # fmt: skip
    kept = examine("a.m4a", data).data
    assert b"SECRET" not in kept
    assert b"xyz" not in kept
    assert len(kept) == len(data)
    assert kept.index(b"heard" * 500) == data.index(b"heard" * 500), "samples stay where the tables say"
    assert b"M" * 100 in kept
    assert examine("a.m4a", kept).data == kept


def test_a_pdf_is_kept_as_it_came() -> None:
    data = pdf(b"9 0 obj<</Length 5000>>stream\n" + bytes(5000) + b"\nendstream endobj")
    assert examine("材料.pdf", data) == Examined("pdf", "application/pdf", data, "材料.pdf")


def changed_later(data: bytes) -> bytes:
    """As a program that signs it leaves it: the change behind the end, and an end of its own."""
    table = b"xref\n8 1\n%010d 00000 n \n" % len(data)
    return data + b"8 0 obj<</A/B>>endobj\n" + table + b"trailer<</Prev 9>>startxref\n9\n%%EOF"


@pytest.mark.parametrize(
    "data",
    [
        pdf() + b"\0" * 5000,
        pdf() + b"signed by the scanner of room 302",
        changed_later(pdf()),
        changed_later(changed_later(pdf(bytes(5000)))),
        pdf(b"5 0 obj<<>>stream\n" + pdf() + b"\nendstream endobj"),
        pdf().replace(b"xref\n0 4", b"7 0 obj<</Type /XRef/Size 4>>stream\nx\nendstream\nendobj"),
    ],
)
def test_pdfs_as_they_come_from_scanners_and_from_signing(data: bytes) -> None:
    assert examine("a", data).data == data


def packed(objects: bytes) -> bytes:
    """An object stream."""
    content = zlib.compress(objects)
    return (
        b"7 0 obj<</Type/ObjStm/Filter/FlateDecode/Length %d>>stream\r\n" % len(content)
        + content
        + b"\r\nendstream endobj"
    )


@pytest.mark.parametrize(
    "data",
    [
        pdf(catalog=b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"),
        pdf(catalog=b"/OpenAction 9 0 R"),
        pdf(b"9 0 obj<</S/Launch/F(cmd.exe)>>endobj"),
        pdf(b"9 0 obj<</S/L#61un#63h/F(cmd.exe)>>endobj"),
        pdf(b"9 0 obj<</S/#4a#61vaScript>>endobj"),
        pdf(b"9 0 obj<</JS 4 0 R>>endobj"),
        pdf(catalog=b"/AA<</WC 9 0 R>>"),
        pdf(b"9 0 obj<</Type/EmbeddedFile>>stream\nMZ\nendstream endobj"),
        pdf(packed(b"9 0 <</S/JavaScript/JS(x)>>")),
        pdf(packed(b"x").replace(b"FlateDecode", b"LZWDecode").replace(zlib.compress(b"x"), b"abc")),
    ],
)
def test_pdfs_that_do_something_by_themselves_are_marked(data: bytes) -> None:
    examined = examine("a", data)
    assert examined.is_active
    assert examined.data == data


@pytest.mark.parametrize(
    "data",
    [
        pdf(),
        pdf(catalog=b"/OpenAction[3 0 R/XYZ null null 0]"),
        pdf(b"9 0 obj<</JSon 4/AAB 3>>endobj"),
        pdf(packed(b"9 0 <</Type/Font>>")),
        pdf(bytes(range(256)) * 99),
    ],
)
def test_others_are_not(data: bytes) -> None:
    assert not examine("a", data).is_active


def test_every_media_type_has_an_extension_of_ours() -> None:
    kept = {
        examine("x", data).media_type
        for data in (photo(), pdf(), amr(), mp3(), aac(), wav(), ogg(), mp4(b"soun"))
    }
    assert kept == set(EXTENSIONS)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\某\\照片.jpg", "照片.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie: x.jpg"),
        ("\u202egpj.exe", "gpj.exe"),
        ("", "-"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_names_are_tidied(typed: str, kept: str) -> None:
    assert examine(typed, pdf()).name == kept


def test_neither_content_nor_name_shows_in_a_log() -> None:
    text = repr(examine("张三的举报.pdf", pdf()))
    assert "张三" not in text
    assert "%PDF" not in text


# ---- what is not, and why


@pytest.mark.parametrize(
    ("says", "data"),
    [
        ("是空文件", b""),
        ("是程序或脚本", b"MZ\x90\x00" + bytes(3000)),
        ("是程序或脚本", b"\x7fELF\x02\x01\x01" + bytes(3000)),
        ("是程序或脚本", b"\xcf\xfa\xed\xfe" + bytes(3000)),
        ("是程序或脚本", b"#!/bin/sh\nrm -rf /\n"),
        ("是网页或脚本", b"\xef\xbb\xbf  \n<!DOCTYPE html><html></html>"),
        ("是网页或脚本", b"<script>alert(1)</script>"),
        ("是网页或脚本", b"<?xml version='1.0'?><svg onload='x'/>"),
        ("是网页或脚本", b"<?php system($_GET['x']);"),
        ("是压缩包", b"Rar!\x1a\x07\x01\x00" + bytes(100)),
        ("文件后面夹带着压缩包", pdf() + zipped()),
        ("文件后面夹带着压缩包", photo() + zipped()),
        ("文件后面夹带着压缩包", amr() + zipped()),
        ("文件后面夹带着压缩包", pdf() + zipped() + b"%%EOF"),
        ("PDF 的前面夹带着别的内容", b"GARBAGE\n" + pdf()),
        ("PDF 的开头夹带着网页或脚本", b"%PDF-1.4\n<script>alert(1)</script>" + pdf()),
        ("PDF 不完整", pdf(bytes(5000))[:-1200]),
        ("PDF 加了密码", pdf(b"/Encrypt 7 0 R")),
        ("PDF 加了密码", pdf(b"trailer<</Enc#72ypt %so\n<</V 2>>>>")),
        ("PDF 不完整", b"%PDF-\n%%EOF"),
        ("PDF 不完整", pdf().replace(b"xref\n0 4", b"")),
        ("PDF 不完整", pdf().replace(b"startxref", b"")),
        ("PDF 不完整", changed_later(pdf()) + b"\n9 0 obj<<>>stream" + bytes(range(1, 250)) * 9),
        ("PDF 的后面夹带着别的内容", pdf() + b"MZ\x90" * 9),
        ("PDF 的后面夹带着别的内容", pdf() + b"MZ\x90" * 900 + b"\n%%EOF"),
        (
            "PDF 的后面夹带着别的内容",
            pdf() + b"x" * 900 + b"MZ\x90" * 900 + b"\nxref\n0 1\nstartxref\n9\n%%EOF",
        ),
        ("PDF 的后面夹带着别的内容", pdf() + b"Rar!\x1a\x07\x01\0" + bytes(100) + b"%%EOF"),
        ("PDF 的后面夹带着别的内容", pdf() + b"1 0 obj 7z\xbc\xaf\x27\x1c" + bytes(100) + b"%%EOF"),
        ("PDF 的后面夹带着别的内容", pdf() + bytes(70_000) + b"?" * 600 + b"%%EOF"),
        ("PDF 的后面夹带着别的内容", pdf() + b"%%EOF" * 1000),
        ("是 Word、Excel 或 WPS 文档", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        ("是 HEIC", box(b"ftyp", b"heic" + bytes(4) + b"mif1heic") + bytes(500)),
        ("是 GIF 图片", photo((50, 50), "GIF")),
        ("是我们打不开的图片格式", photo((50, 50), "BMP")),
        ("是我们打不开的图片格式", photo((50, 50), "TIFF")),
        ("是视频", mp4(b"soun", b"vide", brand=b"isom")),
        ("是视频", mp4(b"vide", brand=b"qt  ")),
        ("是视频", b"\x1a\x45\xdf\xa3" + bytes(500)),
        ("是视频", b"RIFF\x00\x10\x00\x00AVI LIST" + bytes(500)),
        ("是视频", ogg(b"\x80theora")),
        ("是微信语音的内部格式", b"\x02#!SILK_V3" + bytes(500)),
        ("认不出这是什么文件", bytes(range(256)) * 4),
        ("认不出这是什么文件", "请看我的材料".encode()),
        ("录音不完整", amr(3)),
        ("录音不完整", mp3(3)),
        ("录音不完整", wav()[:-2000]),
        ("录音不完整", ogg()[:-20]),
        ("录音不完整", ogg(pages=2)),
        ("录音不完整", mp4(b"soun")[:-500]),
        ("录音不完整", box(b"ftyp", b"M4A " + bytes(8)) + box(b"mdat", bytes(900))),
        ("录音后面还夹带着别的内容", amr() + b"\xff" * 6000),
        ("录音后面还夹带着别的内容", mp3() + b"<html>" * 1000),
        ("录音后面还夹带着别的内容", wav() + b"MZ" * 4000),
        ("录音后面还夹带着别的内容", ogg() + b"MZ" * 4000),
        ("录音后面还夹带着别的内容", ogg() + ogg().replace(b"\x07\0\0\0", b"\x08\0\0\0")),
        ("录音后面还夹带着别的内容", ogg(comments=b"C" * 9000)),
        ("录音不完整", wav().replace(b"fmt ", b"exe ")),
    ],
)
def test_each_kind_of_bad_file_has_its_own_sentence(says: str, data: bytes) -> None:
    for name in ("照片.jpg", "材料.pdf", "录音.mp3"):
        assert refusal(data, name).startswith(says)


def test_archives_and_documents_are_told_apart() -> None:
    # Read before the tail is: an archive is first of all an archive.
    assert refusal(zipped()).startswith("是压缩包")
    assert refusal(zipped("[Content_Types].xml")).startswith("是 Word")


def test_truncated_and_damaged_pictures() -> None:
    for fmt in ("JPEG", "PNG", "WEBP"):
        data = photo((900, 700), fmt)
        for share in (0.05, 0.5, 0.9):
            assert refusal(data[: int(len(data) * share)]).startswith("照片不完整")
    damaged = bytearray(photo((300, 300), "PNG"))
    damaged[damaged.index(b"IDAT") + 20] ^= 1
    assert refusal(bytes(damaged)).startswith("照片不完整")


def test_animations() -> None:
    frames = [Image.new("RGB", (90, 90), colour) for colour in ("red", "blue")]
    for fmt in ("PNG", "WEBP"):
        file = io.BytesIO()
        frames[0].save(file, fmt, save_all=True, append_images=frames[1:])
        assert refusal(file.getvalue()).startswith("是动图")


def bomb(width: int, height: int, rows: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))

    head = struct.pack(">2L5B", width, height, 1, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + bytes((width + 7) // 8)) * rows, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_ten_thousand_by_ten_thousand_pixels_are_refused_by_the_header() -> None:
    data = bomb(10_000, 10_000, 10_000)
    assert len(data) < 100_000, "small as a file, a hundred megapixels unpacked"
    assert refusal(data) == "像素太多，最多 5200 万。"
    assert refusal(bomb(60_000, 60_000, 1)) == "像素太多，最多 5200 万。"


def test_what_is_decoded_at_its_full_size_may_have_fewer_pixels() -> None:
    assert refusal(bomb(5000, 4000, 4000)) == "像素太多，最多 1600 万。"
    assert examine("a", photo((5000, 4000), quality=20)).kind == "picture"


def test_work_is_told_by_the_header_alone() -> None:
    assert work_in(photo((800, 600))) == 480_000
    assert work_in(photo((800, 600), "PNG")) == work_in(photo((800, 600), "WEBP")) == 5 * 480_000
    assert work_in(bomb(5000, 4000, 1)) == 0, "refused before it is decoded"
    assert work_in(pdf()) == work_in(b"\x89PNG\r\n\x1a\n") == 0


@pytest.mark.parametrize(
    "data", [photo(), pdf(), amr(), mp3(), aac(), wav(), ogg(), mp4(b"soun"), photo()[:500], ogg()[:-20]]
)
def test_a_glance_takes_what_begins_well(data: bytes) -> None:
    glance(data)


@pytest.mark.parametrize("data", [b"", b"MZ" * 99, zipped(), bytes(range(256)), photo() + bytes(15 * MB)])
def test_a_glance_refuses_with_the_same_words(data: bytes) -> None:
    with pytest.raises(BadFile) as caught:
        glance(data)
    assert str(caught.value.sentence) == refusal(data)


def test_who_waits_for_a_decoder_comes_before_who_has_just_had_it() -> None:
    turns, order, first = _Turns(), [], threading.Event()

    def many() -> None:
        for n in range(3):
            with turns:
                order.append("many")
                first.set()
                while n == 0 and len(turns._line) < 2:
                    threading.Event().wait(0.001)

    def one() -> None:
        first.wait()
        with turns:
            order.append("one")

    threads = [threading.Thread(target=work) for work in (many, one)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order == ["many", "one", "many", "many"]


def test_too_large_by_kind() -> None:
    assert refusal(photo() + bytes(MOST_BYTES["picture"])) == "太大：16 MB，一份照片最多 15 MB。"
    assert refusal(pdf(bytes(MOST_BYTES["pdf"]))) == "太大：21 MB，一份PDF最多 20 MB。"
    assert refusal(wav(11 * MB - 100)).startswith("太大：22 MB，一份录音最多 20 MB")
    assert refusal(bytes(200 * MB)).startswith("太大：200 MB")


# ---- nothing breaks it


@given(st.binary(max_size=400))
def test_no_bytes_break_it(data: bytes) -> None:
    check(data)


@given(
    st.sampled_from(
        [photo((40, 30)), photo((40, 30), "PNG"), pdf(), amr(), mp3(), aac(), wav(600), ogg(), mp4(b"soun")]
    ),
    st.lists(st.tuples(st.integers(0, 4000), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6),
    st.integers(0, 4000),
)
def test_no_damage_breaks_it(whole: bytes, changes: list[tuple[int, bytes]], end: int) -> None:
    data = bytearray(whole)
    for at, new in changes:
        data[at % len(data) : at % len(data) + len(new)] = new
    check(bytes(data))
    check(bytes(data[: end % len(data)]))


def check(data: bytes) -> None:
    """Taken or refused with a sentence; never anything else."""
    with contextlib.suppress(BadFile):
        assert examine("x", data).data
