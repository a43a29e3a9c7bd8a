"""The outcome of a sample audit as a document that anyone can check against the log: canonical JSON, no names, no notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ...ledger import COUNTED
from ...transparency.entries import canonical_json
from .interval import CONFIDENCE, interval
from .lottery import RULE
from .models import SampleAudit
from .worksheet import BAD, VERDICTS, Examined


def outcome(
    audit: SampleAudit,
    examined: Sequence[Examined],
    standings: Mapping[str, str],
    about: Mapping[str, Any],
) -> bytes:
    """The document. ``standings`` are those of the drawn ballots at ``about['log_size']``."""
    counted = [one for one in examined if standings[one.ballot_id] == COUNTED]
    return canonical_json(
        {
            **about,
            "audit": audit.number,
            "seed": audit.seed,
            "dice": audit.dice,
            "rule": RULE,
            "sample": [
                {"ballot": one.ballot_id, "standing": standings[one.ballot_id], "verdict": one.verdict}
                for one in examined
            ],
            "found": found(examined),
            "bad_share": share(examined),
            "bad_share_of_counted": share(counted),
        }
    )


def found(examined: Sequence[Examined]) -> dict[str, int]:
    """How many of each verdict, zeros too."""
    counts = Counter(one.verdict for one in examined)
    return {verdict: counts[verdict] for verdict in sorted(set(VERDICTS.values()))}


def share(examined: Sequence[Examined]) -> dict[str, Any] | None:
    """The share found bad, with its exact interval; None where nothing of the kind was drawn."""
    if not examined:
        return None
    bad = sum(one.verdict == BAD for one in examined)
    lower, upper = interval(bad, len(examined))
    return {"bad": bad, "of": len(examined), "lower": lower, "upper": upper, "confidence": CONFIDENCE}
