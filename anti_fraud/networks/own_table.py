"""Our own table: CSV with a header, for what an organiser knows (offices, halls, a carrier's phone ranges).

``start,end,network_type,asn,province,city``, or one column ``network`` (CIDR or one address) in place of ``start,end``.
The last four may be left out, stand in any order, or be empty. A line that begins with ``#`` is a comment.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence

from anti_fraud.networks.claims import Claim, Operator, Place
from anti_fraud.networks.provinces import province_name
from anti_fraud.networks.reading import BadRow, Reading, asn_of, csv_rows
from anti_fraud.networks.table import NETWORK_TYPES

_FACTS = {"network_type", "asn", "province", "city"}


def is_own_header(cells: Sequence[str]) -> bool:
    """Does the first line name our columns?"""
    names = set(_names(cells))
    return names - _FACTS in ({"start", "end"}, {"network"}) and len(names) == len(cells)


def read_own_table(lines: Iterable[str], reading: Reading) -> None:
    """Take every row under the header."""
    names: list[str] = []
    for line_number, row in csv_rows(lines, reading):
        if not names:
            names = _names(row)
            continue
        try:
            if len(row) != len(names):
                raise BadRow("columns", ",".join(row))
            fields = dict(zip(names, map(str.strip, row), strict=True))
            start, end = _ends(fields)
            reading.add(start, end, reading.ranges.number(_claim(fields)))
        except BadRow as bad:
            reading.refuse(line_number, bad)


def _names(cells: Sequence[str]) -> list[str]:
    return [cell.strip().lower() for cell in cells]


def _ends(fields: dict[str, str]) -> tuple[str, str]:
    if "network" not in fields:
        return fields["start"], fields["end"]
    try:
        network = ipaddress.ip_network(fields["network"])
    except ValueError:
        raise BadRow("network", fields["network"]) from None
    return str(network[0]), str(network[-1])


def _claim(fields: dict[str, str]) -> Claim:
    network_type = fields.get("network_type", "")
    if network_type and network_type not in NETWORK_TYPES:
        raise BadRow("network_type", network_type)
    return Claim(
        network_type=network_type,
        operator=Operator(asn_of(fields.get("asn", ""))),
        place=Place(province_name(fields.get("province", "")), fields.get("city", "")),
    )
