"""Opens a campaign folder, a directory or a .zip, as one read-only set of named files.

A .zip comes from somebody else's machine: nothing is ever unpacked to disk, no name leads out of it, and sizes
and counts are bounded by what is read, not by what the archive says of itself.
"""

from __future__ import annotations

import contextlib
import os
import stat
import struct
import threading
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from ..errors import Problem, ProblemsFound
from ..text import Text, _

MOST_FILES = 5_000
MOST_BYTES = 4 * 1024**3
"""Of all files together, as the archive declares them."""
MOST_RATIO = 100
"""Photos hardly shrink and a table shrinks tenfold; whatever shrinks a hundredfold was made to."""
SMALL_BYTES = 64 * 1024**2
"""Up to here the ratio does not matter."""
_MOST_DIRECTORY_BYTES = 4 * 1024**2

_END = b"PK\x05\x06"
_ZIP64_LOCATOR = b"PK\x06\x07"
_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
# What the standard library raises, one way or another, for an archive that is not as it should be.
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError)
_IGNORED_NAMES = frozenset({"thumbs.db", "desktop.ini"})


class Folder:
    """Named files, read one at a time. Reading is safe from several threads."""

    def __init__(self, name: str, readers: Mapping[str, tuple[int, Callable[[int], bytes]]]) -> None:
        self.name = name
        self._readers = dict(readers)

    @property
    def names(self) -> tuple[str, ...]:
        """Paths below the folder, with ``/``, sorted."""
        return tuple(sorted(self._readers))

    def read(self, name: str, most: int) -> bytes:
        """A file of at most ``most`` bytes. Raises ProblemsFound where it is larger or cannot be read."""
        size, reader = self._readers[name]
        # The declared size spares the reading; the bytes that came decide.
        data = b"" if size > most else reader(most + 1)
        if size > most or len(data) > most:
            raise _refused(name, _("文件太大，最多 %(most)s MB。", most=most // 1024**2))
        return data


@contextlib.contextmanager
def open_folder(path: Path) -> Iterator[Folder]:
    """The folder, closed at the end of the block. Raises ProblemsFound with everything that is wrong with it."""
    if path.is_dir():
        yield _unwrapped(path.name, _directory_readers(path.resolve()))
    elif not path.is_file():
        raise _refused(str(path), _("没有这个文件夹或 zip 文件。"))
    else:
        try:
            _check_end_of(path)
            archive = zipfile.ZipFile(path)
        except _BROKEN as error:
            raise _not_a_zip(path) from error
        with archive:
            yield _unwrapped(path.name, _archive_readers(path, archive))


def _unwrapped(name: str, readers: Mapping[str, tuple[int, Callable[[int], bytes]]]) -> Folder:
    """Without the one folder around everything, which most people zip along."""
    if "campaign.toml" not in (path.lower() for path in readers):
        tops = {path.partition("/")[0] for path in readers}
        if len(tops) == 1 and tops != {"photos"} and all("/" in path for path in readers):
            readers = {path.partition("/")[2]: reader for path, reader in readers.items()}
    return Folder(name, readers)


def _directory_readers(root: Path) -> dict[str, tuple[int, Callable[[int], bytes]]]:
    readers: dict[str, tuple[int, Callable[[int], bytes]]] = {}
    problems: list[Problem] = []
    for path in _walk(root):
        name = unicodedata.normalize("NFC", path.relative_to(root).as_posix())
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            problems.append(_link(name))
        elif stat.S_ISREG(status.st_mode):
            readers[name] = (status.st_size, _file_reader(name, path))
        else:
            problems.append(Problem(name, _("不是普通文件。")))
        if len(readers) > MOST_FILES:
            raise _refused(str(root), _too_many())
    if problems:
        raise ProblemsFound(problems)
    return readers


def _walk(root: Path) -> Iterator[Path]:
    for directory, subdirectories, files in os.walk(root):
        here = Path(directory)
        # A linked directory is not walked, so it would be missing without a word: it is shown as the link it is.
        links = [name for name in subdirectories if (here / name).is_symlink()]
        subdirectories[:] = sorted(
            name for name in subdirectories if name not in links and not _ignored([name])
        )
        yield from (here / name for name in sorted([*files, *links]) if not _ignored([name]))


def _file_reader(name: str, path: Path) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        try:
            with path.open("rb") as file:
                return file.read(most)
        except OSError as error:
            raise _refused(name, _("读不出来：%(reason)s。", reason=error.strerror or "")) from error

    return read


def _archive_readers(path: Path, archive: zipfile.ZipFile) -> dict[str, tuple[int, Callable[[int], bytes]]]:
    members = [info for info in archive.infolist() if not info.is_dir()]
    _check_sizes(path, members)
    readers: dict[str, tuple[int, Callable[[int], bytes]]] = {}
    problems: list[Problem] = []
    lock = threading.Lock()
    for info in members:
        name = _name_of(info)
        parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
        if _ignored(parts):
            continue
        problem = _problem_with(info, name, parts)
        clean = "/".join(parts)
        if problem is None and clean in readers:
            problem = Problem(clean, _("在 zip 里出现了两次。"))
        if problem is not None:
            problems.append(problem)
            continue
        readers[clean] = (info.file_size, _member_reader(archive, info, clean, lock))
    if problems:
        raise ProblemsFound(problems)
    return readers


def _check_sizes(path: Path, members: Iterable[zipfile.ZipInfo]) -> None:
    sizes = [info.file_size for info in members]
    if len(sizes) > MOST_FILES:
        raise _refused(path.name, _too_many())
    total = sum(sizes)
    # Members that share one body (the quine-like bombs) show here as well: the sum outgrows the archive.
    if total > MOST_BYTES or total > max(SMALL_BYTES, MOST_RATIO * path.stat().st_size):
        raise _refused(path.name, _("解压后有 %(size)s MB，不像一个活动文件夹。", size=total // 1024**2))


def _name_of(info: zipfile.ZipInfo) -> str:
    """The member's name. Chinese Windows writes GBK without saying so, older macOS UTF-8 without saying so."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8_FLAG:
        with contextlib.suppress(UnicodeError):
            raw = name.encode("cp437")
            for encoding in ("utf-8", "gb18030"):
                with contextlib.suppress(UnicodeError):
                    return unicodedata.normalize("NFC", raw.decode(encoding))
    return unicodedata.normalize("NFC", name)


def _problem_with(info: zipfile.ZipInfo, name: str, parts: list[str]) -> Problem | None:
    printable = "".join(sign if sign.isprintable() else "?" for sign in name)
    mode = info.external_attr >> 16
    if stat.S_ISLNK(mode):
        return _link(printable)
    if name.startswith(("/", "\\")) or ".." in parts or not parts or ":" in parts[0] or printable != name:
        return Problem(printable, _("文件名指向文件夹之外，或者含有不允许的字符。"))
    if info.flag_bits & _ENCRYPTED_FLAG:
        return Problem(printable, _("zip 设了密码。"), _("请去掉密码重新压缩。"))
    # Only deflate is decompressed within a bound by the standard library.
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return Problem(printable, _("用了少见的压缩方式。"), _("请用系统自带的 zip 压缩。"))
    return None


def _member_reader(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, lock: threading.Lock
) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        try:
            with lock, archive.open(info) as file:
                return file.read(most)
        except _BROKEN as error:
            raise _refused(name, _("在 zip 里已经损坏。"), _("请重新压缩后再试。")) from error

    return read


def _check_end_of(path: Path) -> None:
    """Refuse a directory of millions of members before the standard library reads it into memory."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 65_557))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise _not_a_zip(path)
    (directory_bytes,) = struct.unpack_from("<L", tail, at + 12)
    # Only archives past 4 GB or 65 535 members need zip64, and both are too much here.
    if directory_bytes > _MOST_DIRECTORY_BYTES or tail[max(0, at - 20) : at].startswith(_ZIP64_LOCATOR):
        raise _refused(path.name, _too_many())


def _ignored(parts: list[str]) -> bool:
    """What systems leave behind: hidden files, Finder's and Explorer's notes, Excel's lock files."""
    if "__MACOSX" in parts:
        return True
    hidden = any(part.startswith((".", "~$")) and part != ".." for part in parts)
    return hidden or bool(parts and parts[-1].lower() in _IGNORED_NAMES)


def _link(name: str) -> Problem:
    return Problem(name, _("是一个链接，不是文件。"), _("请把它指向的文件复制进来。"))


def _too_many() -> Text:
    return _("文件太多，最多 %(most)s 个。", most=MOST_FILES)


def _not_a_zip(path: Path) -> ProblemsFound:
    return _refused(path.name, _("不是完整的 zip 文件。"), _("请用 zip 格式压缩；rar、7z 不行。"))


def _refused(where: str, sentence: Text, remedy: Text | None = None) -> ProblemsFound:
    return ProblemsFound([Problem(where, sentence, remedy)])
