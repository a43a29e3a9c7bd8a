"""From an empty desk to open voting: a folder is uploaded, checked, confirmed, mended in a form, looked at and opened; and
whoever may not, may not."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse

from tests.desk import Desk
from tests.flows.test_commands import run
from tests.stage import Stage, make_service
from voting_service.accounts.sessions import csrf_of
from voting_service.activity import JournalEntry
from voting_service.campaigns.models import DRAFT, OPEN, SCHEDULED, Campaign
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates.models import Candidate
from voting_service.recorder.closing import seal_early
from voting_service.web import staged_uploads

NOW = datetime.now(UTC).replace(microsecond=0)
CSV = "编号,姓名,单位,事迹\n1,石望川,青石梁煤矿,挖煤\n2,江晚舟,公交公司,开车\n3,向禾,光伏电站,发电\n"


def toml(slug: str = "yun-chuan", opens: datetime = NOW - timedelta(hours=1), **replaced: str) -> str:
    text = f"""
slug = "{slug}"
title = "最美产业工人"
organiser = "云川市总工会"
description = "说明"

[voting]
opens_at = {opens.isoformat()}
closes_at = {(NOW + timedelta(days=5)).isoformat()}
max_choices = 2
identities = ["device"]
"""
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new)
    return text


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 500), "red").save(out, "JPEG")
    return out.getvalue()


def folder(declaration: str | None = None, table: str = CSV, **more: bytes) -> bytes:
    """A .zip as an office makes it: with the folder around everything."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("活动/campaign.toml", toml() if declaration is None else declaration)
        archive.writestr("活动/candidates.csv", table)
        archive.writestr("活动/photos/1.jpg", photo())
        for name, data in more.items():
            archive.writestr(name, data)
    return packed.getvalue()


def upload(
    desk: Desk, *files: tuple[str, bytes], to: str = "/desk/campaigns/new", csrf: str | None = None
) -> TestResponse:
    parts: MultiDict[str, Any] = MultiDict({"csrf": csrf_of(desk.secret) if csrf is None else csrf})
    for name, data in files:
        parts.add("folder", FileStorage(io.BytesIO(data), name))
    return desk.client.post(to, data=parts)


def words(response: TestResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.text))


def staged_files(stage: Stage) -> list[str]:
    directory = stage.service.staging.directory
    return sorted(path.suffix for path in directory.iterdir()) if directory.is_dir() else []


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found, "the page binds what was seen"
    return found[1]


def campaign(stage: Stage, slug: str = "yun-chuan") -> Campaign:
    with stage.service.database.read() as session:
        return campaign_by_slug(session, slug)


def make(stage: Stage, desk: Desk, declaration: str | None = None) -> str:
    """Upload and confirm; gives where it leads."""
    step = upload(desk, ("活动.zip", folder(declaration)))
    assert step.status_code == 303, words(step)
    page = desk.get(step.location)
    done = desk.post(step.location, confirmed="yes", seen=seen_in(page.text))
    assert done.status_code == 303, words(done)
    return done.location


# ---- a folder


