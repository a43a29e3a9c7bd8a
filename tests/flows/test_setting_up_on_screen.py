"""Setting a campaign up in a real browser: on a phone and on a large screen, by axe, by day and by night, from the folder to
the last look; and what two people do with candidates."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.desk import Desk
from tests.flows.conftest import MakePhone
from tests.flows.test_dockets_on_screen import SIZES, seen, sit_down
from tests.flows.test_setting_up import CSV, folder, toml
from tests.live import LiveService


@pytest.fixture(scope="module")
def desk(live: LiveService) -> Desk:
    """An operator who reviews too."""
    return Desk(live.stage, "经办人李", "operator", "committee", "reviewer")


@SIZES
def test_from_the_folder_to_the_last_look(
    make_phone: MakePhone, live: LiveService, desk: Desk, options: dict[str, object], tmp_path: Path
) -> None:
    phone = make_phone(bypass_csp=True, service_workers="block", reduced_motion="reduce", **options)
    phone.expects("status of 422")
    size = "1280" if options else "390"
    slug = f"screen-{size}"
    good, bad = tmp_path / "活动.zip", tmp_path / "坏的.zip"
    good.write_bytes(folder(toml(slug)))
    bad.write_bytes(folder(toml(slug), CSV.replace("石望川", "")))
    page = sit_down(phone, desk)
    page.goto(f"{phone.home}/desk/campaigns/new")
    seen(page, "setup-upload", size)
    page.get_by_label("活动文件夹").set_input_files(bad)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("alert")).to_contain_text("candidates.csv 第 2 行")
    seen(page, "setup-problems", size)
    page.get_by_label("活动文件夹").set_input_files(good)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("heading", name="核对文件夹")).to_be_visible()
    seen(page, "setup-staged", size)
    page.get_by_label("我已核对上面的内容").check()
    page.get_by_role("button", name="建立这个活动").click()
    expect(page.get_by_role("status").first).to_contain_text("活动已经建立。")
    preview = page.frame_locator("#preview-frame")
    expect(preview.get_by_role("heading", name="最美产业工人")).to_be_visible()
    expect(preview.get_by_role("note")).to_contain_text("还没有公开，不能投票")
    page.get_by_role("link", name="3 向禾").click()
    expect(preview.get_by_role("heading", name="向禾")).to_be_visible()
    preview.get_by_role("link", name="全部候选人").click()
    expect(preview.get_by_role("heading", name="最美产业工人")).to_be_visible()
    preview.get_by_role("link", name="评选投票").click()  # leads out of the preview, and does not
    expect(preview.get_by_role("heading", name="最美产业工人")).to_be_visible()
    seen(page, "setup", size)
    for path, name in (
        ("", "hub"),
        ("/edit", "edit"),
        ("/candidates", "candidates"),
        ("/candidates/1", "candidate"),
    ):
        page.goto(f"{phone.home}/desk/campaigns/{slug}{path}")
        seen(page, f"campaign-{name}", size)
    page.goto(f"{phone.home}/desk/campaigns")
    seen(page, "campaigns", size)
    page.goto(f"{phone.home}/desk/campaigns/{slug}/setup")
    page.get_by_role("link", name="核对后开始或排期").click()
    seen(page, "setup-last-look", size)
    page.get_by_label("我已核对上面的内容").check()
    page.get_by_role("button", name="开始投票").click()
    expect(page.get_by_role("status").first).to_contain_text("投票已经开始")
    seen(page, "setup-open", size)


@SIZES
def test_what_two_people_do_with_candidates(
    make_phone: MakePhone, live: LiveService, desk: Desk, options: dict[str, object]
) -> None:
    phone = make_phone(bypass_csp=True, service_workers="block", reduced_motion="reduce", **options)
    phone.expects("status of 422")
    size = "1280" if options else "390"
    slug = live.stage.campaign(f"two-{size}")
    other = Desk(live.stage, f"评委{size}", "committee")
    at = f"{phone.home}/desk/campaigns/{slug}/candidates"
    page = sit_down(phone, desk)
    page.goto(f"{at}/3")
    page.get_by_role("link", name="提出更正").click()
    page.get_by_role("button", name="下一步：核对").click()
    page.get_by_label("更正的原因").fill("单位来函。")
    page.get_by_role("textbox", name="事迹").fill("事迹改过了。")
    page.get_by_role("button", name="下一步：核对").click()
    seen(page, "correct-preview", size)
    page.get_by_label("我已核对上面的内容").check()
    page.get_by_role("button", name="提出").click()
    expect(page.get_by_role("status")).to_contain_text("等待另一人确认")
    page.goto(f"{at}/2/leave")
    page.get_by_label("本人或单位要求退出").check()
    page.get_by_label("情况和依据").fill("本人书面提出。")
    seen(page, "leave-form", size)
    page.get_by_role("button", name="下一步：核对").click()
    seen(page, "leave-look", size)
    page.get_by_label("我已核对上面的内容").check()
    page.get_by_role("button", name="提出").click()
    page.goto(f"{phone.home}/desk/campaigns/{slug}/close")
    seen(page, "close-form", size)
    page.get_by_label("理由").fill("台风。")
    page.get_by_label("我已核对上面的内容").check()
    page.get_by_role("button", name="提出").click()
    phone.context.clear_cookies()
    page = sit_down(phone, other)
    closing = f"{phone.home}/desk/campaigns/{slug}/close"
    pages = {"correction": f"{at}/3/correction", "leave": f"{at}/2/leave", "close": closing}
    for name, path in pages.items():
        page.goto(path)
        seen(page, f"confirm-{name}", size)
    page.goto(f"{at}/3/correction")
    page.get_by_label("我已核对上面的内容").check()
    page.get_by_role("button", name="确认").click()
    expect(page.get_by_role("status")).to_contain_text("更正已经确认")
    page.get_by_role("link", name="第 2 版").click()
    seen(page, "version", size)
    page.goto(f"{phone.home}/c/{slug}/candidates/3")
    expect(page.get_by_text("更正了事迹。原因：单位来函。")).to_be_visible()
    seen(page, "corrected", size)
