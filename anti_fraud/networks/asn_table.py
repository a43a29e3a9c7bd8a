"""ip-location-db's ASN table: CSV without a header, ``start,end,asn,organisation``, ends inclusive.

Source: github.com/sapics/ip-location-db, asn/.
"""

from __future__ import annotations

from collections.abc import Iterable

from anti_fraud.networks.claims import Claim, Operator
from anti_fraud.networks.reading import BadRow, Reading, asn_of, csv_rows


def read_asn_table(lines: Iterable[str], reading: Reading) -> None:
    """Take every row."""
    known: dict[tuple[str, str], int] = {}
    for line_number, row in csv_rows(lines, reading):
        try:
            if len(row) != 4:
                raise BadRow("columns", ",".join(row))
            start, end, asn, organisation = row
            number = known.get((asn, organisation))
            if number is None:
                operator = Operator(asn_of(asn), organisation.strip())
                number = known[asn, organisation] = reading.ranges.number(Claim(operator=operator))
            reading.add(start.strip(), end.strip(), number)
        except BadRow as bad:
            reading.refuse(line_number, bad)
