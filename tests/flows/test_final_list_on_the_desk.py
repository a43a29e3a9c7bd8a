"""The final list at the desk: the seat line, swaps tried at their price with and without a script, proposing, the way to the
committee's ballot and to the notice; who may do what."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.desk import Desk
from tests.flows.conftest import MakePhone
from tests.flows.test_accessibility import look
from tests.flows.test_desk_on_a_phone import SIZES
from tests.listing import REASON, Listing
from tests.live import LiveService
from tests.phone import Phone, overflow
from tests.stage import Stage
from voting_service.accounts.sessions import COOKIE
from voting_service.assessment.final_list.models import FINAL
from voting_service.candidates.models import Candidate

HOME = "/desk/campaigns/test/list"
UNIT = {"name": "每单位", "field": "organisation", "max_each": 1}
WOMEN = {"name": "女性", "field": "gender", "equals": "女", "min_percent": 40}


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


@pytest.fixture(scope="module")
def listing(live: LiveService) -> Listing:
    """Ten candidates, four seats, two women needed and one among the first four."""
    made = Listing(live.stage, composition=[WOMEN, UNIT])
    made.women(2, 6, 9)
    made.ranked()
    return made


def sit_down(make_phone: MakePhone, desk: Desk, **options: Any) -> Phone:
    phone = make_phone(bypass_csp=True, service_workers="block", reduced_motion="reduce", **options)
    phone.expects(r"status of 422")
    phone.context.add_cookies([{"name": COOKIE, "value": desk.secret, "url": phone.home}])
    return phone


def tick(page: Page, number: int) -> None:
    page.locator(f"input[name=pick][value='{number}']").click()


@SIZES
def test_swaps_are_tried_and_told_at_once(
    make_phone: MakePhone, listing: Listing, options: dict[str, Any]
) -> None:
    phone = sit_down(make_phone, listing.committee.desks[0], **options)
    page = phone.open(HOME)
    tried = page.locator("#standing")
    expect(tried.get_by_text("还差 1 人").last).to_be_visible()
    expect(page.locator(".list-rows__line")).to_have_text("名额线：前 4 名")
    look(page, "ranking")
    assert overflow(page) == []
    expect(page.get_by_role("button", name="核对所选")).to_be_hidden()
    tick(page, 4)
    tick(page, 9)
    expect(tried).to_contain_text("4 号 候选人4 换成 9 号 候选人9少 5.0000 分")
    expect(tried).to_contain_text("符合要求")
    tick(page, 10)
    expect(tried).to_contain_text("多选了 1 人")
    look(page, "tried")
    assert overflow(page) == []
    page.get_by_role("link", name="看看这份名单").click()
    expect(page.locator("#standing")).to_contain_text("这就是算出的最小调整。")


def test_a_list_is_proposed_after_a_last_look(make_phone: MakePhone, listing: Listing) -> None:
    phone = sit_down(make_phone, listing.committee.desks[0])
    page = phone.open(HOME)
    page.get_by_role("link", name="看看这份名单").click()
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("请写明理由")
    look(page, "refused")
    page.get_by_label("理由").fill(REASON)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name="核对名单")).to_be_visible()
    look(page, "last look")
    assert overflow(page) == []
    page.get_by_label("我已核对人选、顺序和递补名单").check()
    page.get_by_role("button", name="提出").click()
    expect(page.get_by_role("status")).to_have_text("名单已提出。")
    look(page, "proposed")
    assert overflow(page) == []
    page.get_by_role("link", name="提交评委会表决").click()
    expect(page.get_by_label(re.compile("^事项代码"))).to_have_value("final-list-1")
    # Of people who are not public yet nothing stands in an address, which browsers and proxies keep.
    assert page.url.endswith("/desk/campaigns/test/motions/new?about=final-list-1")
    question = page.get_by_label("表决什么").input_value()
    assert listing.row().document_sha256[:8] in question
    page = phone.open(f"{HOME}/1")
    expect(page.get_by_text("还不能确认")).to_be_visible()
    page.get_by_text("撤回这份名单").click()
    page.get_by_label("理由").fill("再核对一次资料。")
    page.get_by_label("我确认要撤回").check()
    page.get_by_role("button", name="撤回").click()
    expect(page.get_by_role("status")).to_have_text("名单已撤回，可以另行拟定。")
    look(page, "withdrawn")
    assert overflow(page) == []


# ---- without a script, by HTTP


def test_a_form_for_a_motion_says_nothing_of_what_is_not_proposed(small: Listing) -> None:
    """A subject that is none, one that waits for nobody, and words in the address: an empty form."""
    at = "/desk/campaigns/test/motions/new"
    for asked in (
        "about=final-list-1",
        "about=final-list-99999999999",
        "about=x",
        "title=甲&question=乙&subject=final-list-1",
    ):
        page = small.operator.get(f"{at}?{asked}").text
        assert "L-0001" not in page
        assert 'value="final-list' not in page
        assert not re.search("甲|乙", page)


@pytest.fixture
def small(stage: Stage) -> Listing:
    """A committee of one, which confirms without a ballot."""
    made = Listing(stage, members=1, composition=[WOMEN])
    made.women(2, 6, 9)
    made.ranked()
    return made


def test_the_whole_way_without_a_script(small: Listing) -> None:
    operator, member = small.operator, small.committee.desks[0]
    checked = operator.post(f"{HOME}/look", act="check", pick=["1", "2", "3", "9"])
    assert checked.status_code == 200
    assert "换成" in checked.text
    asked = operator.post(f"{HOME}/look", act="propose", pick=["1", "2", "3", "6"], reason=REASON)
    fields = {name: hidden(asked.text, name) for name in ("numbers", "reason", "seen")}
    assert operator.post(f"{HOME}/propose", **fields).status_code == 422, "nothing without the tick"
    done = operator.post(f"{HOME}/propose", confirmed="yes", **fields)
    assert (done.status_code, done.location) == (303, f"{HOME}/1?done=proposed")
    # The operator has no button for it, and no way either.
    assert operator.post(f"{HOME}/1/confirm", confirmed="yes").status_code == 403
    page = member.get(f"{HOME}/1").text
    done = member.post(f"{HOME}/1/confirm", confirmed="yes", seen=hidden(page, "seen"))
    assert done.location == f"{HOME}/1?done=confirmed"
    assert small.row().state == FINAL
    assert member.get(f"{HOME}/1/list.json").data == small.row().document
    assert "起草公示公告" not in member.text(f"{HOME}/1"), "that is the operator's"
    assert "最终名单 L-0001 已确认，请起草公示公告" in operator.text("/desk")
    assert "起草公示公告" in operator.text(f"{HOME}/1")
    drafted = operator.post("/desk/notices/test/from-list/1")
    assert drafted.location == "/desk/notices/test/1/edit"
    assert "依据最终名单 L-0001" in operator.text("/desk/notices/test/1")
    assert "与最终名单一致" in operator.text("/desk/notices/test/1/preview")
    assert operator.post("/desk/notices/test/from-list/1").status_code == 422


def test_no_list_satisfies_all_and_which_rules_they_are(small: Listing) -> None:
    small.women()
    page = small.operator.text(HOME)
    assert "没有任何一份名单能同时符合全部要求" in page
    assert "女性：女性至少占 40%" in page


def test_a_tie_at_the_edge_is_shown_and_nobody_of_it_is_ticked(small: Listing) -> None:
    small.ranked({1: 90, 2: 80, 3: 80, 4: 70, 5: 70, 6: 70, 7: 60, 8: 50, 9: 40, 10: 30}, number=2)
    page = small.operator.get(HOME).text
    assert "第 4 名并列：4 号 候选人4、5 号 候选人5、6 号 候选人6，只有 1 个名额" in page
    assert re.findall(r'name="pick" value="(\d+)" checked', page) == ["1", "2", "3"]


def test_nothing_to_rank_yet_is_said(stage: Stage) -> None:
    listing = Listing(stage)
    assert "测算表还没有定稿" in listing.operator.text(HOME)
    assert listing.operator.post(f"{HOME}/look", act="propose", pick="1").status_code == 422
    assert listing.operator.get(f"{HOME}/1").status_code == 404


def test_who_may_look_and_who_may_act(small: Listing) -> None:
    stage = small.stage
    supervisor = Desk(stage, "纪委", "supervisor", slug="test")
    judge = Desk(stage, "评审", "judge", slug="test")
    elsewhere = Desk(stage, "他人", "operator", "committee", slug="another")
    small.propose([1, 2, 3, 6], REASON)
    for desk, looks, acts in ((supervisor, 200, 403), (judge, 403, 403), (elsewhere, 403, 403)):
        assert desk.get(HOME).status_code == looks
        assert desk.get(f"{HOME}/standing?pick=1").status_code == looks
        assert desk.get(f"{HOME}/1").status_code == looks
        for path in ("look", "propose", "1/confirm", "1/withdraw", "1/keep"):
            assert desk.post(f"{HOME}/{path}", confirmed="yes").status_code == acts
        assert desk.post("/desk/notices/test/from-list/1").status_code == acts
    page = supervisor.text(f"{HOME}/1")
    assert "撤回这份名单" not in page
    assert "提交评委会表决" not in page
    assert "下一步" not in supervisor.text(HOME)
    unsigned = small.operator.client.post(f"{HOME}/propose", data={"confirmed": "yes"})
    assert unsigned.status_code == 403, "a form without the desk's own value"


def test_a_script_in_a_name_stays_text(small: Listing) -> None:
    with small.stage.service.database.write() as session:
        for one in session.query(Candidate):
            one.name, one.organisation = (
                f"<script>alert({one.number})</script>",
                "<img src=x onerror=alert(1)>",
            )
    small.propose([1, 2, 3, 6], "<script>alert('理由')</script>")
    for path in (HOME, f"{HOME}/1", f"{HOME}/standing?pick=1&pick=2&pick=3&pick=9"):
        page = small.operator.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
