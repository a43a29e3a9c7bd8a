"""Codes and roll in the database: made once, printed once, never kept in the clear; good until revoked, by the right hand."""

from __future__ import annotations

import csv
import io
import json
import secrets
import stat
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select, text

from tests.flows.test_commands import run
from tests.paper import UNIT, cards_on, import_members, make_codes, make_members
from tests.stage import Stage, rules
from voting_service.activity import JournalEntry
from voting_service.voter_codes.admission import Admitted, Entry, NotAdmitted
from voting_service.voter_codes.code_text import new_code
from voting_service.voter_codes.guesses import PER_ADDRESS
from voting_service.voter_codes.models import CodeBatch, Member, VoterCode

BOTH = ("code", "member")


@pytest.fixture
def hall(stage_on: Stage) -> Stage:
    """A draft that admits both kinds, on each database."""
    stage_on.draft(with_rules=rules(identities=BOTH))
    return stage_on


def admit(
    stage: Stage, code: str, member: str = "", slug: str = "test", admitted: tuple[str, ...] = BOTH
) -> Admitted | NotAdmitted:
    """Enter something, each time from an address of its own."""
    address = f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"
    return stage.service.admission.admit(Entry(slug, admitted, code, member, address))


def refusal(outcome: Admitted | NotAdmitted) -> str:
    """The code of a refusal."""
    assert isinstance(outcome, NotAdmitted)
    return outcome.code


def journal_of(stage: Stage) -> list[tuple[str, str, dict[str, object]]]:
    """Who did what with codes."""
    with stage.service.database.read() as session:
        rows = session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
    return [(row.actor, row.act, json.loads(row.details)) for row in rows if row.act != "change_gate_policy"]


def everything_kept(stage: Stage) -> bytes:
    """Every byte of the database."""
    service = stage.service
    if service.database.engine.dialect.name == "sqlite":
        service.database.dispose()
        (file,) = Path(str(service.database.engine.url.database)).parent.glob("*.sqlite3")
        return b"".join(one.read_bytes() for one in file.parent.glob(file.name + "*"))
    with service.database.read() as session:
        tables = (
            session.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
            .scalars()
            .all()
        )
        return b"".join(
            str(row).encode()
            for name in tables
            for row in session.execute(text(f"SELECT t::text FROM {name} t"))
        )


def test_a_batch_is_printed_once_and_kept_as_digests(hall: Stage, tmp_path: Path) -> None:
    codes = make_codes(hall, tmp_path, 20)
    assert len(set(codes)) == 20
    assert journal_of(hall) == [("王敏", "make_codes", {"batch": 1, "codes": 20, "unit": UNIT})]
    kept = everything_kept(hall)
    for code in codes:
        for form in (code, code.replace("-", "")):
            assert form.encode() not in kept
    assert UNIT.encode() in kept, "this is where it would be found"
    who = [admit(hall, code) for code in codes]
    assert len({one.subject for one in who if isinstance(one, Admitted)}) == 20
    assert who == [admit(hall, code.lower().replace("-", " ")) for code in codes], "the same voter each time"


def test_the_sheet_says_everything_and_tells_nobody_else(hall: Stage, tmp_path: Path) -> None:
    out, table = tmp_path / "sheet.html", tmp_path / "sheet.csv"
    done = run(hall, "codes", "make", "test", "--unit", "<b>厂&", "--count", "7", "--by", "王敏",
               "--out", str(out), "--csv", str(table))  # fmt: skip
    assert done.exit_code == 0, done.output
    codes = [code for code, _number in cards_on(out)]
    assert not any(code in done.output or code.replace("-", "") in done.output for code in codes)
    assert [stat.S_IMODE(one.stat().st_mode) for one in (out, table)] == [0o600, 0o600]
    page = out.read_text("utf-8")
    for said in (
        "测试评选",
        "&lt;b&gt;厂&amp;",
        "第 1 批 7 号",
        "一码一票，请勿外传",
        "/c/test/code",
        "截止：",
        "咨询：测试总工会",
    ):
        assert said in page
    assert page.count('class="page"') == 2
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "").replace(
        hall.service.settings.base_url, ""
    )
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8-sig"))))
    assert [row["投票码"] for row in rows] == codes


