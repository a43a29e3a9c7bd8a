"""Every check at the door by vectors: what strikes, what it says, how much harder it makes a challenge, what it has counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from anti_fraud.checks import all_checks
from anti_fraud.checks.address_traffic import AddressTraffic
from anti_fraud.checks.attempt_rate import AttemptRate
from anti_fraud.checks.automation import Automation
from anti_fraud.checks.dwell import Dwell
from anti_fraud.checks.hosting import Hosting
from anti_fraud.checks.kiosk_quota import KioskQuota
from anti_fraud.checks.new_devices import NewDevices
from anti_fraud.checks.no_touch import NoTouch
from anti_fraud.checks.origin import RequestOrigin
from anti_fraud.checks.share_token import ShareTokenForged
from anti_fraud.checks.user_agent import UserAgent
from anti_fraud.checks.without_scripts import WithoutScripts
from anti_fraud.gate import ALLOW, Attempt, Budget, Check, Gate, Verdict
from anti_fraud.policy import ACTIONS, DEFAULT, DEFAULT_ACTIONS, Action, Kiosk, Policy
from tests.actors import IPHONE

CHECKS = all_checks((30, 60), (6000, 60))
GATE = Gate(CHECKS)
HONEST = Attempt(
    voter_tag="tag", channel="browser", address_tag="abc", device_tag="abcd", user_agent=IPHONE, origin="same",
    dwell_ms=20_000, cookie_age_s=60, touches=5, network_type="mobile",
)  # fmt: skip
HALL = replace(DEFAULT, kiosks={"k1234567": Kiosk("大厅", 40)})


def challenged(reason: str, harder: int = 0) -> Verdict:
    return Verdict("challenge", (reason,), (), harder)


@pytest.mark.parametrize(
    ("check", "changes", "verdict"),
    [
        (Dwell(), {"dwell_ms": 1_199}, challenged("dwell")),
        (Dwell(), {"dwell_ms": 0}, challenged("dwell")),
        (Dwell(), {"dwell_ms": 1_200}, ALLOW),
        (Dwell(), {"dwell_ms": None}, ALLOW),
        (NoTouch(), {"touches": 0}, challenged("no_touch")),
        (NoTouch(), {"touches": 1}, ALLOW),
        (NoTouch(), {"touches": None}, ALLOW),
        (Automation(), {"traits": ("webdriver",)}, challenged("automation", 2)),
        (Automation(), {"traits": ()}, ALLOW),
        (Hosting(), {"network_type": "hosting"}, challenged("hosting", 2)),
        (Hosting(), {"network_type": "office"}, ALLOW),
        (Hosting(), {"network_type": ""}, ALLOW),
        (ShareTokenForged(), {"share_forged": True}, challenged("share_token")),
        (ShareTokenForged(), {}, ALLOW),
        (UserAgent(), {"user_agent": ""}, challenged("user_agent:none", 1)),
        (UserAgent(), {"user_agent": "curl/8.5.0"}, challenged("user_agent:program", 1)),
        (UserAgent(), {}, ALLOW),
        (RequestOrigin(), {"origin": "foreign"}, Verdict("deny", ("origin",))),
        (RequestOrigin(), {"origin": "unknown"}, ALLOW),
        (RequestOrigin(), {"origin": "same"}, ALLOW),
    ],
)  # fmt: skip
def test_what_a_check_says(check: Check, changes: dict[str, object], verdict: Verdict) -> None:
    assert check(HONEST._replace(**changes), DEFAULT) == verdict


@pytest.mark.parametrize(
    ("check", "changes", "policy", "budgets"),
    [
        (AttemptRate((30, 60), (6000, 60)), {}, DEFAULT,
         [Budget("device:tag", 30, 60), Budget("address:abc", 6000, 60)]),
        (AddressTraffic(), {}, DEFAULT,
         [Budget("from:abc", 60, 60, "challenge", "ballots"), Budget("near:ab", 600, 60, "challenge", "ballots")]),
        (AddressTraffic(), {"cookie_age_s": 86_399}, DEFAULT,
         [Budget("from:abc", 60, 60, "challenge", "ballots"), Budget("near:ab", 600, 60, "challenge", "ballots")]),
        (AddressTraffic(), {"cookie_age_s": 86_400}, DEFAULT,
         [Budget("from:abc", 60, 60, "challenge", "ballots", True), Budget("near:ab", 600, 60, "challenge", "ballots", True)]),
        (AddressTraffic(), {"kiosk": "k1234567"}, HALL, []),
        (AddressTraffic(), {"address_tag": ""}, DEFAULT, []),
        (NewDevices(), {}, DEFAULT, [Budget("new:abcd", 60, 3600, "challenge", "ballots")]),
        (NewDevices(), {"cookie_age_s": 899}, DEFAULT, [Budget("new:abcd", 60, 3600, "challenge", "ballots")]),
        # Let lie for a while it is no less new; only a voter of an earlier day is spared, and that the box knows.
        (NewDevices(), {"cookie_age_s": 900}, DEFAULT, [Budget("new:abcd", 60, 3600, "challenge", "ballots", True)]),
        (NewDevices(), {"cookie_age_s": None}, DEFAULT, [Budget("new:abcd", 60, 3600, "challenge", "ballots", True)]),
        (NewDevices(), {"channel": "wechat"}, DEFAULT, []),
        (NewDevices(), {"kiosk": "k1234567"}, HALL, []),
        (WithoutScripts(), {}, DEFAULT, []),
        (WithoutScripts(), {"hold_instead": True}, DEFAULT, [Budget("held:abc", 30, 3600, counts="held")]),
        (KioskQuota(), {}, HALL, []),
        (KioskQuota(), {"kiosk": "k1234567"}, HALL, [Budget("kiosk:k1234567", 40, 3600, counts="ballots")]),
        (KioskQuota(), {"kiosk": "other123"}, HALL, []),
    ],
)  # fmt: skip
def test_what_a_check_has_the_box_count(
    check: Check, changes: dict[str, object], policy: Policy, budgets: list[Budget]
) -> None:
    verdict = check(HONEST._replace(**changes), policy)
    assert (verdict.action, verdict.reasons, list(verdict.budgets)) == ("allow", (), budgets)


def test_an_honest_attempt_is_allowed_and_only_counted() -> None:
    verdict = GATE.judge(HONEST, DEFAULT)
    assert (verdict.action, verdict.reasons, verdict.harder) == ("allow", (), 0)
    assert [budget.name for budget in verdict.budgets] == [
        "device:tag", "address:abc", "from:abc", "near:ab", "new:abcd",
    ]  # fmt: skip


STRIKES: dict[str, dict[str, object]] = {
    "dwell": {"dwell_ms": 3},
    "user_agent": {"user_agent": ""},
    "automation": {"traits": ("webdriver",)},
    "no_touch": {"touches": 0},
    "hosting": {"network_type": "hosting"},
    "share_token": {"share_forged": True},
    "origin": {"origin": "foreign"},
}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", DEFAULT_ACTIONS)
def test_the_policy_says_what_a_struck_check_does(name: str, action: Action) -> None:
    policy = replace(DEFAULT, actions={**DEFAULT_ACTIONS, name: action})
    verdict = GATE.judge(HONEST._replace(**STRIKES[name]), policy)
    assert verdict.action == action
    # Also where it is allowed: the evidence has it.
    assert [reason.partition(":")[0] for reason in verdict.reasons] == [name]
    assert verdict.denied_by == (name if action == "deny" else "")


def test_the_strictest_wins_reasons_add_up_and_the_hardest_challenge_holds() -> None:
    attempt = HONEST._replace(dwell_ms=3, traits=("webdriver",), user_agent="", touches=0)
    verdict = GATE.judge(attempt, DEFAULT)
    assert (verdict.action, verdict.harder) == ("challenge", 2)
    assert verdict.reasons == ("dwell", "no_touch", "automation", "user_agent:none")
    holding = replace(DEFAULT, actions={**DEFAULT_ACTIONS, "dwell": "hold"})
    assert GATE.judge(attempt, holding).action == "hold"
    denying = replace(DEFAULT, actions={**DEFAULT_ACTIONS, "no_touch": "deny"})
    assert GATE.judge(attempt._replace(origin="foreign"), denying).denied_by == "origin"
    assert GATE.judge(attempt, denying).denied_by == "no_touch"


def test_every_check_says_what_it_does_without_redis_and_none_allows() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS) == 12
    for check in CHECKS:
        assert "refuse" in check.redis_away, check.name
    # Whoever has the box count something refuses with it; whoever does not judges all the same.
    counting = {check.name for check in CHECKS if check.redis_away.startswith("refuses")}
    assert counting == {"attempt_rate", "address_traffic", "new_devices", "kiosk_quota", "without_scripts"}
    assert set(DEFAULT_ACTIONS) == {check.name for check in CHECKS} - counting
