"""A profile as one text: what voters read of a candidate, in one encoding, with its hash. Pure.

Versions, reviews and corrections are of this text: whoever says that a profile is in order says which.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from ...campaigns.cells import clean
from ...errors import Problem
from ...legible import is_legible
from ...text import Text, _
from ..models import Candidate
from ..personal_data import personal_data_in
from ..photos import Picture
from ..roster_table import LONGEST

CORRECTABLE = ("title", "summary", "story", "slogan")
"""What may be corrected once voting has frozen the roster. Name, number, organisation and category are in the log."""
FIELD_WORDS: Mapping[str, Text] = {
    "title": _("职务"),
    "summary": _("简介"),
    "story": _("事迹"),
    "slogan": _("口号"),
}


class Profile(NamedTuple):
    """The text and its hash."""

    document: str
    """Canonical JSON: keys sorted, no spaces, UTF-8."""
    sha256: str

    @property
    def fields(self) -> dict[str, object]:
        """What it says, by field."""
        found: dict[str, object] = json.loads(self.document)
        return found

    def text(self, field: str) -> str:
        """One of its texts; empty where it has none."""
        return str(self.fields.get(field) or "")


def profile_of(candidate: Candidate, changes: Mapping[str, str] | None = None) -> Profile:
    """A candidate's profile as it stands, or with these texts in the place of its own. Photos are named by the hash of what
    was uploaded."""
    fields: dict[str, object] = {
        "number": candidate.number,
        "name": candidate.name,
        "organisation": candidate.organisation,
        "category": candidate.category.key if candidate.category else None,
        "video_url": candidate.video_url,
        "photos": [Picture.from_json(photo.picture_json).name for photo in candidate.photos],
        **{field: getattr(candidate, field) for field in CORRECTABLE},
        **(changes or {}),
    }
    return as_profile(json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def as_profile(document: str) -> Profile:
    """A stored text with its hash."""
    return Profile(document, sha256(document.encode()).hexdigest())


def changed_fields(before: Profile, after: Profile) -> tuple[str, ...]:
    """Which of the correctable texts differ, in order."""
    return tuple(field for field in CORRECTABLE if before.text(field) != after.text(field))


def plain_texts(typed: Mapping[str, str]) -> dict[str, str]:
    """What a form holds, as the candidate table would be read: so that a folder made of it says the same."""
    found = {field: clean(typed.get(field, "")) for field in CORRECTABLE}
    return {field: text if field == "story" else " ".join(text.split()) for field, text in found.items()}


def text_problems(texts: Mapping[str, str]) -> list[Problem]:
    """Everything that keeps these texts from standing in a profile, each at its field: as the import would say."""
    problems = []
    for field, text in texts.items():
        most = LONGEST[field]
        if len(text) > most:
            problems.append(Problem(field, _("有 %(n)s 个字，最多 %(most)s 个字。", n=len(text), most=most)))
        if not is_legible(text, "\n\t"):
            problems.append(Problem(field, _("含有不可见的控制字符。")))
        if found := personal_data_in(text):
            problems.append(Problem(field, found, _("候选人资料会公开，请删去。")))
    if not texts.get("summary") and not texts.get("story"):
        problems.append(Problem("summary", _("简介和事迹不能都空着。")))
    return problems
