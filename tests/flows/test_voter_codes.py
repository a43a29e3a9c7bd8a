"""People with a printed code: they enter it on a page without JavaScript, or an official does it for them; one ballot each."""

from __future__ import annotations

import csv
import gzip
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import structlog
from sqlalchemy import select, text

from tests.actors import IPHONE, Voter
from tests.contract.test_recount import publish, recount
from tests.flows.test_commands import run
from tests.flows.test_kiosk import Device, evidence
from tests.flows.test_pages import form_of
from tests.flows.test_ten_thousand_logins import holders_of
from tests.live import wait_until
from tests.oracle import check_books
from tests.paper import Holder, holder, import_members, make_codes, make_members
from tests.stage import ClockInHand, Stage, make_service
from tests.stage import rules as small_rules
from voting_service.activity import JournalEntry
from voting_service.ledger import LedgerEntry
from voting_service.redis_server.embedded import EmbeddedRedis
from voting_service.voter_codes.code_text import new_code
from voting_service.voter_codes.guesses import PER_ADDRESS
from voting_service.web.sessions import LIFETIME_S

ASSISTANT = "赵志强"


def register(stage: Stage, *more: str) -> str:
    """Register a kiosk in the union's hall; gives its link's path."""
    done = run(
        stage, "fraud", "kiosk", "add", "test", "职工之家 1 号机", "--by", "王敏", "--reason", "大厅", *more
    )
    assert done.exit_code == 0, done.output
    return urlsplit(done.stdout.strip()).path


def kiosk_at(stage: Stage, path: str) -> Device:
    """A browser made that kiosk."""
    device = Device(stage.client())
    wait_until(lambda: device.get(path).status_code == 200, "the link is known")
    answer = device.post(path, action="start")
    assert (answer.status_code, answer.location) == (303, "/c/test/code")
    return device


def enter_at(device: Device, code: str, **fields: str) -> Any:
    """Type it on the kiosk's page."""
    page = device.get("/c/test/code").text
    token = page.split('name="token" value="')[1].split('"')[0]
    return device.post("/c/test/code", token=token, code=code, **fields)


def assists(stage: Stage) -> list[tuple[str, datetime, dict[str, Any]]]:
    """The journal's entries on assistance."""
    with stage.service.database.read() as session:
        rows = session.scalars(
            select(JournalEntry).where(JournalEntry.act == "assist").order_by(JournalEntry.id)
        ).all()
    return [(row.actor, row.at, json.loads(row.details)) for row in rows]


def test_from_the_card_to_the_receipt_without_javascript(stage: Stage, tmp_path: Path) -> None:
    stage.campaign(identities=("code",))
    code, _other = make_codes(stage, tmp_path, 2)
    voter = holder(stage)
    page = voter.page()
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert "会员编号" not in page.text
    entered = voter.enter(code.lower())
    assert (entered.status_code, entered.location) == (303, "/c/test")
    (cookie,) = (one for one in entered.headers.getlist("Set-Cookie") if one.startswith("voter="))
    assert {"HttpOnly", "SameSite=Lax", f"Max-Age={LIFETIME_S}"} <= set(cookie.split("; "))
    ballot = voter.get("/c/test")
    assert ballot.headers["Cache-Control"] == "no-store"
    cast = voter.client.post("/c/test", data={"form": form_of(ballot), "choices": [2], "action": "cast"},
                             headers={"User-Agent": IPHONE})  # fmt: skip
    assert (cast.status_code, cast.location[:3]) == (303, "/r/")
    assert "选票已投出" in voter.get(cast.location).text
    assert "已凭投票码进入投票" in voter.page().text
    again = voter.vote([3])
    assert (again.status_code, again.get_json()["code"]) == (409, "already_cast")
    assert "一个投票码只投一次" in again.get_json()["detail"]
    left = voter.client.post("/c/test/code/leave")
    assert (left.status_code, left.location) == (303, "/c/test/code")
    assert str(voter.cookie()).startswith("device."), "the browser alone is left"
    assert 'name="code"' in voter.page().text
    stage.record()
    tally = json.loads(run(stage, "tally", "test", "--json").stdout)
    assert tally["by_channel"] == {"code": {"counted": 1, "held": 0, "voided": 0}}
    check_books(stage)


