"""User agents: every real one is plausible, and what cannot be is named for what it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anti_fraud.user_agents import implausible, operating_system, wechat_version
from tests.actors import IPHONE

ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; ONEPLUS A5000 Build/QKQ1.191014.012; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/111.0.5563.116 Mobile Safari/537.36 XWEB/1110005 MMWEBSDK/20230805 MMWEBID/4650 "
    "MicroMessenger/8.0.42.2460(0x28002A58) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64"
)
REAL = {
    "iOS WeChat": (IPHONE, "ios", "8.0.59"),
    "Android WeChat": (ANDROID, "android", "8.0.42.2460"),
    "Android WeChat, mini-program": (ANDROID + " miniProgram/wx0123456789abcdef", "android", "8.0.42.2460"),
    "Android WeChat 6.6.2": (
        "Mozilla/5.0 (Linux; Android 7.0; MI 5 Build/NRD90M; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
        "Chrome/57.0.2987.132 MQQBrowser/6.2 TBS/043906 Mobile Safari/537.36 MicroMessenger/6.6.2.1240(0x26060235) "
        "NetType/4G Language/zh_CN", "android", "6.6.2.1240",
    ),
    "Windows WeChat": (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36 "
        "MicroMessenger/7.0.20.1781(0x6700143B) NetType/WIFI MiniProgramEnv/Windows WindowsWechat/WMPF "
        "WindowsWechat(0x63090a13) UnifiedPCWindowsWechat(0xf254162e) XWEB/18163", "desktop", "7.0.20.1781",
    ),
    "Mac WeChat up to 3.8": (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/107.0.0.0 "
        "Safari/537.36 MicroMessenger/6.8.0(0x16080000) NetType/WIFI MiniProgramEnv/Mac MacWechat/WMPF "
        "MacWechat/3.8.9(0x13080910) XWEB/1227", "desktop", "6.8.0",
    ),
    "Mac WeChat from 4.0": (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 "
        "Safari/537.36 MicroMessenger/7.0.20.1781(0x6700143B) NetType/WIFI MiniProgramEnv/Mac MacWechat/WMPF "
        "MacWechat/3.8.7(0x13080712) UnifiedPCMacWechat(0xf2641210) XWEB/16816", "desktop", "7.0.20.1781",
    ),
    "WeChat developer tools": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.0 "
        "Mobile/15E148 Safari/604.1 wechatdevtools/1.06.2412050 MicroMessenger/8.0.5 Language/zh_CN webview/", "ios", "8.0.5",
    ),
    "enterprise WeChat": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)  Mobile/15E148 "
        "wxwork/3.1.16 MicroMessenger/7.0.1 Language/zh ColorScheme/Dark", "ios", "7.0.1",
    ),
    "HarmonyOS browser": (
        "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 "
        "ArkWeb/4.1.6.1 Mobile HuaweiBrowser/5.1.5.310", "harmony", "",
    ),
    "UC": (
        "Mozilla/5.0 (Linux; U; Android 12; zh-CN; V2049A Build/SP1A.210812.003) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Version/4.0 Chrome/100.0.4896.58 UCBrowser/15.5.2.1202 Mobile Safari/537.36", "android", "",
    ),
    "QQ": (
        "Mozilla/5.0 (Linux; Android 13; 22041211AC Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Version/4.0 Chrome/109.0.5414.86 MQQBrowser/6.2 TBS/046805 Mobile Safari/537.36 V1_AND_SQ_9.0.8_5540_YYB_D "
        "QQ/9.0.8.14755 NetType/4G WebP/0.4.1 AppId/537208393", "android", "",
    ),
    "Firefox": ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "desktop", ""),
    "Safari": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 12_5_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 "
        "Mobile/15E148 Safari/604.1", "ios", "",
    ),
    "Chrome": (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
        "desktop", "",
    ),
    "a chat program on a desk": (
        "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.5359.215 "
        "Electron/22.3.27 Safari/537.36", "desktop", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("agent", "system", "version"), REAL.values(), ids=REAL.keys())
def test_what_people_have_is_plausible_and_read(agent: str, system: str, version: str) -> None:
    assert implausible(agent) is None
    assert (operating_system(agent), wechat_version(agent)) == (system, version)


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        ("", "none"),
        ("   ", "none"),
        ("python-requests/2.32.3", "program"),
        ("curl/8.5.0", "program"),
        ("Go-http-client/1.1", "program"),
        ("okhttp/4.9.3", "program"),
        ("Apache-HttpClient/4.5.13 (Java/1.8.0_292)", "program"),
        (REAL["Chrome"][0].replace("Chrome/", "HeadlessChrome/"), "headless"),
        (IPHONE.replace("0x18003b28", "0x18003c28"), "wechat_hex"),
        (IPHONE.replace("8.0.59", "8.0.58"), "wechat_hex"),
        (ANDROID.replace("8.0.42.2460", "8.1.42.2460"), "wechat_hex"),
        (ANDROID.replace("0x28002A58", "0x27002A58"), "wechat_hex"),
        (IPHONE.replace("0x18003b28", "0x28003b28"), "wechat_platform"),
        (ANDROID.replace("0x28002A58", "0x18002A58"), "wechat_platform"),
    ],
)
def test_what_cannot_be_is_named(agent: str, kind: str) -> None:
    assert implausible(agent) == kind


def test_one_without_the_hexadecimal_form_is_not_judged() -> None:
    assert implausible(IPHONE.replace("(0x18003b28)", "")) is None


@given(st.text(max_size=200))
def test_no_text_breaks_the_readers(agent: str) -> None:
    implausible(agent)
    assert operating_system(agent) in ("", "android", "ios", "harmony", "desktop")
    assert wechat_version(agent) == "" or "MicroMessenger/" in agent
