"""A campaign's key, from which voter tags are made: where it is sealed."""

from __future__ import annotations

from ..sealed import SealedColumn
from .models import Campaign


def voter_key_place(slug: str) -> str:
    """What the key is sealed for."""
    return f"campaigns.voter_key.{slug}"


SEALED = (SealedColumn(Campaign.voter_key, voter_key_place, (Campaign.slug,)),)
