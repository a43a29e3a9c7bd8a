"""Addresses and what an offline table says of them: homes, carriers' NATs, offices, clouds, and how often the table is wrong.

First octets stand for operators; province and block are in the middle 16 bits, so that one /24 belongs to one city.
"""

from __future__ import annotations

import numpy as np

from .columns import BROADBAND, HOSTING, MOBILE, OFFICE, OVERSEAS, UNKNOWN, Columns, Numbers
from .places import CITY_COUNT, FIRST_CITY, numbers

Rng = np.random.Generator

_HOME = ((60, 4134, 0.5), (123, 4837, 0.25), (183, 9808, 0.25))
_CARRIER = ((39, 9808, 0.55), (106, 4134, 0.25), (112, 4837, 0.2))
_CLOUD = ((47, 37963, 0.45), (119, 45090, 0.3), (121, 55990, 0.15), (180, 38365, 0.1))
_ABROAD = ((203, 4760, 0.4), (52, 16509, 0.25), (104, 14061, 0.2), (24, 7922, 0.15))
_IPV6 = {4134: 0x240E, 4837: 0x2408, 9808: 0x2409}
_CLOUD_PLACES = np.array(numbers("浙江省", "北京", "广东省", "上海"))
_SLOTS = 2048  # /24 blocks for each province of an operator: 31 x 2048 fit in 16 bits


def provinces(rng: Rng, n: int, weights: Numbers) -> Numbers:
    """Where n people live."""
    return rng.choice(len(weights), n, p=weights)


def homes(rng: Rng, where: Numbers, blocks: int = 400) -> Columns:
    """Household lines: nearly everyone has an address of their own, one in seven on IPv6."""
    octet, asn = _operators(rng, len(where), _HOME)
    found = _inside(octet, where, rng.integers(0, blocks, len(where)), rng.integers(1, 255, len(where)))
    return _some_ipv6(rng, found | {"asn": asn, "network": np.full(len(where), BROADBAND)}, where, 0.15)


def phones(rng: Rng, where: Numbers) -> Columns:
    """Mobile data: carriers' NATs with very unequal load (Zipf over a few thousand addresses), a quarter on IPv6."""
    n = len(where)
    octet, asn = _operators(rng, n, _CARRIER)
    slot = np.minimum((rng.pareto(1.1, n) * 6).astype(int), 39)
    found = _inside(octet, where, slot, np.minimum((rng.pareto(0.9, n) * 12).astype(int), 253) + 1)
    return _some_ipv6(rng, found | {"asn": asn, "network": np.full(n, MOBILE)}, where, 0.25)


def offices(rng: Rng, where: Numbers) -> Columns:
    """One static line per row of ``where`` (a site, not a person); half of them the table calls plain broadband."""
    n = len(where)
    slot, host = rng.integers(500, 1500, n), rng.integers(1, 255, n)
    kind = rng.choice([OFFICE, BROADBAND], n)
    return _inside(np.full(n, 218), where, slot, host) | {"asn": np.full(n, 4134), "network": kind}


def clouds(rng: Rng, n: int, blocks: int, unseen: float = 0.0, hosts: int = 254) -> Columns:
    """``n`` draws from ``blocks`` /24s of cloud providers; the part ``unseen`` of the blocks lies in a carrier's own data
    centre range, which the table takes for broadband."""
    octet, asn = _operators(rng, blocks, _CLOUD)
    where = rng.choice(_CLOUD_PLACES, blocks)
    hidden = rng.random(blocks) < unseen
    octet, asn = np.where(hidden, 61, octet), np.where(hidden, 4134, asn)
    slot, one = rng.integers(0, _SLOTS, blocks), rng.integers(0, blocks, n)
    found = _inside(octet[one], where[one], slot[one], rng.integers(1, hosts + 1, n))
    return found | {"asn": asn[one], "network": np.where(hidden, BROADBAND, HOSTING)[one]}


