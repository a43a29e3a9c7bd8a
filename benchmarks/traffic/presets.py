"""Named scenarios: which habits people have, and how much of which attack there is, at strengths drawn by the seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from .scenario import ALL_ATTACKS, MIX, Traffic, scenario
from .world import Habits

SHARES: Mapping[str, float] = dict.fromkeys(ALL_ATTACKS, 0.009) | {
    "paid_crowd": 0.012, "expert": 0.006, "csrf": 0.004, "cookie_clearing": 0.005, "frame_contaminated": 0.005,
}  # fmt: skip
"""Parts of the organic ballots: about one ballot in eight is forged when all attacks run."""

USUAL = Habits()
OTHER_PEOPLE = Habits(
    zipf=1.2, home_share=0.1, phone_mix=(0.35, 0.38, 0.16, 0.03, 0.03, 0.05), dwell_spread=1.5, idle=0.06, dwell_step_s=1.0,
    network_missing=0.95, no_touch=0.008, touches_untold=0.03, challenged=(0.05, 0.3, 0.0), link_tail=0.95, conversion=0.3,
)  # fmt: skip
"""Habits nobody tuned anything to: a national campaign, heavier tails, whole seconds, other phones, hardly any networks."""
BROKEN_PAGE = Habits(no_touch=0.012, touches_untold=0.03, deaf_model=0.4)
"""A page that fails to hear touches, most of all on one phone model that whole factories use: hard evidence that lies."""
OTHER_MIX: Mapping[str, float] = {
    **MIX,
    "factory": 0.2,
    "instructed": 0.06,
    "night_shift": 0.04,
    "home": 0.1,
    "vpn": 0.012,
}


@dataclass(frozen=True)
class Preset:
    """How many honest ballots, how often the usual amount of attacks, how well disguised, and whose habits."""

    organic: int = 200_000
    amount: float = 1.0
    strengths: tuple[float, float] = (0.1, 0.65)
    habits: Habits = USUAL
    mix: Mapping[str, float] = field(default_factory=lambda: MIX)

    def traffic(self, seed: int, organic: int | None = None) -> Traffic:
        """This preset's traffic for one seed."""
        size = organic or self.organic
        return scenario(seed, size, self.attacks(seed), habits=self.habits, mix=self.mix)

    def attacks(self, seed: int) -> dict[str, tuple[float, float]]:
        """Share and strength of each attack."""
        rng = np.random.default_rng([seed, 3])
        strengths = rng.uniform(*self.strengths, len(SHARES)).round(2).tolist()
        return {name: (share * self.amount, strength)
                for (name, share), strength in zip(SHARES.items(), strengths, strict=True) if self.amount}  # fmt: skip


PRESETS: Mapping[str, Preset] = {
    "clean": Preset(amount=0),
    "attacked": Preset(),
    "heavy": Preset(amount=4.5),
    "small": Preset(organic=20_000),
    "small_clean": Preset(organic=20_000, amount=0),
    "misspecified": Preset(habits=OTHER_PEOPLE, mix=OTHER_MIX),
    "misspecified_clean": Preset(habits=OTHER_PEOPLE, mix=OTHER_MIX, amount=0),
    "unfriendly": Preset(habits=BROKEN_PAGE),
    "unfriendly_clean": Preset(habits=BROKEN_PAGE, amount=0),
    "plain": Preset(strengths=(0, 0)),
    "disguised": Preset(strengths=(0.7, 1.0)),
}
