"""The offline table of networks, read when it is first asked for. A file that is damaged says so and is as good as none:
then the families that need it are silent, which is the safe side.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import structlog

from anti_fraud.networks.table import NO_TABLE, NetworkTable, TableUnreadable, load

log = structlog.get_logger("evidence")


class Networks:
    """The table of this process."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def table(self) -> NetworkTable:
        """The table, or one that knows nothing."""
        try:
            return load(self._path)
        except TableUnreadable as error:
            log.error("network_table_unreadable", error=str(error))
            return NO_TABLE

    def type_of(self, address: str) -> str:
        """mobile, broadband, office, hosting, overseas; empty where nothing is known."""
        return self.table.lookup(address).network_type