def test_a_sheet_is_never_overwritten_and_none_is_left_of_what_was_not_kept(
    hall: Stage, tmp_path: Path
) -> None:
    out = tmp_path / "sheet.html"
    out.write_text("somebody's", "utf-8")
    done = run(
        hall, "codes", "make", "test", "--unit", UNIT, "--count", "2", "--by", "王敏", "--out", str(out)
    )
    assert (done.exit_code, "不会覆盖" in done.stderr) == (1, True)
    assert out.read_text("utf-8") == "somebody's"
    other, table = tmp_path / "other.html", tmp_path / "none" / "x.csv"
    done = run(hall, "codes", "make", "test", "--unit", UNIT, "--count", "2", "--by", "王敏", "--out", str(other),
               "--csv", str(table))  # fmt: skip
    assert (done.exit_code, other.exists()) == (1, False)
    assert json.loads(run(hall, "codes", "list", "test", "--json").stdout) == []
    assert journal_of(hall) == []


def test_every_problem_of_a_batch_is_told_at_once(stage_on: Stage, tmp_path: Path) -> None:
    stage_on.draft()
    done = run(
        stage_on,
        "codes",
        "make",
        "test",
        "--unit",
        " ",
        "--count",
        "100001",
        "--out",
        str(tmp_path / "x.html"),
    )
    assert done.exit_code == 1
    for said in ("不能凭投票码投票", "单位名称", "1 到 100000", "请写明是谁做的"):
        assert said in done.stderr
    assert not (tmp_path / "x.html").exists()


def test_revoking_ends_serials_and_batches_for_good(hall: Stage, tmp_path: Path) -> None:
    codes = make_codes(hall, tmp_path, 4)
    other = make_codes(hall, tmp_path, 2, unit="别的单位")
    revoke = ["codes", "revoke", "test", "--batch", "1"]
    bad = run(hall, *revoke, "--serial", "9", "--serial", "0")
    assert (bad.exit_code, bad.stderr.count("\n- ")) == (1, 4)
    done = run(hall, *revoke, "--serial", "2", "--reason", "遗失", "--by", "李娜")
    assert (done.exit_code, "已作废 1 个" in done.stderr) == (0, True)
    assert [isinstance(admit(hall, code), Admitted) for code in codes] == [True, False, True, True]
    assert refusal(admit(hall, codes[1])) == "revoked"
    assert "已作废 3 个" in run(hall, *revoke, "--reason", "重印", "--by", "李娜").stderr
    assert [refusal(admit(hall, code)) for code in codes] == ["revoked"] * 4
    assert run(hall, *revoke, "--reason", "重印", "--by", "李娜").exit_code == 1
    assert all(isinstance(admit(hall, code), Admitted) for code in other)
    listed = json.loads(run(hall, "codes", "list", "test", "--json").stdout)
    assert [(one["number"], one["unit"], one["size"], one["revoked"]) for one in listed] == [
        (1, UNIT, 4, 4),
        (2, "别的单位", 2, 0),
    ]
    assert journal_of(hall)[2:] == [
        ("李娜", "revoke_codes", {"batch": 1, "codes": 1, "reason": "遗失", "serials": [2]}),
        ("李娜", "revoke_codes", {"batch": 1, "codes": 3, "reason": "重印", "serials": "all"}),
    ]


