"""Filling a place out of turn, and what may be awarded, on phone and desktop: every page clean, nothing wider than the screen."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from publicity.notices.queries import notice_by_number
from publicity.outcome.closing import close_notice
from tests import notices, substituting
from tests.flows.conftest import MakePhone
from tests.flows.test_accessibility import look
from tests.flows.test_desk_on_a_phone import SIZES
from tests.flows.test_final_list_on_the_desk import sit_down
from tests.listing import Listing
from tests.live import LiveService
from tests.notices import beijing
from tests.phone import overflow


class Table(substituting.Committee):
    """A final list of four with its notice (2), one that closed before it (1), an operator and two members."""

    def __init__(self, live: LiveService) -> None:
        self.stage = live.stage
        listing = Listing(live.stage, members=2, composition=[])
        self.operator = listing.operator
        self.first, self.second = listing.committee.desks
        listing.ranked()
        at, over = beijing(2026, 2, 11), beijing(2026, 3, 2)
        notices.published(live.stage, self.operator.official, (4, 5), at=at)
        with live.stage.service.database.write() as session:
            before = notice_by_number(session, "test", 1, lock=True)
            close_notice(session, before, at=over, official=self.first.official)
        listing.final([1, 2, 3, 4], "")
        listing.publish(listing.notice())


@pytest.fixture(scope="module")
def table(live: LiveService) -> Table:
    return Table(live)


@SIZES
def test_two_members_fill_a_place_out_of_turn(
    make_phone: MakePhone, table: Table, options: dict[str, Any]
) -> None:
    left = table.left(2 if options else 1, notice=2)
    here = f"/desk/notices/test/2/substitutions/{left}"
    first = sit_down(make_phone, table.first, **options).open(here)
    first.get_by_label("7 号 候选人7").check()
    first.get_by_label("理由").fill("排在前面的候选人正在接受考察，结论还没有作出。")
    first.get_by_role("button", name="下一步：核对").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("提出不按顺序递补之前请核对")
    look(first, "preview")
    assert overflow(first) == []
    first.get_by_label("我已核对").check()
    first.get_by_role("button", name="提出").click()
    expect(first.get_by_text("等待另一名评委确认。").last).to_be_visible()
    look(first, "own")
    assert overflow(first) == []
    second = sit_down(make_phone, table.second, **options).open("/desk")
    second.get_by_role("link", name="的名额有人提出不按顺序递补").click()
    expect(second.get_by_role("heading", name="确认不按顺序递补")).to_be_visible()
    look(second, "waits")
    assert overflow(second) == []
    second.get_by_role("button", name="作罢").click()
    expect(second.get_by_text("提议已作罢，名额还没有处理。")).to_be_visible()
    awards = sit_down(make_phone, table.operator, **options).open("/desk/campaigns/test/award")
    expect(awards.get_by_text("不是最终名单 L-0001 的公示。")).to_be_visible()
    look(awards, "awards")
    assert overflow(awards) == []
