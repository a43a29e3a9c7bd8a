"""After signing in one comes back to a page of the desk, and to nowhere else."""

from __future__ import annotations

import pytest

from voting_service.accounts.return_path import is_ours, return_path


@pytest.mark.parametrize(
    "path",
    [
        "/desk",
        "/desk/",
        "/desk/dockets",
        "/desk/dockets/12?from=home&page=2",
        "/desk/c/a-b/notices/3",
        "/desk/a%E7%8E%8B",
        "/desk/x?at=%2F..%2Fa",
    ],
)
def test_pages_of_the_desk_are_come_back_to(path: str) -> None:
    assert return_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None, "", "/", "desk", "/desktop", "/c/test", "//evil.example/desk", "https://evil.example/desk", "/\\evil.example",
        "/desk//evil.example", "/desk/\\evil.example", "/desk/../c/test", "/desk/%2e%2e/c/test", "/desk/.%2E/x", "/desk/..",
        "/desk/..?x", "/desk/%2f/evil.example", "/desk/%5cevil", "javascript:alert(1)", "/desk\n/x", "/desk/\t/x", "/desk/x#y",
        "/desk/sign-in", "/desk/sign-in?next=/desk", "/desk/sign-out", "/desk/invitation/abc", "/desk/" + "x" * 500,
        "/desk@evil.example", "/desk:80", "/desk/王",
    ],
)  # fmt: skip
def test_everything_else_leads_to_the_first_page(path: str | None) -> None:
    assert return_path(path) == "/desk"
    assert not is_ours(path or "")