def test_the_same_code_on_two_phones_is_one_voter(stage: Stage, tmp_path: Path) -> None:
    stage.campaign(identities=("code",))
    first, second = make_codes(stage, tmp_path, 2)
    phones = [holder(stage) for _ in range(3)]
    for phone, code in zip(phones, (first, first, second), strict=True):
        assert phone.enter(code).status_code == 303
    assert [phone.vote([1]).status_code for phone in phones] == [201, 409, 201]
    stage.record()
    with stage.service.database.read() as session:
        rows = session.execute(select(LedgerEntry.channel, LedgerEntry.voter_tag)).all()
    assert [row.channel for row in rows] == ["code"] * 2
    assert len({row.voter_tag for row in rows}) == 2
    check_books(stage)


def test_a_code_is_spent_for_good_though_others_vote_every_day(stage: Stage, tmp_path: Path) -> None:
    """The box counts by its own clock: the first ballot is moved to yesterday there, as midnight would."""
    stage.campaign(identities=("code", "member"), ballots_per_day=1)
    (code,) = make_codes(stage, tmp_path, 1)
    member = make_members(stage, tmp_path, ["GH-1"])["GH-1"]
    by_code, by_member = holder(stage), holder(stage)
    assert by_code.enter(code, "").status_code == 303
    assert by_member.enter(member, "GH-1").status_code == 303
    for one in (by_code, by_member):
        assert one.vote([1]).status_code == 201
        assert one.vote([2]).status_code == 409
    let_a_day_pass(stage)
    assert by_member.vote([2]).status_code == 201
    refused = by_code.vote([2])
    assert (refused.status_code, refused.get_json()["code"]) == (409, "already_cast")
    assert refused.get_json().get("next_at") is None


def test_a_spent_code_stays_spent_when_the_box_is_lost_and_rebuilt(stage: Stage, tmp_path: Path) -> None:
    stage.campaign(identities=("code", "member"), ballots_per_day=1)
    spent, unspent = make_codes(stage, tmp_path, 2)
    first, again, other = (holder(stage) for _person in range(3))
    assert first.enter(spent, "").status_code == 303
    assert first.vote([1]).status_code == 201
    stage.record()
    stage.service.redis_client.flushall()
    assert first.vote([2]).status_code == 503
    rebuilt = run(stage, "rebuild-box", "test")
    assert (rebuilt.exit_code, "1 张选票，1 名投票人" in rebuilt.stderr) == (0, True), rebuilt.output
    assert again.enter(spent, "").status_code == 303, "nobody keeps a list of codes that have voted"
    assert [one.vote([2]).status_code for one in (first, again)] == [409, 409]
    assert other.enter(unspent, "").status_code == 303
    assert other.vote([2]).status_code == 201
    stage.record()
    books = check_books(stage)
    assert (books.box, books.ledger, books.voters_compared) == (2, 2, True)
    let_a_day_pass(stage)
    assert [one.vote([3]).status_code for one in (first, again, other)] == [409] * 3, "nor on the day after"


def let_a_day_pass(stage: Stage) -> None:
    """Make what the box knows of today's ballots yesterday's."""
    client = stage.service.redis_client
    for key in client.scan_iter("*", _type="hash"):
        for voter, known in client.hgetall(key).items():
            if re.fullmatch(r"\d+:\d+:\d+:[\d,]*", known):
                day, _colon, rest = known.partition(":")
                client.hset(key, voter, f"{int(day) - 1}:{rest}")


