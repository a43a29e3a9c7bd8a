"""The paragraph that a committee member reads out: what was seen, what ordinary ballots look like, what would change.

It is made from the figures alone, in Chinese and English, once with the candidate hidden and once with the number.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from anti_fraud.scan.comparison import Comparison
from anti_fraud.scan.effect import Effect
from anti_fraud.scan.grouping import COMPANY
from anti_fraud.scan.profile import Profile
from anti_fraud.scan.rule import Finding

Language = Literal["zh", "en"]
BEIJING = timezone(timedelta(hours=8))  # all of China keeps one time, without summer time
NAMED = 3  # candidates told one by one
MAIN = 0.25  # … if at least so many of the ballots chose them; the others are summed up
CYCLE = "甲乙丙丁戊己庚辛壬癸"

# What is said of a figure when it is as high in the cluster as the first number, and by how much it must exceed the
# ordinary ballots: figure, least share, Chinese, English.
REMARKS: tuple[tuple[str, str, str], ...] = (
    ("from_hosting", "来自数据中心或云服务器的网络地址", "came from addresses of data centres or clouds"),
    ("untouched", "提交前屏幕上没有任何触摸", "show no touch on the screen"),
    ("under_1_2_s", "从打开选票到投出不足 1.2 秒", "took less than 1.2 seconds from form to ballot"),
    (
        "impossible_agent",
        "自称的手机或微信版本自相矛盾，或自称是程序",
        "name a device or WeChat version that contradicts itself, or a program",
    ),
    (
        "too_fast_work",
        "完成验证计算的速度超出同类手机",
        "solved the proof of work faster than phones of that kind can",
    ),
    ("like_a_clock", "停留时间或间隔像钟表一样整齐", "keep times as regular as a clock"),
    ("without_signed_link", "不经菜单、海报或签名链接进入", "came by no menu, poster or signed link"),
)
WORTH_SAYING = 0.5
ABOVE_ORDINARY = 2.0

ENDING = {
    "zh": "以上只说明这些选票是怎样投出的，不说明是谁投的，也不构成对任何候选人的指控。",
    "en": "This says how these ballots were cast. It says nothing about who cast them and accuses no candidate.",
}


@dataclass(frozen=True)
class Paragraphs:
    """Both languages, with the candidate hidden and with the number."""

    blinded_zh: str
    blinded_en: str
    named_zh: str
    named_en: str

    def as_dict(self) -> dict[str, dict[str, str]]:
        """For JSON."""
        return {
            "blinded": {"zh": self.blinded_zh, "en": self.blinded_en},
            "named": {"zh": self.named_zh, "en": self.named_en},
        }


@dataclass(frozen=True)
class _Facts:
    finding: Finding
    reasons: Collection[str]
    upper: float
    window: tuple[float, float]
    profile: Profile
    ordinary: Profile
    effects: Sequence[Effect]  # candidates whom much of the cluster chose, most first
    others: int  # candidates with ballots in the cluster besides these


def paragraphs_of(
    finding: Finding,
    reasons: Collection[str],
    upper: float,
    window: tuple[float, float],
    profile: Profile,
    comparisons: Sequence[Comparison],
    effects: Sequence[Effect],
) -> Paragraphs:
    """Write the paragraph four times."""
    ordinary = max(comparisons, key=lambda group: (group.name == "same_hours", group.profile.ballots)).profile
    affected = [effect for effect in effects if effect.in_cluster]
    main = [effect for effect in affected[:NAMED] if effect.in_cluster >= MAIN * profile.ballots]
    facts = _Facts(finding, reasons, upper, window, profile, ordinary, main, len(affected) - len(main))
    return Paragraphs(
        _chinese(facts, blinded=True), _english(facts, blinded=True),
        _chinese(facts, blinded=False), _english(facts, blinded=False),
    )  # fmt: skip


# ---- Chinese


def _chinese(facts: _Facts, blinded: bool) -> str:
    from_, to = (_local(moment) for moment in facts.window)
    profile = facts.profile
    opening = (
        f"{from_:%Y年%-m月%-d日 %H:%M} 至 {_end(from_, to, '%-m月%-d日 ')}，有 {profile.ballots:,} 张选票"
    )
    opening += f"，{_choices_zh(facts, blinded)}{_places_zh(profile)}。"
    remarks = [f"{_percent(share)}{text}{_beside_zh(usual)}" for text, share, usual in _remarks(facts, "zh")]
    seen = "其中 " + "；".join(remarks) + "。" if remarks else ""
    return opening + seen + _pace_zh(facts) + _judgement_zh(facts) + _effect_zh(facts, blinded) + ENDING["zh"]


def _choices_zh(facts: _Facts, blinded: bool) -> str:
    if not facts.effects:
        return f"分散选了 {facts.others} 位候选人"
    if len(facts.effects) == 1 and facts.effects[0].in_cluster == facts.profile.ballots:
        told = f"全部选了{_name_zh(0, facts.effects[0], blinded)}"
    else:
        told = "、".join(
            f"{e.in_cluster:,} 张选了{_name_zh(i, e, blinded)}" for i, e in enumerate(facts.effects)
        )
    return told + (f"，另外还选到 {facts.others} 位候选人" if facts.others else "")


def _name_zh(place: int, effect: Effect, blinded: bool) -> str:
    return f"候选人{CYCLE[place]}" if blinded else f" {effect.candidate} 号候选人"


def _places_zh(profile: Profile) -> str:
    if not profile.addresses:
        return ""
    return f"，来自 {profile.blocks:,} 个网段的 {profile.addresses:,} 个网络地址"


def _beside_zh(usual: float | None) -> str:
    return "" if usual is None else f"（同一时段的普通选票为 {_percent(usual)}）"


def _pace_zh(facts: _Facts) -> str:
    mine, usual = facts.profile.median_dwell_s, facts.ordinary.median_dwell_s
    if mine is None or usual is None:
        return ""
    return f"从打开到投出，一半的选票用时不到 {mine:.1f} 秒（普通选票为 {usual:.1f} 秒）。"


def _judgement_zh(facts: _Facts) -> str:
    if facts.reasons == {"remainder"}:
        return "这些选票自身的证据不足，但同一网段或同一来源的选票绝大部分已被列为异常，其中可能有真实选票，请人工复核。"
    if facts.reasons == {"closed_link"}:
        return (
            "它们来自一个没有人转发、几乎人人打开即投、投票人多来自外省的链接。"
            "这可能是有偿拉票，也可能是外地单位的正常组织，请人工复核。"
        )
    if "inherent" in facts.reasons and "excess" not in facts.reasons:
        return (
            "这些选票显出两种机器的迹象，但同一地址后面的其他选票多半也显出其中之一，或没有其他选票可供对照；"
            "这可能只是一个单位统一配发的手机，全部都可能是真实选票，请人工复核。"
        )
    if COMPANY.issuperset(facts.reasons):
        return (
            "这些选票自身没有机器的迹象，只是与已列为异常的选票在网段、数据中心或时段上一致，所选候选人也相同；"
            "其中许多可能是真实选票，请人工复核。"
        )
    if COMPANY.union({"hand"}).issuperset(facts.reasons):
        return (
            "这些选票自身的证据不足以单独判断，但它们与已列为异常的选票在网段、完全相同的浏览器标识或时段上一致，所选候选人也相同，"
            f"明显多于同组真实投票人所能解释的数量；按我们的估计，其中至多约 {_most(facts):,} 张可能是真实投票人投出的，请人工复核。"
        )
    return _measured_zh(facts)


def _measured_zh(facts: _Facts) -> str:
    most = _most(facts)
    judged = f"对照同一范围内的正常选票，按我们的估计，其中至多约 {most:,} 张可能是真实投票人投出的。"
    if facts.finding == "quarantine":
        return judged + "机器投票的证据来自两个以上相互独立的方面，建议隔离，由委员会决定。"
    return judged + "证据只有一个方面，请人工复核，暂不建议隔离。"


def _effect_zh(facts: _Facts, blinded: bool) -> str:
    told = [
        f"{_name_zh(i, effect, blinded).strip()}"
        + (
            f"减少 {effect.in_cluster:,} 票"
            if blinded
            else f"由 {effect.count_before:,} 票变为 {effect.count_after:,} 票"
        )
        + f"，{_move_zh(effect) if blinded else _ranks_zh(effect)}"
        for i, effect in enumerate(facts.effects)
    ]
    if facts.others:
        told.append(f"{'另有' if told else '共有'} {facts.others} 位候选人各减少一小部分")
    return "如果作废：" + "；".join(told) + "。"


def _ranks_zh(effect: Effect) -> str:
    if effect.rank_before == effect.rank_after:
        return f"名次仍为第 {effect.rank_after}"
    return f"名次由第 {effect.rank_before} 变为第 {effect.rank_after}"


def _move_zh(effect: Effect) -> str:
    lost = effect.rank_after - effect.rank_before
    return f"名次下降 {lost} 位" if lost > 0 else f"名次上升 {-lost} 位" if lost < 0 else "名次不变"


# ---- English


def _english(facts: _Facts, blinded: bool) -> str:
    from_, to = (_local(moment) for moment in facts.window)
    profile = facts.profile
    opening = f"{profile.ballots:,} ballots, {from_:%-d %B %Y %H:%M} to {_end(from_, to, '%-d %B ')} (Beijing time), "
    opening += f"{_choices_en(facts, blinded)}{_places_en(profile)}. "
    remarks = [f"{_percent(share)} {text}{_beside_en(usual)}" for text, share, usual in _remarks(facts, "en")]
    seen = "; ".join(remarks) + ". " if remarks else ""
    return opening + seen + _pace_en(facts) + _judgement_en(facts) + _effect_en(facts, blinded) + ENDING["en"]


def _choices_en(facts: _Facts, blinded: bool) -> str:
    if not facts.effects:
        return f"spread over {facts.others} candidates"
    if len(facts.effects) == 1 and facts.effects[0].in_cluster == facts.profile.ballots:
        told = f"all for {_name_en(0, facts.effects[0], blinded)}"
    else:
        told = ", ".join(
            f"{e.in_cluster:,} for {_name_en(i, e, blinded)}" for i, e in enumerate(facts.effects)
        )
    return told + (f", and some for {facts.others} other candidates" if facts.others else "")


def _name_en(place: int, effect: Effect, blinded: bool) -> str:
    return f"candidate {'ABCDEFGHIJ'[place]}" if blinded else f"No. {effect.candidate}"


def _places_en(profile: Profile) -> str:
    if not profile.addresses:
        return ""
    return f", from {profile.addresses:,} addresses in {profile.blocks:,} network blocks"


def _beside_en(usual: float | None) -> str:
    return "" if usual is None else f" (ordinary ballots of the same hours: {_percent(usual)})"


def _pace_en(facts: _Facts) -> str:
    mine, usual = facts.profile.median_dwell_s, facts.ordinary.median_dwell_s
    if mine is None or usual is None:
        return ""
    return f"Half of them took less than {mine:.1f} seconds from form to ballot (ordinary ballots: {usual:.1f}). "


def _judgement_en(facts: _Facts) -> str:
    if facts.reasons == {"remainder"}:
        return (
            "The evidence in these ballots alone is not enough, but nearly all others of the same network block or source "
            "are suspect. Some may be genuine: people have to look. "
        )
    if facts.reasons == {"closed_link"}:
        return (
            "They came by a link that nobody passed on, that nearly everyone who opened it voted by, mostly from other "
            "provinces. That may be a paid crowd or a distant branch that was called to vote: people have to look. "
        )
    if "inherent" in facts.reasons and "excess" not in facts.reasons:
        return (
            "These ballots show two signs of a machine, but most others behind the same address show one of them too, or there "
            "are no others to compare. It may be one company's phones and all may be genuine: people have to look. "
        )
    if COMPANY.issuperset(facts.reasons):
        return (
            "These ballots show no sign of a machine themselves. They keep company with ballots found suspect: the same network "
            "block, data centre or hours, and the same candidate. Many may be genuine: people have to look. "
        )
    if COMPANY.union({"hand"}).issuperset(facts.reasons):
        return (
            "The evidence in these ballots alone is not enough, but they share the network block, the exact user agent or the "
            "hour, and the candidate, with ballots found suspect, far more often than the people of these groups explain; "
            f"at most about {_most(facts):,} can be genuine by our estimate: people have to look. "
        )
    return _measured_en(facts)


def _measured_en(facts: _Facts) -> str:
    judged = f"Compared with the normal ballots of the same groups, at most about {_most(facts):,} can be genuine by our estimate. "
    if facts.finding == "quarantine":
        return (
            judged
            + "The evidence of machines comes from two or more independent sides: we propose quarantine; the committee decides. "
        )
    return judged + "The evidence has one side only: people have to look, and quarantine is not proposed. "


def _effect_en(facts: _Facts, blinded: bool) -> str:
    told = [
        f"{_name_en(i, effect, blinded)} "
        + (
            f"loses {effect.in_cluster:,}"
            if blinded
            else f"goes from {effect.count_before:,} to {effect.count_after:,}"
        )
        + f" and {_move_en(effect) if blinded else _ranks_en(effect)}"
        for i, effect in enumerate(facts.effects)
    ]
    if facts.others:
        told.append(f"{facts.others} {'more ' if told else ''}candidates lose a few each")
    return "If they are voided: " + "; ".join(told) + ". "


def _ranks_en(effect: Effect) -> str:
    if effect.rank_before == effect.rank_after:
        return f"keeps rank {effect.rank_after}"
    return f"moves from rank {effect.rank_before} to {effect.rank_after}"


def _move_en(effect: Effect) -> str:
    lost = effect.rank_after - effect.rank_before
    return f"falls by {lost}" if lost > 0 else f"rises by {-lost}" if lost < 0 else "keeps the rank"


# ---- both


def _remarks(facts: _Facts, language: Language) -> list[tuple[str, float, float | None]]:
    """What most of the cluster shows and ordinary ballots do not: text, share here, share there."""
    told = []
    for name, zh, en in REMARKS:
        mine: Any = getattr(facts.profile, name)
        usual: Any = getattr(facts.ordinary, name)
        if mine is not None and mine >= WORTH_SAYING and (usual is None or mine >= ABOVE_ORDINARY * usual):
            told.append((zh if language == "zh" else en, float(mine), usual))
    return told


def _most(facts: _Facts) -> int:
    return max(int(facts.upper + 0.999), 1)


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.0995 or share == 0 else f"{share:.1%}"


def _local(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, BEIJING)


def _end(from_: datetime, to: datetime, day: str) -> str:
    return to.strftime("%H:%M" if from_.date() == to.date() else day + "%H:%M")
