"""A campaign is taken away as its folder, by those who may look at it; uploaded as it is, it changes nothing."""

from __future__ import annotations

import io
import zipfile

import pytest
from sqlalchemy import select

from tests.desk import Desk
from tests.flows.test_setting_up import folder, make, seen_in, toml, upload, words
from tests.stage import Stage
from voting_service.activity import JournalEntry
from voting_service.candidates.models import Candidate

AT = "/desk/campaigns/yun-chuan"


def downloaded(desk: Desk) -> bytes:
    answer = desk.get(f"{AT}/folder.zip")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="yun-chuan.zip"'
    assert answer.headers["Cache-Control"] == "no-store"
    data = answer.data
    answer.close()
    return data


@pytest.mark.parametrize("opened", [False, True])
def test_what_was_downloaded_changes_nothing_when_it_is_uploaded(stage: Stage, opened: bool) -> None:
    desk = Desk(stage, "王敏", "operator")
    make(stage, desk)
    if opened:
        stage.open("yun-chuan")
    assert f'href="{AT}/folder.zip"' in desk.get(f"{AT}/setup").text
    assert f'href="{AT}/folder.zip"' in desk.get(f"{AT}/import").text
    step = upload(desk, ("yun-chuan.zip", downloaded(desk)), to=f"{AT}/import")
    assert step.status_code == 303, words(step)
    page = desk.get(step.location)
    assert "同现在的一样，没有改动。" in words(page)
    assert desk.post(step.location, confirmed="yes", seen=seen_in(page.text)).status_code == 303
    with stage.service.database.read() as session:
        rows = session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
        assert [(row.act, row.actor) for row in rows if row.act.startswith("campaign.")] == [
            ("campaign.import", "王敏"),
            ("campaign.download", "王敏"),
        ]


def test_a_correction_after_opening_is_in_it(stage: Stage) -> None:
    """Two people correct a story, typed as browsers send it: the folder has it, and is no change of what voting froze."""
    desk, other = Desk(stage, "王敏", "operator"), Desk(stage, "李伟", "operator")
    make(stage, desk)
    stage.open("yun-chuan")
    texts = {"title": "", "summary": "", "story": "- 挖煤\r\n\r\n- e\u0301tude", "slogan": "=1"}
    at = f"{AT}/candidates/1/correct"
    assert desk.post(at, **texts, reason="写错了", confirmed="yes").status_code == 303
    seen = seen_in(other.get(f"{AT}/candidates/1/correction").text)
    confirmed = other.post(f"{AT}/candidates/1/correction/confirm", confirmed="yes", seen=seen)
    assert confirmed.status_code == 303, words(confirmed)
    with stage.service.database.read() as session:
        person = session.scalars(select(Candidate).where(Candidate.number == 1)).one()
        assert (person.story, person.slogan) == ("- 挖煤\n\n- \u00e9tude", "=1")
    step = upload(desk, ("yun-chuan.zip", downloaded(desk)), to=f"{AT}/import")
    assert step.status_code == 303, words(step)
    assert "同现在的一样，没有改动。" in words(desk.get(step.location))


@pytest.mark.parametrize(
    ("role", "status"),
    [("operator", 200), ("admin", 200), ("committee", 403), ("supervisor", 200), ("judge", 403), ("reviewer", 403)],
)  # fmt: skip
def test_who_may_take_it(stage: Stage, role: str, status: int) -> None:
    make(stage, Desk(stage, "王敏", "operator"))
    answer = Desk(stage, "李伟", role).get(f"{AT}/folder.zip")  # type: ignore[arg-type]
    assert answer.status_code == status
    answer.close()
    assert stage.client().get(f"{AT}/folder.zip").status_code in (303, 401)


def test_nobody_takes_one_that_is_not_there(stage: Stage) -> None:
    assert Desk(stage, "王敏", "operator").get(f"{AT}/folder.zip").status_code == 404


def test_a_photo_that_is_lost_is_told_and_the_place_is_free_again(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    make(stage, desk)
    kept = [(path, path.read_bytes()) for path in stage.service.photos.directory.iterdir()]
    for path, _data in kept:
        path.unlink()
    for _again in range(3):
        answer = desk.get(f"{AT}/folder.zip")
        assert (
            answer.status_code,
            "有 1 张照片的文件不在数据目录里，例如 photos/1.jpg" in words(answer),
        ) == (422, True)
    for path, data in kept:
        path.write_bytes(data)
    with zipfile.ZipFile(io.BytesIO(downloaded(desk))) as archive:
        assert "photos/1.jpg" in archive.namelist()


def test_two_slow_readers_do_not_take_the_voters_threads(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    make(stage, desk)
    slow = [desk.client.get(f"{AT}/folder.zip", buffered=False) for _reader in range(2)]
    assert [one.status_code for one in slow] == [200, 200]
    assert desk.get(f"{AT}/folder.zip").status_code == 503
    slow.pop().close()
    downloaded(desk)
    slow.pop().close()
    both = [desk.client.get(f"{AT}/folder.zip", buffered=False) for _reader in range(2)]
    assert [one.status_code for one in both] == [200, 200]
    for one in both:
        one.close()


def test_an_apostrophe_before_a_formula_goes_and_comes(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    table = "编号,姓名,单位,事迹\n1,=石,厂,- 一\n2,江,''@公司,开车\n3,向,电站,'=发电\n"
    step = upload(desk, ("活动.zip", folder(toml(), table)))
    page = desk.get(step.location)
    assert desk.post(step.location, confirmed="yes", seen=seen_in(page.text)).status_code == 303
    with stage.service.database.read() as session:
        people = session.scalars(select(Candidate).order_by(Candidate.number)).all()
        assert [(one.name, one.organisation, one.story) for one in people] == [
            ("=石", "厂", "- 一"), ("江", "'@公司", "开车"), ("向", "电站", "=发电"),
        ]  # fmt: skip
    step = upload(desk, ("yun-chuan.zip", downloaded(desk)), to=f"{AT}/import")
    assert "同现在的一样，没有改动。" in words(desk.get(step.location))
