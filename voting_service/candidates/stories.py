"""A candidate's story: Markdown as the unit wrote it → HTML that can do no harm, or plain text for a share card."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "blockquote", "hr", "br", "a"}
# The page's own title is its h1.
_HEADINGS = {"h1": "h2", "h5": "h4", "h6": "h4"}
# Between Chinese characters a space that a line break left behind is a typing error.
_WIDE = "\u2e80-\u303f\u3040-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’…—"
_SPACE_BESIDE_WIDE = re.compile(rf"(?<=[{_WIDE}]) | (?=[{_WIDE}])")
# People indent paragraphs by hand; with four spaces CommonMark would make a listing of them.
_INDENT = re.compile(r"^[\u3000\u00a0]+", re.MULTILINE)


def to_html(markdown: str) -> str:
    """Paragraphs, headings h2 to h4, lists, quotes, emphasis and https links; everything else is text or gone."""
    return nh3.clean(
        str(_MARKDOWN.render(_INDENT.sub("", markdown))),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"https"},
        url_relative="deny",
        link_rel="nofollow noopener",
    ).strip()


def plain_text(markdown: str, limit: int) -> str:
    """The words alone, on one line, at most ``limit`` characters; cut text ends in …"""
    words = " ".join(_words(_MARKDOWN.parse(_INDENT.sub("", markdown))))
    text = _SPACE_BESIDE_WIDE.sub("", " ".join(html.unescape(words).split()))
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"


def _words(tokens: Iterable[Token]) -> Iterable[str]:
    for token in tokens:
        if token.type == "inline":
            parts = (
                " " if child.type in ("softbreak", "hardbreak") else child.content for child in _shown(token)
            )
            yield "".join(parts)


def _shown(token: Token) -> list[Token]:
    return [child for child in token.children or [] if child.type != "image"]


def _tidy(state: StateCore) -> None:
    """Headings move under the page's title; links that are not https, and pictures, leave their words alone."""
    for token in state.tokens:
        token.tag = _HEADINGS.get(token.tag, token.tag)
        if token.children:
            token.children = _plain_links(_shown(token))


def _plain_links(children: list[Token]) -> list[Token]:
    kept: list[Token] = []
    keeps = [True]
    for child in children:
        if child.type == "link_open":
            keeps.append(str(child.attrGet("href") or "").lower().startswith("https://"))
        keep = keeps[-1] or child.type not in ("link_open", "link_close")
        if child.type == "link_close":
            keeps.pop()
        if keep:
            kept.append(child)
    return kept


def _parser() -> MarkdownIt:
    # Line breaks stay: who pressed Enter meant it, and a space amid Chinese text is wrong.
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    parser.disable(["code", "fence", "backticks", "html_block", "html_inline", "reference"])
    parser.core.ruler.push("tidy", _tidy)
    return parser


_MARKDOWN = _parser()
