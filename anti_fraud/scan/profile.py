"""What a set of ballots looks like, in the figures that a committee compares side by side."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from anti_fraud.scan.cells import effective_number
from anti_fraud.scan.columns import Ballots, Flags, Floats, Ints
from anti_fraud.scan.families import AGENT, CLOCK, HOSTING, TOUCH, UNSIGNED, WORK, Shown


@dataclass(frozen=True)
class Profile:
    """Figures of some ballots. Shares are of the ballots for which the thing is known; None where it never is."""

    ballots: int
    addresses: int
    blocks: int
    from_hosting: float | None
    untouched: float | None
    under_1_2_s: float | None
    median_dwell_s: float | None
    median_challenge_ms: float | None
    impossible_agent: float | None
    too_fast_work: float | None
    like_a_clock: float | None
    without_signed_link: float | None
    median_cookie_age_s: float | None
    returning: float | None
    device_models: float | None  # effective number: how many equally common models would be as diverse

    def as_dict(self) -> dict[str, Any]:
        """For JSON: figures rounded to what can be read."""
        return {
            name: round(value, 4) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }


def profile_of(rows: Ints, ballots: Ballots, shown: Shown) -> Profile:
    """The figures of these rows."""
    pattern, context = shown.patterns[rows], shown.contexts[rows]
    dwell, challenge, touches = ballots.dwell_s[rows], ballots.challenge_ms[rows], ballots.touches[rows]
    has_agent = not ballots.user_agent.is_empty
    has_network = not (ballots.network_type.is_empty and ballots.asn.is_empty)
    return Profile(
        ballots=len(rows),
        addresses=len(np.unique(ballots.ip.codes[rows])) if not ballots.ip.is_empty else 0,
        blocks=len(np.unique(shown.places.block[rows])) if not ballots.ip.is_empty else 0,
        from_hosting=_share(context & HOSTING > 0) if has_network else None,
        untouched=_share(pattern & TOUCH > 0, np.isfinite(touches)),
        under_1_2_s=_share(dwell < 1.2, np.isfinite(dwell)),
        median_dwell_s=_median(dwell),
        median_challenge_ms=_median(challenge),
        impossible_agent=_share(pattern & AGENT > 0) if has_agent else None,
        too_fast_work=_share(pattern & WORK > 0, np.isfinite(challenge)),
        like_a_clock=_share(pattern & CLOCK > 0, np.isfinite(dwell)),
        without_signed_link=_share(context & UNSIGNED > 0) if not ballots.entry.is_empty else None,
        median_cookie_age_s=_median(ballots.cookie_age_s[rows]),
        returning=_share(ballots.returning[rows] == 1, ballots.returning[rows] >= 0),
        device_models=effective_number(shown.models[rows]) if has_agent else None,
    )


def _share(flag: Flags, known: Flags | None = None) -> float | None:
    answers = flag if known is None else flag[known]
    return float(answers.mean()) if len(answers) else None


def _median(values: Floats) -> float | None:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else None
