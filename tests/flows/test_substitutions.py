"""A candidate leaves and another comes, all by pages: the desk's steps, and what citizens see of them."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from werkzeug.test import TestResponse

from publicity.notices.models import DRAFT
from publicity.notices.queries import notice_by_number, text_of
from tests.committee import confirm_it, recorded, standings
from tests.departures import leaves, leaves_in_sql
from tests.desk import Desk
from tests.oracle import check_books
from tests.stage import Stage
from tests.substituting import PUBLICITY, REASON, WOMEN, Committee
from tests.voting_committee import books_checked
from voting_service.recorder.closing import seal_early
from voting_service.tally.certification import certify

HERE = "/desk/notices/test/1/substitutions"


class Forms(HTMLParser):
    """The forms of a page: action → what stands in their fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, list[str]]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("action", ""), {}))
        if tag == "input" and self.forms and "name" in given:
            kind = given.get("type", "text")
            if kind in ("hidden", "text") or (kind in ("radio", "checkbox") and "checked" in given):
                self.forms[-1][1].setdefault(given["name"], []).append(given.get("value", ""))


def send(desk: Desk, page: TestResponse, action: str, **fields: Any) -> TestResponse:
    """Fill a form of a page in, and send it."""
    (found,) = [
        kept for where, kept in Forms(page.text).forms if where == action and kept.get("step") != ["edit"]
    ]
    return desk.client.post(action, data={**found, **fields})


def text_of_page(page: TestResponse) -> str:
    bare = re.sub(r"<[^>]+>", "\n", page.text)
    return re.sub(r"\s*\n\s*", "\n", html.unescape(bare))


def at_work(stage: Stage, **plan: Any) -> Committee:
    stage.campaign(candidates=10)
    committee = Committee(stage)
    committee.plan(**({"publicity": PUBLICITY} | plan))
    return committee


def test_all_steps_by_pages(stage: Stage) -> None:
    committee = at_work(stage, composition=[WOMEN])
    operator, first = committee.operator, committee.first
    committee.genders([1, 2, 7])
    docket = committee.upheld(committee.notice([1, 2, 3, 4, 5], reserve=[6, 7, 8]), 1)
    assert f"案卷 {docket} 异议成立，名单还没有变动" in operator.get("/desk").text
    assert "名单还没有变动。有候选人" in operator.text(HERE)

    assert HERE in operator.get("/desk/notices/test/1").text
    page = operator.get(f"{HERE}/new")
    preview = send(
        operator, page, f"{HERE}/new", leaver="1", cause="disqualified", reason="材料不实，经查属实。", docket_number=docket
    )  # fmt: skip
    assert preview.status_code == 200
    assert "由 7 号 候选人7递补" in text_of_page(preview)
    assert committee.standing().substitutions == ()
    proposed = send(operator, preview, f"{HERE}/new", confirmed="yes")
    assert (proposed.status_code, proposed.location) == (303, f"{HERE}/1?done=proposed")

    # Whoever proposed it, and whoever is no committee, finds no button.
    assert "确认退出名单</button>" not in operator.get(f"{HERE}/1").text
    assert operator.post(f"{HERE}/1/confirm", confirmed="yes").status_code == 403
    page = first.get(f"{HERE}/1")
    assert send(first, page, f"{HERE}/1/confirm").status_code == 422
    confirmed = send(first, page, f"{HERE}/1/confirm", confirmed="yes")
    assert (confirmed.status_code, confirmed.location) == (303, f"{HERE}/1?done=confirmed")
    assert stage.voter().vote([1]).status_code == 422
    assert "要确定由谁递补" in first.get("/desk").text

    page = first.get(f"{HERE}/1")
    assert "6 号 候选人6不能递补：“女性”5 人中至少要 2 人，只有 1 人。" in text_of_page(page)
    preview = send(first, page, f"{HERE}/1/fill")
    filled = send(first, preview, f"{HERE}/1/fill", confirmed="yes")
    assert (filled.status_code, filled.location) == (303, f"{HERE}/1?done=filled")

    page = operator.get(f"{HERE}/notice")
    preview = send(operator, page, f"{HERE}/notice")
    assert "1 号 候选人1已被取消资格，不再列入公示名单，由 7 号 候选人7递补" in text_of_page(preview)
    drafted = send(operator, preview, f"{HERE}/notice", confirmed="yes")
    assert (drafted.status_code, drafted.location) == (303, "/desk/notices/test/2")
    with stage.service.database.read() as session:
        draft = notice_by_number(session, "test", 2, drafts=True)
        assert (draft.state, draft.supplements) == (DRAFT, 1)
        assert [person.number for person in text_of(draft).people] == [7]
    assert "补充公示已起草，还没有发布" in operator.get("/desk").text
    committee.publish(2)
    assert "已补充公示" in operator.text(HERE)
    assert "递补" not in re.findall(r"<main.*</main>", operator.get("/desk").text, re.S)[0]
    check_books(stage)


