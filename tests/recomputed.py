"""LibreOffice as a stranger who opens our books: it computes every formula anew and says what stands in the cells."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from tests.conftest import missing

Book = dict[str, list[dict[str, Any]]]
"""Sheet → its rows, each heading → value."""


def recomputed(books: Mapping[str, bytes], folder: Path) -> dict[str, Book]:
    """The same books after LibreOffice has computed them; all in one go, since starting it takes longest."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        missing("LibreOffice (libreoffice-calc)")
    given, made = folder / "given", folder / "made"
    given.mkdir(parents=True)
    for name, data in books.items():
        (given / f"{name}.xlsx").write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        [program, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(made), *map(str, sorted(given.iterdir()))],
        check=True,
        capture_output=True,
        timeout=600,
    )  # fmt: skip
    return {name: _values(made / f"{name}.xlsx") for name in books}


def _values(path: Path) -> Book:
    found: Book = {}
    for page in load_workbook(path, data_only=True):
        head, *rows = [[cell.value for cell in row] for row in page.iter_rows()]
        found[page.title] = [dict(zip(map(str, head), row, strict=False)) for row in rows]
    return found


def formulas(data: bytes, folder: Path) -> dict[str, str]:
    """Sheet and cell → formula, of every formula in a book as we wrote it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "book.xlsx"
    path.write_bytes(data)
    return {
        f"{page.title}!{cell.coordinate}": cell.value
        for page in load_workbook(path)
        for row in page.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }
