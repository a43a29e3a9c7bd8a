"""XML as we write it: UTF-8, without the characters that XML 1.0 has no place for. Pure."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, tostring

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def child(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    """Put an element into another."""
    made = SubElement(parent, name, {key: readable(value) for key, value in attributes.items()})
    made.text = None if text is None else readable(text)
    return made


def readable(text: str) -> str:
    """A text without what XML cannot hold."""
    return _NO_XML.sub("", text)


def document(root: Element) -> bytes:
    """The whole document, with its declaration."""
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode").encode() + b"\n"
