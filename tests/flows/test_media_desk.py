"""Media on the desk: partners, codes, figures, terms, and the media kit there and in public."""

from __future__ import annotations

import html
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest

from tests.departures import leaves
from tests.desk import Desk
from tests.live import import_example
from tests.partners import NEWS, partner, terms
from tests.stage import Stage
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.media.embeds.code import frame_code, script_code
from voting_service.media.kit.contents import file_name
from voting_service.media.posters.missing import MissingPhoto
from voting_service.media.posters.rendering import make_file
from voting_service.media.posters.subject import Subject
from voting_service.redis_server.locks import FileLock

AT = "/desk/campaigns/test/media"


@pytest.fixture(autouse=True)
def always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an operator changes is seen at once."""
    monkeypatch.setattr("voting_service.candidates.showcase.FRESH_S", 0.0)


def test_an_operator_adds_a_partner_and_sees_what_comes_of_it(stage: Stage) -> None:
    stage.campaign()
    desk = Desk(stage, "王敏", "operator")
    assert "还没有合作媒体" in desk.text(AT)
    assert 'href="/desk/campaigns/test/media"' in desk.get("/desk/campaigns/test").text
    wrong = desk.post(f"{AT}/partners/new", name="", origins="www.news.example")
    assert wrong.status_code == 422
    assert "“www.news.example”不是网站地址" in wrong.text
    assert "www.news.example</textarea>" in wrong.text, "what was typed stays"
    made = desk.post(f"{AT}/partners/new", name="工人报", origins=f"{NEWS}\r\nhttps://m.news.example")
    assert made.status_code == 303
    page = desk.get(made.headers["Location"]).text
    key = re.search(r"(?<=<dd>)[0-9a-f]{16}(?=</dd>)", page)
    assert key is not None
    assert "已添加" in page
    reader = stage.client()
    for _ in range(3):
        reader.get(f"/c/test/embed/seen.gif?key={key[0]}")
    reader.get(f"/c/test/embed/go?key={key[0]}&number=2")
    reader.get("/c/test/embed/seen.gif")
    overview = re.sub(r"\s+", " ", desk.text(AT))
    assert re.search(r"工人报.*?有效.*?3.*?1.*?没有密钥.*?1.*?0", overview)
    changed = desk.post(f"{AT}/partners/1", name="工人日报", origins=NEWS)
    assert changed.status_code == 303
    assert "工人日报" in desk.text(AT)


def test_revoking_takes_a_last_look(stage: Stage) -> None:
    stage.campaign()
    desk = Desk(stage, "王敏", "operator")
    one = partner(stage, desk)
    assert desk.get(f"{AT}/partners/{one.id}/revoke").status_code == 200
    assert desk.post(f"{AT}/partners/{one.id}/revoke").status_code == 422
    assert "不再显示" not in stage.client().get(f"/c/test/embed?key={one.key}").text
    assert desk.post(f"{AT}/partners/{one.id}/revoke", confirmed="yes").status_code == 303
    assert "不再显示评选内容" in stage.client().get(f"/c/test/embed?key={one.key}").text
    page = desk.text(f"{AT}/partners/{one.id}")
    assert "经办 王敏" in page
    assert "撤销授权" not in page
    assert "授权已经撤销" in desk.text(f"{AT}/partners/{one.id}/revoke")


def test_codes_to_copy_are_the_codes_that_work(stage: Stage) -> None:
    stage.campaign()
    desk = Desk(stage, "王敏", "operator")
    one = partner(stage, desk)
    page = desk.get(f"{AT}/embeds?candidate=3&key={one.key}&theme=dark")
    shown = [html.unescape(code) for code in re.findall(r'data-copy="([^"]*)"', page.text)]
    base = "http://127.0.0.1:8000"
    assert shown == [
        str(script_code(base, "test", 3, key=one.key, theme="dark", title="3 号 候选人3")),
        str(frame_code(base, "test", 3, key=one.key, theme="dark", title="3 号 候选人3")),
    ]
    assert shown[0] == (
        f'<script src="{base}/embed.js" data-campaign="test" data-candidate="3" data-key="{one.key}" data-theme="dark" '
        'data-title="3 号 候选人3" async></script>'
    )
    preview = r'<iframe src="/c/test/candidates/3/embed\?preview=1&amp;theme=dark" width="(\d+)"'
    assert re.findall(preview, page.text) == ["240", "360", "600"], "for browsers without scripts"
    assert page.text.count('data-preview="1"') == 3
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    source = html.unescape(re.findall(r'src="([^"]+)"', shown[1])[0]).removeprefix(base)
    assert stage.client().get(source).status_code == 200
    assert desk.get(f"{AT}/embeds?candidate=99&key=x&theme=%22").status_code == 200


def test_a_drafts_codes_are_there_before_its_pages(stage: Stage) -> None:
    stage.draft()
    page = Desk(stage, "王敏", "operator").get(f"{AT}/embeds").text
    assert "<iframe src=" not in page
    assert "还没有公布" in page


def test_a_supervisor_looks_and_changes_nothing(stage: Stage) -> None:
    stage.campaign()
    one = partner(stage, Desk(stage, "王敏", "operator"))
    desk = Desk(stage, "赵刚", "supervisor")
    for path in (AT, f"{AT}/embeds", f"{AT}/partners/{one.id}", "/desk/campaigns/test/media-kit.zip"):
        assert desk.get(path).status_code == 200, path
    assert f"{AT}/partners/new" not in desk.get(AT).text
    assert desk.post(AT, who="partners").status_code == 403
    assert desk.post(f"{AT}/partners/{one.id}/revoke", confirmed="yes").status_code == 403


def test_terms_are_saved_and_refused_whole(stage: Stage) -> None:
    stage.campaign()
    desk = Desk(stage, "王敏", "operator")
    refused = desk.post(AT, who="partners", kit="yes", credit="图" * 201)
    assert refused.status_code == 422
    assert "图" * 201 in refused.text
    assert (
        stage.client().get("/c/test/embed").headers["Content-Security-Policy"].endswith("frame-ancestors *")
    )
    assert desk.post(AT, who="partners", kit="yes", credit="图：测试总工会").status_code == 303
    assert stage.client().get("/c/test/embed").headers["Content-Security-Policy"].endswith("frame-ancestors 'self'")  # fmt: skip
    assert "/c/test/media-kit.zip" in desk.text(AT)


# ---- the media kit


def test_the_kit_holds_what_an_editor_needs(stage: Stage, photo_shelf: Path) -> None:
    (stage.service.settings.data_dir / "photos").symlink_to(photo_shelf)
    slug = import_example(stage)
    desk = Desk(stage, "王敏", "operator")
    terms(stage, desk, credit="图：云川市总工会，仅供报道", slug=slug)
    answer = desk.get(f"/desk/campaigns/{slug}/media-kit.zip")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f"attachment; filename={slug}-media-kit.zip"
    kit = zipfile.ZipFile(io.BytesIO(answer.data))
    assert kit.testzip() is None
    names = [name.removeprefix(f"{slug}-media-kit/") for name in kit.namelist()]
    assert len(names) == len(set(names))
    assert {
        "说明.txt",
        "文字/候选人事迹.txt",
        "文字/候选人事迹.docx",
        "嵌入代码.txt",
        "二维码/活动.svg",
    } <= set(names)
    photos = [name for name in names if name.endswith(".jpg")]
    assert len(photos) >= 20
    assert "照片/003-巴图苏和.jpg" in photos
    text = {
        name: kit.read(f"{slug}-media-kit/{name}").decode("utf-8-sig")
        for name in names
        if name.endswith(".txt")
    }
    assert "图：云川市总工会，仅供报道" in text["说明.txt"]
    assert "图：云川市总工会，仅供报道" in text["照片/照片说明.txt"]
    assert "003-巴图苏和.jpg　3 号 巴图苏和" in text["照片/照片说明.txt"]
    assert "弟弟在电话里问他干的算啥工作" in text["文字/候选人事迹.txt"], "the whole story"
    assert f'/c/{slug}/candidates/3/embed"' in text["嵌入代码.txt"]
    document = docx.Document(io.BytesIO(kit.read(f"{slug}-media-kit/文字/候选人事迹.docx")))
    assert any("给大个子听诊的" in paragraph.text for paragraph in document.paragraphs)
    assert not re.search(r"19\d\d-\d\d|出生", text["文字/候选人事迹.txt"]), "nobody's age"


def test_the_kit_is_public_where_the_campaign_says_so(stage: Stage) -> None:
    stage.campaign()
    desk = Desk(stage, "王敏", "operator")
    path = "/c/test/media-kit.zip"
    assert stage.client().get(path).status_code == 404
    terms(stage, desk, kit_public=True)
    first = stage.client().get(path)
    assert first.status_code == 200
    assert "Set-Cookie" not in first.headers
    assert stage.client().get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert stage.client().get(path, headers={"Range": "bytes=0-3"}).data == b"PK\x03\x04"
    (stage.service.settings.data_dir / "media-kits" / "test" / ".killed.part").touch()
    leaves(stage, 3)
    then = stage.client().get(path)
    assert then.headers["ETag"] != first.headers["ETag"]
    kit = zipfile.ZipFile(io.BytesIO(then.data))
    assert "候选人3" not in kit.read("test-media-kit/文字/候选人事迹.txt").decode()
    assert len(list((stage.service.settings.data_dir / "media-kits" / "test").iterdir())) == 1, (
        "one at a time"
    )
    terms(stage, desk, kit_public=False)
    assert stage.client().get(path).status_code == 404
    stage.draft("early")
    terms(stage, desk, kit_public=True, slug="early")
    assert stage.client().get("/c/early/media-kit.zip").status_code == 404


def test_a_kit_made_during_the_voting_is_not_handed_out_afterwards(stage: Stage) -> None:
    """Its posters ask for ballots, and nothing but the clock has changed."""
    stage.campaign()
    maker, posters = stage.app._inner.extensions["media_kits"], []
    with stage.service.database.read() as session:
        campaign = campaign_by_slug(session, "test")
        for moment in (stage.service.clock.now(), campaign.rules.closes_at):
            with zipfile.ZipFile(maker.make(session, campaign, at=moment)) as kit:
                posters.append(kit.read("test-media-kit/海报/000-活动.pdf"))
    assert posters[0] != posters[1]


def test_a_kit_lacks_the_poster_whose_photo_is_missing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_the_second(subject: Subject, *how: Any) -> bytes:
        if subject.person and subject.person.number == 2:
            raise MissingPhoto("0123.jpg")
        return make_file(subject, *how)

    stage.campaign()
    monkeypatch.setattr("voting_service.media.posters.kit_part.make_file", without_the_second)
    answer = Desk(stage, "王敏", "operator").get("/desk/campaigns/test/media-kit.zip")
    assert answer.status_code == 200
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert sorted(name.partition("海报/")[2][:3] for name in names if "海报/" in name)[:3] == [
        "000",
        "001",
        "003",
    ]


def test_kits_are_made_one_at_a_time(stage: Stage) -> None:
    stage.campaign()
    stage.campaign("other")
    desk = Desk(stage, "王敏", "operator")
    assert desk.get("/desk/campaigns/test/media-kit.zip").status_code == 200
    lock = FileLock(stage.service.settings.data_dir / "media-kits" / ".making")
    assert lock.take()
    assert desk.get("/desk/campaigns/test/media-kit.zip").status_code == 200, "made before"
    busy = desk.get("/desk/campaigns/other/media-kit.zip")
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "30")
    lock.drop()
    assert desk.get("/desk/campaigns/other/media-kit.zip").status_code == 200


@pytest.mark.parametrize(
    ("name", "file"),
    [("巴图苏和", "巴图苏和"), ("../../etc/passwd", "_.._etc_passwd"), ("a:b*?", "a_b__"), ("..", "_"), ("机\u202e组", "机_组"),
     ("字" * 99, "字" * 60)],
)  # fmt: skip
def test_no_name_is_a_path(name: str, file: str) -> None:
    assert file_name(name) == file
