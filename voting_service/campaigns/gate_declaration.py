"""Reads ``[gate]`` of ``campaign.toml``: the gate's policy as a folder declares it, key by key, bounds from ``FIELDS``."""

from __future__ import annotations

from typing import Any

from anti_fraud.policy import ACTIONS, DEFAULT_ACTIONS, FIELDS

from ..text import _
from .toml_table import TomlTable


def read_gate(top: TomlTable) -> dict[str, Any]:
    """Only what is written there, as plain values; empty where there is no such table."""
    table = top.table("gate")
    if not table.values:
        return {}
    read: dict[str, Any] = {name: table.integer(name, one.low, one.high) for name, one in FIELDS.items()}
    actions = table.table("actions")
    read["actions"] = _written({name: actions.one_of(name, ACTIONS) for name in DEFAULT_ACTIONS})
    actions.finish()
    if table.get("kiosks") is not None:
        table.problem(
            "kiosks",
            _("投票机不在这里登记。"),
            _("请用 voting-service fraud kiosk add 登记，它会给出打开投票机的链接。"),
        )
    table.finish()
    return _written(read)


def _written(read: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in read.items() if value not in (None, {})}
