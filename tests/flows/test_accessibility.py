"""axe-core on every page in every state, by day and by night: no violation of WCAG 2.2 AA, no bad practice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.committee import decide
from tests.conftest import missing
from tests.flows.conftest import MakePhone
from tests.flows.gate_ahead import RefusedPage, challenge_of
from tests.live import ROOT, LiveService, wait_until
from tests.phone import Phone, choice
from tests.stage import category_rules, rules
from voting_service.ballots.ballot_box import BallotToCast
from voting_service.ballots.ballot_id import new_ballot_id, tracking_code
from voting_service.ballots.opening import open_voting
from voting_service.clock import to_ms
from voting_service.redis_server.embedded import EmbeddedRedis
from wsgi import make_polling_place

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # Off unless asked for by name.
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
FIND = """async (options) => {
  const found = (await axe.run(document, options)).violations;
  return found.flatMap((rule) => rule.nodes.map((node) => rule.id + " " + node.target + ": " + node.failureSummary));
}"""


@pytest.fixture
def phone(make_phone: MakePhone) -> Phone:
    """A phone that lets axe in, which the pages' own policy would not. Refusals are among the states looked at."""
    phone = make_phone(bypass_csp=True, service_workers="block", reduced_motion="reduce")
    phone.expects(r"status of (400|401|403|404|409|422|428|429|500|503)")
    return phone


def look(page: Page, state: str) -> None:
    """Every violation on the page as it stands, light and dark, named."""
    if not AXE.is_file():
        missing("axe-core (npm ci)")
    page.add_script_tag(path=AXE)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert (state, scheme, page.evaluate(FIND, OPTIONS)) == (state, scheme, [])


def look_at(phone: Phone, path: str) -> None:
    """Open a page and look at it."""
    look(phone.open(path), path)


def post(page: Page, path: str, **fields: str) -> None:
    """Post a form as a page without JavaScript does."""
    with page.expect_navigation():
        page.evaluate(
            """([path, fields]) => {
              const form = document.createElement("form");
              form.method = "post"; form.action = path;
              for (const name in fields) {
                const field = document.createElement("input");
                field.name = name; field.value = fields[name];
                form.appendChild(field);
              }
              document.body.appendChild(form).submit();
            }""",
            [path, fields],
        )


def form_on(page: Page) -> str:
    return page.locator("input[name=form]").first.input_value()


def test_axe_is_awake(phone: Phone, example: str) -> None:
    page = phone.open(f"/c/{example}")
    page.evaluate("document.querySelector('#q').removeAttribute('placeholder')")
    page.evaluate("document.querySelector('label[for=q]').remove()")
    with pytest.raises(AssertionError, match="label"):
        look(page, "a field without its label")


def test_pages_of_an_open_campaign(phone: Phone, example: str) -> None:
    for path in ("/", "/c/{}/candidates/1", "/c/{}/candidates/7", "/c/{}/ranking", "/c/{}/rules", "/c/{}/verify",
                 "/c/{}/verify?code=AAAA", "/offline"):  # fmt: skip
        look_at(phone, path.format(example))
    page = phone.open(f"/c/{example}/candidates/1")
    page.get_by_text("石望川的二维码").tap()
    page.get_by_role("button", name="选择").tap()
    look(page, "candidate chosen, code unfolded")


def test_a_ballot_from_page_to_receipt(phone: Phone, live: LiveService, example: str) -> None:
    page = phone.open(f"/c/{example}")
    look(page, "nothing chosen")
    for number in (1, 2, 3):
        choice(page, number).tap()
    choice(page, 4).tap()
    page.get_by_text("活动介绍", exact=True).tap()
    look(page, "one too many")
    page.get_by_role("searchbox").fill("没有这个人")
    expect(page.get_by_text("没有找到符合的候选人")).to_be_visible()
    look(page, "nobody found")
    page.get_by_role("searchbox").fill("")
    live.stop_recorder()
    try:
        page.get_by_role("button", name="投出选票").tap()
        expect(page.get_by_role("heading", level=1)).to_have_text("选票已投出")
        expect(page.locator("[aria-current=step]")).to_contain_text("已投出")
        look(page, "receipt: cast")
    finally:
        live.start_recorder()
    expect(page.locator("[aria-current=step]")).to_contain_text("已公开")
    page.reload()
    page.get_by_text("技术凭据").tap()
    look(page, "receipt: published, unfolded")
    page.goto(f"/c/{example}")
    expect(page.get_by_role("button", name="仍要投票")).to_be_visible()
    look(page, "voted already")
    look_at(phone, f"/c/{example}/ranking")


def test_a_ballot_without_javascript_that_breaks_the_rules(phone: Phone, example: str) -> None:
    page = phone.open(f"/c/{example}")
    post(page, f"/c/{example}", form=form_on(page), action="cast", q="石望川")
    expect(page.get_by_role("heading", name="选票还没有投出")).to_be_visible()
    look(page, "422")
    post(
        page, f"/c/{example}", form=form_on(page), action="filter", q="石望川", choices="7", category="energy"
    )
    expect(page.locator(".kept")).to_be_visible()
    look(page, "searched, one kept out of sight")
    post(page, f"/c/{example}", form="expired", action="cast", choices="7")
    expect(page.get_by_role("heading", name="选票还没有投出")).to_be_visible()
    look(page, "400")


def held_ballot(live: LiveService, slug: str) -> str:
    """A ballot that the gate set aside. Gives its id."""
    service, ballot_id = live.stage.service, new_ballot_id()
    expires = to_ms(service.clock.now() + timedelta(hours=1))
    policy, _policy = make_polling_place(service).station.policy_of(slug)
    ballot = BallotToCast(
        ballot_id, f"held {ballot_id}", (1, 2), "browser", True, expires, 8 * 3600, policy=policy
    )
    assert service.box.cast(slug, ballot).outcome == "cast"
    return ballot_id