def test_nothing_typed_is_lost_and_everything_wrong_is_told(stage: Stage) -> None:
    committee = at_work(stage)
    operator = committee.operator
    committee.notice([1, 2, 3])
    page = operator.get(f"{HERE}/new")
    wrong = send(operator, page, f"{HERE}/new", leaver="2", cause="withdrawn", reason="请打 13800138000")
    assert wrong.status_code == 422
    assert "含有手机号码。" in wrong.text
    assert '<option value="2" selected>' in wrong.text
    assert 'value="withdrawn" checked' in wrong.text
    assert "请打 13800138000" in wrong.text
    assert 'aria-describedby="reason-error reason-hint"' in wrong.text
    nothing = send(operator, page, f"{HERE}/new")
    assert {"请选择退出名单的候选人。", "请选择退出的原因。"} <= set(text_of_page(nothing).split("\n"))
    # From the preview back to the form.
    again = operator.post(f"{HERE}/new", leaver="2", cause="withdrawn", reason=REASON, step="edit")
    assert (again.status_code, REASON in again.text) == (200, True)


def test_a_choice_out_of_turn_comes_back_as_it_was_made(stage: Stage) -> None:
    committee = at_work(stage)
    first = committee.first
    committee.notice([1, 2, 3], reserve=[5, 6])
    committee.left(1)
    page = first.get(f"{HERE}/1")
    wrong = send(first, page, f"{HERE}/1/fill", successor="nobody")
    assert wrong.status_code == 422
    assert "没有按顺序递补的，请写明理由。" in wrong.text
    assert 'value="nobody" checked' in wrong.text
    preview = send(first, wrong, f"{HERE}/1/fill", successor="nobody", reason="名额不再递补。")
    assert "名额空缺，不递补" in text_of_page(preview)
    assert "要由另一名评委确认" in text_of_page(preview)
    made = send(first, preview, f"{HERE}/1/fill", confirmed="yes")
    assert (made.status_code, made.location) == (303, f"{HERE}/1?done=filling-proposed")
    assert committee.standing().substitutions[0].state == "left"
    # A form of which somebody made nonsense chooses nobody by accident.
    committee.left(2)
    assert first.post(f"{HERE}/2/fill", successor="", seen="5", confirmed="yes").status_code == 422


def test_a_choice_out_of_turn_waits_for_another_member(stage: Stage) -> None:
    committee = at_work(stage)
    first, second = committee.first, committee.second
    committee.notice([1, 2, 3], reserve=[5, 6])
    committee.left(1)
    line = "1 号 候选人1的名额有人提出不按顺序递补，等待您或另一名评委确认"
    page = first.get(f"{HERE}/1")
    preview = send(first, page, f"{HERE}/1/fill", successor="6", reason="5 号正在接受考察。")
    send(first, preview, f"{HERE}/1/fill", confirmed="yes")
    own = first.get(f"{HERE}/1")
    assert ("/fill/confirm" in own.text, "/fill/drop" in own.text) == (False, True)
    assert [line in text_of_page(desk.get("/desk")) for desk in (first, second)] == [False, True]
    page = second.get(f"{HERE}/1")
    for told in ("由 6 号 候选人6递补", "5 号 候选人5", "5 号正在接受考察。", "王芳"):
        assert told in text_of_page(page)
    unticked = send(second, page, f"{HERE}/1/fill/confirm")
    assert (unticked.status_code, "请核对以后勾选。" in unticked.text) == (422, True)
    assert send(second, page, f"{HERE}/1/fill/drop").location == f"{HERE}/1?done=filling-dropped"
    committee.propose_filling(1, 6, "5 号正在接受考察。", seen=5)
    # What was seen is not there any more; what is there now has not been seen.
    stale = send(second, page, f"{HERE}/1/fill/confirm", confirmed="yes")
    assert (stale.status_code, "提议已经不是您看到的那一项。" in stale.text) == (422, True)
    done = send(second, second.get(f"{HERE}/1"), f"{HERE}/1/fill/confirm", confirmed="yes")
    assert (done.status_code, done.location) == (303, f"{HERE}/1?done=filled")
    page = text_of_page(second.get(f"{HERE}/1"))
    assert "已递补，待补充公示" in page
    assert "提出不按顺序递补\n王芳" in page
    assert committee.standing().substitutions[0].successor == 6


