"""The publicity window from its first morning to its report, by browser: a notice on a Friday before a holiday with make-up days,
two citizens who object, one declined, one upheld, the next of the reserve in the place, a supplementary window, the reports.

Everyone acts by pages alone. Only the clock is moved by hand; the working days are those that the State Council had for 2026:
Saturday 14 February is worked, 15 to 23 February is the Spring Festival, Saturday 28 February is worked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from publicity.docket.models import Objection
from tests.flows.test_objections import open_docket, pair_on, photos_in, send
from tests.live import free_port
from tests.notices import beijing, plan_with
from tests.objectors import CLUE, NAME, PHONE, STATEMENT
from tests.oracle import check_books
from tests.stage import ClockInHand, Stage, make_service, rules
from tests.town import Town, confirm, open_town, pdf_text
from voting_service.accounts.officials import EVERYWHERE, Role
from voting_service.accounts.register import add_official
from voting_service.candidates.models import Candidate

NOTICE = "/c/test/notices/1"
DESK_NOTICE = "/desk/notices/test/1"
OFFICIALS: dict[str, tuple[Role, ...]] = {
    "林经办": ("operator",),
    "陈评委": ("committee",),
    "罗承办": ("handler", "committee"),
    "沈承办": ("handler",),
    "纪监督": ("supervisor",),
}
WOMEN = {"name": "女职工不少于 40%", "field": "gender", "equals": "女", "min_percent": 40}
GENDERS = ("女", "女", "男", "男", "男", "男", "女")
"""Of the candidates 1 to 7: two women in five on the list; the first of the reserve is a man, the second a woman."""


@pytest.fixture
def town(tmp_path: Path, redis_url: str, browser: Browser) -> Iterator[Town]:
    """A selection whose voting has ended, and five officials with their links."""
    home = f"http://127.0.0.1:{free_port()}"
    clock = ClockInHand(beijing(2026, 2, 2))
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=clock, base_url=home))
    stage.draft(
        candidates=7, with_rules=rules(opens_at=beijing(2026, 2, 1), closes_at=beijing(2026, 2, 10, 18, 0))
    )
    plan_with(
        stage,
        workdays=5,
        offices=[{"department": "市总工会宣传教育部", "accepts": "事迹和资格", "phone": "0000-1234567"}],
    )
    with stage.service.database.write() as session:
        people = session.scalars(select(Candidate).order_by(Candidate.number)).all()
        for person, gender in zip(people, GENDERS, strict=True):
            person.gender = gender
        campaign = people[0].campaign
        campaign.plan_json = json.dumps({**campaign.plan, "composition": [WOMEN]}, ensure_ascii=False)
    stage.open()
    clock.set(beijing(2026, 2, 11))
    stage.record()
    with stage.service.database.write() as session:
        for name, roles in OFFICIALS.items():
            everywhere = [(role, EVERYWHERE) for role in roles]
            add_official(session, name, everywhere, at=clock.now(), actor="管理员")
    with open_town(stage, browser, home) as town:
        yield town
    stage.strike()


def publish_the_notice(town: Town) -> None:
    town.at(2026, 2, 13, 8, 30)
    page = town.desk("林经办")
    page.get_by_role("link", name="公示公告").first.click()
    page.get_by_role("link", name="起草公告").first.click()
    page.get_by_label("公示层级").select_option("city")
    page.get_by_text("下面填写的编号，按填写的先后").click()
    page.locator("#people").fill("1-5")
    page.locator("#reserve").fill("6、7")
    page.get_by_role("button", name="生成草稿").click()
    page.get_by_role("button", name="保存并预览").click()
    expect(page.get_by_text("共5个工作日").first).to_contain_text("2月13日起至2月26日止")
    confirm(page, "发布")
    expect(page.get_by_text("公告已经发布。")).to_be_visible()


def object_with_a_name(town: Town, directory: Path) -> tuple[str, str]:
    page = town.phone()
    page.goto(NOTICE)
    expect(page.locator("main")).to_contain_text("2月14日为调休上班日，计入")
    expect(page.locator("main")).to_contain_text("春节假期")
    page.get_by_role("link", name=re.compile("提出异议")).first.tap()
    page.get_by_label("对谁有异议").select_option("2")
    page.get_by_text("材料不实", exact=True).tap()
    page.get_by_label("事实经过").fill(STATEMENT)
    page.get_by_label("证据材料").set_input_files(photos_in(directory, 2))
    page.get_by_text("个人，实名").tap()
    page.get_by_label("姓名").fill(NAME)
    page.get_by_label("手机号码").fill(PHONE)
    send(page)
    return pair_on(page)


def object_without_a_name(town: Town) -> tuple[str, str]:
    page = town.phone()
    page.goto("/c/test/objections/new")
    page.get_by_label("对谁有异议").select_option("3")
    page.get_by_text("其他", exact=True).tap()
    page.get_by_label("事实经过").fill("听说他平时和同事相处得不太好，希望评委会再考虑一下他的资格。")
    page.get_by_text("匿名", exact=True).tap()
    page.get_by_label("可以核查的线索").fill(CLUE)
    send(page)
    return pair_on(page)


def assign(page: Page, number: str, *handlers: str) -> None:
    page.goto(f"/desk/dockets/{number}")
    for handler in handlers:
        page.locator("#handler").select_option(label=handler)
        page.get_by_role("button", name="指派", exact=True).click()
        expect(page.locator(".docket-people")).to_contain_text(handler)


def decline(page: Page, number: str) -> None:
    page.goto(f"/desk/dockets/{number}")
    page.locator("#act-decline summary").click()
    page.get_by_text("没有可以核查的线索").click()
    page.locator("#decline_reason").fill("所反映的情况不涉及评选资格，没有可以核查的具体事实。")
    page.get_by_role("button", name="下一步：核对").click()
    page.get_by_role("button", name="不予受理", exact=True).click()
    expect(page.locator("main")).to_contain_text("不予受理")


def ask(page: Page, number: str) -> None:
    page.goto(f"/desk/dockets/{number}")
    expect(page.locator("main")).to_contain_text(STATEMENT)
    assert page.locator(".docket-files img").count() == 2
    for picture in page.locator(".docket-files img").all():
        picture.scroll_into_view_if_needed()
        page.wait_for_function("(one) => one.naturalWidth > 0", arg=picture.element_handle())
    page.get_by_role("button", name="受理", exact=True).click()
    page.locator("#act-ask summary").click()
    page.locator("#question").fill("当天值班的班长是哪一位？")
    page.get_by_role("button", name="提问").click()
    expect(page.locator("main")).to_contain_text("当天值班的班长是哪一位？")


def answer(town: Town, pair: tuple[str, str]) -> None:
    page = town.phone()
    open_docket(page, *pair)
    expect(page.locator(".ask")).to_contain_text("当天值班的班长是哪一位？")
    page.get_by_label("您的回答").fill("是当天夜班的值班长，签到表上有名字。")
    page.get_by_role("button", name="提交回答").tap()
    expect(page.locator(".entries")).to_contain_text("签到表上有名字")


def propose(page: Page, number: str) -> None:
    page.goto(f"/desk/dockets/{number}")
    expect(page.locator("main")).to_contain_text("签到表上有名字")
    page.get_by_role("link", name="拟定：异议成立").click()
    page.locator("#ruling_finding").fill("签到表、工时单与异议人所述一致，申报材料中的工时不实。")
    page.get_by_role("button", name="下一步：预览").click()
    page.get_by_role("button", name="提出处理意见").click()
    expect(page.locator("main")).to_contain_text("等待另一名承办人员确认")


def uphold(page: Page, number: str) -> None:
    page.goto(f"/desk/dockets/{number}")
    confirm(page, "确认处理决定")
    expect(page.locator("main")).to_contain_text("异议成立")


def disqualify(proposer: Page, number: str, confirmer: Page) -> None:
    proposer.goto(f"{DESK_NOTICE}/substitutions/new")
    proposer.locator("#leaver").select_option("2")
    proposer.get_by_text("取消资格", exact=True).click()
    proposer.locator("#docket_number").select_option(number)
    proposer.locator("#reason").fill("申报材料不实，经查属实。")
    proposer.get_by_role("button", name="下一步：核对").click()
    confirm(proposer, "提出")
    address = proposer.url.split("?")[0].split("#")[0]
    confirmer.goto(address)
    confirm(confirmer, "确认退出名单")
    expect(confirmer.locator("main")).to_contain_text("由谁递补")
    # The man who is first on the reserve list would leave one woman in five.
    expect(confirmer.locator("main")).to_contain_text("女职工不少于 40%")
    expect(confirmer.locator('[name="successor"][value="7"]')).to_be_checked()
    confirmer.get_by_role("button", name="下一步：核对").click()
    confirm(confirmer, "确定")
    expect(confirmer.locator("main")).to_contain_text("起草补充公示")


def publish_the_supplement(page: Page) -> None:
    page.goto(f"{DESK_NOTICE}/substitutions/notice")
    page.get_by_role("button", name="预览").click()
    confirm(page, "起草")
    page.goto("/desk/notices/test/2/preview")
    # Published after the working day has begun; Saturday 28 February is worked.
    expect(page.get_by_text("共5个工作日").first).to_contain_text("2月27日起至3月4日止")
    confirm(page, "发布")
    expect(page.get_by_text("公告已经发布。")).to_be_visible()


def close(page: Page, number: int) -> None:
    page.goto(f"/desk/notices/test/{number}/close")
    confirm(page, "结束公示")
    expect(page.locator("main")).to_contain_text("结果已经公布")


def test_from_the_notice_to_the_report(town: Town, tmp_path: Path) -> None:
    publish_the_notice(town)

    town.at(2026, 2, 14, 10, 0)
    named = object_with_a_name(town, tmp_path)
    town.at(2026, 2, 14, 11, 0)
    anonymous = object_without_a_name(town)
    supervisor = town.desk("纪监督")
    supervisor.goto(f"/desk/dockets/{named[0]}")
    expect(supervisor.locator("main")).to_contain_text("材料不实")
    for secret in (STATEMENT, NAME, PHONE):
        assert secret not in supervisor.content()

    town.at(2026, 2, 14, 14, 0)
    member = town.desk("陈评委")
    assign(member, named[0], "沈承办", "罗承办")
    assign(member, anonymous[0], "沈承办")
    assert STATEMENT not in member.content()
    handler = town.desk("沈承办")
    decline(handler, anonymous[0])
    ask(handler, named[0])

    town.at(2026, 2, 24, 9, 30)
    answer(town, named)
    other, handler = town.desk("罗承办"), town.desk("沈承办")
    propose(handler, named[0])
    uphold(other, named[0])
    came_back = town.phone()
    open_docket(came_back, *named)
    expect(came_back.locator("main")).to_contain_text("异议成立")

    town.at(2026, 2, 26, 10, 0)
    member, other, operator = town.desk("陈评委"), town.desk("罗承办"), town.desk("林经办")
    disqualify(other, named[0], member)
    publish_the_supplement(operator)

    # The window of the first is over at midnight, not before.
    member.goto(f"{DESK_NOTICE}/close")
    expect(member.locator("main")).to_contain_text("现在还不能结束公示")
    town.at(2026, 2, 27, 0, 0)
    late = town.phone()
    late.goto("/c/test/objections/new?notice=1")
    expect(late.locator("main")).not_to_contain_text("事实经过")
    member = town.desk("陈评委")
    close(member, 1)
    town.at(2026, 3, 5, 9, 0)
    close(town.desk("陈评委"), 2)

    reader = town.phone()
    reader.goto(NOTICE)
    expect(reader.locator("main")).to_contain_text("已结束")
    first = pdf_text(reader, f"{NOTICE}/result.pdf")
    for said in (
        "公示结果报告",
        "2月13日起至2月26日止，共5个工作日",
        "2月14日为调休上班日，计入",
        "共收到异议2件，其中受理1件，不予受理1件",
        "候选人2",
        "候选人7",
        "申报材料不实，经查属实。",
    ):
        assert re.sub(r"\s+", "", said) in first, said
    second = pdf_text(reader, "/c/test/notices/2/result.pdf")
    assert "2月27日起至3月4日止，共5个工作日" in second
    notice = pdf_text(reader, f"{NOTICE}.pdf")
    assert all(f"候选人{n}" in notice for n in range(1, 6))
    for text in (first, second, notice):
        assert not any(secret in text for secret in (NAME, PHONE, STATEMENT, CLUE, *named, *anonymous))

    town.stage.record()
    check_books(town.stage)
    assert nothing_in_plain(town)


def nothing_in_plain(town: Town) -> bool:
    """Every file that the service keeps, byte by byte; and that the objections are there at all."""
    with town.stage.service.database.read() as session:
        assert len(session.scalars(select(Objection)).all()) == 2
    secrets = [text.encode() for text in (STATEMENT, NAME, PHONE, CLUE, "签到表上有名字", "工时不实")]
    files = [one for one in town.stage.service.settings.data_dir.rglob("*") if one.is_file()]
    assert any(one.parent.name == "attachments" for one in files)
    found = [(one.name, secret.decode()) for one in files for secret in secrets if secret in one.read_bytes()]
    # What the committee itself has made public may say so.
    return not [one for one in found if one[1] != "工时不实"]
