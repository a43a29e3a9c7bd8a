"""Settings: every one documented, every problem named at once, no secret ever shown, and proxies believed only as told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.actors import IPHONE
from tests.stage import KEYS, SECRET, Stage, make_service
from voting_service.errors import ProblemsFound
from voting_service.settings import PREFIX, Settings, read_settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"
REQUIRED = {"VOTING_SECRET_KEY": SECRET, "VOTING_ENCRYPTION_KEYS": KEYS}


class Row(NamedTuple):
    """One setting as the document has it."""

    default: str
    meaning: str
    example: str


def documented() -> dict[str, Row]:
    """Name → row, from every table of the document."""
    rows: dict[str, Row] = {}
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith(f"| `{PREFIX}"):
            name, *rest = cells
            assert name.strip("`") not in rows, f"{name} is documented twice"
            rows[name.strip("`")] = Row(*rest)
    return rows


def settings_of(environ: Mapping[str, str]) -> Settings:
    """The settings of this environment alone."""
    return read_settings(environ, dotenv=None)


def problems_of(environ: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with this environment, by variable."""
    with pytest.raises(ProblemsFound) as caught:
        settings_of(environ)
    return {problem.where: str(problem) for problem in caught.value.problems}


# ---- the document


def test_every_setting_is_documented_and_nothing_else() -> None:
    assert set(documented()) == {PREFIX + name.upper() for name in Settings.model_fields}


def test_the_documented_defaults_are_the_defaults() -> None:
    for name, row in documented().items():
        field = Settings.model_fields[name.removeprefix(PREFIX).lower()]
        if field.is_required():
            assert row.default == "必填 required"
        elif field.default is None:
            assert "`" not in row.default, f"{name} has no fixed default"
        else:
            assert row.default == f"`{field.default}`"


def test_every_meaning_is_given_in_both_languages() -> None:
    for name, row in documented().items():
        chinese, _break, english = row.meaning.partition("<br>")
        assert re.search("[\u4e00-\u9fff]", chinese), name
        assert re.search("[a-z]", english), name
        assert not re.search("[\u4e00-\u9fff]", english), name


def test_every_documented_example_is_accepted() -> None:
    examples = {name: row.example.strip("`") for name, row in documented().items()}
    for name, given in examples.items():
        field = Settings.model_fields[name.removeprefix(PREFIX).lower()]
        if "SecretStr" not in repr(field):  # a secret's example is the command that makes one
            # An app id says nothing without its secret.
            account = {key: text for key, text in examples.items() if "WECHAT_APP" in key}
            assert settings_of(REQUIRED | (account if "WECHAT_APP" in name else {name: given}))
    assert settings_of(REQUIRED | {name: text for name, text in examples.items() if " " not in text})


# ---- what is wrong is said at once


def test_all_problems_are_reported_together() -> None:
    found = problems_of(
        {
            "VOTING_SECRET_KEY": "short",
            "VOTING_PORT": "eighty",
            "VOTING_WORKERS": "0",
            "VOTING_TRUSTED_PROXIES": "-1",
            "VOTING_TIMEZONE": "Asia/Beijing",
            "VOTING_BASE_URL": "vote.example.org",
            "VOTING_DATABASE_URL": "mysql://here",
            "VOTING_REDIS_URL": "http://here",
            "VOTING_LIMIT_DEVICE": "many",
            "VOTING_METRICS_TOKEN": "short",
            "VOTING_PROT": "8000",
            "PATH": "is not ours",
        }
    )
    assert set(found) == {
        "VOTING_ENCRYPTION_KEYS", "VOTING_SECRET_KEY", "VOTING_PORT", "VOTING_WORKERS", "VOTING_TRUSTED_PROXIES",
        "VOTING_TIMEZONE", "VOTING_BASE_URL", "VOTING_DATABASE_URL", "VOTING_REDIS_URL", "VOTING_LIMIT_DEVICE",
        "VOTING_METRICS_TOKEN", "VOTING_PROT",
    }  # fmt: skip
    assert "必须设置" in found["VOTING_ENCRYPTION_KEYS"]
    assert "没有这个设置项" in found["VOTING_PROT"]


def test_each_problem_is_a_line_of_what_the_operator_sees() -> None:
    with pytest.raises(ProblemsFound) as caught:
        settings_of({"VOTING_PORT": "0"})
    lines = str(caught.value).splitlines()
    assert [line.split("：")[0] for line in lines[1:]] == [
        "- VOTING_SECRET_KEY",
        "- VOTING_ENCRYPTION_KEYS",
        "- VOTING_PORT",
    ]


@pytest.mark.parametrize("name", ["VOTING_SECRET_KEY", "VOTING_ENCRYPTION_KEYS"])
def test_a_secret_has_no_default(name: str) -> None:
    given = {other: value for other, value in REQUIRED.items() if other != name}
    assert set(problems_of(given)) == {name}
    assert set(problems_of(given | {name: ""})) == {name}, "an empty one is none"


# ---- secrets stay secret

HIDDEN = "hunter2-hunter2-hunter2-hunter2-hunter2"


