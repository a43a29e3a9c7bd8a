"""What a session's browser is called on the page of sessions: kind and system, two words and nothing that follows a person.
Pure. The address is never kept: where an official sits is nobody's business."""

from __future__ import annotations

from anti_fraud.user_agents import operating_system

from ..text import Text, _

_KINDS: tuple[tuple[str, str, Text], ...] = (
    # In this order: most of them say Chrome and Safari as well.
    ("wechat", "MicroMessenger/", _("微信")),
    ("dingtalk", "DingTalk/", _("钉钉")),
    ("edge", "Edg", _("Edge")),
    ("opera", "OPR/", _("Opera")),
    ("qq", "QQBrowser/", _("QQ 浏览器")),
    ("huawei", "HuaweiBrowser/", _("华为浏览器")),
    ("firefox", "Firefox/", _("火狐")),
    ("firefox", "FxiOS/", _("火狐")),
    ("chrome", "Chrome/", _("谷歌浏览器")),
    ("chrome", "CriOS/", _("谷歌浏览器")),
    ("safari", "Safari/", _("Safari")),
)
_SYSTEMS: dict[str, Text] = {
    "windows": _("Windows 电脑"),
    "mac": _("苹果电脑"),
    "linux": _("Linux 电脑"),
    "ios": _("苹果手机或平板"),
    "android": _("安卓设备"),
    "harmony": _("鸿蒙设备"),
}


def label_of(user_agent: str) -> str:
    """``chrome/windows``, as it is kept; a part that it does not say is empty."""
    kind = next((kind for kind, sign, _name in _KINDS if sign in user_agent), "")
    return f"{kind}/{_system(user_agent)}"


def spoken_label(label: str) -> Text:
    """In words."""
    kind, _slash, system = label.partition("/")
    browser = next((name for key, _sign, name in _KINDS if key == kind), _("浏览器"))
    runs_on = _SYSTEMS.get(system, _("系统不详"))
    return _("%(browser)s，%(system)s", browser=browser, system=runs_on)


def _system(user_agent: str) -> str:
    found = operating_system(user_agent)
    if found != "desktop":
        return found
    if "Windows NT" in user_agent:
        return "windows"
    return "mac" if "Macintosh" in user_agent else "linux"
