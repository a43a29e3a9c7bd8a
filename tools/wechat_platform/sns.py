"""Web authorization, the part between two servers: a code for an openid, and what its token is good for."""

from __future__ import annotations

from typing import Any

from . import callers, names
from .accounts import App
from .codes import USERINFO, Grant
from .errors import Refused
from .platform import Platform
from .sns_tokens import TOKEN_S
from .wire import Answer, Call, json_answer


def access_token(platform: Platform, call: Call) -> Answer:
    """A code for a token and an openid."""
    query, now = call.query, platform.clock.now()
    for name, errcode in (("appid", 41002), ("secret", 41004), ("code", 41008)):
        if not query.get(name):
            raise Refused(errcode)
    if query.get("grant_type") != "authorization_code":
        raise Refused(40002)
    app = callers.by_secret(platform, query["appid"], query["secret"])
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