def test_a_member_is_one_voter_with_whatever_code(stage: Stage, tmp_path: Path) -> None:
    stage.campaign(identities=("member",), ballots_per_day=None, ballots_total=2)
    first = make_members(stage, tmp_path, ["GH-1", "GH-2"])
    phone = holder(stage)
    assert phone.enter(first["GH-1"], "GH-1").status_code == 303
    assert phone.vote([1]).status_code == 201
    anew = make_members(stage, tmp_path, ["GH-1"], "--anew")
    other = holder(stage)
    refused = other.enter(first["GH-1"], "GH-1")
    assert (refused.status_code, "已经作废" in refused.text) == (422, True)
    assert other.enter(anew["GH-1"], "GH-1").status_code == 303
    assert [other.vote([n]).status_code for n in (2, 3)] == [201, 409]
    stage.record()
    tally = json.loads(run(stage, "tally", "test", "--json").stdout)
    assert tally["by_channel"] == {"member": {"counted": 2, "held": 0, "voided": 0}}
    check_books(stage)


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(stage: Stage, tmp_path: Path) -> None:
    stage.campaign(identities=("code", "member"))
    make_members(stage, tmp_path, ["GH-1"])
    voter = holder(stage)
    slip = voter.enter("7QK2-M3", "GH-1")
    assert slip.status_code == 422
    assert 'value="7QK2-M3"' in slip.text
    assert 'value="GH-1"' in slip.text
    assert 'aria-describedby="code-error code-hint"' in slip.text
    assert 'role="alert"' in slip.text
    wrong = voter.enter(new_code(), "GH-1")
    assert (wrong.status_code, "会员编号或投票码不对" in wrong.text) == (422, True)
    assert voter.cookie() == ""
    import_members(stage, tmp_path, ["GH-2"])


def test_pages_that_are_not_there(stage: Stage) -> None:
    stage.campaign("devices")
    stage.draft("drafted", with_rules=small_rules(identities=("code",)))
    for slug in ("devices", "drafted", "nothing"):
        assert stage.client().get(f"/c/{slug}/code").status_code == 404
        assert stage.client().post(f"/c/{slug}/code", data={"code": new_code()}).status_code == 404
        assert stage.client().post(f"/c/{slug}/code/leave").status_code == 404


def test_before_opening_and_after_closing_the_page_says_when(stage: Stage, tmp_path: Path) -> None:
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    stage.campaign(identities=("code",), opens_at=soon, closes_at=soon + timedelta(days=1))
    (code,) = make_codes(stage, tmp_path, 1)
    page = stage.client().get("/c/test/code")
    assert (page.status_code, "投票将于" in page.text, 'name="code"' in page.text) == (200, True, False)
    refused = stage.client().post("/c/test/code", data={"code": code})
    assert (refused.status_code, "投票将于" in refused.text) == (403, True)
    stage.campaign("over", identities=("code",))
    run(stage, "campaign", "close", "over", "--yes")
    wait_until(lambda: "截止" in stage.client().get("/c/over/code").text, "closed")


def test_a_session_is_good_in_its_own_campaign_alone(stage: Stage, tmp_path: Path) -> None:
    stage.campaign(identities=("code",))
    stage.campaign("other", identities=("code",))
    (code,) = make_codes(stage, tmp_path, 1)
    voter = holder(stage)
    voter.enter(code)
    voter.slug = "other"
    assert voter.get("/api/v1/campaigns/other/ballot-form").status_code == 401
    stranger = holder(stage, "other")
    assert stranger.enter(code).status_code == 422
    # Leaving the other campaign does not end this one's session.
    kept = voter.cookie()
    voter.client.post("/c/other/code/leave")
    assert voter.cookie() == kept != ""


def test_guessing_is_held_off_with_429(tmp_path: Path, redis_url: str) -> None:
    half_past = datetime.now(UTC).replace(minute=30, second=0, microsecond=0)
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=ClockInHand(half_past)))
    stage.campaign(identities=("code",))
    (code,) = make_codes(stage, tmp_path, 1)
    thief = holder(stage)
    token = thief.token()
    for _ in range(PER_ADDRESS):
        assert thief.client.post("/c/test/code", data={"token": token, "code": new_code()}).status_code == 422
    held_off = thief.enter(code)
    assert (held_off.status_code, "次数太多" in held_off.text) == (429, True)
    assert int(held_off.headers["Retry-After"]) == 1800, "until the hour is full"
    assert thief.cookie() == ""
    stage.strike()


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_no_other_site_enters_a_code_in_a_visitors_name(
    stage: Stage, tmp_path: Path, headers: dict[str, str]
) -> None:
    stage.campaign(identities=("code",))
    (code,) = make_codes(stage, tmp_path, 1)
    victim = holder(stage)
    answer = victim.enter(code, **headers)
    assert (answer.status_code, victim.cookie()) == (403, "")
    assert victim.enter(code, Origin="http://localhost").status_code == 303
    mine = victim.cookie()
    assert victim.client.post("/c/test/code/leave", headers=headers).status_code == 403
    assert victim.cookie() == mine


