"""The gate's checks, one file each. ``all_checks`` puts them in order, the cheapest first."""

from __future__ import annotations

from ..gate import Check
from .address_traffic import AddressTraffic
from .attempt_rate import AttemptRate
from .automation import Automation
from .dwell import Dwell
from .hosting import Hosting
from .kiosk_quota import KioskQuota
from .new_devices import NewDevices
from .no_touch import NoTouch
from .origin import RequestOrigin
from .share_token import ShareTokenForged
from .user_agent import UserAgent
from .without_scripts import WithoutScripts


def all_checks(device: tuple[int, int], address: tuple[int, int]) -> list[Check]:
    """Every check. ``device`` and ``address`` are the installation's own ceilings on tries: (limit, seconds)."""
    return [
        RequestOrigin(), Dwell(), NoTouch(), Automation(), UserAgent(), Hosting(), ShareTokenForged(),
        AttemptRate(device, address), WithoutScripts(), KioskQuota(), AddressTraffic(), NewDevices(),
    ]  # fmt: skip
