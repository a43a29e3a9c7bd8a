"""What a file is, by its first bytes, where it is nothing that we take: so that its refusal can say so."""

from __future__ import annotations

import struct
from collections.abc import Iterable

import puremagic

from ..errors import BadFile
from ..text import Text, _

_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"\xfe\xed\xfa",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"dex\n",
    b"#!",
)
_PAGES = (b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<svg", b"<?xml", b"<?php", b"<iframe")
_ARCHIVES = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\x00",
)
_VIDEOS = (b"\x1a\x45\xdf\xa3", b"FLV\x01", b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3", b"\x30\x26\xb2\x75")
_SILK = (b"#!SILK", b"\x02#!SILK")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
APPLE_PICTURES = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")

_TAKEN = _("请换成照片（JPEG、PNG、WebP）、PDF 或录音（MP3、M4A、AMR、WAV、OGG）。")
_END_OF_ZIP = struct.Struct("<4s4H2LH")


def begins_with(data: bytes, signatures: Iterable[bytes]) -> bool:
    """Whether one of these stands at the very beginning."""
    return data.startswith(tuple(signatures))


def is_picture(data: bytes) -> bool:
    """Of one of the three kinds that are taken."""
    is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return is_webp or data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))


def is_pdf(data: bytes) -> bool:
    """From the first byte on."""
    return data.startswith(b"%PDF-")


def is_page(data: bytes) -> bool:
    """Whether a browser would take it for a page or a script."""
    return data.lstrip(b"\xef\xbb\xbf\x00 \t\r\n")[:64].lower().startswith(_PAGES)


def brand_of(data: bytes) -> bytes:
    """The brand of a file of the MP4 family; empty where it is none."""
    return data[8:12] if data[4:8] == b"ftyp" else b""


def video() -> BadFile:
    """For every kind of video alike."""
    return BadFile(
        _("是视频，这里不收视频。"),
        _("请截取关键画面交图片，或者只交录音；视频原件请自行保留，在说明中写明由谁保管，需要时会同您联系。"),
    )


def why_not_taken(data: bytes) -> BadFile:
    """The sentence for a file that is of no kind we take."""
    for fits, refusal in (
        (begins_with(data, _SILK), _silk()),
        (begins_with(data, _PROGRAMS), _nothing_we_take(_("是程序或脚本，不论文件名怎么写都不收。"))),
        (is_page(data), _nothing_we_take(_("是网页或脚本，不论文件名怎么写都不收。"))),
        (data.startswith(_OLD_OFFICE) or _is_new_office(data), _office()),
        (
            begins_with(data, _ARCHIVES),
            BadFile(_("是压缩包。"), _("请解压后逐个提交里面的照片、PDF 或录音。")),
        ),
        (brand_of(data) in APPLE_PICTURES, _apple_picture()),
        (
            data.startswith(b"GIF8"),
            BadFile(_("是 GIF 图片，动图不收。"), _("请截屏，或另存为 JPEG 后再试。")),
        ),
        (begins_with(data, _VIDEOS) or data[8:12] == b"AVI ", video()),
    ):
        if fits:
            return refusal
    kind = _known_as(data)
    if kind.startswith("image/"):
        return BadFile(_("是我们打不开的图片格式。"), _("请截屏，或另存为 JPEG 后再试。"))
    if kind.startswith("video/"):
        return video()
    return _nothing_we_take(_("认不出这是什么文件，可能已经损坏。"))


def ends_as_zip(data: bytes) -> bool:
    """Whether programs that look for an archive find one: its directory may stand behind anything else."""
    tail = data[-(65_535 + _END_OF_ZIP.size) :]
    found = tail.rfind(b"PK\x05\x06")
    while found >= 0:
        if len(tail) - found >= _END_OF_ZIP.size and _is_end_of_zip(tail, found):
            return True
        found = tail.rfind(b"PK\x05\x06", 0, found)
    return False


def _is_end_of_zip(tail: bytes, at: int) -> bool:
    # Four bytes alone come up by chance in one picture of some ten thousand.
    _mark, disk, first_disk, here, entries, _size, _offset, comment = _END_OF_ZIP.unpack_from(tail, at)
    whole = at + _END_OF_ZIP.size + comment <= len(tail)
    return whole and (disk, first_disk, here) == (0, 0, entries)


def _nothing_we_take(sentence: Text) -> BadFile:
    return BadFile(sentence, _TAKEN)


def _silk() -> BadFile:
    return BadFile(
        _("是微信语音的内部格式，别的软件播放不了。"),
        _("请在微信里播放这段语音，同时用另一部手机的录音机录下来，提交录下的文件。"),
    )


def _office() -> BadFile:
    return BadFile(
        _("是 Word、Excel 或 WPS 文档。"), _("请在文档软件里另存为（输出为）PDF，或者截屏后提交。")
    )


def _is_new_office(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04") and b"[Content_Types].xml" in data[:4096]


def _apple_picture() -> BadFile:
    return BadFile(
        _("是 HEIC（苹果手机的高效格式）或 AVIF 照片，暂时打不开。"),
        _("请把照片截屏后提交；或在“设置—相机—格式”中选“兼容性最佳”后重拍。"),
    )


def _known_as(data: bytes) -> str:
    """The media type that ``puremagic`` thinks most likely; empty where it knows none."""
    try:
        return next((match.mime_type for match in puremagic.magic_string(data[:4096]) if match.mime_type), "")
    except (puremagic.PureError, ValueError):
        return ""
