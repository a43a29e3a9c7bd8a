"""Network blocks of addresses: /24 of IPv4, /48 of IPv6. An address that cannot be read is a block of its own."""

from __future__ import annotations

import numpy as np

from anti_fraud.networks.prefixes import prefix_of
from anti_fraud.scan.columns import Ballots, Ints


class Places:
    """The block of each ballot's address."""

    def __init__(self, ballots: Ballots) -> None:
        numbers: dict[str, int] = {"": 0}
        self.prefixes = [prefix_of(name) for name in ballots.ip.names]
        of_address = np.array(
            [numbers.setdefault(prefix, len(numbers)) for prefix in self.prefixes], np.int64
        )
        self.block: Ints = of_address[ballots.ip.codes]
