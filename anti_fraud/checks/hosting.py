"""An address of a data centre, by the offline table. People vote from there too (a company's traffic, a VPN), so it is
made to work harder and is not shut out. Without a table nothing is known, and this check is silent."""

from __future__ import annotations

from ..gate import ALLOW, NEVER_FAILS_OPEN, Attempt, Verdict, struck
from ..policy import Policy

HARDER = 2


class Hosting:
    """Strikes at network type ``hosting``."""

    name = "hosting"
    redis_away = NEVER_FAILS_OPEN

    def __call__(self, attempt: Attempt, policy: Policy) -> Verdict:
        """Four times the work."""
        return struck(self.name, policy, HARDER) if attempt.network_type == "hosting" else ALLOW
