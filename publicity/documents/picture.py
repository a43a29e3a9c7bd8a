"""A card to keep in a phone's album."""

from __future__ import annotations

from collections.abc import Sequence


def draw_card(title: str, rows: Sequence[tuple[str, str]], notes: Sequence[str]) -> bytes:
    """PNG, 750 px wide. ``rows``: label and value (受理编号, 查询码, 时间, 答复期限); ``notes``: sentences beneath them."""
    raise NotImplementedError
