"""User-agent strings as phones in China send them, right and wrong; ``{net}`` stands for the network at that moment.

WeChat's rule: ``(0xPMmmppbb)`` repeats platform (1 iOS, 2 Android, 6 Windows), major, minor, patch and build of the
version before it. Enterprise WeChat, truncated headers and some kernels carry no such number and are honest.
"""

from __future__ import annotations

import random
from functools import cache
from itertools import accumulate

TIER_PACE_MS = (320, 900, 2600, 8000)
"""Milliseconds for the ordinary challenge by age of the phone: new, middling, old, very old."""

_MODELS = (  # model, newest Android, tier; in order of how common they are
    ("2201123C", 14, 0), ("V2243A", 14, 1), ("PJH110", 14, 0), ("ANY-AN00", 13, 1), ("M2102J2SC", 13, 1),
    ("23049RAD8C", 14, 1), ("PEGM00", 12, 1), ("V2055A", 13, 1), ("ALN-AL00", 12, 0), ("22041216C", 14, 1),
    ("PHK110", 14, 1), ("V2171A", 13, 1), ("FNE-AN00", 14, 1), ("M2012K11AC", 13, 1), ("SM-S9080", 15, 0),
    ("PCLM10", 11, 2), ("V1990A", 12, 2), ("REP-AN00", 14, 0), ("RMX3360", 13, 1), ("24031PN0DC", 15, 0),
    ("V2307A", 14, 0), ("PHB110", 14, 0), ("M2006C3LC", 10, 2), ("V1901A", 11, 2), ("PBEM00", 10, 2),
    ("SM-G9910", 14, 0), ("ONEPLUS A5000", 10, 2), ("LE2120", 13, 1), ("MEIZU 18", 11, 1), ("Redmi Note 8", 11, 2),
    ("vivo Y66", 8, 3), ("OPPO R11", 9, 3), ("MI 6", 9, 3), ("Redmi 5A", 8, 3), ("PACM00", 10, 3),
)  # fmt: skip
_HARMONY = (
    ("NOH-AN00", 0),
    ("ELS-AN00", 1),
    ("JAD-AL50", 0),
    ("ANA-AN00", 1),
    ("STK-AL00", 2),
    ("JSN-AL00", 2),
)
_BUILDS = {8: "O11019", 9: "PKQ1.190616.001", 10: "QKQ1.191014.012", 11: "RKQ1.201004.002",
           12: "SKQ1.220303.001", 13: "TKQ1.221114.001", 14: "UKQ1.231003.002", 15: "AP3A.240617.008"}  # fmt: skip
_KERNELS = ((86, "4240.99", 4425), (107, "5304.141", 5023), (111, "5563.116", 1110005), (116, "5845.114", 1160065),
            (122, "6261.120", 1220099), (126, "6478.188", 1260053), (130, "6723.103", 1300177))  # fmt: skip
_PATCHES = (59, 58, 57, 56, 55, 54, 53, 50, 49, 48, 47, 45, 44, 42, 40, 38, 37, 35, 30, 28, 24, 16, 2)
_IOS = (
    "18_3_1",
    "18_5",
    "18_1_1",
    "17_6_1",
    "18_3_2",
    "17_5_1",
    "16_7_10",
    "17_4_1",
    "15_8_3",
    "16_6",
    "14_8_1",
    "13_7",
)


def zipf(rng: random.Random, count: int, exponent: float = 0.9) -> int:
    """A place in an order of popularity, 0 the most common."""
    return rng.choices(range(count), cum_weights=_harmonic(count, exponent))[0]


@cache
def _harmonic(count: int, exponent: float) -> list[float]:
    return list(accumulate(1 / (k + 1) ** exponent for k in range(count)))


def hex_of(platform: int, major: int, minor: int, patch: int, build: int) -> str:
    """WeChat's version number as it stands in brackets."""
    return f"{platform:x}{major:x}{minor:02x}{patch:02x}{build:02x}"


