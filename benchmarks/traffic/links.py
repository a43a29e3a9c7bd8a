"""Share links as trees: who came by which link, from which link that one was made, and who passed it on.

A token's parent is the token by which its maker had come; a root's parent is none and its depth 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .columns import SHARE, Columns, Numbers

Rng = np.random.Generator
HOUR_MS = 3_600_000


@dataclass
class Links:
    """All links of a scenario that others may join later; numbers are turned into tokens when they are written."""

    made: int = 0
    open: list[Columns] = field(default_factory=list)

    def new(self, count: int) -> Numbers:
        """Numbers of new links."""
        self.made += count
        return np.arange(self.made - count + 1, self.made + 1)

    def tree(self, rng: Rng, n: int, *, reshare: float, tail: float = 1.2, scale: float = 4.0,
             delay_h: float = 1.5, roots: int = 0) -> Columns:  # fmt: skip
        """``n`` ballots in share trees: every voter passes on with chance ``reshare``; how many come by a link is Pareto
        with exponent ``tail``. Columns of the ballots, and ``root`` (0 …) and ``delay`` (ms after its root).

        With ``roots`` exactly that many trees are begun and the last of them takes what is left; otherwise as many as
        it needs.
        """
        parts: list[Columns] = []
        begun = missing = 0
        while (missing := n - sum(len(part["token"]) for part in parts)) > 0:
            count = roots or max(1, missing // 30)
            grown = self._generation(rng, _roots(self.new(count), begun), tail, scale, missing, bool(roots))
            begun += count
            while len(grown["token"]) and missing > 0:
                grown = {name: column[:missing] for name, column in grown.items()}
                grown["reshared"] = (rng.random(len(grown["token"])) < reshare).astype(np.int8)
                grown["delay"] = grown["delay"] + rng.lognormal(
                    np.log(delay_h * HOUR_MS / 3), 1.4, len(grown["token"])
                )
                parts.append(grown)
                missing -= len(grown["token"])
                grown = self._generation(rng, self._children(grown), tail, scale, max(missing, 1), False)
        return {name: np.concatenate([part[name] for part in parts])[:n] for name in parts[0]}

    def _children(self, voters: Columns) -> Columns:
        onward = np.flatnonzero(voters["reshared"])
        return {
            "token": self.new(len(onward)),
            "parent": voters["token"][onward],
            "depth": voters["depth"][onward] + 1,
            "root": voters["root"][onward],
            "delay": voters["delay"][onward],
        }

    @staticmethod
    def _generation(
        rng: Rng, links: Columns, tail: float, scale: float, room: int, all_come: bool
    ) -> Columns:
        sizes = np.minimum((rng.pareto(tail, len(links["token"])) * scale).astype(int), max(room // 3, 1))
        if all_come:
            sizes = rng.multinomial(room // 2 + 1, rng.dirichlet(np.full(len(sizes), 1.5)))
        return {name: np.repeat(column, sizes) for name, column in links.items()}

    def publish(self, table: Columns) -> None:
        """Let others come by the links of these ballots too."""
        self.open.append({name: table[name] for name in ("token", "parent", "depth", "at")})

    def join(self, rng: Rng, table: Columns, rows: Numbers) -> None:
        """Bring some ballots by published links, large ones more often; nobody comes before the link was about."""
        pool = {name: np.concatenate([part[name] for part in self.open]) for name in self.open[0]}
        one = rng.integers(0, len(pool["token"]), len(rows))
        for name in ("token", "parent", "depth"):
            table[name][rows] = pool[name][one]
        late = table["at"][rows] < pool["at"][one]
        table["at"][rows] = np.where(
            late, pool["at"][one] + rng.exponential(6 * HOUR_MS, len(rows)), table["at"][rows]
        )
        table["entry"][rows] = SHARE


def _roots(tokens: Numbers, begun: int) -> Columns:
    n = len(tokens)
    return {"token": tokens, "parent": np.zeros(n, np.int64), "depth": np.ones(n, np.int64),
            "root": np.arange(begun, begun + n), "delay": np.zeros(n)}  # fmt: skip


def star(rng: Rng, links: Links, n: int, children: int) -> dict[str, Any]:
    """One token as the parent of ``children`` links (0: everybody uses the one token itself), none passed on."""
    centre = links.new(1)[0]
    if not children:
        return {"token": np.full(n, centre), "parent": np.zeros(n, np.int64), "depth": np.ones(n, np.int64)}
    leaves = links.new(children)
    return {"token": rng.choice(leaves, n), "parent": np.full(n, centre), "depth": np.full(n, 2)}