def test_letting_a_proposal_go(stage: Stage) -> None:
    committee = at_work(stage)
    committee.notice([1, 2, 3])
    committee.propose(1)
    page = committee.first.get(f"{HERE}/1")
    dropped = send(committee.first, page, f"{HERE}/1/drop")
    assert (dropped.status_code, dropped.location) == (303, f"{HERE}?done=dropped")
    assert committee.first.get(f"{HERE}/1").status_code == 404


def test_who_may_do_what(stage: Stage) -> None:
    committee = at_work(stage)
    committee.notice([1, 2, 3], reserve=[5])
    committee.propose(1)
    supervisor = Desk(stage, "钱进", "supervisor")
    handler = Desk(stage, "孙立", "handler")
    elsewhere = Desk(stage, "周正", "committee", slug="another")
    assert "1 号 候选人1" in supervisor.text(HERE)
    assert "<button" not in re.findall(r"<main.*</main>", supervisor.get(f"{HERE}/1").text, re.S)[0]
    assert supervisor.get(f"{HERE}/new").status_code == 403
    for path in (
        "/1/confirm",
        "/1/drop",
        "/1/fill",
        "/1/fill/confirm",
        "/1/fill/drop",
        "/1/void",
        "/new",
        "/notice",
    ):
        for desk in (supervisor, handler, elsewhere):
            assert desk.post(HERE + path, confirmed="yes").status_code == 403
    for path in ("/1/fill", "/1/fill/confirm", "/1/fill/drop", "/1/void", "/1/confirm"):
        assert committee.operator.post(HERE + path, confirmed="yes").status_code == 403
    assert [handler.get(HERE).status_code, elsewhere.get(HERE).status_code] == [403, 403]
    # Another notice's substitution is not there.
    committee.notice([1, 2])
    assert committee.first.get("/desk/notices/test/2/substitutions/1").status_code == 404
    assert committee.first.get("/desk/notices/test/9/substitutions").status_code == 404
    assert stage.client().get(HERE).status_code == 303


def test_a_box_that_does_not_know_yet_is_said_so(stage: Stage) -> None:
    committee = at_work(stage)
    committee.notice([1, 2, 3])
    substitution = committee.propose(1)
    committee.confirm(substitution)
    assert "票箱还不知道" not in committee.first.text(f"{HERE}/{substitution}")
    leaves_in_sql(stage, 2)
    assert "票箱还不知道" in committee.first.text(f"{HERE}/{substitution}")
    assert "名单上的 2 号 候选人2已经不是候选人" in committee.first.text(HERE)
    stage.record()
    assert "票箱还不知道" not in committee.first.text(HERE)


def test_ballots_that_the_rule_voids_are_offered_and_proposed(stage: Stage) -> None:
    committee = at_work(stage, publicity=PUBLICITY | {"ballots_of_disqualified": "void"})
    committee.notice([1, 2, 3])
    ballots = recorded(stage, 2, (1, 2))
    substitution = committee.propose(1, "disqualified")
    first = committee.first
    assert "按评选规则要作废" in first.text(f"{HERE}/{substitution}")
    committee.confirm(substitution)
    page = first.get(f"{HERE}/{substitution}")
    assert "还有 2 张计入、0 张待核" in text_of_page(page)
    done = send(first, page, f"{HERE}/{substitution}/void")
    assert done.location == f"{HERE}/{substitution}?done=voiding"
    assert "D-0001 已提出" in first.text(f"{HERE}/{substitution}")
    confirm_it(stage, 1, by="李伟")
    assert standings(stage) == dict.fromkeys(ballots, "voided")
    assert "提出作废这些选票" not in first.text(f"{HERE}/{substitution}")
    check_books(stage)


def test_once_the_tally_is_certified_no_ballot_is_voided_for_whoever_leaves(stage: Stage) -> None:
    committee = at_work(stage, publicity=PUBLICITY | {"ballots_of_disqualified": "void"})
    committee.notice([1, 2, 3])
    ballots = recorded(stage, 2, (1, 2))
    stores, two = stage.service.recorder_stores, (committee.first.official, committee.second.official)
    seal_early(stores, "test", actor="test")
    stage.record()
    seen = books_checked(stage, two[0])
    number = certify.carry_out_proposal(stores, "test", certify.Proposing(seen, False, two[0]))
    assert certify.carry_out_signature(stores, "test", number, seen=seen, official=two[1])
    substitution = committee.propose(1, "disqualified")
    page = f"{HERE}/{substitution}"
    assert "计票结果已经认定，这些选票不再作废" in committee.first.text(page)
    committee.confirm(substitution)
    assert "提出作废这些选票" not in committee.first.text(page)
    refused = committee.first.post(f"{page}/void", confirmed="yes")
    assert (refused.status_code, "不能再对选票作出决定" in refused.text) == (422, True)
    assert standings(stage) == dict.fromkeys(ballots, "counted")


