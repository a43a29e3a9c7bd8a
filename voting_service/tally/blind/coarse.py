"""Figures as a blind sheet tells them: in steps so wide that whoever knows every candidate's count at every minute finds no
exact figure to look for. Each function gives the same words for a whole range, and the words depend on nothing else."""

from __future__ import annotations

from datetime import timedelta

from ...text import Text, _

_STEPS = (1, 2, 5)


def step_of(number: int) -> tuple[int, int]:
    """From and to (both included) of the step that holds a number: 0–9, 10–19, 20–49, 50–99, 100–199, 200–499 …"""
    if number < 10:
        return 0, 9
    power = 10 ** (len(str(number)) - 1)
    start = max(step for step in _STEPS if step * power <= number) * power
    following = {1: 2, 2: 5, 5: 10}[start // power] * power
    return start, following - 1


def about(number: int) -> Text:
    """A number of things, as its step: ``20–49``; below ten only that."""
    low, high = step_of(number)
    if not low:
        return _("不到 10")
    return _("%(low)s–%(high)s", low=f"{low:,}", high=f"{high:,}")


def share_about(share: float | None) -> Text:
    """A share between 0 and 1, to the nearest tenth: exact ones, multiplied by a size, would give a count."""
    if share is None:
        return _("—")
    if share < 0.05:
        return _("不到 5%")
    if share >= 0.95:
        return _("95% 以上")
    return _("约 %(tenths)s%%", tenths=10 * max(1, min(9, round(share * 10))))


def share_at_most(share: float) -> Text:
    """The same as a bound from above."""
    if share < 0.05:
        return _("不到 5%")
    tenths = 10 * min(10, int(share * 10 + 0.999))
    return _("不超过 %(tenths)s%%", tenths=tenths)


def measured(value: float | None) -> Text:
    """A median or a diversity, to two digits; no public count tells it."""
    if value is None:
        return _("—")
    return _("约 %(value)s", value=f"{float(f'{value:.2g}'):g}")


def lasting(length: timedelta) -> Text:
    """How long, in five steps: the pace is evidence, the minute is a name."""
    for limit, word in (
        (timedelta(minutes=10), _("不到 10 分钟")),
        (timedelta(hours=1), _("10 分钟到 1 小时")),
        (timedelta(hours=6), _("1 至 6 小时")),
        (timedelta(days=1), _("6 小时到 1 天")),
    ):
        if length < limit:
            return word
    return _("1 天以上")


def chance_below(p: float) -> Text:
    """How unlikely, in three steps."""
    if p < 1e-6:
        return _("不到百万分之一")
    return _("不到千分之一") if p < 1e-3 else _("千分之一以上，不能单凭这一项")
