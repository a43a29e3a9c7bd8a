"""Profiles: reviewed before voting, frozen at opening, corrected afterwards as versions that stay."""
