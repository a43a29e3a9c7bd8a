"""The rule: which signs, in which circumstances, ask for a human review, and which justify quarantine.

When, how fast, by which link and from which address people vote is mobilisation, never enough for quarantine.
That takes a sign of a machine and a second family of evidence, measured by something else.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from anti_fraud.scan.families import AGENT, CLOCK, HASTE, HOSTING, SIGNS, TOUCH, UNSIGNED, WORK

Finding = Literal["review", "quarantine"]

ALLOWANCE = 5.0  # signs of one person may go together: so many times more often than by chance
GENUINE_AT_MOST = 0.05  # share of a guilty cell that people could explain, at the upper bound
TWO_SIGNS, ONE_SIGN, ONE_CLOCK = 8, 20, 50  # smallest cells
MODELS = 4.0  # effective number of device models from which fast work is not one fast model
BLOCKS = (
    3.0  # effective number of network blocks from which a single sign is not one organisation's phones or app
)

# A crowd whose typical time on the page is over 1.2 s has fewer ballots under 1.2 s than this share of those between
# 1.2 and 2.4 s (lognormal, spread up to 0.5): the quick tail of quick people is not haste of machines.
QUICK_TAIL = 0.3


class Ruling(NamedTuple):
    """What a cell of this kind may lead to, and how many ballots it needs."""

    finding: Finding | None
    smallest: int


def machine_families(pattern: int) -> int:
    """How many families of machine evidence, each measured by something else.

    User agent and proof of work answer "with what?"; touches and haste "by hand?"; a clock is a family of its own
    unless the same time on the page already counts as haste.
    """
    with_what = bool(pattern & (AGENT | WORK))
    by_hand = bool(pattern & (TOUCH | HASTE))
    clock = bool(pattern & CLOCK) and not pattern & HASTE
    return with_what + by_hand + clock


def two_measures(pattern: int) -> bool:
    """Two signs of one family, each measured by something else."""
    return pattern & (AGENT | WORK) == AGENT | WORK or pattern & (TOUCH | HASTE) == TOUCH | HASTE


def ruling_on(pattern: int, context: int, many_models: bool, many_blocks: bool) -> Ruling:
    """What excess of this pattern in this context may lead to.

    ``many_models``, ``many_blocks``: do the ballots name devices of many models, come from many network blocks? A
    factory may have one fast model of phone, one app that reports no touches and one way out through a cloud. A
    single sign is therefore believed only where it is shown in several places.
    """
    hosting, unsigned = bool(context & HOSTING), bool(context & UNSIGNED)
    if machine_families(pattern) >= 2:
        return Ruling("quarantine", TWO_SIGNS)
    if unsigned and two_measures(pattern):
        return Ruling("quarantine", ONE_SIGN)
    if pattern == CLOCK:
        return Ruling("review" if hosting or unsigned else None, ONE_CLOCK)
    believed = many_blocks and (many_models or pattern != WORK)
    if hosting:
        return Ruling("quarantine" if believed else "review", ONE_SIGN)
    return Ruling("review" if believed else None, ONE_SIGN)


def signs_in(pattern: int) -> list[int]:
    """The signs of a pattern."""
    return [sign for sign in SIGNS if pattern & sign]
