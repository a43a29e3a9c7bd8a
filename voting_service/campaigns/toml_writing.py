"""Plain values → TOML text that ``tomllib`` reads back exactly: the writer that the standard library lacks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def written_toml(values: Mapping[str, Any], notes: Mapping[str, str] | None = None) -> str:
    """Strings, numbers, booleans, dates, aware times, lists and tables of them. ``notes``: what to say above a key or a table,
    by its dotted path; of tables in a list once, above the first. Raises TypeError for anything else, None among it."""
    return "\n".join(_lines(values, "", notes or {})).lstrip("\n") + "\n"


def _lines(table: Mapping[str, Any], path: str, notes: Mapping[str, str]) -> Iterator[str]:
    """Plain keys first: below a table's heading they would belong to that table."""
    for key, value in table.items():
        if not _is_table(value) and not _is_tables(value):
            yield from _note(notes.get(_below(path, key)))
            yield f"{_key(key)} = {_value(value)}"
    for key, value in table.items():
        inner = _below(path, _key(key))
        if _is_table(value):
            yield from ("", *_note(notes.get(inner)), f"[{inner}]")
            yield from _lines(value, inner, notes)
        elif _is_tables(value):
            for place, one in enumerate(value):
                yield from ("", *_note(notes.get(inner) if place == 0 else None), f"[[{inner}]]")
                yield from _lines(one, inner, notes if place == 0 else {})


def _note(text: str | None) -> Iterator[str]:
    yield from (f"# {line}".rstrip() for line in (text or "").splitlines())


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)


def _is_tables(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(map(_is_table, value))


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _string(key)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value) if "\n" in value else _string(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    raise TypeError(f"TOML has no word for {type(value).__name__}")


def _string(text: str) -> str:
    # JSON's strings are TOML's basic strings, but for one character (TOML 1.0, "String").
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _text(text: str) -> str:
    """Of several lines, as people write them: only what must be is escaped."""
    inside = "\n".join(
        _string(line)[1:-1].replace('\\"', '"').replace("\\t", "\t") for line in text.split("\n")
    )
    # Three quotes would end it; one or two before the end are its own (TOML 1.0, "Multi-line basic strings").
    return '"""\n' + inside.replace('"""', '""\\"') + '"""'
