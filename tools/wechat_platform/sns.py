"""Web authorization, the part between two servers: a code for an openid, and what its token is good for."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from . import names
from .accounts import App
from .errors import Refused
from .oauth import USERINFO, Grant
from .wire import Answer, Call, json_answer

if TYPE_CHECKING:
    from .app import Platform

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


def access_token(platform: Platform, call: Call) -> Answer:
    """A code for a token and an openid."""
    query, now = call.query, platform.clock.now()
    for name, errcode in (("appid", 41002), ("secret", 41004), ("code", 41008)):
        if not query.get(name):
            raise Refused(errcode)
    if query.get("grant_type") != "authorization_code":
        raise Refused(40002)
    app = app_of(platform, query["appid"], query["secret"])
    platform.quotas.spend(app.app_id, call.path, now)
    grant = platform.codes.redeem(query["code"], app.app_id, now)
    token, refresh = platform.sns_tokens.issue(grant, now)
    platform.counters.issued("sns_token")
    return json_answer(_document(app, grant, token, refresh))


def refresh_token(platform: Platform, call: Call) -> Answer:
    """A refresh token for a new token."""
    query, now = call.query, platform.clock.now()
    for name, errcode in (("appid", 41002), ("refresh_token", 41003)):
        if not query.get(name):
            raise Refused(errcode)
    if query.get("grant_type") != "refresh_token":
        raise Refused(40002)
    app = platform.accounts.apps.get(query["appid"])
    if app is None:
        raise Refused(40013)
    token, grant = platform.sns_tokens.renew(query["refresh_token"], app.app_id, now)
    return json_answer(_document(app, grant, token, query["refresh_token"]))


def auth(platform: Platform, call: Call) -> Answer:
    """Does a token live?"""
    query = call.query
    platform.sns_tokens.of(query.get("access_token", ""), query.get("openid", ""), platform.clock.now())
    return json_answer({"errcode": 0, "errmsg": "ok"})


def userinfo(platform: Platform, call: Call) -> Answer:
    """Nickname and picture, for who consented. Sex and region are empty since 2021."""
    query, now = call.query, platform.clock.now()
    grant = platform.sns_tokens.of(query.get("access_token", ""), query.get("openid", ""), now)
    platform.quotas.spend(grant.app_id, call.path, now)
    if grant.scope != USERINFO:
        raise Refused(48001)
    document: dict[str, Any] = {
        "openid": grant.openid, "nickname": platform.accounts.user(grant.user).nickname, "sex": 0, "language": "",
        "city": "", "province": "", "country": "", "headimgurl": f"{platform.url}/head.svg/132", "privilege": [],
    }  # fmt: skip
    if platform.accounts.apps[grant.app_id].bound:
        document["unionid"] = names.unionid(grant.user)
    return json_answer(document)


def app_of(platform: Platform, app_id: str, secret: str) -> App:
    """The account with this secret. Raises 40013, 40243 or 40125."""
    app = platform.accounts.apps.get(app_id)
    if app is None:
        raise Refused(40013)
    if app.secret_frozen:
        raise Refused(40243)
    if secret != app.secret:
        raise Refused(40125)
    return app


def _document(app: App, grant: Grant, token: str, refresh: str) -> dict[str, Any]:
    document: dict[str, Any] = {
        "access_token": token,
        "expires_in": TOKEN_S,
        "refresh_token": refresh,
        "openid": grant.openid,
        "scope": grant.scope,
    }
    if app.bound and grant.scope == USERINFO:
        document["unionid"] = names.unionid(grant.user)
    if grant.marked:
        document["is_snapshotuser"] = 1
    return document