def test_nothing_secret_is_in_repr_or_str() -> None:
    settings = settings_of(
        REQUIRED
        | {
            "VOTING_METRICS_TOKEN": HIDDEN,
            "VOTING_DATABASE_URL": f"postgresql://voting:{HIDDEN}@db/voting",
            "VOTING_REDIS_URL": f"redis://:{HIDDEN}@redis/0",
        }
    )
    for shown in (repr(settings), str(settings), f"{settings}", repr(settings.model_dump()["secret_key"])):
        for secret in (SECRET, KEYS, KEYS.partition(":")[2], HIDDEN):
            assert secret not in shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VOTING_SECRET_KEY", HIDDEN[:20]),
        ("VOTING_ENCRYPTION_KEYS", f"1:{HIDDEN}"),
        ("VOTING_ENCRYPTION_KEYS", HIDDEN),
        ("VOTING_METRICS_TOKEN", HIDDEN[:31]),
        ("VOTING_DATABASE_URL", f"mysql://voting:{HIDDEN}@db"),
        ("VOTING_REDIS_URL", f"http://:{HIDDEN}@redis"),
        ("VOTING_SECRET_KYE", HIDDEN),
    ],
)
def test_a_wrong_value_is_not_repeated_in_the_error(name: str, value: str) -> None:
    with pytest.raises(ProblemsFound) as caught:
        settings_of(REQUIRED | {name: value})
    error = caught.value
    for shown in (
        str(error),
        repr(error),
        repr(error.problems),
        *(str(problem) for problem in error.problems),
    ):
        assert value[:12] not in shown
        assert "hunter2" not in shown
    assert error.__cause__ is None
    assert error.__suppress_context__, "pydantic's own error repeats what was sent"


# ---- where they come from


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        f"# a comment\nVOTING_SECRET_KEY={SECRET!r}\nexport VOTING_ENCRYPTION_KEYS={KEYS}\n"
        "VOTING_PORT=9000\nVOTING_WORKERS=3\nVOTING_SITE_NAME=工会投票\nOTHER=ignored\n",
        encoding="utf-8",
    )
    settings = read_settings({"VOTING_PORT": "9001", "VOTING_WORKERS": ""}, file)
    assert settings.secret_key.get_secret_value() == SECRET
    assert (settings.port, settings.site_name) == (9001, "工会投票")
    assert settings.workers == Settings.model_fields["workers"].default, (
        "an empty variable switches a line off"
    )


def test_an_unknown_name_in_the_file_is_a_problem_too(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("VOTING_SITENAME=x\n", encoding="utf-8")
    with pytest.raises(ProblemsFound) as caught:
        read_settings(REQUIRED, file)
    assert [problem.where for problem in caught.value.problems] == ["VOTING_SITENAME"]


def test_a_missing_file_is_no_problem(tmp_path: Path) -> None:
    assert read_settings(REQUIRED, tmp_path / "no-such").port == 8000


def test_settings_cannot_be_changed_afterwards() -> None:
    settings = settings_of(REQUIRED)
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1  # type: ignore[misc]


# ---- proxies


def statuses(stage: Stage, forwarded: Sequence[str], remote: str = "10.0.0.1") -> list[int]:
    """Casts by new devices that all come from ``remote``, each with this X-Forwarded-For."""
    answers = []
    for header in forwarded:
        voter = stage.voter()
        form = voter.form()["form"]
        answer = voter.client.post(
            f"/api/v1/campaigns/{voter.slug}/ballots",
            json={"form": form, "choices": [1]},
            headers={"X-Forwarded-For": header, "User-Agent": IPHONE},
            environ_base={"REMOTE_ADDR": remote},
        )
        answers.append(answer.status_code)
    return answers


@pytest.mark.parametrize(
    ("trusted", "forwarded", "expected"),
    [
        # Nobody is believed: two made-up addresses are one and the same.
        (0, ["192.0.2.1", "192.0.2.2", "192.0.2.3"], [201, 201, 429]),
        # One proxy is believed, and it wrote the right-most.
        (1, ["192.0.2.1", "192.0.2.2", "192.0.2.3"], [201, 201, 201]),
        (1, ["198.51.100.1, 192.0.2.9", "198.51.100.2, 192.0.2.9", "198.51.100.3, 192.0.2.9"], [201, 201, 429]),
        (1, ["192.0.2.9, 198.51.100.1", "192.0.2.9, 198.51.100.2", "192.0.2.9, 198.51.100.3"], [201, 201, 201]),
        # Two: the second from the right.
        (2, ["1.1.1.1, 192.0.2.9, 10.0.0.1", "1.1.1.2, 192.0.2.9, 10.0.0.2", "192.0.2.9, 10.0.0.3"], [201, 201, 429]),
    ],
)  # fmt: skip
def test_an_address_is_believed_only_from_trusted_proxies(
    tmp_path: Path, redis_url: str, trusted: int, forwarded: list[str], expected: list[int]
) -> None:
    stage = Stage(
        make_service(
            tmp_path / "data", redis_url=redis_url, trusted_proxies=trusted, limit_cast_address="2/hour"
        )
    )
    stage.campaign()
    assert statuses(stage, forwarded) == expected
    stage.strike()