def test_a_roll_makes_one_code_a_member_and_keeps_no_number(hall: Stage, tmp_path: Path) -> None:
    numbers = [f"GH-2026-{n:06}" for n in range(1, 9)]
    codes = make_members(hall, tmp_path, numbers)
    assert sorted(codes) == numbers
    kept = everything_kept(hall)
    assert not any(number.encode() in kept for number in numbers)
    assert not any(code.encode() in kept or code.replace("-", "").encode() in kept for code in codes.values())
    first, second = numbers[:2]
    assert isinstance(admit(hall, codes[first], " gh－2026－000001"), Admitted)
    refusals = [
        admit(hall, codes[first], second),  # another's number
        admit(hall, codes[first], "GH-2026-999999"),  # a number that is on no roll
        admit(hall, new_code(), first),  # a code that was never made
        admit(hall, codes[first]),  # without its number
        admit(hall, new_code()),
    ]
    assert (
        len({(one.code, str(one.sentence), one.field) for one in refusals if isinstance(one, NotAdmitted)})
        == 1
    )
    assert json.loads(run(hall, "members", "list", "test", "--json").stdout) == [
        {"unit": UNIT, "members": 8, "with_code": 8}
    ]


def test_a_code_of_nobody_is_not_good_with_a_member_number(hall: Stage, tmp_path: Path) -> None:
    (code,) = make_codes(hall, tmp_path, 1)
    make_members(hall, tmp_path, ["1"])
    assert refusal(admit(hall, code, "1")) == "unknown"
    assert isinstance(admit(hall, code), Admitted)
    assert refusal(admit(hall, code, admitted=("member",))) == "slip", "the number is missing"


def test_importing_again_adds_new_members_and_leaves_the_others_their_codes(
    hall: Stage, tmp_path: Path
) -> None:
    before = make_members(hall, tmp_path, ["1", "2"])
    voter = admit(hall, before["1"], "1")
    again = import_members(hall, tmp_path, ["1", "2", "3"])
    assert "已制作 1 个会员投票码" in again.stderr
    assert "2 名会员先前已在册，他们的投票码保持不变" in again.stderr
    assert admit(hall, before["1"], "1") == voter
    anew = make_members(hall, tmp_path, ["1"], "--anew")
    assert refusal(admit(hall, before["1"], "1")) == "revoked"
    assert admit(hall, anew["1"], "1") == voter, (
        "a member is one voter, however often their code is made anew"
    )
    assert isinstance(admit(hall, before["2"], "2"), Admitted)
    assert "没有新会员" in import_members(hall, tmp_path, ["1", "2", "3"]).stderr


def test_members_are_revoked_by_a_table(hall: Stage, tmp_path: Path) -> None:
    codes = make_members(hall, tmp_path, ["1", "2"])
    table = tmp_path / "gone.csv"
    table.write_text("会员编号\n2\n77\n", "utf-8")
    done = run(hall, "members", "revoke", "test", str(table), "--reason", "已调出", "--by", "李娜")
    assert done.exit_code == 0, done.output
    assert "已作废 1 个" in done.stderr
    assert "有 1 个会员编号不在名册上" in done.stderr
    assert refusal(admit(hall, codes["2"], "2")) == "revoked"
    assert isinstance(admit(hall, codes["1"], "1"), Admitted)


def test_every_problem_of_a_roll_is_told_with_row_and_column_and_no_number(
    hall: Stage, tmp_path: Path
) -> None:
    table = tmp_path / "名册.csv"
    long = "9" * 41
    table.write_text(f"工会会员名册\n会员编号,姓名,单位\n8801,张三,{UNIT}\n ８８０１ ,李四,{UNIT}\n,王五,{UNIT}\n"
                     f"{long},赵六,{UNIT}\n8802,钱七,\n6.2E+17,孙八,{UNIT}\n=1+1,周九,{UNIT}\n", "utf-8")  # fmt: skip
    done = run(hall, "members", "import", "test", str(table), "--by", "王敏", "--out", str(tmp_path / "out"))
    assert done.exit_code == 1
    for said in ("第 4 行 会员编号：和第 3 行相同", "第 5 行 会员编号：不能为空", "第 6 行 会员编号：有 41 个字",
                 "第 7 行 单位：单位名称要有", "第 8 行 会员编号：被表格程序写成了科学计数", "第 9 行 会员编号：不能以"):  # fmt: skip
        assert said in done.stderr, done.stderr
    assert "8801" not in done.output
    assert long not in done.output
    assert not (tmp_path / "out").exists()
    for name, data, said in (("a.csv", "姓名\n张三\n".encode(), "没有找到“会员编号”"), ("b.xlsx", b"no", "打不开"),
                             ("c.csv", b"", "空的"), ("d.csv", "会员编号\n".encode(), "没有会员")):  # fmt: skip
        (tmp_path / name).write_bytes(data)
        done = run(
            hall,
            "members",
            "import",
            "test",
            str(tmp_path / name),
            "--by",
            "王敏",
            "--out",
            str(tmp_path / "o"),
        )
        assert (done.exit_code, said in done.stderr) == (1, True), done.stderr
    with hall.service.database.read() as session:
        assert [session.scalars(select(one)).all() for one in (Member, CodeBatch, VoterCode)] == [[], [], []]


