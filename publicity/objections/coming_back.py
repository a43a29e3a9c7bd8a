"""Coming back with docket number and passcode. A wrong pair costs and answers alike, whether the number exists or not: the
same question to the database, the same digests, the same words."""

from __future__ import annotations

import hmac

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.campaigns.models import Campaign
from voting_service.campaigns.voter_keys import voter_key_place
from voting_service.encryption import Keyring

from ..docket.models import Objection
from ..docket.numbers import DocketDigests
from ..notices.models import Notice

_NOBODY = "nobody"


class Doorkeeper:
    """Compares pairs. Where there is no such docket, with one that nobody has."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._nobodys_key = keyring.seal(bytes(32), voter_key_place(_NOBODY))
        self._nobodys_digest = bytes(32)

    def knows(self, session: Session, docket_number: str, passcode: str) -> bool:
        """Whether the pair is right. Both in the form of ``docket.numbers.read_…``."""
        found = session.execute(
            select(Objection.passcode_digest, Campaign.voter_key, Campaign.slug)
            .join(Notice, Objection.notice_id == Notice.id)
            .join(Campaign, Notice.campaign_id == Campaign.id)
            .where(Objection.docket_number == docket_number)
        ).one_or_none()
        digest, key, slug = found or (self._nobodys_digest, self._nobodys_key, _NOBODY)
        digests = DocketDigests(self._keyring.open(key, voter_key_place(slug)))
        right = hmac.compare_digest(digests.passcode(docket_number, passcode), digest)
        return right and found is not None
