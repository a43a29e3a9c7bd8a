"""What the journal's details say in words: the codes of every room, by the detail's name. Publicity's come
on top; the journal's own room knows none of those above it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from .accounts.api_tokens.scopes import SCOPE_WORDS
from .accounts.managing import ACTS
from .assessment.final_list.desk_page import WAY_WORDS
from .assessment.scheme import scheme_of
from .campaigns.queries import campaign_by_slug
from .candidates.profiles.document import FIELD_WORDS
from .committee.desk_page import STATE_WORDS as MOTION_WORDS
from .tally.blind.reviewing import WORDS as BLIND_WORDS
from .tally.decisions.rules import KIND_NAMES
from .text import Text, _
from .webhooks.kinds import KIND_WORDS as EVENT_WORDS

JOURNAL_VALUES: Mapping[str, Mapping[str, Text]] = {
    "actions": {"allow": _("放行"), "challenge": _("验证"), "hold": _("待核"), "deny": _("拒绝")},
    "act": {str(act): word for act, word in ACTS.items()},
    "fields": FIELD_WORDS,
    "format": {"csv": _("表格（CSV）"), "jsonl": _("原始记录（JSON）")},
    "kind": {**KIND_NAMES, "motion": _("表决纪要"), "certification": _("认定纪要")},
    "kinds": EVENT_WORDS,
    "outcome": {code: word for code, (word, _tone) in MOTION_WORDS.items()},
    "scopes": {str(scope): word for scope, word in SCOPE_WORDS.items()},
    "second_factor": {"app": _("手机验证码"), "recovery": _("恢复码")},
    "serials": {"all": _("全部")},
    "way": WAY_WORDS,
    "word": BLIND_WORDS,
}


def criteria_names(session: Session, slug: str) -> dict[str, str]:
    """A campaign's criteria by key. Raises NotFound."""
    return {one.key: one.name for one in scheme_of(campaign_by_slug(session, slug).plan).criteria}
