"""The polling station: what takes part in casting, put together once per process, and what it remembers of a campaign."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from anti_fraud.policy import Policy

from ..campaigns.gate_policies import current_policy
from ..campaigns.models import CLOSED, OPEN
from ..campaigns.queries import campaign_by_slug
from ..campaigns.rules import BallotRules
from ..campaigns.voter_keys import voter_key_place
from ..candidates.queries import names_by_number
from ..clock import Clock
from ..database import Database
from ..encryption import Keyring
from ..errors import NotFound
from ..text import _
from ..transparency import log
from ..transparency.models import Log
from ..transparency.notes import SigningKey
from ..web.sessions import VoterSession
from .ballot_box import BallotBox, BoxUnavailable
from .ballot_form import BallotForms
from .door import Door


@dataclass(frozen=True)
class CampaignKeys:
    """What casting needs of a campaign and the box does not hold. Fixed from opening on, so it is read once."""

    slug: str
    rules: BallotRules
    zone: ZoneInfo
    voter_key: bytes
    signing_key: SigningKey
    names: Mapping[int, str]
    """Candidate number → name, for what a refusal says."""


class PollingStation:
    """Everything that takes part in casting, put together once per process."""

    def __init__(
        self,
        database: Database,
        box: BallotBox,
        forms: BallotForms,
        door: Door,
        keyring: Keyring,
        clock: Clock,
    ) -> None:
        self.box = box
        self.forms = forms
        self.door = door
        self.clock = clock
        self.keyring = keyring
        self._database = database
        self._keys: dict[str, CampaignKeys] = {}
        self._policies: dict[str, tuple[int, Policy]] = {}

    def keys_of(self, slug: str) -> CampaignKeys | None:
        """The keys of a campaign that has been opened; None for any other."""
        known = self._keys.get(slug)
        return known or self._load(slug)

    def knows(self, slug: str) -> bool:
        """Whether this process has the campaign's keys already, so that casting costs no SQL."""
        return slug in self._keys

    def voter_tag(self, keys: CampaignKeys, session: VoterSession) -> str:
        """The voter's name in this campaign: a keyed hash that says nothing elsewhere."""
        return _digest(keys.voter_key, f"{session.identity}:{session.subject}")

    def policy_of(self, slug: str) -> tuple[int, Policy]:
        """The gate's policy as this process last read it, with its version."""
        return self._policies.get(slug) or self._read_policy(slug)

    def renew_policy(self, slug: str, held_by_box: int) -> None:
        """Read the policy anew, since the box names another version. A box that is behind (rebuilt, or the change was
        cut short before it was told) is told. Raises BoxUnavailable where it knows a version that SQL does not."""
        version, _policy = self._read_policy(slug)
        if version > held_by_box:
            self.box.adopt_policy(slug, version)
        elif version < held_by_box:
            raise BoxUnavailable(
                _("关卡设置正在更新，您的选票没有投出，请稍后再试。"),
                _("票箱的关卡设置比数据库新；数据库可能恢复自较旧的备份。"),
            )

    def _read_policy(self, slug: str) -> tuple[int, Policy]:
        with self._database.read() as session:
            found = current_policy(session, campaign_by_slug(session, slug).id)
        self._policies[slug] = found
        return found

    def _load(self, slug: str) -> CampaignKeys | None:
        # Unlocked: two threads that read the same keys at once do no harm, and a slow database holds up only who asks it.
        with self._database.read() as session:
            try:
                campaign = campaign_by_slug(session, slug)
            except NotFound:
                return None
            if campaign.phase not in (OPEN, CLOSED):
                return None
            public_log = session.get_one(Log, campaign.id)
            self._keys[slug] = CampaignKeys(
                slug=slug,
                rules=campaign.rules,
                zone=campaign.rules.zone,
                voter_key=self.keyring.open(campaign.voter_key, voter_key_place(slug)),
                signing_key=log.signing_key(public_log, self.keyring),
                names=names_by_number(session, campaign.id),
            )
            return self._keys[slug]


def _digest(key: bytes, message: str) -> str:
    mac = hmac.digest(key, message.encode(), "sha256")[:16]
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
