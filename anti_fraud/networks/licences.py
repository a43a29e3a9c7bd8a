"""What the sources' licences want said wherever their data is used. Kept in the table and printed when it is built."""

from __future__ import annotations

from collections.abc import Iterable

_ASN = (
    "ASN data: IP Geolocation by DB-IP (https://db-ip.com), routeviews.org and nro.net, CC BY 4.0, by way of ip-location-db "
    "(https://github.com/sapics/ip-location-db). Pages that show results of it must link to https://db-ip.com."
)
# A word of the source's name → its notice; the first that fits.
_NOTICES = (
    (
        "geolite2",
        "This product includes GeoLite2 data created by MaxMind (https://www.maxmind.com); its EULA sets duties of update.",
    ),
    ("iptoasn", ""),
    ("ip-location-db", _ASN),
    ("asn-ipv", _ASN),
    ("dbip", _ASN),
    ("ipv4_source", "Region data: ip2region (https://github.com/lionsoul2014/ip2region), Apache-2.0 or MIT."),
    ("ipv6_source", "Region data: ip2region (https://github.com/lionsoul2014/ip2region), Apache-2.0 or MIT."),
    ("ip2region", "Region data: ip2region (https://github.com/lionsoul2014/ip2region), Apache-2.0 or MIT."),
)


def notices(labels: Iterable[str]) -> str:
    """One line for each licence among the sources; '' where a source is known by no name, as an organiser's own is."""
    found = [next((notice for word, notice in _NOTICES if word in label.lower()), "") for label in labels]
    return "\n".join(dict.fromkeys(notice for notice in found if notice))