def android(rng: random.Random, model: int | None = None) -> tuple[str, int]:
    """WeChat on Android; the string and the tier."""
    name, newest, tier = _MODELS[zipf(rng, len(_MODELS)) if model is None else model % len(_MODELS)]
    version = max(8, newest - (rng.random() < 0.4) - (rng.random() < 0.15))
    return _android_wechat(
        rng, f"Android {version}; {name} Build/{_BUILDS[version]}", _PATCHES[zipf(rng, 20)]
    ), tier


def harmony(rng: random.Random) -> tuple[str, int]:
    """WeChat on HarmonyOS: the Android-based one, and the new one whose WeChat counts its versions anew."""
    name, tier = _HARMONY[zipf(rng, len(_HARMONY))]
    if rng.random() < 0.25:
        return (f"Mozilla/5.0 (Phone; OpenHarmony 5.{rng.randrange(2)}) AppleWebKit/537.36 (KHTML, like Gecko) "
                f"Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile MicroMessenger/1.0.{rng.randrange(3, 12)} "
                "NetType/{net} Language/zh_CN"), 0  # fmt: skip
    device = f"Android {rng.choice((10, 12))}; HarmonyOS; {name}; HMSCore 6.14.0.302"
    return _android_wechat(rng, device, _PATCHES[zipf(rng, 16)]), tier