def test_a_form_of_another_browser_is_refused(stage: Stage, tmp_path: Path) -> None:
    """For browsers that send neither header: an attacker's form has a token, and the victim's browser another mark."""
    stage.campaign(identities=("code",))
    (code,) = make_codes(stage, tmp_path, 1)
    attacker, victim = holder(stage), holder(stage)
    victim.page()
    for token in (attacker.token(), "", "ü", "A" * 22):
        answer = victim.client.post("/c/test/code", data={"token": token, "code": code})
        assert (answer.status_code, victim.cookie()) == (400, "")
        assert code not in answer.text, "nobody sends off what a stranger has filled in"
    fresh = stage.client().post("/c/test/code", data={"token": attacker.token(), "code": code})
    assert fresh.status_code == 400, "a browser without any mark"
    assert victim.enter(code).status_code == 303


def test_no_code_and_no_number_is_left_behind_anywhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """In what the service writes (every table, every file, all that Redis was ever told), says, or shows afterwards."""
    number, wrong = "GH-7788990011", new_code()
    with EmbeddedRedis(tmp_path / "redis") as server:
        stage = Stage(make_service(tmp_path / "data", redis_url=server.url))
        stage.campaign(identities=("member", "code"))
        code = make_members(stage, tmp_path, [number])[number]
        (plain_code,) = make_codes(stage, tmp_path, 1)
        voter, other = holder(stage), holder(stage)
        with structlog.testing.capture_logs() as lines, caplog.at_level("DEBUG"):
            voter.enter(wrong, number)
            entered = [voter.enter(code, number), other.enter(plain_code, "")]
            pages = [
                *entered,
                *(one.get(path) for one in (voter, other) for path in ("/c/test", "/c/test/code")),
            ]
            assert [one.vote([1]).status_code for one in (voter, other)] == [201, 201]
            stage.record()
        secrets = [form for one in (code, plain_code, wrong) for form in (one, one.replace("-", ""))]
        secrets.append(number.removeprefix("GH-"))
        needle = re.compile("|".join(secrets).encode(), re.IGNORECASE)
        planted = tmp_path / "planted"
        planted.write_text(f"someone wrote {code.lower()} down", encoding="utf-8")
        assert holders_of(needle, planted), "the search finds what is there"
        # SQLite's file and its journal hold every table; Redis's files hold every command, and names and values of all.
        assert (server.directory / "appendonlydir").is_dir()
        assert holders_of(needle, tmp_path / "data", server.directory) == []
        said = str(lines) + caplog.text + "".join(one.text + str(one.headers) for one in pages)
        said += str(everything_in(stage))
        assert not needle.search(said.encode())
        stage.strike()


def everything_in(stage: Stage) -> list[Any]:
    """Every row of every table, and every name and value in Redis."""
    with stage.service.database.read() as session:
        names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
        rows = [session.execute(text(f'SELECT * FROM "{name}"')).all() for name in names]
    assert len(rows) > 5
    redis = stage.service.redis_client
    read = {
        "string": redis.get,
        "hash": redis.hgetall,
        "set": redis.smembers,
        "stream": redis.xrange,
        "list": lambda key: redis.lrange(key, 0, -1),
        "zset": lambda key: redis.zrange(key, 0, -1, withscores=True),
    }
    return [rows, *((key, read[redis.type(key)](key)) for key in redis.scan_iter("*"))]


def test_without_redis_nobody_is_let_in(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / "redis") as server:
        stage = Stage(make_service(tmp_path / "data", redis_url=server.url))
        stage.campaign(identities=("code",))
        (code,) = make_codes(stage, tmp_path, 1)
        voter = holder(stage)
        token = voter.token()
        server.stop()
        answer = voter.client.post("/c/test/code", data={"token": token, "code": code})
        assert (answer.status_code, voter.cookie()) == (503, "")
        stage.strike()