def test_from_a_folder_to_open_voting(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    assert "新建活动" in desk.text("/desk/campaigns")
    step = upload(desk, ("活动.zip", folder()))
    assert step.status_code == 303
    page = desk.get(step.location)
    told = words(page)
    assert "最美产业工人" in told
    assert "3 名" in told
    assert "1 张" in told
    assert "photos/2.jpg 2 号 江晚舟 没有照片。" in told
    with stage.service.database.read() as session:
        assert session.scalars(select(Campaign)).all() == [], "nothing is made before the last look"
    refused = desk.post(step.location, seen=seen_in(page.text))
    assert refused.status_code == 422
    done = desk.post(step.location, confirmed="yes", seen=seen_in(page.text))
    assert done.location == "/desk/campaigns/yun-chuan/setup?done=created"
    assert staged_files(stage) == []
    assert campaign(stage).phase == DRAFT
    setup = words(desk.get(done.location))
    assert "可以开始投票" in setup
    assert "2 号 江晚舟 没有照片。" in setup
    look = desk.get("/desk/campaigns/yun-chuan/setup/open")
    opened = desk.post(
        "/desk/campaigns/yun-chuan/setup/open", confirmed="yes", how="open", seen=seen_in(look.text)
    )
    assert opened.location == "/desk/campaigns/yun-chuan/setup?done=opened"
    assert campaign(stage).phase == OPEN
    stage.calm("yun-chuan")
    assert stage.voter("yun-chuan").vote([1, 2]).status_code == 201
    assert "/c/yun-chuan/qr.svg" in desk.get(opened.location).text
    with stage.service.database.read() as session:
        entries = session.execute(
            select(JournalEntry.act, JournalEntry.actor).order_by(JournalEntry.id)
        ).all()
    assert [tuple(row) for row in entries if row.actor == "王敏"] == [
        ("campaign.import", "王敏"),
        ("open", "王敏"),
    ]


def test_single_files_make_a_folder_too(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    step = upload(
        desk, ("campaign.toml", toml().encode()), ("活动/candidates.csv", CSV.encode()), ("../../1.jpg", photo())
    )  # fmt: skip
    assert step.status_code == 303, words(step)
    assert "1 张" in words(desk.get(step.location))


def test_every_problem_is_said_at_once_with_row_and_column(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    bad = folder(
        toml(**{"max_choices = 2": "max_choices = 0"}), CSV.replace("石望川", "").replace("2,江", "1,江")
    )
    answer = upload(desk, ("活动.zip", bad))
    assert answer.status_code == 422
    told = words(answer)
    assert "campaign.toml voting.max_choices 是 0，应当在 1 到 1000 之间。" in told
    assert "candidates.csv 第 2 行 姓名(name) 不能为空。" in told
    assert "candidates.csv 第 3 行 编号(number) 编号 1 在第 2 行已经用过。" in told
    assert staged_files(stage) == []


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("活动.zip", b"PK\x03\x04 not really", "活动.zip 不是完整的 zip 文件。"),
        ("活动.zip", folder(**{"../../evil.toml": b"x"}), "文件名指向文件夹之外"),
        ("活动.zip", folder(**{"/etc/passwd": b"x"}), "文件名指向文件夹之外"),
        ("活动.rar", b"Rar!", "文件夹里没有这个文件。"),
    ],
)
def test_a_folder_that_is_none_is_refused_and_gone(
    stage: Stage, name: str, data: bytes, expected: str
) -> None:
    desk = Desk(stage, "王敏", "operator")
    answer = upload(desk, (name, data))
    assert answer.status_code == 422
    assert expected in words(answer)
    assert staged_files(stage) == []


def test_a_zip_that_swells_is_refused_by_what_it_says(stage: Stage) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("photos/1.jpg", bytes(80 * 1024**2))
    answer = upload(Desk(stage, "王敏", "operator"), ("活动.zip", packed.getvalue()))
    assert answer.status_code == 422
    assert "不像一个活动文件夹" in words(answer)


def test_too_much_is_not_taken_and_leaves_nothing(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    room = staged_uploads._Room(stage.service.staging.directory, 64 * 1024, staged_uploads.Places())
    flask_app = stage.app._inner
    flask_app.extensions["staged_uploads"] = room
    answer = upload(desk, ("活动.zip", bytes(1200 * 1024)))
    assert (answer.status_code, "活动文件夹太大" in words(answer)) == (413, True)
    answer = upload(desk, ("活动.zip", bytes(100 * 1024)))
    assert (answer.status_code, "活动文件夹太大" in words(answer)) == (413, True)
    assert staged_files(stage) == []


def test_the_limits_of_citizens_stay_as_they_were(stage: Stage) -> None:
    """The way into a file is the desk's alone: elsewhere a large form is refused as before."""
    desk = Desk(stage, "王敏", "operator")
    assert upload(desk, ("x.zip", bytes(200 * 1024)), to="/desk/campaigns/new/0123").status_code == 413


def test_without_the_forms_own_value_nothing_is_taken(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    assert upload(desk, ("活动.zip", folder()), csrf="guessed").status_code == 403
    assert staged_files(stage) == []


def test_a_stranger_uploads_nothing(stage: Stage) -> None:
    parts = {"folder": (io.BytesIO(folder()), "活动.zip")}
    assert stage.client().post("/desk/campaigns/new", data=parts).status_code in (303, 401)
    assert staged_files(stage) == []


def test_a_staged_folder_is_its_officials_own_and_gone_after_a_day(stage: Stage) -> None:
    desk, other = Desk(stage, "王敏", "operator"), Desk(stage, "李伟", "operator")
    step = upload(desk, ("活动.zip", folder()))
    assert other.get(step.location).status_code == 404
    assert other.post(step.location, confirmed="yes", seen="0").status_code == 404
    assert desk.get(step.location).status_code == 200
    assert desk.get("/desk/campaigns/new/" + "../" * 3 + "etc").status_code == 404
    assert staged_files(stage) == [".json", ".zip"]
    later = stage.service.clock.now() + timedelta(hours=25)
    assert stage.service.staging.sweep(stage.service.clock.now()) == 0
    assert stage.service.staging.sweep(later) == 2
    assert desk.get(step.location).status_code == 404


def test_it_can_be_thrown_away(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    step = upload(desk, ("活动.zip", folder()))
    assert desk.post(step.location, action="discard").location == "/desk/campaigns"
    assert staged_files(stage) == []


def test_an_official_has_a_few_waiting_and_throws_one_away_for_the_next(stage: Stage) -> None:
    desk, other = Desk(stage, "王敏", "operator"), Desk(stage, "李伟", "operator")
    steps = [upload(desk, (f"第{n}次.zip", folder())).location for n in range(1, 4)]
    refused = upload(desk, ("第4次.zip", folder()))
    assert refused.status_code == 422
    assert "您已有 3 个上传的文件夹等待核对，最早的是 第1次.zip" in words(refused)
    assert len(staged_files(stage)) == 6, "nothing of the fourth is left"
    assert upload(other, ("活动.zip", folder())).status_code == 303
    page = desk.get("/desk/campaigns/new").text
    assert [step for step in steps if f'href="{step}"' in page] == steps
    assert "第1次.zip" not in other.text("/desk/campaigns/new")
    assert other.post(steps[0], action="discard", then="upload").status_code == 404
    assert desk.post(steps[0], action="discard", then="upload").location == "/desk/campaigns/new"
    assert upload(desk, ("第4次.zip", folder())).status_code == 303


def test_a_folder_that_waits_is_shown_where_it_was_uploaded_for(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    make(stage, desk)
    step = upload(desk, ("又一次.zip", folder()), to="/desk/campaigns/yun-chuan/import").location
    assert f'href="{step}"' in desk.get("/desk/campaigns/new").text
    assert f'action="{step}"' in desk.get("/desk/campaigns/new").text


def test_what_was_looked_at_is_what_is_done(stage: Stage) -> None:
    """The campaign was changed between the look and the word."""
    desk = Desk(stage, "王敏", "operator")
    make(stage, desk)
    changed = folder(toml(**{"说明": "新的说明"}))
    step = upload(desk, ("活动.zip", changed), to="/desk/campaigns/yun-chuan/import")
    page = desk.get(step.location)
    assert "campaign.toml description 有改动。" in words(page)
    with stage.service.database.write() as session:
        campaign_by_slug(session, "yun-chuan").version += 1
    stale = desk.post(step.location, confirmed="yes", seen=seen_in(page.text))
    assert (stale.status_code, "请重新核对" in words(stale)) == (422, True)
    assert desk.post(step.location, confirmed="yes", seen=seen_in(stale.text)).status_code == 303
    assert campaign(stage).description == "新的说明"


def test_what_voting_froze_is_refused_in_words(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    make(stage, desk)
    stage.open("yun-chuan")
    changed = folder(toml(**{"最美产业工人": "另一个名称"}))
    answer = upload(desk, ("活动.zip", changed), to="/desk/campaigns/yun-chuan/import")
    assert answer.status_code == 422
    assert "投票已经开始，规则和名单不能再改" in words(answer)


# ---- who may


def test_whoever_has_a_part_in_one_campaign_makes_no_other(stage: Stage) -> None:
    make(stage, Desk(stage, "王敏", "operator"))
    scoped = Desk(stage, "赵敏", "operator", slug="yun-chuan")
    assert "新建活动" not in scoped.text("/desk/campaigns")
    assert scoped.get("/desk/campaigns/new").status_code == 403
    assert upload(scoped, ("活动.zip", folder(toml("another")))).status_code == 403
    other = upload(scoped, ("活动.zip", folder(toml("another"))), to="/desk/campaigns/yun-chuan/import")
    assert (other.status_code, "请核对是不是选错了文件夹" in words(other)) == (422, True)
    assert upload(scoped, ("活动.zip", folder()), to="/desk/campaigns/yun-chuan/import").status_code == 303
    assert scoped.get("/desk/campaigns/another/import").status_code == 403
    with stage.service.database.read() as session:
        assert [row.slug for row in session.scalars(select(Campaign))] == ["yun-chuan"]


@pytest.mark.parametrize("role", ["committee", "supervisor", "reviewer", "judge", "handler"])
def test_others_change_nothing(stage: Stage, role: Any) -> None:
    make(stage, Desk(stage, "王敏", "operator"))
    desk = Desk(stage, "李伟", role)
    at = "/desk/campaigns/yun-chuan"
    for path in (
        "/desk/campaigns/new",
        f"{at}/edit",
        f"{at}/import",
        f"{at}/setup/open",
        "/desk/campaigns/new/template.zip",
    ):
        assert desk.get(path).status_code == 403, path
    for path in (f"{at}/edit", f"{at}/setup/open", f"{at}/setup/unschedule"):
        assert desk.post(path, confirmed="yes").status_code == 403, path
    assert upload(desk, ("活动.zip", folder()), to=f"{at}/import").status_code == 403
    looks = 200 if role in ("committee", "supervisor") else 403
    assert desk.get(f"{at}/setup").status_code == looks


def test_the_desks_own_address_is_no_campaigns_name(stage: Stage) -> None:
    answer = upload(Desk(stage, "王敏", "operator"), ("活动.zip", folder(toml("new"))))
    assert (answer.status_code, "工作台自己要用这个网址" in words(answer)) == (422, True)


# ---- a folder to fill in


def test_the_empty_folder_is_in_order_but_for_its_candidates(stage: Stage, tmp_path: Path) -> None:
    desk = Desk(stage, "王敏", "operator")
    packed = desk.get("/desk/campaigns/new/template.zip")
    assert packed.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
        assert set(archive.namelist()) == {
            f"活动文件夹/{name}" for name in ("campaign.toml", "candidates.xlsx", "photos/", "说明.txt")
        }
        text = archive.read("活动文件夹/campaign.toml").decode()
    assert "云川市总工会" not in text
    assert "匠心筑梦" not in text
    answer = upload(desk, ("活动文件夹.zip", packed.data))
    assert answer.status_code == 422
    assert re.findall(r"<li><b>(.*?)</b> (.*?)</li>", answer.text) == [
        ("candidates.xlsx", "只有标题行，没有候选人。")
    ]


# ---- the form


FORM = {
    "title": "最美产业工人", "organiser": "云川市总工会", "description": "改过的说明", "min_choices": "1", "max_choices": "3",
    "ballots_per_day": "2", "ballots_total": "", "same_candidate_per_day": "", "hours_from": "06:00", "hours_to": "24:00",
    "counts": "daily", "counts_at": "18:00",
}  # fmt: skip


def test_the_plain_parts_are_changed_in_a_form(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    make(stage, desk)
    before = campaign(stage).rules
    page = desk.get("/desk/campaigns/yun-chuan/edit").text
    answer = desk.post("/desk/campaigns/yun-chuan/edit", **FORM, seen=seen_in(page))
    assert answer.location == "/desk/campaigns/yun-chuan/setup?done=saved", words(answer)
    after = campaign(stage)
    rules = after.rules
    assert after.description == "改过的说明"
    assert (rules.max_choices, rules.ballots_per_day, rules.counts) == (3, 2, "daily 18:00")
    assert rules.daily_hours == ("06:00", "24:00")
    assert (rules.opens_at, rules.closes_at) == (before.opens_at, before.closes_at), "to the second"
    with stage.service.database.read() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.act == "campaign.edit")).one()
        assert session.scalars(select(Candidate.number)).all() == [1, 2, 3]
    assert entry.actor == "王敏"
    assert len(json.loads(entry.details)["changes"]) == 5


def test_everything_wrong_in_the_form_is_said_at_its_field(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    make(stage, desk)
    wrong = {
        **FORM, "title": " ", "opens_at": "2030-01-02T09:00", "closes_at": "2030-01-01T09:00", "min_choices": "4",
        "max_choices": "3", "ballots_per_day": "many", "counts_at": "",
    }  # fmt: skip
    answer = desk.post("/desk/campaigns/yun-chuan/edit", **wrong, seen=str(campaign(stage).version))
    assert answer.status_code == 422
    found = dict(re.findall(r'<p class="error" id="(.*?)-error">.*?</svg>(.*?)</p>', answer.text))
    assert found == {
        "title": "不能为空。",
        "closes_at": "必须晚于开始时间。",
        "max_choices": "不能小于“每票至少选几人”。",
        "ballots_per_day": "请填整数。",
        "counts_at": "请填每天几时更新，例如 18:00。",
    }
    many = desk.post(
        "/desk/campaigns/yun-chuan/edit", **{**FORM, "max_choices": "9"}, seen=str(campaign(stage).version)
    )
    assert "是 9，可候选人只有 3 位。" in words(many)


def test_the_form_refuses_what_voting_froze_and_what_changed_meanwhile(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    make(stage, desk)
    stale = str(campaign(stage).version)
    stage.open("yun-chuan")
    answer = desk.post("/desk/campaigns/yun-chuan/edit", description="别的", seen=stale)
    assert (answer.status_code, "请重新核对" in words(answer)) == (422, True)
    version = str(campaign(stage).version)
    answer = desk.post("/desk/campaigns/yun-chuan/edit", title="别的", seen=version)
    assert (answer.status_code, "投票开始后不能再改" in words(answer)) == (422, True)
    assert desk.post("/desk/campaigns/yun-chuan/edit", description="别的", seen=version).status_code == 303
    assert campaign(stage).description == "别的"


# ---- the schedule


def test_scheduled_taken_back_and_bound_to_what_was_seen(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    make(stage, desk, toml(opens=NOW + timedelta(days=1)))
    at = "/desk/campaigns/yun-chuan/setup"
    seen = seen_in(desk.get(f"{at}/open").text)
    assert desk.post(f"{at}/open", how="schedule", seen=seen).status_code == 422
    with stage.service.database.write() as session:
        session.scalars(select(Candidate)).first().summary = "改了"  # type: ignore[union-attr]
    stale = desk.post(f"{at}/open", how="schedule", confirmed="yes", seen=seen)
    assert (stale.status_code, "请重新核对" in words(stale)) == (422, True)
    seen = seen_in(stale.text)
    assert desk.post(f"{at}/open", how="schedule", confirmed="yes", seen=seen).status_code == 303
    assert campaign(stage).phase == SCHEDULED
    assert stage.voter("yun-chuan").get("/c/yun-chuan").status_code == 200
    assert desk.post(f"{at}/unschedule").status_code == 303
    assert campaign(stage).phase == DRAFT
    assert desk.post(f"{at}/unschedule").status_code == 409


def test_problems_stand_in_the_way_each_with_the_place_where_it_is_mended(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    make(stage, desk)
    with stage.service.database.write() as session:
        first = session.scalars(select(Candidate)).first()
        assert first is not None
        first.story = ""
        row = campaign_by_slug(session, "yun-chuan")
        rules = row.rules.to_json() | {
            "closes_at": "2026-01-01T00:00:00.000Z",
            "opens_at": "2025-12-01T00:00:00.000Z",
        }
        row.rules_json = json.dumps(rules)
    page = desk.get("/desk/campaigns/yun-chuan/setup").text
    assert "开始投票前要处理 2 处" in page
    assert 'href="/desk/campaigns/yun-chuan/edit">去修改' in page
    assert 'href="/desk/campaigns/yun-chuan/candidates/1">查看' in page
    assert "qr.svg" not in page, "no code before there is a page to lead to"
    refused = desk.post("/desk/campaigns/yun-chuan/setup/open", confirmed="yes", how="open", seen="x")
    assert refused.status_code == 422
    assert campaign(stage).phase == DRAFT
    home = desk.text("/desk")
    assert "开始投票前还有 2 处问题" in home


# ---- the preview


def test_a_draft_is_looked_at_in_frames_of_our_own(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    make(stage, desk)
    at = "/desk/campaigns/yun-chuan"
    for path in ("", "/candidates/1", "/rules", "/ranking", "/verify"):
        page = desk.get(f"{at}/preview{path}")
        assert page.status_code == 200
        assert "还没有公开，不能投票" in page.text
        assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
        assert 'name="form" value="B' not in page.text
        assert "/c/yun-chuan" not in page.text, "nothing leads to a page that is not there yet"
        assert stage.client().get(f"{at}/preview{path}").status_code == 303
    assert "frame-src 'self'" in desk.get(f"{at}/setup").headers["Content-Security-Policy"]
    for other in (f"{at}", "/desk", f"{at}/candidates"):
        headers = desk.get(other).headers
        assert headers["X-Frame-Options"] == "DENY"
        assert "frame-src 'none'" in headers["Content-Security-Policy"]
    assert desk.post(f"{at}/preview", choices="1").status_code in (404, 405)
    assert "开始投票后才有" in desk.get(f"{at}/preview/qr.svg").text
    assert stage.voter("yun-chuan").get("/c/yun-chuan").status_code == 404
    stage.open("yun-chuan")
    assert desk.get(f"{at}/preview/candidates/1").location == "/c/yun-chuan/candidates/1"


# ---- the hub


def test_the_hub_says_where_it_stands_and_leads_on(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator", "committee")
    make(stage, desk)
    page = desk.text("/desk/campaigns/yun-chuan")
    for word in (
        "准备中",
        "投票",
        "认定",
        "评定",
        "公示",
        "表彰",
        "3 名",
        "设置和开始投票",
        "准备好了，可以排期或开始投票",
    ):
        assert word in page
    listed = desk.text("/desk/campaigns")
    assert "1 件等您处理" in listed
    stage.open("yun-chuan")
    page = desk.text("/desk/campaigns/yun-chuan")
    assert "投票中" in page
    assert "提前结束投票" in page
    assert "检查、预览、排期" not in page
    seal_early(stage.service.recorder_stores, "yun-chuan", actor="test")
    assert "已经封箱，正在入账" in desk.text("/desk/campaigns/yun-chuan")
    stage.record()
    page = desk.get("/desk/campaigns/yun-chuan").text
    assert "投票已结束" in page
    assert re.search(r'aria-current="step">.*?认定', page), "what comes next is certifying"


def test_what_waits_is_nobody_elses_to_read(tmp_path: Path, redis_url: str) -> None:
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url))
    upload(Desk(stage, "王敏", "operator"), ("活动.zip", folder()))
    directory = stage.service.staging.directory
    assert directory.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o600}
    stage.strike()


def test_doctor_removes_what_nobody_came_back_for(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    upload(desk, ("活动.zip", folder()))
    old = (NOW - timedelta(hours=25)).timestamp()
    for path in stage.service.staging.directory.iterdir():
        os.utime(path, (old, old))
    run(stage, "doctor")
    assert staged_files(stage) == []
