"""After lodging: the way back without typing the codes again, a card that says where, the answer as a letter, and words that fit what
was promised."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pypdfium2
import zxingcpp
from PIL import Image

from publicity.objections.sessions import LIFETIME_S
from publicity.rulings.asking import ask
from publicity.rulings.assigning import assign
from publicity.rulings.ruling import RulingDraft, confirm, propose
from publicity.rulings.taking_up import accept, decline
from tests.desk import Desk
from tests.dockets import last_seq
from tests.notices import OFFICE
from tests.objectors import anonymous, come_back, form, lodge_by_api, notice_on
from tests.stage import Stage
from voting_service.documents.picture import draw_card

NEW = "/c/test/objections/new"
REPLY = "经核查，您反映的情况不属实。"


def handlers_of(stage: Stage, number: str) -> tuple[Desk, Desk]:
    """Two who handle a docket."""
    committee = Desk(stage, "评委周", "committee")
    first, second = Desk(stage, "承办赵", "handler"), Desk(stage, "承办钱", "handler")
    service = stage.service
    with service.database.write() as session:
        for one in (first, second):
            assign(
                session, service.keyring, committee.official, number, one.official.id, at=service.clock.now()
            )
    return first, second


def ruled(stage: Stage, number: str, reply: str) -> None:
    """Taken up, and dismissed by two."""
    first, second = handlers_of(stage, number)
    service, at = stage.service, stage.service.clock.now()
    with service.database.write() as session:
        accept(session, service.keyring, first.official, number, at=at)
    seen = last_seq(stage, number)
    with service.database.write() as session:
        propose(session, service.keyring, first.official, number,
                RulingDraft("dismissed", "查过档案。", reply), seen, at=at)  # fmt: skip
    with service.database.write() as session:
        confirm(session, service.keyring, second.official, number, 1, seen + 1, at=at + timedelta(seconds=1))


def number_on(page: str) -> str:
    found = re.search(r"GS-20\d\d-[0-9A-Z]{6}", page)
    assert found
    return found[0]


def test_right_after_lodging_the_progress_opens_without_the_codes(stage: Stage) -> None:
    notice_on(stage)
    client = stage.client()
    page = client.post(NEW, data=form(), content_type="multipart/form-data")
    assert page.status_code == 201
    number = number_on(page.text)
    cookie = client.get_cookie("docket", path="/objections")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.max_age) == (True, "Strict", LIFETIME_S)
    assert "已收到，待审查" in client.get("/objections").text
    assert number in client.get("/objections").text
    assert f"{stage.service.settings.base_url}/objections" in page.text
    assert 'href="/c/test/notices/1"' in page.text
    assert OFFICE.phone in page.text


def test_a_form_that_another_site_sends_opens_no_docket_here(stage: Stage) -> None:
    notice_on(stage)
    sent = form()
    lodge_by_api(stage.client(), **sent)
    visitor = stage.client()
    page = visitor.post("/c/test/objections/lodged", data={"submission": sent["submission"]},
                        headers={"Sec-Fetch-Site": "cross-site"})  # fmt: skip
    assert "Set-Cookie" not in page.headers
    assert visitor.get_cookie("docket", path="/objections") is None


def test_the_card_carries_the_address_as_a_code() -> None:
    address = "https://vote.example.cn/objections"
    plain, coded = (
        Image.open(
            io.BytesIO(
                draw_card("异议受理凭证", [("受理编号", "GS-2026-7K3M9Q")], ["请保存。"], where, "扫码：")
            )
        )
        for where in ("", address)
    )
    assert coded.height > plain.height + 280
    (found,) = zxingcpp.read_barcodes(coded.convert("L"))
    assert found.text == address


def test_nobody_is_promised_an_answer_that_does_not_come(stage: Stage) -> None:
    notice_on(stage)
    pages = [
        stage.client().post(NEW, data=sent, content_type="multipart/form-data").text
        for sent in (form(), anonymous())
    ]
    assert ["答复期限" in page for page in pages] == [True, False]
    assert ["办理期限" in page for page in pages] == [False, True]
    assert "不单独书面答复，进度和结果请凭编号和查询码查看" in pages[1]


def test_an_answer_that_was_sent_is_confirmed_and_the_handler_is_told(stage: Stage) -> None:
    notice_on(stage)
    told = lodge_by_api(stage.client(), **form()).get_json()
    number = told["docket_number"]
    first, _second = handlers_of(stage, number)
    service = stage.service
    with service.database.write() as session:
        ask(session, service.keyring, first.official, number, "哪个班组？", at=service.clock.now())
    assert f"{number}：待审查" in first.text("/desk")
    client = stage.client()
    come_back(client, number, told["passcode"])
    page = client.get("/objections").text
    fields = dict(re.findall(r'name="(csrf|form)" value="([^"]+)"', page))
    sent = client.post(
        "/objections/answer", data=fields | {"answer": "二班。"}, content_type="multipart/form-data"
    )
    assert sent.headers["Location"] == "/objections?done=answered"
    assert "您的回答已收到" in client.get(sent.headers["Location"]).text
    assert f"{number}：异议人已回答；待审查" in first.text("/desk")
    assert "异议人已回答" in first.text("/desk/dockets")
    assert first.post(f"/desk/dockets/{number}/accept").status_code == 303
    assert f"{number}：办理中" in first.text("/desk")


def test_the_written_answer_is_a_letter_for_whoever_opened_the_docket(stage: Stage) -> None:
    notice_on(stage)
    told = lodge_by_api(stage.client(), **form()).get_json()
    client = stage.client()
    assert client.get("/objections/reply.pdf").status_code == 403
    come_back(client, told["docket_number"], told["passcode"])
    assert client.get("/objections/reply.pdf").headers["Location"] == "/objections"
    ruled(stage, told["docket_number"], REPLY)
    assert 'href="/objections/reply.pdf"' in client.get("/objections").text
    letter = client.get("/objections/reply.pdf")
    assert (letter.mimetype, letter.headers["Cache-Control"]) == ("application/pdf", "no-store")
    document = pypdfium2.PdfDocument(letter.data)
    text = re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in document))
    assert all(part in text for part in (told["docket_number"], REPLY, "测试总工会"))


def test_whoever_is_declined_reads_why_and_what_next(stage: Stage) -> None:
    notice_on(stage)
    told = lodge_by_api(stage.client(), **form()).get_json()
    number = told["docket_number"]
    first, _second = handlers_of(stage, number)
    service = stage.service
    with service.database.write() as session:
        decline(session, service.keyring, first.official, number, "not_ours", "不属于本次评选。",
                last_seq(stage, number), at=service.clock.now())  # fmt: skip
    client = stage.client()
    come_back(client, number, told["passcode"])
    page = client.get("/objections").text
    assert "理由类别：不属于本次评选的受理范围" in page
    assert "有新的线索或证据，可以重新提出" in page
    assert OFFICE.phone in page
    assert '<li class="is-over" aria-current="step"><b>不予受理' in page


def test_ways_back_lead_to_the_notice_and_nowhere_else(stage: Stage) -> None:
    notice_on(stage)
    client = stage.client()
    page = client.get(f"{NEW}?notice=1").text
    assert '<header class="mast"><div class="wrap"><a href="/c/test/notices/1">' in page
    assert '<a href="/c/test/notices">公示公告</a>' in page
    assert 'href="/objections/guide?from=test/notices/1"' in page
    assert 'href="/c/test/notices/1">返回公告' in client.get("/objections/guide?from=test/notices/1").text
    for elsewhere in ("//evil.example", "test/notices/1/../..", "https://evil.example/notices/1", ""):
        assert "返回公告" not in client.get("/objections/guide", query_string={"from": elsewhere}).text


def test_a_notice_that_does_not_exist_is_said_not_to(stage: Stage) -> None:
    notice_on(stage)
    page = stage.client().get(f"{NEW}?notice=99").text
    assert "没有您要找的那份公示" in page
    assert "现在不受理异议" not in page


def test_a_name_that_is_too_long_is_said_to_be(stage: Stage) -> None:
    notice_on(stage)
    refused = lodge_by_api(stage.client(), **form(name="欧" * 50)).get_json()
    assert refused["fields"]["name"] == ["姓名太长，最多 40 字。"]


def test_every_bad_file_is_told_of_at_once(stage: Stage) -> None:
    notice_on(stage)
    files = [
        (io.BytesIO(b"MZ\x90" * 9), "一.jpg"),
        (io.BytesIO(b""), "二.pdf"),
        (io.BytesIO(b"\x89PNG\r\n\x1a\n"), "三.png"),
    ]
    refused = lodge_by_api(stage.client(), **form(evidence=files)).get_json()
    assert [one[:3] for one in (text[1:] for text in refused["fields"]["evidence"])] == [
        "一.j",
        "二.p",
        "三.p",
    ]
