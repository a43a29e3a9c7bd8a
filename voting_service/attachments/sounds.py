"""Sound recordings: told by their frames, pages or boxes, never by their name. Only what is heard of them is kept.

A header alone proves little: each is walked from its beginning to its end, so that what is only half there, or carries
something else behind it, is found. What is said about the recording besides (tags, pictures, where it was made), and
whatever else would fit into such places, is left out: frames and samples themselves stay, byte by byte.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from ..errors import BadFile
from ..text import _
from .signatures import APPLE_PICTURES, brand_of, video

LEAST_FRAMES = 10
"""About a fifth of a second: less is no recording."""
MOST_FRAMES = 2_000_000
"""Eleven hours: nobody is to count longer."""
MOST_TRAILING = 4096
"""Bytes that may follow the last frame, and are dropped: tags, or padding of a recorder."""

_AMR_NARROW = (12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0)
_AMR_WIDE = (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0)
"""Bytes of a frame's body by its type (RFC 4867, 5.3)."""
_MP3_KBITS = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MP3_HERTZ = (44_100, 48_000, 32_000)
LEAST_WAV_BYTES = 1000
_WAV_FORMAT = (b"fmt ", b"fact")
_LARGEST_FORMAT = 64
MOST_OGG_COMMENTS = 4096
"""Bytes: the name of the recorder, and no picture."""
MOST_BOXES = 100_000
_OGG_SOUNDS = (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")
_UNKNOWN_SIZE = (0, 0xFFFF_FFFF)


def may_be_sound(data: bytes) -> bool:
    """Whether it begins as one of them does, or as another file of its family."""
    return (
        any(recognised(data[:4096]) for recognised in (_is_amr, _is_wav, _is_ogg))
        or (bool(brand_of(data)) and brand_of(data) not in APPLE_PICTURES)
        or data.startswith(b"ID3")
        or (data[:1] == b"\xff" and data[1:2] >= b"\xe0")
    )


def recording_in(data: bytes) -> tuple[str, bytes] | None:
    """What kind of recording it is, and what is kept of it; None where it is none. Raises BadFile for one that is broken, and
    for a video."""
    for recognised, media_type, heard in _KINDS:
        if recognised(data):
            return media_type, heard(data)
    return None


def _truncated() -> BadFile:
    return BadFile(_("录音不完整，可能没有传完或没有存好。"), _("请播放一遍确认，重新保存后再试。"))


def _more_behind() -> BadFile:
    return BadFile(_("录音后面还夹带着别的内容。"), _("请用录音软件另存一份后再试。"))


def _frames(data: bytes, at: int, length_of: Callable[[bytes, int], int]) -> tuple[int, int]:
    """How many frames follow each other from there, and where the last one ends. A last one that is cut off counts: that
    is how recorders stop."""
    count = 0
    while at < len(data) and count <= MOST_FRAMES and (length := length_of(data, at)) > 0:
        count, at = count + 1, at + length
    return count, min(at, len(data))


def _all_frames(data: bytes, at: int, length_of: Callable[[bytes, int], int]) -> bytes:
    count, end = _frames(data, at, length_of)
    if count < LEAST_FRAMES:
        raise _truncated()
    if len(data) - end > MOST_TRAILING:
        raise _more_behind()
    return data[at:end]


# ---- AMR: what telephones and WeChat record


def _is_amr(data: bytes) -> bool:
    return data.startswith((b"#!AMR\n", b"#!AMR-WB\n"))


def _amr(data: bytes) -> bytes:
    wide = data.startswith(b"#!AMR-WB\n")
    sizes = _AMR_WIDE if wide else _AMR_NARROW

    def length(data: bytes, at: int) -> int:
        # The first bit and the last two are padding; a type without a body but "no data" (15) is none.
        head = data[at]
        kind = head >> 3 & 15
        return 0 if head & 0x83 or (sizes[kind] == 0 and kind != 15) else 1 + sizes[kind]

    start = 9 if wide else 6
    return data[:start] + _all_frames(data, start, length)


# ---- MP3 and AAC: a frame tells its own length


def _after_id3(data: bytes) -> int:
    if not data.startswith(b"ID3") or len(data) < 10:
        return 0
    size = 0
    for byte in data[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size + (10 if data[5] & 0x10 else 0)


def _mp3_length(data: bytes, at: int) -> int:
    if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] & 0xE6 != 0xE2:
        return 0
    version, kbits, hertz = data[at + 1] >> 3 & 3, data[at + 2] >> 4, data[at + 2] >> 2 & 3
    if version == 1 or kbits in (0, 15) or hertz == 3:
        return 0
    full = version == 3
    rate = _MP3_HERTZ[hertz] >> (0 if full else 1 if version == 2 else 2)
    return (144 if full else 72) * 1000 * _MP3_KBITS[full][kbits] // rate + (data[at + 2] >> 1 & 1)


def _aac_length(data: bytes, at: int) -> int:
    if at + 7 > len(data) or data[at] != 0xFF or data[at + 1] & 0xF6 != 0xF0:
        return 0
    length = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
    return length if length > 7 else 0


def _is_mp3(data: bytes) -> bool:
    # Two bytes alone are no proof: without a tag, the next frame has to be where this one says.
    first = _mp3_length(data, 0)
    return data.startswith(b"ID3") or (first > 0 and _mp3_length(data, first) > 0)


def _is_aac(data: bytes) -> bool:
    first = _aac_length(data, 0)
    return first > 0 and _aac_length(data, first) > 0


def _mp3(data: bytes) -> bytes:
    start = _after_id3(data)
    # Some writers pad behind their tag.
    while start < len(data) and data[start] == 0:
        start += 1
    return _all_frames(data, start, _mp3_length)


def _aac(data: bytes) -> bytes:
    return _all_frames(data, 0, _aac_length)


# ---- WAV, OGG, M4A: containers


def _is_wav(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WAVE"


def _wav(data: bytes) -> bytes:
    kept: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(data):
        kind, size = struct.unpack_from("<4sL", data, at)
        if kind == b"data":
            # A recorder that was still writing has not come back to fill the size in.
            size = len(data) - at - 8 if size in _UNKNOWN_SIZE else size
            if at + 8 + size > len(data):
                raise _truncated()
        if at + 8 + size > len(data):
            break
        if kind == b"data" or (kind in _WAV_FORMAT and size <= _LARGEST_FORMAT):
            kept.setdefault(kind, data[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
    if b"fmt " not in kept or len(kept.get(b"data", b"")) < LEAST_WAV_BYTES:
        raise _truncated()
    if len(data) - at > MOST_TRAILING:
        raise _more_behind()
    order = [kind for kind in (*_WAV_FORMAT, b"data") if kind in kept]
    chunks = b"".join(struct.pack("<4sL", kind, len(kept[kind])) + _even(kept[kind]) for kind in order)
    return struct.pack("<4sL4s", b"RIFF", 4 + len(chunks), b"WAVE") + chunks


def _even(content: bytes) -> bytes:
    return content + bytes(len(content) % 2)


def _is_ogg(data: bytes) -> bool:
    return data.startswith(b"OggS")


def _ogg(data: bytes) -> bytes:
    codec = data[28:36]
    if not codec.startswith(_OGG_SOUNDS):
        raise video()
    at = pages = comments = 0
    while data[at : at + 4] == b"OggS":
        segments = data[at + 26 : at + 27]
        table = data[at + 27 : at + 27 + segments[0]] if segments else b""
        if not segments or len(table) < segments[0]:
            raise _truncated()
        if data[at + 14 : at + 18] != data[14:18]:
            raise _more_behind()  # another stream, between the pages of this one
        if pages and comments >= 0:
            # Comments are the second packet, and end with the first piece that is not full.
            whole = next((n + 1 for n, piece in enumerate(table) if piece < 255), None)
            comments += sum(table[:whole])
            if comments > MOST_OGG_COMMENTS:
                raise _more_behind()
            comments = comments if whole is None else -1
        pages, at = pages + 1, at + 27 + len(table) + sum(table)
    # The head, the comments, and something to hear.
    if pages < 3 or at > len(data):
        raise _truncated()
    if len(data) - at > MOST_TRAILING:
        raise _more_behind()
    return data[:at]


def _is_mp4(data: bytes) -> bool:
    return bool(brand_of(data)) and any(
        kind == b"moov" for kind, _at, _end in _boxes(data, 0, len(data), lax=True)
    )


def _boxes(data: bytes, at: int, end: int, *, lax: bool = False) -> Iterator[tuple[bytes, int, int]]:
    """Kind, beginning and end of the content of each box (ISO 14496-12). Raises BadFile for one that is cut off."""
    for kind, _name_at, content, box_end in _named_boxes(data, at, end, lax=lax):
        yield kind, content, box_end


def _named_boxes(
    data: bytes | bytearray, at: int, end: int, *, lax: bool = False
) -> Iterator[tuple[bytes, int, int, int]]:
    """The same, with where its kind stands."""
    for _count in range(MOST_BOXES):
        if at + 8 > end:
            return
        size, kind = struct.unpack_from(">L4s", data, at)
        head = 8
        if size == 1 and at + 16 <= end:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        if size == 0:
            size = end - at
        if size < head or at + size > end:
            if lax:
                return
            raise _truncated()
        yield kind, at + 4, at + head, at + size
        at += size
    raise _truncated()


_M4A_BOXES: dict[bytes, tuple[bytes, ...]] = {
    b"": (b"ftyp", b"styp", b"sidx", b"moov", b"moof", b"mdat", b"mfra", b"prft"),
    b"moov": (b"mvhd", b"trak", b"mvex", b"iods"),
    b"trak": (b"tkhd", b"edts", b"mdia", b"tref"),
    b"mdia": (b"mdhd", b"hdlr", b"minf", b"elng"),
    b"minf": (b"smhd", b"nmhd", b"gmhd", b"hdlr", b"dinf", b"stbl"),
    b"stbl": (b"stsd", b"stts", b"ctts", b"cslg", b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"stss", b"sgpd", b"sbgp"),
    b"mvex": (b"mehd", b"trex", b"trep"),
    b"moof": (b"mfhd", b"traf"),
    b"traf": (b"tfhd", b"tfdt", b"trun", b"sdtp", b"sgpd", b"sbgp", b"subs"),
}  # fmt: skip
"""What a player needs, by what it lies in; boxes that are not named here as a place are kept whole."""


def _m4a(data: bytes) -> bytes:
    kinds = [kind for kind, _at, _end in _boxes(data, 0, len(data))]
    tracks = set(_tracks(data))
    if b"vide" in tracks:
        raise video()
    if b"soun" not in tracks or not {b"mdat", b"moof"} & set(kinds):
        raise _truncated()
    kept = bytearray(data)
    _blank(kept, b"", 0, len(kept))
    return bytes(kept)


def _blank(data: bytearray, within: bytes, at: int, end: int) -> None:
    """Overwrite what no player needs, as free space of the same size: the tables of a track say where in the file its samples
    lie, so nothing may move."""
    last = at
    for kind, name_at, content, last in _named_boxes(data, at, end):
        if kind not in _M4A_BOXES[within]:
            data[name_at : name_at + 4] = b"free"
            data[content:last] = bytes(last - content)
        elif kind in _M4A_BOXES:
            _blank(data, kind, content, last)
    data[last:end] = bytes(end - last)


def _tracks(data: bytes) -> Iterator[bytes]:
    """The handler of each track: ``soun``, ``vide`` …"""
    for path, at, end in _boxes(data, 0, len(data)):
        if path != b"moov":
            continue
        for trak, trak_at, trak_end in _boxes(data, at, end):
            for mdia, mdia_at, mdia_end in _boxes(data, trak_at, trak_end) if trak == b"trak" else ():
                for hdlr, hdlr_at, _hdlr_end in _boxes(data, mdia_at, mdia_end) if mdia == b"mdia" else ():
                    if hdlr == b"hdlr":
                        yield data[hdlr_at + 8 : hdlr_at + 12]


_KINDS: tuple[tuple[Callable[[bytes], bool], str, Callable[[bytes], bytes]], ...] = (
    (_is_amr, "audio/amr", _amr),
    (_is_wav, "audio/wav", _wav),
    (_is_ogg, "audio/ogg", _ogg),
    (_is_mp4, "audio/mp4", _m4a),
    (_is_mp3, "audio/mpeg", _mp3),
    (_is_aac, "audio/aac", _aac),
)