def ios(rng: random.Random) -> tuple[str, int]:
    """WeChat on an iPhone: few different strings, each shared by very many people."""
    system = _IOS[zipf(rng, len(_IOS), 0.8)]
    patch = _PATCHES[zipf(rng, 12, 1.2)]
    number = hex_of(1, 8, 0, patch, 0x20 + patch % 16)
    tier = 0 if system >= "16" else 2
    return (f"Mozilla/5.0 (iPhone; CPU iPhone OS {system} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            f"Mobile/15E148 MicroMessenger/8.0.{patch}(0x{number}) NetType/{{net}} Language/zh_CN"), tier  # fmt: skip


def old_kernel(rng: random.Random) -> tuple[str, int]:
    """WeChat 6 and 7 on X5 kernels of their time."""
    minor, patch = rng.choice(((6, 2), (7, 3), (6, 7), (0, 3), (0, 10), (0, 15), (0, 21)))
    major = 6 if minor else 7
    number = hex_of(2, major, minor, patch, rng.randrange(0x20, 0x60)).upper()
    version, build = rng.choice(((5, "LMY47V"), (6, "MRA58K"), (7, "NRD90M"), (8, "O11019")))
    name = rng.choice(("OPPO A59m", "vivo X7", "Redmi 4X", "HUAWEI TAG-AL00", "MI 5", "SM-J5008"))
    return (f"Mozilla/5.0 (Linux; Android {version}.{rng.randrange(2)}; {name} Build/{build}; wv) AppleWebKit/537.36 "
            f"(KHTML, like Gecko) Version/4.0 Chrome/{rng.choice((53, 57, 66, 78))}.0.2785.49 Mobile MQQBrowser/6.2 "
            f"TBS/04{rng.randrange(3000, 6000)} Safari/537.36 MicroMessenger/{major}.{minor}.{patch}.1{rng.randrange(100, 999)}"
            f"(0x{number}) NetType/{{net}} Language/zh_CN"), 3  # fmt: skip


def odd(rng: random.Random) -> tuple[str, int]:
    """Honest and unusual: cut short, enterprise WeChat, in a mini-program, a clone with a number of its own, none."""
    text, tier = rng.choice((android, android, ios))(rng)
    kind = rng.random()
    if kind < 0.3:
        cut = rng.choice((64, 120, 128, 200, text.find("(0x") + 6, text.find("(0x")))
        return text[:cut], tier
    if kind < 0.65:
        front = text.split(" MicroMessenger/")[0]
        return (
            f"{front} wxwork/4.1.{rng.randrange(10, 33)} MicroMessenger/7.0.1 NetType/{{net}} Language/zh",
            tier,
        )
    if kind < 0.85:
        return f"{text} miniProgram/wx{rng.getrandbits(64):016x}", tier
    if kind < 0.92:
        before, after = text.split("(0x", 1)
        return f"{before}(0x{rng.getrandbits(28):08x}{after[8:]}", tier
    return "", tier


def browser(rng: random.Random) -> tuple[str, int]:
    """A phone's browser."""
    if rng.random() < 0.3:
        system = _IOS[zipf(rng, len(_IOS), 0.8)]
        return (f"Mozilla/5.0 (iPhone; CPU iPhone OS {system} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                f"Version/{system.split('_')[0]}.{rng.randrange(6)} Mobile/15E148 Safari/604.1"), 0  # fmt: skip
    name, newest, tier = _MODELS[zipf(rng, len(_MODELS))]
    kernel = rng.choice((100, 109, 114, 121, 130, 136))
    maker = rng.choice(("", " XiaoMi/MiuiBrowser/19.5.40527", " HeyTapBrowser/40.10.6", " VivoBrowser/24.2",
                        " MQQBrowser/15.2", " Quark/7.8.0.750", " UCBrowser/16.7.8.1310"))  # fmt: skip
    return (f"Mozilla/5.0 (Linux; U; Android {newest}; zh-cn; {name} Build/{_BUILDS[newest]}) AppleWebKit/537.36 "
            f"(KHTML, like Gecko) Version/4.0 Chrome/{kernel}.0.0.0 Mobile Safari/537.36{maker}"), tier  # fmt: skip


def desktop(rng: random.Random) -> tuple[str, int]:
    """WeChat for Windows and Mac, and desktop browsers."""
    kind, kernel = rng.random(), rng.choice((109, 122, 126, 130, 132, 134, 136))
    windows = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{kernel}.0.0.0 Safari/537.36"
    if kind < 0.45:
        return (f"{windows} NetType/WIFI MicroMessenger/7.0.20.1781(0x6700143B) WindowsWechat(0x63090{rng.randrange(0xA00, 0xC40):x}) "
                f"XWEB/{rng.choice((9129, 11275, 13639, 14315, 18163))} Flue"), 0  # fmt: skip
    if kind < 0.55:
        return ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/107.0.0.0 "
                "Safari/537.36 NetType/WIFI MicroMessenger/6.8.0(0x16080000) MacWechat/3.8.7(0x13080712) XWEB/1216 Flue"), 0  # fmt: skip
    if kind < 0.8:
        return windows + rng.choice(("", f" Edg/{kernel}.0.0.0", " SLBrowser/9.0.5.11261", " QIHU 360SE")), 0
    return f"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{kernel}.0) Gecko/20100101 Firefox/{kernel}.0", 0


def hand_made(rng: random.Random) -> tuple[str, int]:
    """By somebody who does not know the rule: a version swapped, another platform's number, a system that cannot be."""
    text, tier = rng.choice((android, ios))(rng)
    before, after = text.split("MicroMessenger/", 1)
    version, rest = after.split("(0x", 1)
    kind = rng.random()
    if kind < 0.45:
        return f"{before}MicroMessenger/8.0.{rng.randrange(3, 60)}(0x{rest}", tier
    if kind < 0.7:
        return f"{before}MicroMessenger/{version}(0x{'1' if rest[0] == '2' else '2'}{rest[1:]}", tier
    if kind < 0.85:
        return f"{before}MicroMessenger/{version}(0x{rng.getrandbits(28):08x}{rest[8:]}", tier
    return text.replace("Android 1", "iPhone OS 1").replace(
        "iPhone; CPU", "iPhone; U; Android 6.0; CPU"
    ), tier


def _android_wechat(rng: random.Random, device: str, patch: int) -> str:
    chrome, minor, xweb = _KERNELS[
        min(len(_KERNELS) - 1, max(0, (patch - 20) // 7 + rng.choice((-1, 0, 0, 1, 1))))
    ]
    number = hex_of(2, 8, 0, patch, 0x30 + patch % 32).upper()
    return (f"Mozilla/5.0 (Linux; {device}; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/{chrome}.0.{minor} "
            f"Mobile Safari/537.36 XWEB/{xweb} MMWEBSDK/20{23 + patch // 50}0{1 + patch % 9}05 MMWEBID/{rng.randrange(10000)} "
            f"MicroMessenger/8.0.{patch}.{1600 + 20 * patch}(0x{number}) WeChat/arm64 Weixin NetType/{{net}} "
            "Language/zh_CN ABI/arm64")  # fmt: skip
