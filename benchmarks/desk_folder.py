"""A campaign folder as an office packs it: a declaration, a table and a photo of everybody."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta

from PIL import Image

_DECLARATION = """
slug = "{slug}"
title = "最美产业工人"
organiser = "云川市总工会"
description = "说明"

[voting]
opens_at = {opens}
closes_at = {closes}
max_choices = 3
identities = ["device"]
"""
_SIDES = (800, 1000)


def packed(slug: str, candidates: int) -> bytes:
    """The folder as a .zip."""
    opens = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    lines = [f"{n},候选人{n},单位{n},工人,女,一句话简介,{'事迹。' * 200}" for n in range(1, candidates + 1)]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(
            "活动/campaign.toml",
            _DECLARATION.format(
                slug=slug, opens=opens.isoformat(), closes=(opens + timedelta(days=9)).isoformat()
            ),
        )
        archive.writestr("活动/candidates.csv", "\n".join(["编号,姓名,单位,职务,性别,简介,事迹", *lines]))
        for number in range(1, candidates + 1):
            archive.writestr(f"活动/photos/{number}.jpg", _photo(number))
    return made.getvalue()


def _photo(number: int) -> bytes:
    """Not one colour alone: that would be decoded in no time."""
    gradient = Image.linear_gradient("L").resize(_SIDES)
    turned = gradient.rotate(number)
    out = io.BytesIO()
    Image.merge("RGB", (gradient, turned, gradient.rotate(90))).save(out, "JPEG", quality=85)
    return out.getvalue()