def test_an_official_assists_at_a_kiosk_and_is_journaled(stage: Stage, tmp_path: Path) -> None:
    stage.campaign(identities=("code", "member"))
    codes = make_codes(stage, tmp_path, 3)
    member = make_members(stage, tmp_path, ["GH-1"])["GH-1"]
    path = register(stage, "--assistant", ASSISTANT)
    listed = json.loads(run(stage, "fraud", "kiosk", "list", "test", "--json").stdout)
    assert [one["assistant"] for one in listed] == [ASSISTANT]
    device = kiosk_at(stage, path)
    receipts, voters = [], set()
    for typed in ({"code": codes[1]}, {"code": member, "member": "GH-1"}):
        page = device.get("/c/test/code").text
        assert f"协助人：{ASSISTANT}" in page
        assert "工作日志" in page
        assert enter_at(device, new_code()).status_code == 422, "a wrong code is no assistance"
        entered = enter_at(device, **typed)
        assert (entered.status_code, entered.location) == (303, "/c/test")
        voters.add(device.cookie("voter"))
        cast = device.vote(2)
        assert device.get(cast.location).status_code == 200
        receipts.append(cast.location)
        after = device.post("/kiosk/test/next")
        assert (after.status_code, after.location) == (303, "/c/test/code")
        assert device.cookie("voter") == "", "the next person starts clean"
        for back in (cast.location, cast.location.split("?")[0] + "?turn="):
            gone = device.get(back)
            assert (gone.status_code, gone.location) == (303, "/c/test")
        assert device.get("/api/v1/campaigns/test/ballot-form").status_code == 401
    assert len(voters) == 2
    kiosk = path.rpartition("/")[2].partition(".")[0]
    noted = assists(stage)
    assert [(actor, details) for actor, _at, details in noted] == [
        (ASSISTANT, {"kiosk": kiosk, "batch": 1, "serial": 2}),
        (ASSISTANT, {"kiosk": kiosk, "batch": 2, "serial": 1}),
    ]
    assert all((at.minute, at.second) == (0, 0) for _actor, at, _details in noted), (
        "the hour, and not the minute"
    )
    assert [one.kiosk for one in evidence(stage)] == [kiosk] * 2
    out = tmp_path / "evidence"
    exported = run(stage, "fraud", "export", "test", "--out", str(out))
    assert exported.exit_code == 0, exported.output
    with gzip.open(out / "ballots.csv.gz", "rt", encoding="utf-8-sig") as table:
        rows = [(row["channel"], row["kiosk"]) for row in csv.DictReader(table)]
    assert rows == [("code", kiosk), ("member", kiosk)], "a channel of its own, wherever it was entered"
    scanned = run(stage, "fraud", "scan", "test")
    assert scanned.exit_code == 0, scanned.output
    check_books(stage)


