"""Where a single uploaded file belongs: whatever path somebody has put before it does not count."""

from __future__ import annotations

import pytest

from voting_service.candidates.intake.staging import member_name


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("campaign.toml", "campaign.toml"),
        ("C:\\fakepath\\candidates.xlsx", "candidates.xlsx"),
        ("../../../etc/passwd", "passwd"),
        ("/photos/../7.JPG", "photos/7.JPG"),
        ("活动/photos/7-2.png", "photos/7-2.png"),
        (".bashrc", "bashrc"),
        ("a\x00b\n.jpg", "photos/ab.jpg"),
        ("", "file"),
        ("..", "file"),
    ],
)
def test_member_names(sent: str, kept: str) -> None:
    assert member_name(sent) == kept