def test_names_in_a_sheet_are_not_taken(hall: Stage, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["会员编号", "姓名", "身份证号"], [10021, "张建国", "110101199003070011"]):
        book.active.append(row)
    book.save(tmp_path / "roll.xlsx")
    done = run(
        hall,
        "members",
        "import",
        "test",
        str(tmp_path / "roll.xlsx"),
        "--by",
        "王敏",
        "--out",
        str(tmp_path / "out"),
    )
    assert done.exit_code == 0, done.output
    assert "这些列没有读取，也不保存：姓名、身份证号" in done.stderr
    (sheet,) = (tmp_path / "out").iterdir()
    ((code, number),) = cards_on(sheet)
    assert isinstance(admit(hall, code, number), Admitted)
    kept = everything_kept(hall) + sheet.read_bytes()
    assert "张建国".encode() not in kept
    assert b"110101199003070011" not in kept


def test_a_code_is_good_in_its_own_campaign_alone(hall: Stage, tmp_path: Path) -> None:
    hall.draft("other", with_rules=rules(identities=BOTH))
    (code,) = make_codes(hall, tmp_path, 1)
    make_codes(hall, tmp_path, 1, slug="other")
    assert refusal(admit(hall, code, slug="other")) == "unknown"


def test_a_members_card_does_not_say_one_code_one_ballot(hall: Stage, tmp_path: Path) -> None:
    """A member votes as the campaign's rules say, perhaps every day."""
    import_members(hall, tmp_path, ["GH-1", "GH-2"])
    (sheet,) = (tmp_path / "sheets").iterdir()
    page = sheet.read_text("utf-8")
    assert (page.count("本人使用，请勿外传"), page.count("一码一票")) == (2, 0)


def test_guessing_is_held_off_and_slips_are_not_guesses(hall: Stage, tmp_path: Path) -> None:
    (code,) = make_codes(hall, tmp_path, 1)
    slip = code[:-1] + ("A" if code[-1] != "A" else "B")

    def knock(typed: str, address: str = "192.0.2.1") -> Admitted | NotAdmitted:
        return hall.service.admission.admit(Entry("test", BOTH, typed, "", address))

    for _ in range(PER_ADDRESS + 5):
        assert refusal(knock(slip)) == "slip"
        assert isinstance(knock(code), Admitted), "neither slips nor good codes are counted"
    assert [refusal(knock(new_code())) for _ in range(PER_ADDRESS)] == ["unknown"] * PER_ADDRESS
    outcome = knock(code)
    assert isinstance(outcome, NotAdmitted)
    assert (outcome.code, 0 < outcome.retry_after_s <= 3600) == ("too_many_attempts", True)
    assert isinstance(knock(code, "198.51.100.7"), Admitted), "another address is not held off"
    keys = list(hall.service.redis_client.scan_iter("guesses:*"))
    assert keys
    assert all(0 < hall.service.redis_client.ttl(key) <= 7200 for key in keys)
    assert not any("192.0.2.1" in key for key in keys)