def test_anyone_recounts_a_log_with_code_ballots_and_finds_a_forged_second_one(
    stage: Stage, tmp_path: Path
) -> None:
    slug = stage.campaign(identities=("code", "device"), ballots_per_day=1)
    for code in make_codes(stage, tmp_path, 2):
        voter = holder(stage)
        assert voter.enter(code).status_code == 303
        assert voter.vote([1, 2]).status_code == 201
    assert stage.voter().vote([3]).status_code == 201
    stage.record()
    run(stage, "campaign", "close", slug, "--yes")
    archive = Path(run(stage, "archive", slug, "--out", str(tmp_path)).stdout.strip())
    report, found = recount.check(str(archive), None)
    assert (report.wrong, found["ballots"], found["counted"]) == ([], 3, 3)
    with zipfile.ZipFile(archive) as log:
        (name,) = (one for one in log.namelist() if "tile/entries/" in one)
        entries = [json.loads(entry) for entry in recount.split(log.read(name), "entries")]
    assert entries[0]["rules"]["one_ballot_channels"] == ["code"]
    at = next(place for place, entry in enumerate(entries) if entry.get("channel") == "code")
    day_later = datetime.fromisoformat(entries[at]["at"]) + timedelta(days=1)
    forged = entries[at] | {
        "ballot": "forged",
        "at": day_later.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    closed = next(place for place, entry in enumerate(entries) if entry["type"] == "closed")
    honest_part = entries[:closed]
    report, _found = recount.check(str(publish(tmp_path / "forged", [*honest_part, forged])), None)
    assert [(leaf, kind) for leaf, kind, _problem in report.wrong] == [(closed, "limit")]


def test_if_the_journal_cannot_be_written_nobody_is_let_in(stage: Stage, tmp_path: Path) -> None:
    stage.campaign(identities=("code",))
    (code,) = make_codes(stage, tmp_path, 1)
    device = kiosk_at(stage, register(stage, "--assistant", ASSISTANT))
    with stage.service.database.write() as session:
        session.execute(
            text(
                "CREATE TRIGGER no_journal BEFORE INSERT ON journal_entries BEGIN SELECT RAISE(ABORT, 'full'); END"
            )
        )
    answer = enter_at(device, code)
    assert (answer.status_code, device.cookie("voter")) == (500, "")
    redis = stage.service.redis_client
    assert {redis.get(key) for key in redis.scan_iter("guesses:*")} == {"0"}, (
        "and nobody is taken for a guesser"
    )
    with stage.service.database.write() as session:
        session.execute(text("DROP TRIGGER no_journal"))
    assert enter_at(device, code).status_code == 303
    assert len(assists(stage)) == 1


def test_a_kiosk_without_an_assistant_journals_nobody(stage: Stage, tmp_path: Path) -> None:
    stage.campaign(identities=("code",))
    (code,) = make_codes(stage, tmp_path, 1)
    device = kiosk_at(stage, register(stage))
    assert "协助人" not in device.get("/c/test/code").text
    assert enter_at(device, code).status_code == 303
    assert assists(stage) == []


def test_kiosks_and_assistants_that_make_no_sense_are_refused(stage: Stage) -> None:
    stage.campaign("wechat-only", identities=("wechat", "device"))
    add = ["fraud", "kiosk", "add", "wechat-only", "大厅", "--by", "王敏", "--reason", "大厅"]
    done = run(stage, *add, "--assistant", "甲")
    assert (done.exit_code, "不需要协助人" in done.stderr) == (1, True)
    stage.campaign(identities=("code",))
    add[3] = "test"
    for name in ("", " ", "甲" * 41, "甲\n乙"):
        done = run(stage, *add, "--assistant", name)
        assert (done.exit_code, "协助人的姓名" in done.stderr) == (1, True), repr(name)


def test_a_campaign_by_code_shows_its_candidates_to_everyone(stage: Stage) -> None:
    stage.campaign(identities=("code",))
    page = Voter(stage.client(), "test").get("/c/test")
    assert (page.status_code, page.text.count('class="card"') > 0 or "候选人1" in page.text) == (200, True)
    rules = stage.client().get("/c/test/rules").text
    assert "一码一票" in rules
    described = stage.client().get("/api/v1/campaigns/test").get_json()
    assert described["voting"]["identities"] == ["code"], described


def test_a_code_makes_no_second_browser(stage: Stage, tmp_path: Path) -> None:
    """Neither in a campaign for browsers alone, nor where both count, nor after leaving."""
    stage.campaign(identities=("code",))
    stage.campaign("both", identities=("code", "device"))
    stage.campaign("other", identities=("device",))
    voter = holder(stage)
    there, both = Voter(voter.client, "other"), Voter(voter.client, "both")
    assert [there.vote([1]).status_code for _ in range(2)] == [201, 409]
    assert both.vote([1]).status_code == 201
    assert voter.enter(*make_codes(stage, tmp_path, 1)).status_code == 303
    assert there.vote([2]).status_code == 409
    assert both.vote([2]).status_code == 409
    own = Holder(voter.client, "both")
    assert own.enter(*make_codes(stage, tmp_path, 1, slug="both")).status_code == 303
    assert there.vote([2]).status_code == 409
    assert both.vote([2]).status_code == 201, "the code is a voter of its own, once"
    assert voter.client.post("/c/both/code/leave").status_code == 303
    assert both.vote([3]).status_code == 409
    assert there.vote([3]).status_code == 409