def abroad(rng: Rng, n: int, blocks: int = 300) -> Columns:
    """Lines and clouds in other countries: no province."""
    octet, asn = _operators(rng, n, _ABROAD)
    found = _inside(octet, np.zeros(n, int), rng.integers(0, blocks, n), rng.integers(1, 255, n))
    found["province"][:], found["city"][:] = -1, -1
    return found | {"asn": asn, "network": np.where(np.isin(octet, (52, 104)), HOSTING, OVERSEAS)}


def mixed(rng: Rng, *parts: tuple[Numbers, Columns]) -> Columns:
    """For each row the first part whose mask is true; each part is as long as its mask."""
    out = {name: column.copy() for name, column in parts[-1][1].items()}
    for mask, source in reversed(parts[:-1]):
        for name, column in out.items():
            column[mask] = source[name][mask]
    return out


def spread(sites: Columns, of_site: Numbers) -> Columns:
    """The address of each person, from the addresses of sites."""
    return {name: column[of_site] for name, column in sites.items()}


def blocks_of(table: Columns) -> Numbers:
    """A number per /24 or /48."""
    four = table["ip_high"] == 0
    return np.where(four, table["ip_low"] >> np.uint64(8), table["ip_high"] >> np.uint64(16))


def look_up_badly(table: Columns, seed: int, missing: float, mislabelled: float = 0.004) -> None:
    """What the table does not know or gets wrong, by block and so for everybody in it, people and scripts alike."""
    lost, wrong, placeless, asnless = (shares_of(blocks_of(table), seed + salt) for salt in (1, 2, 3, 4))
    network = table["network"]
    network[(wrong < mislabelled) & (network == BROADBAND)] = HOSTING
    network[(wrong > 1 - 5 * mislabelled) & (network == HOSTING)] = BROADBAND
    unknown = lost < missing
    network[unknown] = UNKNOWN
    table["asn"][unknown & (asnless < 0.7) | (asnless > 0.985)] = 0
    placeless_limit = np.where(table["network"] == MOBILE, 0.3, 0.03)
    nowhere = (placeless < placeless_limit) | (unknown & (placeless < 0.8))
    table["province"][nowhere] = -1
    table["city"][nowhere | (placeless > 0.9)] = -1


def shares_of(keys: Numbers, salt: int) -> Numbers:
    """A fixed number in [0, 1) for each key (splitmix64)."""
    return scramble(keys, salt) / 2.0**64


def scramble(keys: Numbers, salt: int) -> Numbers:
    """64 well-mixed bits for each key; a bijection for one salt."""
    with np.errstate(over="ignore"):
        z = keys.astype(np.uint64) + np.uint64((salt * 0x9E3779B97F4A7C15 + 0x1234567) & (2**64 - 1))
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _operators(rng: Rng, n: int, table: tuple[tuple[int, int, float], ...]) -> tuple[Numbers, Numbers]:
    one = rng.choice(len(table), n, p=[row[2] for row in table])
    return np.array([row[0] for row in table])[one], np.array([row[1] for row in table])[one]


def _inside(octet: Numbers, where: Numbers, slot: Numbers, host: Numbers) -> Columns:
    low = octet.astype(np.uint64) << np.uint64(24)
    low |= (where * _SLOTS + slot).astype(np.uint64) << np.uint64(8)
    low |= host.astype(np.uint64)
    return {
        "ip_high": np.zeros(len(low), np.uint64),
        "ip_low": low,
        "province": where.copy(),
        "city": FIRST_CITY[where] + slot % CITY_COUNT[where],
    }


def _some_ipv6(rng: Rng, found: Columns, where: Numbers, share: float) -> Columns:
    """Six in a hundred or more get a /64 of their own, inside a /48 of their province."""
    six = rng.random(len(where)) < share
    prefix = np.array([_IPV6[int(asn)] for asn in found["asn"][six]], np.uint64) << np.uint64(48)
    slot = (found["ip_low"][six] >> np.uint64(8) & np.uint64(0x7FF)) % np.uint64(40)
    prefix |= where[six].astype(np.uint64) << np.uint64(24) | slot << np.uint64(16)
    found["ip_high"][six] = prefix | rng.integers(0, 2**16, int(six.sum()), dtype=np.uint64)
    found["ip_low"][six] = rng.integers(1, 2**63, int(six.sum()), dtype=np.uint64)
    return found
