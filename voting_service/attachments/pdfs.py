"""PDF, as far as it is looked at without being opened: whole, open to read, nothing behind it; and whether it would do
something by itself.

It is kept as it came, and only ever handed out as a download. Names may be written with escapes (``/Enc#72ypt``) and lie in
compressed object streams: both are looked through.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from itertools import islice

from ..errors import BadFile
from ..text import Text, _

LEAST_BYTES = 150
"""The smallest that any program shows as a page is larger."""
MOST_BEHIND = 512
"""Bytes that may follow its end: line ends, or what a scanner signs with."""
MOST_ENDS = 500
"""Each time it is signed or changed, a PDF may get one more."""
MOST_OBJECT_STREAMS = 5000
MOST_UNPACKED = 16 * 1024**2
"""Of its object streams together."""


# Possessive, so that no file makes a search of it long.
_SPACE = rb"(?>[\s\0]++|%[^\r\n]{0,80}+[\r\n]){0,8}+"
_VALUE = _SPACE + rb"(?:<<|\d{1,10}\s{1,9}\d{1,5}\s{1,9}R)"
_WHITE = b"\0\t\r\n\f "
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_ENCRYPTED = re.compile(rb"/Encrypt" + _VALUE)
_PAGE = re.compile(rb"<(?:script|html|!doctype|\?php|svg|iframe)", re.IGNORECASE)
_TABLE = re.compile(rb"(?<!start)xref\s++\d|/XRef\b")
_START = re.compile(rb"startxref\s++\d")
_END = re.compile(rb"%%EOF")
# What an update, or the second half of one made for the web, begins with; or the end of a stream that held another PDF.
_GOES_ON = re.compile(
    rb"[\s\0]*+(?:\d{1,10}\s{1,9}\d{1,5}\s{1,9}obj|xref|startxref|trailer|endstream|%%EOF|%BeginExifToolUpdate)"
)
_BLANK = re.compile(rb"[\s\0]*+")
_PROGRAM = re.compile(rb"[\s\0]*+(?:MZ|\x7fELF|PK\x03\x04|BZh|\x1f\x8b|#!|<)")
_ARCHIVE = re.compile(rb"Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\xfd7zXZ\x00")
_ACTIVE = [
    re.compile(pattern)
    for pattern in (
        rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia)\b",
        # Short names come up by chance in a scan of some megabytes; what follows them does not.
        rb"/JS" + _SPACE + rb"[(<]",
        rb"/JS" + _VALUE,
        rb"/AA" + _VALUE,
        rb"/XFA" + _SPACE + rb"\[",
        rb"/XFA" + _VALUE,
        # Not a list: that is no action, but says which page is shown first.
        rb"/OpenAction" + _VALUE,
    )
]
_OBJECTS = re.compile(rb"/ObjStm\b")


def check(data: bytes) -> None:
    """Raises BadFile for one that is not whole, that asks for a password, or that carries something else."""
    if _PAGE.search(data[:1024]):
        raise _carries(_("PDF 的开头夹带着网页或脚本。"))
    ends = [match.end() for match in islice(_END.finditer(data), MOST_ENDS + 1)]
    if not ends or len(data) < LEAST_BYTES or not _TABLE.search(data) or not _START.search(data):
        raise _truncated()
    if _ENCRYPTED.search(_plain(data)):
        raise BadFile(
            _("PDF 加了密码，经办人打不开。"), _("请去掉密码后再交，或把有关的页拍照、截屏后提交。")
        )
    if len(ends) > MOST_ENDS or _ARCHIVE.search(data, ends[0]) or any(_is_foreign(data, end) for end in ends):
        raise _carries(_("PDF 的后面夹带着别的内容。"))
    if len(data[ends[-1] :].strip(_WHITE)) > MOST_BEHIND:
        # It goes on like an update, and the end of that is missing.
        raise _truncated()


def is_active(data: bytes) -> bool:
    """Whether it holds a script, a file, or something that starts by itself; or objects into which nobody can look."""
    plain = _plain(data)
    if _acts(plain) or plain.count(b"/ObjStm") != data.count(b"/ObjStm"):
        return True
    try:
        return any(_acts(_plain(objects)) for objects in _unpacked(data))
    except (
        zlib.error,
        ValueError,
    ):  # not packed as every writer packs them: then it is said, rather than not
        return True


def _acts(plain: bytes) -> bool:
    return any(pattern.search(plain) for pattern in _ACTIVE)


def _plain(data: bytes) -> bytes:
    """With the letters that stand as escapes. Of packed streams nonsense remains, in which no name is found either."""
    return _ESCAPE.sub(lambda match: bytes((int(match[1], 16),)), data) if b"#" in data else data


def _is_foreign(data: bytes, end: int) -> bool:
    """Whether something else begins there: a program, or much of what no PDF goes on with."""
    if _PROGRAM.match(data, end):
        return True
    if _GOES_ON.match(data, end):
        return False
    blank = _BLANK.match(data, end)
    return len(data) - (blank.end() if blank else end) > MOST_BEHIND


def _unpacked(data: bytes) -> Iterator[bytes]:
    """The object streams. Raises ValueError where they are too many or do not unpack whole, and zlib.error."""
    left = MOST_UNPACKED
    for count, match in enumerate(_OBJECTS.finditer(data)):
        begin = data.index(b"stream", match.end(), match.end() + 4096) + len(b"stream")
        content = data[begin : data.index(b"endstream", begin)].lstrip(b"\r\n")
        unpacker = zlib.decompressobj()
        unpacked = unpacker.decompress(content, left)
        left -= len(unpacked)
        if not unpacker.eof or count > MOST_OBJECT_STREAMS:
            raise ValueError("not looked through to its end")
        yield unpacked


def _truncated() -> BadFile:
    return BadFile(_("PDF 不完整，可能没有传完。"), _("请打开确认，重新下载或另存后再试。"))


def _carries(sentence: Text) -> BadFile:
    return BadFile(sentence, _("一个文件只能是一样东西，请另存一份后再试。"))
