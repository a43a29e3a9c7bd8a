"""What is wrong with a source, all of it at once, each with its line and its remedy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

LISTED = 20

# code → (Chinese, English); {value} is what stands there.
_SENTENCES: dict[str, tuple[str, str]] = {
    "columns": (
        "列数不对（{value}）。请对照 docs/operations 的格式说明补齐或删去此行",
        "wrong number of columns ({value}); complete or delete the row, the formats are in docs/operations",
    ),
    "address": (
        "“{value}”不是 IP 地址。请改正；名称带 -num 的数字版文件请换成不带 -num 的",
        "“{value}” is no IP address; correct it, and take the file without -num in its name instead of the numeric one",
    ),
    "network": (
        "“{value}”不是网段。请写成 10.1.0.0/16 这样，斜杠后的位数以外须为 0",
        "“{value}” is no network; write it like 10.1.0.0/16, with nothing set beyond the prefix",
    ),
    "range": (
        "起止地址 {value} 颠倒或一个是 IPv4、一个是 IPv6。请改正",
        "the range {value} is reversed or mixes IPv4 and IPv6; correct it",
    ),
    "asn": (
        "“{value}”不是自治系统号（0 到 4294967295 的整数）。不知道时请留空",
        "“{value}” is no AS number (0 to 4294967295); leave it empty when unknown",
    ),
    "network_type": (
        "网络类型“{value}”不认识。只用 mobile、broadband、office、hosting、overseas，不知道时留空",
        "unknown network type “{value}”: mobile, broadband, office, hosting, overseas, or empty when unknown",
    ),
    "country_code": (
        "最后一列“{value}”不是两字母国家代码，而前面的行是。请勿把新旧两种格式放在同一个文件",
        "the last column “{value}” is no two-letter country code as in the rows above; do not mix old and new format",
    ),
    "encoding": (
        "不是 UTF-8 文本（大约在此行）。请另存为 UTF-8",
        "not UTF-8 text (near this line); save the file as UTF-8",
    ),
    "csv": ("CSV 读不通：{value}", "unreadable CSV: {value}"),
    "format": (
        "认不出格式，第一行是“{value}”。请看 docs/operations 里的三种格式",
        "unknown format, the first line is “{value}”; docs/operations lists the three formats",
    ),
    "empty": ("里面没有可用的数据行", "holds no row of data"),
    "unreadable": ("打不开：{value}", "cannot be opened: {value}"),
}


class Problem(NamedTuple):
    """One thing to put right. ``line`` counts from 1; 0 where it is the whole file."""

    source: str
    line: int
    code: str
    value: str = ""

    def sentence(self, language: str = "zh") -> str:
        """For people, in ``zh`` or ``en``."""
        chinese, english = _SENTENCES[self.code]
        if language == "en":
            place = f"{self.source}, line {self.line}: " if self.line else f"{self.source}: "
            return place + english.format(value=self.value)
        place = f"{self.source} 第 {self.line} 行：" if self.line else f"{self.source}："
        return place + chinese.format(value=self.value)


class ProblemList:
    """Collects problems: the first ``LISTED`` of each source in full, the rest as a number."""

    def __init__(self) -> None:
        self.listed: list[Problem] = []
        self.unlisted = 0
        self._counts: dict[str, int] = {}

    def add(self, source: str, line: int, code: str, value: str = "") -> None:
        """Note one problem; long values are cut."""
        count = self._counts[source] = self._counts.get(source, 0) + 1
        if count > LISTED:
            self.unlisted += 1
        else:
            self.listed.append(Problem(source, line, code, value if len(value) <= 60 else value[:59] + "…"))

    @property
    def total(self) -> int:
        """All problems, listed or not."""
        return len(self.listed) + self.unlisted


class SourcesMalformed(Exception):
    """The sources have problems; nothing was written. ``problems`` are the first, ``unlisted`` more were counted."""

    def __init__(self, problems: Sequence[Problem], unlisted: int = 0) -> None:
        super().__init__("\n".join(problem.sentence("en") for problem in problems))
        self.problems = tuple(problems)
        self.unlisted = unlisted
