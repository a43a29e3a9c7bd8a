"""A share link whose token this service never signed, or signed for another campaign: somebody makes up a provenance."""

from __future__ import annotations

from ..gate import ALLOW, NEVER_FAILS_OPEN, Attempt, Verdict, struck
from ..policy import Policy


class ShareTokenForged:
    """Strikes at a forged token. A link cut short by a chat program looks the same, hence a challenge by default."""

    name = "share_token"
    redis_away = NEVER_FAILS_OPEN

    def __call__(self, attempt: Attempt, policy: Policy) -> Verdict:
        """No token at all is an ordinary visit."""
        return struck(self.name, policy) if attempt.share_forged else ALLOW
