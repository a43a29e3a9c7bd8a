"""What a campaign promises to those who object, from ``[publicity]`` of its declaration: pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from voting_service.campaigns.plan_declaration import DECIDE_WITHIN, REPLY_WITHIN
from voting_service.text import Text, _


class Worth(StrEnum):
    """What an objection of one kind is worth."""

    ANSWERED = "answered"
    """Taken up, examined, answered in writing."""
    EXAMINED = "examined"
    """Examined where there is a clue that can be checked; no answer of its own."""
    REFUSED = "refused"
    """Not taken at all."""


DEFAULTS = {"named": Worth.ANSWERED, "unit": Worth.ANSWERED, "anonymous": Worth.EXAMINED}


@dataclass(frozen=True)
class ObjectionTerms:
    """What named persons, units and those without a name are worth, and by when they hear of it."""

    named: Worth = DEFAULTS["named"]
    unit: Worth = DEFAULTS["unit"]
    anonymous: Worth = DEFAULTS["anonymous"]
    decide_within_workdays: int = DECIDE_WITHIN
    """Working days after the day of receipt in which it is accepted or declined."""
    reply_within_workdays: int = REPLY_WITHIN
    """Working days after the day of receipt in which it is ruled upon and answered."""

    @classmethod
    def from_plan(cls, plan: Mapping[str, Any]) -> ObjectionTerms:
        """From a campaign's whole plan (``campaign.plan``); what it leaves out has its default."""
        given = plan.get("publicity", {}).get("objections", {})
        worths = {kind: Worth(given.get(kind, worth)) for kind, worth in DEFAULTS.items()}
        return cls(
            **worths,
            decide_within_workdays=given.get("decide_within_workdays", DECIDE_WITHIN),
            reply_within_workdays=given.get("reply_within_workdays", REPLY_WITHIN),
        )

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> ObjectionTerms:
        """What a published notice promised (``queries.document_of``), whatever the plan says since."""
        promised = document["objections"]
        return cls(
            **{kind: Worth(promised[kind]["worth"]) for kind in DEFAULTS},
            decide_within_workdays=promised["decide_within_workdays"],
            reply_within_workdays=promised["reply_within_workdays"],
        )

    def worth(self, kind: str) -> Worth:
        """What an objection of this kind (``docket.models.KINDS``) is worth."""
        worth: Worth = getattr(self, kind)
        return worth

    @property
    def accepted_kinds(self) -> tuple[str, ...]:
        """The kinds that are taken at all, in their order."""
        return tuple(kind for kind in DEFAULTS if self.worth(kind) is not Worth.REFUSED)


KIND_WORDS = {"named": _("个人实名反映的"), "unit": _("单位反映的（加盖公章）"), "anonymous": _("匿名反映的")}
_WORTH_WORDS = {
    Worth.ANSWERED: _("受理、查核并书面答复"),
    Worth.EXAMINED: _("有可核查线索的予以查核，不单独答复"),
    Worth.REFUSED: _("不予受理"),
}


def worth_text(kind: str, worth: Worth) -> Text:
    """``个人实名反映的，受理、查核并书面答复。``"""
    return _("%(kind)s，%(worth)s。", kind=KIND_WORDS[kind], worth=_WORTH_WORDS[worth])


def terms_texts(terms: ObjectionTerms) -> list[Text]:
    """What a notice says of objections: each kind, then the two terms."""
    return [
        *(worth_text(kind, terms.worth(kind)) for kind in DEFAULTS),
        _("收到异议后 %(decide)s 个工作日内决定是否受理，%(reply)s 个工作日内作出处理决定。",
          decide=terms.decide_within_workdays, reply=terms.reply_within_workdays),
    ]  # fmt: skip
