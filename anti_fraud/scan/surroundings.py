"""What stands beside the guilty cells: the rest of a data-centre block, and links by which only strangers came.

Neither is evidence of a machine in the ballot itself, so both ask for a review at most, but for a data-centre
block of which nearly every ballot is already in quarantine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from anti_fraud.scan.cells import Cell, effective_number
from anti_fraud.scan.columns import Ballots, Codes, Flags, Ints, Views
from anti_fraud.scan.families import HOSTING, UNSIGNED, Shown
from anti_fraud.scan.rule import Finding

BLOCK_MINIMUM = 20
MOSTLY_GUILTY = 2 / 3
HARDLY_CLEAN = 0.05
SCATTERED = 8  # smaller rests are shown together
WIDE = 3  # they join clusters and bind none

CROWD = 8  # so many unsuspected ballots behind one address are people who share it …
GATEWAY = 0.5  # … also in a data centre, if they are at least this part: a company's way out through a cloud

LINK_MINIMUM = 50
RESHARES_EXPECTED = 10.0
CLOSED_CONVERSION, USUAL_CONVERSION = 0.92, 0.80
STRANGERS = 0.5
PROVINCES = 4.0


def crowds(ballots: Ballots, shown: Shown, suspected: Flags) -> Flags:
    """Ballots that are not judged by their company: behind an address that people share, by the unsuspected ballots without
    a sign there, or at a registered kiosk."""
    codes = ballots.ip.codes
    total = np.bincount(codes, minlength=1)
    people = np.bincount(codes, weights=~suspected & (shown.patterns == 0), minlength=1)
    gateway = people >= GATEWAY * total
    hosting = shown.contexts & HOSTING > 0
    crowd: Flags = (people[codes] >= CROWD) & (codes > 0) & (gateway[codes] | ~hosting)
    return crowd | ballots.on_kiosk


def remainders(ballots: Ballots, shown: Shown, quarantined: Flags, suspected: Flags) -> Iterator[Cell]:
    """Unsuspicious ballots of a data centre's block, or of one choice from one network, that is otherwise guilty.

    Only ever for hosting addresses: behind the address of a factory or a mobile network there are people.
    """
    hosting = np.flatnonzero((shown.contexts & HOSTING > 0) & ~crowds(ballots, shown, suspected))
    if not len(hosting):
        return
    choices = ballots.asn.codes[hosting].astype(np.int64) * len(ballots.choices.names)
    choices += ballots.choices.codes[hosting]
    scattered: list[Ints] = []
    for name, groups in (("hosting_block", shown.places.block[hosting]), ("hosting_choices", choices)):
        names, numbers = np.unique(groups, return_inverse=True)
        total = np.bincount(numbers, minlength=len(names))
        guilty = np.bincount(numbers, weights=suspected[hosting], minlength=len(names))
        hard = np.bincount(numbers, weights=quarantined[hosting], minlength=len(names))
        mostly = (total >= BLOCK_MINIMUM) & (guilty >= MOSTLY_GUILTY * total) & (guilty < total)
        for group in np.flatnonzero(mostly):
            whole = hosting[numbers == group]
            rest = whole[~suspected[whole]]
            if name == "hosting_block" and total[group] - hard[group] <= HARDLY_CLEAN * total[group]:
                yield _beside("remainder", name, HOSTING, whole, len(rest), "quarantine")
            elif len(rest) >= SCATTERED:
                yield _beside("remainder", name, HOSTING, rest, len(rest), "review")
            else:
                scattered.append(rest)
    if scattered:
        rest = np.unique(np.concatenate(scattered))
        yield _beside("remainder", "hosting_choices", HOSTING, rest, len(rest), "review")


def closed_links(ballots: Ballots, views: Views, suspected: Flags) -> Iterator[Cell]:
    """Links that nobody passed on, that hardly anyone opened without voting, and that strangers from many provinces
    used: paid crowds look like that, and so may a distant branch; people have to look."""
    if ballots.share_token.is_empty or ballots.province.is_empty or views.share_token.is_empty:
        return
    names = ballots.share_token.names
    tokens = ballots.share_token.codes
    used = np.bincount(tokens, minlength=len(names))
    wide = used >= LINK_MINIMUM
    wide[0] = False
    if not wide.any():
        return
    passed_on = np.bincount(tokens, weights=ballots.reshared == 1, minlength=len(names))
    conversion = used / np.maximum(used + _views_by(names, views), 1)
    usual_passing = float(np.median(passed_on[wide] / used[wide]))
    if float(np.median(conversion[wide])) > USUAL_CONVERSION:
        return
    closed = (
        wide
        & (passed_on == 0)
        & (used * usual_passing >= RESHARES_EXPECTED)
        & (conversion > CLOSED_CONVERSION)
    )
    home = _home(ballots.province.codes)
    for link in np.flatnonzero(closed) if home else ():
        rows = np.flatnonzero(tokens == link)
        provinces = ballots.province.codes[rows]
        if (
            np.mean((provinces != home) & (provinces > 0)) > STRANGERS
            and effective_number(provinces) >= PROVINCES
        ):
            rest = rows[~suspected[rows]]
            yield _beside("closed_link", "share_token", UNSIGNED, rest, len(rest), "review")


def _views_by(names: Iterable[str], views: Views) -> Ints:
    """Views of each of these links."""
    viewed = dict(
        zip(views.share_token.names, np.bincount(views.share_token.codes, minlength=1).tolist(), strict=False)
    )
    return np.array([viewed.get(name, 0) for name in names], np.int64)


def _home(provinces: Codes) -> int:
    """The province of most ballots; 0 where none has half."""
    counts = np.bincount(provinces)
    counts[0] = 0
    home = int(counts.argmax())
    return home if counts[home] * 2 >= counts.sum() > 0 else 0


def _beside(reason: str, key: str, context: int, rows: Ints, genuine: int, finding: Finding) -> Cell:
    """A cell that was not counted out: so many of its ballots may be genuine, and the figures say so."""
    return Cell(reason, key, WIDE, 0, context, finding, rows, len(rows), float(genuine), float(genuine), 1.0)
