"""What supervisors and assigners see of a docket's handling, and what is asked before an assignment ends."""

from __future__ import annotations

import pytest

from tests.desk import Desk
from tests.dockets import SECRETS, assigned, assignment_of, lodge, publish_notice
from tests.objectors import notice_on
from tests.stage import Stage


@pytest.fixture
def committee(stage: Stage) -> Desk:
    """The committee, with a campaign and a notice to handle objections to."""
    stage.draft()
    desk = Desk(stage, "评委周", "committee", slug="test")
    publish_notice(stage)
    return desk


def test_whoever_supervises_sees_who_was_assigned_and_who_has_read(stage: Stage, committee: Desk) -> None:
    first = Desk(stage, "承办赵", "handler", slug="test")
    supervisor = Desk(stage, "监督员吴", "supervisor", slug="test")
    number = lodge(stage)
    url = f"/desk/dockets/{number}"
    assert "还没有人查阅异议内容" in supervisor.text(url)
    assigned(stage, number, committee, first)
    first.get(url)
    first.get(url)
    for desk in (supervisor, committee):
        page = desk.text(url)
        assert "指派承办：承办赵" in page
        assert "查看案卷 2 次" in page
        assert not any(secret in page for secret in SECRETS)
    assert "查阅记录" not in first.text(url)


def test_the_first_page_counts_for_whoever_supervises_and_for_nobody_else(
    stage: Stage, committee: Desk
) -> None:
    supervisor = Desk(stage, "监督员吴", "supervisor", slug="test")
    title = "《测试评选候选人公示1》"
    assert f"{title}：收到 0 件，在办 0 件，逾期 0 件" in supervisor.text("/desk")
    lodge(stage)
    lodge(stage)
    page = supervisor.text("/desk")
    assert f"{title}：收到 2 件，在办 2 件，逾期 0 件；最近的期限" in page
    assert "异议办理概况" not in committee.text("/desk")
    assert "异议办理概况" not in Desk(stage, "别处的监督员", "supervisor", slug="other").text("/desk")


def test_whoever_supervises_looks_at_the_result_and_closes_nothing(stage: Stage) -> None:
    notice_on(stage)
    page = Desk(stage, "监督员吴", "supervisor").text("/desk/notices/test/1")
    assert "查看结果" in page
    assert "结束公示" not in page
    assert "结束公示" in Desk(stage, "评委孙", "committee").text("/desk/notices/test/1")


def test_an_assignment_ends_after_a_question(stage: Stage, committee: Desk) -> None:
    first = Desk(stage, "承办赵", "handler", slug="test")
    number = lodge(stage)
    assigned(stage, number, committee, first)
    url = f"/desk/dockets/{number}"
    asked = committee.post(f"{url}/release", handler=first.official.id)
    assert "不再由 承办赵 承办吗？" in asked.text
    assert "没有承办人员，期限照常计算" in asked.text
    row = assignment_of(stage, number, first.official)
    assert row is not None
    assert row.ended_at is None
    assert committee.post(f"{url}/release", handler=first.official.id, sure="yes").status_code == 303
    row = assignment_of(stage, number, first.official)
    assert row is not None
    assert row.ended_at is not None
    assert committee.post(f"{url}/release", handler=first.official.id).status_code == 422
    # That nobody handles it is said once.
    assert committee.get(url).text.count("未指派") == 1


def test_a_proposal_begins_with_what_was_found(stage: Stage, committee: Desk) -> None:
    first = Desk(stage, "承办赵", "handler", slug="test")
    number = lodge(stage)
    assigned(stage, number, committee, first)
    url = f"/desk/dockets/{number}"
    first.post(f"{url}/accept")
    first.post(f"{url}/finding", finding="查过档案。")
    first.post(f"{url}/finding", finding="问过班组长。")
    assert "查过档案。\n问过班组长。</textarea>" in first.get(f"{url}/ruling/dismissed").text
