"""What a page must never do with what people have typed: run it.

``PAYLOADS`` go into a field; ``assert_no_stored_script`` reads the page as a browser does and fails where one of them has become
an element, a handler or an address that runs.
"""

from __future__ import annotations

from html.parser import HTMLParser

MARK = "x7f3"
PAYLOADS = (f"<script>{MARK}()</script>", f'"><img src=x onerror={MARK}()>', f"'><svg/onload={MARK}()>")
"""Each under 40 characters, so that it fits where a name does."""
JAVASCRIPT = f"javascript:{MARK}()"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.runs: list[str] = []
        self.shown = False
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Elements that run, attributes that run."""
        given = {name: value or "" for name, value in attrs}
        self._in_script = tag == "script" and not given.get("type", "").endswith("json")
        for name, value in given.items():
            self.shown = self.shown or MARK in value
            runs = name.startswith("on") or (name in ("href", "src", "action", "formaction") and
                                             value.strip().lower().startswith("javascript:"))  # fmt: skip
            if MARK in value and (runs or name == "srcdoc"):
                self.runs.append(f"<{tag} {name}={value!r}>")

    def handle_endtag(self, tag: str) -> None:
        """A script's text ends."""
        self._in_script = self._in_script and tag != "script"

    def handle_data(self, data: str) -> None:
        """Text of the page, or of a script."""
        self.shown = self.shown or MARK in data
        if MARK in data and self._in_script:
            self.runs.append(f"<script>{data}")


def assert_no_stored_script(page: str, *, shown: bool = True) -> None:
    """``page``: its markup. ``shown``: the payload must stand on it, or the test would prove nothing."""
    reader = _Reader()
    reader.feed(page)
    assert reader.runs == []
    assert reader.shown or not shown, "the payload is not on this page at all"
