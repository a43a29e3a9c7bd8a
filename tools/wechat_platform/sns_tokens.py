"""Tokens of the web authorization, which are not the account's own."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from . import names
from .codes import Grant
from .errors import Refused

TOKEN_S, REFRESH_S = 7_200, 30 * 86_400


@dataclass(frozen=True, slots=True)
class Held:
    """A token of the web authorization; not one of the account's."""

    grant: Grant
    expires_at: float


class SnsTokens:
    """Tokens by their text, and refresh tokens by theirs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[str, Held] = {}
        self._refresh: dict[str, Held] = {}

    def issue(self, grant: Grant, now: float) -> tuple[str, str]:
        """A pair for a grant."""
        token, refresh = "90_" + names.random_letters(90), "90_" + names.random_letters(90)
        with self._lock:
            self._tokens[token] = Held(grant, now + TOKEN_S)
            self._refresh[refresh] = Held(grant, now + REFRESH_S)
        return token, refresh

    def renew(self, refresh: str, app_id: str, now: float) -> tuple[str, Grant]:
        """A new token for a refresh token that lives on. Raises 40030 or 42002."""
        held = self._refresh.get(refresh)
        if held is None or held.grant.app_id != app_id:
            raise Refused(40030)
        if held.expires_at <= now:
            raise Refused(42002)
        token = "90_" + names.random_letters(90)
        with self._lock:
            self._tokens[token] = replace(held, expires_at=now + TOKEN_S)
        return token, held.grant

    def of(self, token: str, openid: str, now: float) -> Grant:
        """Whose it is. Raises 41001, 40001, 42001, 41009 or 40003."""
        if not token:
            raise Refused(41001)
        held = self._tokens.get(token)
        if held is None:
            raise Refused(40001)
        if held.expires_at <= now:
            raise Refused(42001)
        if not openid:
            raise Refused(41009)
        if openid != held.grant.openid:
            raise Refused(40003)
        return held.grant
