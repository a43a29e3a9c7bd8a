"""An official text as plain values: what PDF, Word and the page of it are made from, in the reader's language already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Align = Literal["justify", "right", "center"]


@dataclass(frozen=True)
class Heading:
    """A heading of the first level inside the text: ``一、公示情况``."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """One paragraph. A line break in the text is a line break on paper."""

    text: str
    align: Align = "justify"
    indent: bool = True
    """Whether the first line begins two characters in, as Chinese paragraphs do; never where it is not justified."""


@dataclass(frozen=True)
class Table:
    """A table whose head is repeated on every page that it runs over. Without rows it is its head, without a head nothing."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """Each as long as the head."""
    widths: tuple[float, ...] | None = None
    """Relative to one another; None: as their texts need it."""


Block = Heading | Paragraph | Table


@dataclass(frozen=True)
class OfficialText:
    """One document, as a union committee signs it."""

    title: str
    blocks: tuple[Block, ...]
    signed: str
    """Who signs: the body's name; several lines where there are several bodies."""
    dated: str
    """The date beneath it, in words: ``2026年5月8日``."""
    number: str = ""
    """The document's number, set beneath the title."""
    footnote: str = ""
    """Set beneath the signature, small: where it can be checked."""
