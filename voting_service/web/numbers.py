"""Numbers in addresses: one that no row can have is a page that is not there, and no error of the database's."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import IntegerConverter, ValidationError

LARGEST = 2**63 - 1
"""What both databases hold."""


class _RowNumber(IntegerConverter):
    """``<int:…>`` with an end, where the route names none."""

    def to_python(self, value: str) -> int:
        """Raises ValidationError, which werkzeug takes for an address that nothing has."""
        number: int = super().to_python(value)
        if number > LARGEST:
            raise ValidationError
        return number


def install(app: Flask) -> None:
    """Attach to the app: before its routes are."""
    app.url_map.converters = {**app.url_map.converters, "int": _RowNumber}