def test_receipts_of_ballots_held_and_voided(phone: Phone, live: LiveService, example: str) -> None:
    held, voided = held_ballot(live, example), held_ballot(live, example)
    page = phone.page
    for ballot_id in (held, voided):
        path = f"/r/{tracking_code(ballot_id)}"
        wait_until(
            lambda p=path: page.goto(p) and "已公开" in page.locator("[aria-current=step]").inner_text(), path
        )
    expect(page.get_by_role("heading", level=1)).to_have_text("这张选票待核")
    look(page, "held")
    decide(live.stage, "voided", [voided], slug=example)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("这张选票已作废")
    expect(page.get_by_text("决定 D-0001")).to_be_visible()
    look(page, "voided")
    # The counts follow a decision at the recorder's next turn.
    wait_until(
        lambda: page.goto(f"/c/{example}/ranking") and page.get_by_text("待核 1 · 作废 1").count() > 0,
        "counted anew",
    )
    expect(page.get_by_role("heading", name="票作废，不罚人")).to_be_visible()
    look(page, "set aside")


def test_campaigns_in_every_other_state(phone: Phone, live: LiveService) -> None:
    stage, page = live.stage, phone.page
    now = stage.service.clock.now().astimezone(stage.service.settings.zone)
    stage.campaign("early", opens_at=now + timedelta(days=2))
    stage.campaign("resting", daily_hours=("20:00", "22:00") if now.hour < 12 else ("02:00", "04:00"))
    stage.campaign("hidden", counts="hidden", categories=category_rules("甲组", "乙组", min_choices=1))
    stage.campaign("closed")
    assert stage.voter("closed").vote([2]).status_code == 201
    stage.service.box.seal("closed", early=True)
    for slug, said in (("early", "投票即将开始"), ("resting", "非投票时段"), ("hidden", "投票进行中")):
        look_at(phone, f"/c/{slug}")
        expect(page.get_by_text(said)).to_be_visible()
        look_at(phone, f"/c/{slug}/candidates/1")
        look_at(phone, f"/c/{slug}/ranking")
    wait_until(
        lambda: page.goto("/c/closed/verify") and page.get_by_text("下载全部选票").count() > 0, "closed"
    )
    look(page, "closed: verify")
    # WeChat alone: as an installation that knows WeChat opens it, met by a browser that is not logged in.
    opener = replace(stage.service.opener, identities=("wechat",))
    open_voting(
        opener,
        stage.draft("wechat-only", 6, rules(identities=("wechat",))),
        at=now.astimezone(UTC),
        actor="test",
    )
    look_at(phone, "/c/wechat-only")
    expect(page.get_by_role("heading", name="暂时不能投票")).to_be_visible()
    look_at(phone, "/c/wechat-only/candidates/1")
    look_at(phone, "/c/closed")
    look_at(phone, "/c/closed/candidates/1")
    look_at(phone, "/c/closed/ranking")
    look_at(phone, "/c/closed/rules")


def test_refusals(phone: Phone, live: LiveService, example: str, own_redis: EmbeddedRedis) -> None:
    path, page = f"/c/{example}", phone.page
    first, second = form_on(phone.open(path)), form_on(phone.open(path))

    def refused(title: str, to: str, form: str) -> None:
        post(page, to, form=form, choices="1", action="cast")
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        look(page, title)

    post(page, path, form=first, choices="1", action="cast")
    refused("您已投票", path, second)
    live.stage.campaign("ending")
    form = form_on(phone.open("/c/ending"))
    live.stage.service.box.seal("ending", early=True)
    refused("现在不能投票", "/c/ending", form)
    own_redis.stop()
    try:
        refused("票箱暂时不能使用", path, second)
    finally:
        own_redis.start()
    for _ in range(31):
        phone.context.request.post(path, form={"form": second, "action": "cast", "choices": "1"})
    refused("操作过于频繁", path, second)
    phone.context.clear_cookies()
    refused("无法识别投票身份", path, second)


@pytest.mark.parametrize("bits", [None, 40], ids=["no script", "a check under way"])
def test_a_challenge_asked_for_by_a_page(
    phone: Phone, live: LiveService, example: str, bits: int | None
) -> None:
    path, page = f"/c/{example}", phone.page
    form = form_on(phone.open(path))
    challenge = challenge_of(bits=bits) if bits else None
    page.route(f"**{path}", RefusedPage(live, example, challenge).answer)
    post(page, path, form=form, choices="1", action="cast")
    expect(page.get_by_role("heading", level=1)).to_have_text("需要验证")
    look(page, "428")
    if bits:
        page.evaluate("document.getElementById('options').hidden = false")
        look(page, "428, late")


def test_problems(phone: Phone, live: LiveService, monkeypatch: pytest.MonkeyPatch) -> None:
    look_at(phone, "/c/nothing")
    look_at(phone, "/nothing")
    look_at(phone, "/r/AAAA-AAAA-AAAA-AAAA")
    # The page of an unforeseen error, made by a service that has one.
    monkeypatch.setattr("voting_service.candidates.showcase.Showcase.listed", lambda _self: 1 / 0)
    broken = live.stage.client().get("/")
    assert broken.status_code == 500
    phone.page.route(
        "**/broken", lambda route: route.fulfill(status=500, body=broken.text, content_type="text/html")
    )
    page = phone.open("/broken")
    expect(page.get_by_role("heading", level=1)).to_have_text("服务出现问题")
    look(page, "500")
