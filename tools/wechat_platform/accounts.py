"""Official Accounts, people who use WeChat, and who follows whom."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from . import names

PEOPLE = {
    "zhangsan": "张三（模拟）",
    "lisi": "李四（模拟）",
    "wangwu": "王五（模拟）",
    "zhaoliu": "赵六（模拟）",
}
MOST_NAME = 64
COOKIE = "fake_wechat_user"
"""Names the person whose telephone a browser stands for."""
SERVICE, SUBSCRIPTION, SANDBOX = "service", "subscription", "sandbox"
KINDS = (SERVICE, SUBSCRIPTION, SANDBOX)
PLAIN, COMPATIBLE, SAFE = "plain", "compatible", "safe"
MODES = (PLAIN, COMPATIBLE, SAFE)
CONSENT_S = 30 * 86_400


@dataclass
class App:
    """One account. ``secret``, ``token`` and ``aes_key`` are shown by nothing here."""

    app_id: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)
    aes_key: str = field(default="", repr=False)
    kind: str = SERVICE
    """verified service account, subscription account (10005), sandbox (10006 for who does not follow)"""
    oauth_hosts: Sequence[str] = ()
    js_domains: Sequence[str] = ()
    ip_whitelist: Sequence[str] = ()
    """Addresses that may ask for tokens; none means all."""
    messages_url: str = ""
    mode: str = SAFE
    bound: bool = False
    """To an Open Platform account: then there are unionids."""
    banned: bool = False
    secret_frozen: bool = False

    @property
    def gh_id(self) -> str:
        """What messages are sent to."""
        return "gh_" + sha256(self.app_id.encode()).hexdigest()[:12]

    def may_return_to(self, host: str) -> bool:
        """Exactly a registered host: no parent, no child. Ports are not looked at."""
        return host.lower() in (registered.lower() for registered in self.oauth_hosts)

    def may_run_scripts_on(self, host: str) -> bool:
        """A registered domain or below one."""
        host = host.lower()
        return any(host == d.lower() or host.endswith("." + d.lower()) for d in self.js_domains)

    def document(self) -> dict[str, Any]:
        """What the control API tells: no secrets."""
        shown = (
            "app_id", "gh_id", "kind", "oauth_hosts", "js_domains", "ip_whitelist", "messages_url", "mode", "bound",
            "banned", "secret_frozen",
        )  # fmt: skip
        return {name: getattr(self, name) for name in shown}


@dataclass(frozen=True)
class Following:
    """Since when, and from where."""

    since: int
    scene: str
    qr_scene: str = ""


@dataclass
class User:
    """A person with WeChat."""

    name: str
    nickname: str
    following: dict[str, Following] = field(default_factory=dict)
    consents: dict[str, float] = field(default_factory=dict)

    def is_silent(self, app_id: str, now: float) -> bool:
        """Is ``snsapi_userinfo`` granted without a page: to followers, and for 30 days after a consent."""
        return app_id in self.following or now - self.consents.get(app_id, -CONSENT_S) < CONSENT_S


class Accounts:
    """All of them."""

    def __init__(self, apps: Sequence[App]) -> None:
        self._lock = threading.Lock()
        self.apps = {app.app_id: app for app in apps}
        self.users = {name: User(name, nickname) for name, nickname in PEOPLE.items()}
        self._by_openid: dict[tuple[str, str], User] = {}

    @property
    def first(self) -> App:
        """The account of the demo."""
        return next(iter(self.apps.values()))

    def user(self, name: str) -> User:
        """By name; who is not known yet comes into being, since tests have thousands. Raises ValueError."""
        found = self.users.get(name)
        if found is None:
            if not name.isprintable() or not 0 < len(name) <= MOST_NAME:
                raise ValueError("a user's name has 1 to 64 printable characters")
            with self._lock:
                found = self.users.setdefault(name, User(name, f"{name}（模拟）"))
        return found

    def newcomer(self) -> User:
        """Somebody who was never here."""
        return self.user("new" + names.random_letters(8).lower())

    def openid(self, app: App, user: User) -> str:
        """A user's name in an account."""
        made = names.openid(app.app_id, user.name)
        self._by_openid[app.app_id, made] = user
        return made

    def by_openid(self, app: App, openid: str) -> User | None:
        """Whose it is; one that was never handed out may still be a known user's."""
        found = self._by_openid.get((app.app_id, openid))
        if found is None:
            everyone = list(self.users.values())
            found = next((u for u in everyone if names.openid(app.app_id, u.name) == openid), None)
        return found
