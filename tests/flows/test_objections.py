"""Citizens object on their phones: named with photos, without a name, without scripts; a draft survives, errors keep what was
typed, and they come back to answer and to withdraw."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from publicity.docket.models import DocketAttachment, Objection
from publicity.docket.record import append_entry
from publicity.docket.sealing import Matter, open_matter
from tests.desk import Desk
from tests.flows.conftest import MakePhone
from tests.flows.test_accessibility import look
from tests.live import LiveService
from tests.notices import published
from tests.objectors import CLUE, NAME, PHONE, STATEMENT, lodge_by_api, notice_on, photo
from tests.objectors import form as typed_form
from tests.phone import Phone, overflow

LOSE_THE_NEXT_ANSWER = """() => {
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (body) {
    if (body.has("statement")) {
      this.onload = this.onerror;
      XMLHttpRequest.prototype.send = send;
    }
    send.call(this, body);
  };
}"""
"""The server takes the next form whole, and the phone does not hear of it. Not by a route of Playwright's: Chromium hands it no
files."""
SLUG = "test"
NEW = f"/c/{SLUG}/objections/new"


@pytest.fixture(scope="module")
def noticed(live: LiveService) -> LiveService:
    """A live service with a notice that takes objections."""
    notice_on(live.stage, slug=SLUG)
    return live


@pytest.fixture(autouse=True)
def toll_forgets(live: LiveService) -> None:
    """Every scene begins in an hour of its own: all phones here come from one address."""
    redis = live.stage.service.redis_client
    for key in list(redis.scan_iter("toll:*")):
        redis.delete(key)


@pytest.fixture
def phone(make_phone: MakePhone) -> Phone:
    """A phone that lets axe in, and on which refusals belong to the scene."""
    phone = make_phone(bypass_csp=True, reduced_motion="reduce")
    phone.expects(r"status of (403|413|422|428|503)", "net::ERR_")
    return phone


def photos_in(directory: Path, count: int) -> list[Path]:
    """Files to choose from."""
    files = []
    for n in range(count):
        content, _name = photo(colour=("red", "green", "blue")[n % 3])
        file = directory / f"现场{n + 1}.png"
        file.write_bytes(content.getvalue())
        files.append(file)
    return files


def fill_matter(page: Page) -> None:
    page.get_by_label("对谁有异议").select_option("2")
    page.get_by_text("材料不实", exact=True).tap()
    page.get_by_label("事实经过").fill(STATEMENT)


def fill_named(page: Page) -> None:
    page.get_by_text("个人，实名").tap()
    page.get_by_label("姓名").fill(NAME)
    page.get_by_label("手机号码").fill(PHONE)


def send(page: Page) -> None:
    page.get_by_role("button", name="提交", exact=True).tap()


def pair_on(page: Page) -> tuple[str, str]:
    """Number and passcode of an acknowledgement."""
    expect(page.get_by_role("heading", level=1)).to_have_text("异议已收到")
    number, passcode = page.locator(".code").all_inner_texts()
    assert re.fullmatch(r"GS-20\d\d-\w{6}", number)
    return number, passcode


def kept(live: LiveService, number: str) -> tuple[Objection, int]:
    """An objection as it is kept, and how many files came with it."""
    with live.stage.service.database.read() as session:
        found = session.scalars(select(Objection).where(Objection.docket_number == number)).one()
        files = session.scalars(
            select(DocketAttachment).where(DocketAttachment.objection_id == found.id)
        ).all()
        return found, len(files)


def open_docket(page: Page, number: str, passcode: str) -> None:
    """As from another device, or after half an hour: right after lodging nobody is asked."""
    page.context.clear_cookies(name="docket")
    page.goto("/objections")
    page.get_by_label("受理编号").fill(number)
    page.get_by_label("查询码").fill(passcode)
    page.get_by_role("button", name="查看").tap()
    expect(page.get_by_text(f"受理编号 {number}")).to_be_visible()


def drafts(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "Object.keys(localStorage).filter((key) => key.startsWith('objection:'))"
    )
    return found


def test_a_named_objector_with_photos(phone: Phone, noticed: LiveService, tmp_path: Path) -> None:
    page = phone.open(NEW)
    look(page, "the form")
    assert overflow(page) == []
    fill_matter(page)
    page.get_by_label("证据材料").set_input_files(photos_in(tmp_path, 3))
    expect(page.locator("#evidence-list li")).to_have_count(3)
    page.get_by_role("button", name="移除 现场2.png").tap()
    expect(page.locator("#evidence-list li")).to_have_count(2)
    fill_named(page)
    expect(page.locator("#kind-named-worth")).to_be_visible()
    look(page, "named, with files")
    assert overflow(page) == []
    send(page)
    number, passcode = pair_on(page)
    expect(page.get_by_text("先前")).to_have_count(0)
    look(page, "acknowledgement")
    assert overflow(page) == []
    assert number not in page.url
    assert drafts(page) == []
    objection, files = kept(noticed, number)
    assert (objection.kind, files) == ("named", 2)
    assert page.locator(".keep__card").evaluate("(one) => one.naturalWidth") == 750
    page.get_by_role("link", name="查看进度").tap()
    expect(page.get_by_text(f"受理编号 {number}")).to_be_visible()
    page.get_by_role("button", name="退出").tap()
    expect(page.get_by_label("查询码")).to_be_visible()
    look(page, "coming back")
    open_docket(page, number, passcode)
    look(page, "docket")
    assert overflow(page) == []
    assert passcode not in page.content()


def test_an_anonymous_objector_whose_draft_survives_a_closed_page(
    phone: Phone, noticed: LiveService, tmp_path: Path
) -> None:
    page = phone.open(NEW)
    fill_matter(page)
    page.get_by_label("证据材料").set_input_files(photos_in(tmp_path, 1))
    page.get_by_text("匿名", exact=True).tap()
    page.get_by_label("可以核查的线索").fill(CLUE)
    page.wait_for_function("Object.keys(localStorage).some((key) => key.startsWith('objection:'))")
    page.wait_for_function("localStorage.getItem(Object.keys(localStorage)[0]).includes('夜班')")
    page.close()
    page = phone.context.new_page()
    page.goto(NEW)
    expect(page.get_by_role("heading", name="上次没有写完")).to_be_visible()
    look(page, "a draft is offered")
    page.get_by_role("button", name="继续填写").tap()
    expect(page.get_by_label("可以核查的线索")).to_have_value(CLUE)
    expect(page.get_by_label("事实经过")).to_have_value(STATEMENT)
    expect(page.locator("#evidence-list li")).to_have_count(1)
    send(page)
    number, _passcode = pair_on(page)
    objection, files = kept(noticed, number)
    assert (objection.kind, objection.identity_sealed, files) == ("anonymous", None, 1)
    assert open_matter(noticed.stage.service.keyring, objection) == Matter(STATEMENT, CLUE)
    page.goto(NEW)
    expect(page.get_by_role("heading", name="上次没有写完")).to_be_hidden()
    assert (
        page.evaluate(
            """() => new Promise((done) => {
          indexedDB.open("objection-drafts").onsuccess = (event) => {
            event.target.result.transaction("files").objectStore("files").count().onsuccess = (e) => done(e.target.result);
          };
        })"""
        )
        == 0
    ), "its files are gone too"


def test_a_draft_is_thrown_away_or_never_kept_on_a_phone_that_is_somebody_elses(
    phone: Phone, noticed: LiveService
) -> None:
    page = phone.open(NEW)
    fill_matter(page)
    page.wait_for_function("localStorage.length > 0")
    page.reload()
    page.get_by_role("button", name="丢弃草稿").tap()
    assert drafts(page) == []
    fill_matter(page)
    page.wait_for_function("localStorage.length > 0")
    page.get_by_role("button", name="这不是我的设备").tap()
    expect(page.get_by_text("这台设备上什么都不保存")).to_be_visible()
    page.get_by_label("事实经过").fill(STATEMENT + "又写了几句")
    page.wait_for_timeout(600)
    assert drafts(page) == []
    # Older than a week: as if it had never been.
    page.evaluate(
        "localStorage.setItem('objection:test:1', JSON.stringify({at: Date.now() - 7 * 86400000 - 1, values: {}}))"
    )
    page.reload()
    expect(page.get_by_role("heading", name="上次没有写完")).to_be_hidden()
    assert drafts(page) == []


def test_errors_keep_what_was_typed_and_lead_to_their_fields(
    phone: Phone, noticed: LiveService, tmp_path: Path
) -> None:
    program = tmp_path / "合同.jpg"
    program.write_bytes(b"MZ\x90" * 100)
    page = phone.open(NEW)
    page.get_by_label("事实经过").fill("太短")
    page.get_by_label("证据材料").set_input_files([program, *photos_in(tmp_path, 1)])
    send(page)
    expect(page.locator("#problems")).to_be_focused()
    expect(page.get_by_role("link", name="请选择对哪一位有异议")).to_be_visible()
    expect(page.locator("#evidence-error")).to_contain_text("合同.jpg")
    look(page, "problems")
    expect(page.get_by_label("事实经过")).to_have_value("太短")
    expect(page.locator("#evidence-list li")).to_have_count(2)
    page.get_by_role("button", name="移除 合同.jpg").tap()
    fill_matter(page)
    fill_named(page)
    send(page)
    number, _passcode = pair_on(page)
    assert kept(noticed, number)[1] == 1


def test_too_large_and_empty_files_are_told_before_anything_is_sent(
    phone: Phone, noticed: LiveService, tmp_path: Path
) -> None:
    empty = tmp_path / "空.png"
    empty.write_bytes(b"")
    large = tmp_path / "长录音.mp3"
    with large.open("wb") as file:
        file.truncate(21 * 1024**2)
    page = phone.open(NEW)
    page.get_by_label("证据材料").set_input_files([empty, large])
    expect(page.locator("#evidence-error")).to_contain_text("“空.png”是空文件")
    expect(page.locator("#evidence-error")).to_contain_text("“长录音.mp3”太大，单个文件最多 20 MB")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.method))
    send(page)
    expect(page.locator("#problems")).to_be_focused()
    assert "POST" not in requests


def test_an_upload_that_fails_is_sent_again_and_is_one_objection(
    phone: Phone, noticed: LiveService, tmp_path: Path
) -> None:
    page = phone.open(NEW)
    fill_matter(page)
    fill_named(page)
    page.get_by_label("证据材料").set_input_files(photos_in(tmp_path, 2))
    submission = page.locator("#objection [name=submission]").input_value()
    page.evaluate(LOSE_THE_NEXT_ANSWER)
    send(page)
    expect(page.get_by_text("网络中断，没有提交成功")).to_be_visible()
    look(page, "upload failed")
    send(page)
    number, _passcode = pair_on(page)
    expect(page.get_by_text("先前已经收到，没有重复登记")).to_be_visible()
    assert kept(noticed, number)[1] == 2
    # And once more, when it has been changed meanwhile: what was received first is what counts, and it is said.
    page.goto(NEW)
    fill_matter(page)
    fill_named(page)
    page.evaluate(LOSE_THE_NEXT_ANSWER)
    send(page)
    expect(page.get_by_text("网络中断，没有提交成功")).to_be_visible()
    page.get_by_label("事实经过").fill(STATEMENT + "后来又想起一件事。")
    send(page)
    number, _passcode = pair_on(page)
    expect(page.get_by_text("以第一版为准")).to_be_visible()
    assert open_matter(noticed.stage.service.keyring, kept(noticed, number)[0]) == Matter(STATEMENT)
    assert submission not in page.url


def test_a_neighbour_of_a_flooder_pays_with_work_and_gets_through(phone: Phone, noticed: LiveService) -> None:
    for _objection in range(30):
        lodge_by_api(noticed.stage.client(), SLUG, **typed_form())
    page = phone.open(NEW)
    fill_matter(page)
    fill_named(page)
    send(page)
    number, passcode = pair_on(page)
    for _try in range(8):
        noticed.stage.client().post(
            "/objections", data={"number": number, "passcode": "000000000000", "form": "f" * 22}
        )
    # Asked for a check on the way in, which is worked off by itself.
    open_docket(page, number, passcode)


def test_without_scripts_everything_is_plain_forms(
    make_phone: MakePhone, noticed: LiveService, tmp_path: Path
) -> None:
    phone = make_phone(java_script_enabled=False, service_workers="block")
    phone.expects(r"status of (422|428)")
    page = phone.open(NEW)
    fill_matter(page)
    page.get_by_text("匿名", exact=True).tap()
    page.get_by_label("可以核查的线索").fill("太短")
    page.get_by_label("证据材料").set_input_files(photos_in(tmp_path, 1))
    send(page)
    expect(page.get_by_text("请重新选择")).to_be_visible()
    expect(page.get_by_label("事实经过")).to_have_value(STATEMENT)
    page.get_by_label("可以核查的线索").fill(CLUE)
    page.get_by_label("证据材料").set_input_files(photos_in(tmp_path, 1))
    send(page)
    number, passcode = pair_on(page)
    assert kept(noticed, number)[1] == 1
    open_docket(page, number, passcode)
    page.get_by_label("补充说明").fill("没有脚本也能补充。")
    page.get_by_role("button", name="提交补充").tap()
    expect(page.get_by_text("没有脚本也能补充。")).to_be_visible()
    for _objection in range(5):
        lodge_by_api(noticed.stage.client(), SLUG, **typed_form())
    page.goto(NEW)
    fill_matter(page)
    fill_named(page)
    send(page)
    expect(page.get_by_role("heading", name="怎样继续")).to_be_visible()
    expect(page.get_by_label("事实经过")).to_have_value(STATEMENT)


def test_returning_to_answer_and_to_withdraw(phone: Phone, noticed: LiveService, tmp_path: Path) -> None:
    told = lodge_by_api(noticed.stage.client(), SLUG, **typed_form()).get_json()
    number, passcode = told["docket_number"], told["passcode"]
    service = noticed.stage.service
    desk = Desk(noticed.stage, "提问的承办人", "handler")
    with service.database.write() as session:
        objection = session.scalars(select(Objection).where(Objection.docket_number == number)).one()
        append_entry(session, service.keyring, objection, "asked", "请问是哪个班组？", at=service.clock.now(),
                     official_id=desk.official.id, shown=True)  # fmt: skip
    page = phone.page
    open_docket(page, number, passcode)
    expect(page.get_by_role("heading", name="承办人员问您")).to_be_visible()
    look(page, "a question")
    page.get_by_label("您的回答").fill("二班。")
    page.locator("#answer-files").set_input_files(photos_in(tmp_path, 1))
    page.get_by_role("button", name="提交回答").tap()
    expect(page.get_by_role("heading", name="承办人员问您")).to_be_hidden()
    expect(page.get_by_text("二班。")).to_be_visible()
    page.get_by_role("button", name="提交补充").tap()
    expect(page.locator("#problems")).to_be_focused()
    look(page, "nothing to add")
    page.get_by_role("button", name="撤回异议").tap()
    expect(page.get_by_role("heading", name="确定撤回吗？")).to_be_visible()
    look(page, "withdraw?")
    page.get_by_role("button", name="确定撤回").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("已撤回")
    look(page, "withdrawn")
    page.get_by_role("button", name="退出").tap()
    expect(page.get_by_label("查询码")).to_be_visible()
    page.get_by_label("受理编号").fill(number)
    page.get_by_label("查询码").fill("0000-0000-0000")
    page.get_by_role("button", name="查看").tap()
    expect(page.get_by_text("受理编号或查询码不对").first).to_be_visible()
    look(page, "a wrong pair")


def test_no_notice_one_that_is_closed_and_several(phone: Phone, noticed: LiveService) -> None:
    stage = noticed.stage
    stage.draft("quiet")
    page = phone.open("/c/quiet/objections/new")
    expect(page.get_by_role("heading", name="现在不受理异议")).to_be_visible()
    look(page, "none takes objections")
    notice_on(stage, slug="double")
    published(stage, Desk(stage, "第二份的人", "operator").official, (4, 5), slug="double")
    page.goto("/c/double/objections/new")
    expect(page.get_by_role("heading", name="对哪一份公示有异议")).to_be_visible()
    look(page, "several notices")
    page.get_by_role("link").filter(has_text="公示").first.tap()
    expect(page.get_by_label("对谁有异议")).to_be_visible()
    page.goto("/c/double/objections/new?notice=2&candidate=5")
    expect(page.get_by_label("对谁有异议")).to_have_value("5")
    page.goto("/objections/guide")
    # It is written for the file too: nothing of its marks may be left on the page.
    assert not re.search(r"[|`*#]", page.locator(".prose").inner_text())
    look(page, "the guide")
    assert overflow(page) == []
