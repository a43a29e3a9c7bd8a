"""One cluster as it is judged: how its ballots were cast, in steps, and nothing that a public count could be matched with.

Left out are counts and places of candidates, how many there are, exact sizes and minutes, and tracking codes: by each of
these the public log or the live counts say whom a cluster helped. Two clusters that differ in those alone have the same
sheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from ...text import Text, _, enumerated
from ..blind.coarse import about, chance_below, lasting, measured, share_about, share_at_most, step_of
from .sheet import FINDINGS, GROUPS, PROFILE, SHARES

COUNTED = frozenset({"addresses", "blocks"})
SAMPLE: Mapping[str, Text] = {
    "channel": _("渠道"),
    "network_type": _("网络"),
    "province": _("省份"),
    "os": _("系统"),
    "entry": _("来路"),
    "dwell_s": _("用时（秒）"),
    "touches": _("点按"),
    "challenge_ms": _("验证（毫秒）"),
}
"""What of a sample's rows is shown: what is neither in the public log nor on a receipt."""
WORTH_SAYING, ABOVE_ORDINARY = 0.5, 2.0


@dataclass(frozen=True)
class BlindSheet:
    """What there is to judge by."""

    id: str
    finding: str
    word: Text
    size: Text
    since: datetime
    until: datetime
    """Local midnights: the first and the last day."""
    lasted: Text
    concentration: Text
    """What share of the ballots the candidate has whom most of them chose."""
    explained: Text
    """What share people explain at most, by the scan's estimate."""
    chance: Text
    signs: Text | None
    """What most of its ballots show and ordinary ones of the same hours do not."""
    groups: Sequence[Text | str]
    profile: Sequence[tuple[Text, Sequence[Text]]]
    sample: Sequence[Mapping[str, Any]]


def blind_sheet(cluster: Mapping[str, Any], zone: tzinfo) -> BlindSheet:
    """From what ``clusters.json`` says of it."""
    size = len(cluster["ballots"])
    since, until = window_of(cluster)
    groups = [cluster["profile"], *cluster["comparison"]]
    return BlindSheet(
        id=cluster["id"],
        finding=cluster["finding"],
        word=FINDINGS[cluster["finding"]],
        size=about(size),
        since=_midnight(since, zone),
        until=_midnight(until, zone),
        lasted=lasting(until - since),
        concentration=share_about(max((row["in_cluster"] for row in cluster["effect"]), default=0) / size),
        explained=share_at_most(cluster["figures"]["expected_upper"] / size),
        chance=chance_below(cluster["figures"]["p"]),
        signs=enumerated(_signs(groups[0], groups[-1])),
        groups=[GROUPS.get(one["name"], one["name"]) for one in groups[1:]],
        profile=[
            (label, [_figure(name, group.get(name)) for group in groups])
            for name, label in PROFILE.items()
            if name != "ballots"
        ],
        sample=[{name: row.get(name) for name in SAMPLE} for row in cluster["sample"]],
    )


def window_of(cluster: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """The first and the last moment at which its ballots were cast."""
    return datetime.fromisoformat(cluster["window"]["from"]), datetime.fromisoformat(cluster["window"]["to"])


def blind_lines(sheet: BlindSheet) -> Iterator[str]:
    """The same for the terminal: lines of cells, separated by tabs."""
    yield from blind_facts(sheet)
    yield ""
    yield "\t".join(["", str(_("本票群")), *map(str, sheet.groups)])
    yield from ("\t".join([str(label), *map(str, cells)]) for label, cells in sheet.profile)
    yield ""
    yield "\t".join(map(str, SAMPLE.values()))
    for row in sheet.sample:
        yield "\t".join("" if cell is None else str(cell) for cell in row.values())


def blind_facts(sheet: BlindSheet) -> Iterator[str]:
    """Its first lines: the figures without the table."""
    facts = (
        (_("选票"), sheet.size),
        (_("投出日期"), f"{sheet.since:%Y-%m-%d} – {sheet.until:%Y-%m-%d}"),
        (_("历时"), sheet.lasted),
        (_("选同一位候选人的"), sheet.concentration),
        (_("人能解释的"), sheet.explained),
        (_("偶然如此的概率"), sheet.chance),
        (_("明显的迹象"), sheet.signs or _("—")),
    )
    yield from (f"{label}\t{said}" for label, said in facts)


def blind_figures(cluster: Mapping[str, Any], zone: tzinfo) -> dict[str, Any]:
    """The same for programs: words where a person reads words."""
    sheet = blind_sheet(cluster, zone)
    return {
        "id": sheet.id,
        "finding": sheet.finding,
        "size": list(step_of(len(cluster["ballots"]))),
        "days": [f"{sheet.since:%Y-%m-%d}", f"{sheet.until:%Y-%m-%d}"],
        "lasted": str(sheet.lasted),
        "concentration": str(sheet.concentration),
        "explained": str(sheet.explained),
        "chance": str(sheet.chance),
        "profile": {str(label): [*map(str, cells)] for label, cells in sheet.profile},
        "sample": [dict(row) for row in sheet.sample],
    }


def _figure(name: str, value: Any) -> Text:
    if name in SHARES:
        return share_about(value)
    if name in COUNTED:
        return about(value or 0)
    return measured(value)


def _signs(mine: Mapping[str, Any], usual: Mapping[str, Any]) -> Iterator[Text]:
    for name in PROFILE:
        share, beside = mine.get(name), usual.get(name)
        if name not in SHARES or name == "returning" or share is None or share < WORTH_SAYING:
            continue
        if beside is None or share >= ABOVE_ORDINARY * beside:
            yield PROFILE[name]


def _midnight(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
