"""``python -m benchmarks.traffic --seed 7 --preset attacked --out DIR``: evidence files with the truth beside them."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

from . import ALL_ATTACKS, PRESETS, scenario, write
from .presets import SHARES


def main(arguments: list[str] | None = None) -> int:
    """Make the traffic, write three files, say what they hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.traffic", description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--organic", type=int, help="honest ballots; the preset's number by default")
    parser.add_argument("--preset", choices=PRESETS, default="attacked")
    parser.add_argument("--attacks", help="instead of the preset's: all, none, or NAME[:SHARE[:STRENGTH]],…; names: "
                        + ", ".join(ALL_ATTACKS))  # fmt: skip
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    preset = PRESETS[options.preset]
    try:
        chosen = _attacks(options.attacks, options.preset, options.seed)
        traffic = scenario(
            options.seed, options.organic or preset.organic, chosen, habits=preset.habits, mix=preset.mix
        )
    except ValueError as problem:
        parser.error(str(problem))
    write(traffic, options.out)
    forged = int((traffic.ballots["attack"] > 0).sum())
    print(
        f"{options.out}: {len(traffic.ballots['at']):,} ballots, {forged:,} of them forged, {len(traffic.views['at']):,} views"
    )
    for name, (share, strength) in chosen.items():
        print(f"  {name}: share {share:.4f}, strength {strength}")
    return 0


def _attacks(wanted: str | None, preset: str, seed: int) -> dict[str, tuple[float, float]]:
    if wanted is None:
        return PRESETS[preset].attacks(seed)
    if wanted in ("", "none"):
        return {}
    if wanted == "all":
        return dataclasses.replace(PRESETS[preset], amount=PRESETS[preset].amount or 1.0).attacks(seed)
    parts = [one.split(":") for one in wanted.split(",")]
    return {
        name: (float(rest[0]) if rest else SHARES.get(name, 0.009), float(rest[1]) if len(rest) > 1 else 0.3)
        for name, *rest in parts
    }


if __name__ == "__main__":
    sys.exit(main())