# ---- what citizens see


def card_of(page: str, number: int) -> str:
    return page.split(f'data-number="{number}"')[1].split("</li>", maxsplit=1)[0]


@pytest.mark.parametrize(
    ("cause", "word"), [("disqualified", "已取消资格"), ("withdrawn", "已退出"), ("deceased", "已去世")]
)
def test_whoever_left_is_shown_at_the_end_and_cannot_be_chosen(stage: Stage, cause: str, word: str) -> None:
    stage.campaign()
    leaves(stage, 2, cause)
    for _look in range(3):
        page = stage.voter().get("/c/test").text
        numbers = re.findall(r'<li class="card[^"]*" data-number="(\d)"', page)
        assert (sorted(numbers), numbers[-1]) == (list("123456"), "2")
    assert word in card_of(page, 2)
    assert "checkbox" not in card_of(page, 2)
    assert "选择" not in card_of(page, 2)
    assert "checkbox" in card_of(page, 3)
    own = stage.voter().get("/c/test/candidates/2").text
    assert word in own
    assert "2 号已不是候选人" in own
    assert 'id="pick"' not in own
    answer = stage.client().get("/api/v1/campaigns/test/candidates").get_json()["candidates"]
    assert [(one["number"], one["departed"]) for one in answer][-2:] == [(6, None), (2, cause)]
    assert stage.client().get("/api/v1/campaigns/test").get_json()["candidates"] == 5


def test_the_ranking_has_no_place_for_whoever_left_and_keeps_the_ballots(stage: Stage) -> None:
    stage.campaign()
    recorded(stage, 3, (2,))
    recorded(stage, 2, (2, 4))
    recorded(stage, 1, (5,))
    leaves(stage, 2, "disqualified")
    rows = re.findall(r'<li class="rank.*?</li>', stage.client().get("/c/test/ranking").text, re.S)
    told = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)) for row in rows]
    assert [row.split()[1] if "第" in row else row.split()[0] for row in told] == [
        "1",
        "2",
        "3",
        "3",
        "3",
        "–",
    ]
    assert "候选人4" in told[0]
    assert "已取消资格，不参加排名" in told[-1]
    assert " 5 票" in told[-1]
    counts = stage.client().get("/api/v1/campaigns/test/counts").get_json()
    assert (counts["counts"]["2"], counts["ballots"]) == (5, 6)


def test_a_page_that_was_open_when_somebody_left_says_who(stage: Stage) -> None:
    stage.campaign()
    voter = stage.voter()
    page = voter.get("/c/test")
    form = page.text.split('name="form" value="')[1].split('"')[0]
    leaves(stage, 2)
    answer = voter.client.post(
        "/c/test",
        data={"form": form, "choices": ["2", "3"], "action": "cast"},
        headers={"Accept": "text/html"},
    )
    assert answer.status_code == 422
    assert "2 号 候选人2已不是候选人，请改选其他候选人。" in answer.text
    assert re.search(r'value="3" id="c3"[^>]* checked', answer.text)


@pytest.mark.parametrize(
    ("rule", "sentence"), [("stand", "已投出的选票照旧保留，仍计入选票总数"), ("void", "作废的是整张选票")]
)
def test_the_rules_page_says_what_becomes_of_ballots(stage: Stage, rule: str, sentence: str) -> None:
    stage.campaign()
    committee = Committee(stage)
    committee.plan(publicity={"ballots_of_disqualified": rule})
    page = stage.client().get("/c/test/rules").text
    assert sentence in page
    assert json.dumps("候选人变动", ensure_ascii=False)[1:-1] in page


def test_a_place_that_stays_empty_is_told_on_paper_too_and_nobody_can_be_objected_to(stage: Stage) -> None:
    committee = at_work(stage)
    committee.notice([1, 2, 3])
    substitution = committee.left(3)
    committee.fill(substitution, None)
    committee.publish(committee.supplement(substitution))
    public = stage.client()
    for kind in ("pdf", "docx"):
        assert public.get(f"/c/test/notices/2.{kind}").status_code == 200
    page = text_of_page(public.get("/c/test/notices/2"))
    assert "名额空缺。" in page
    assert [words for words in ("公示名单\n", "提出异议\n", "异议受理已经截止。") if words in page] == []
    api = {
        one["id"]: one["takes_objections"]
        for one in json.loads(public.get("/api/v1/campaigns/test/notices").data)["notices"]
    }
    assert api == {1: True, 2: False}
    assert "补充公示" not in public.get("/c/test/objections/new?notice=2").text
    assert "候选人1" in public.get("/c/test/objections/new?notice=1").text
