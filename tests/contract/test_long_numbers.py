"""Numbers that no database holds, in addresses and forms, refer to nothing: neither a failure nor a page."""

from __future__ import annotations

import re

import pytest

from tests.desk import Desk
from tests.dockets import lodge
from tests.objectors import notice_on
from tests.stage import Stage
from voting_service.accounts.officials import Role
from wsgi import make_flask, make_polling_place

FAR = ("9" * 25, str(2**63), str(2**31))
EVERYTHING: tuple[Role, ...] = ("admin", "operator", "committee", "handler")


def with_numbers(stage: Stage, method: str, number: str) -> list[str]:
    """The address of every route that has a number in it, of the test campaign."""
    rules = make_flask(stage.service, make_polling_place(stage.service)).url_map.iter_rules()
    found = [rule.rule for rule in rules if "<int" in rule.rule and method in (rule.methods or ())]
    for pattern, filled in ((r"<int[^>]*>", number), (r"<any\((\w+)[^>]*>", r"\1"), (r"<slug>", "test"),
                            (r"<[^>]+>", "x")):  # fmt: skip
        found = [re.sub(pattern, filled, rule) for rule in found]
    return found


@pytest.mark.parametrize("number", FAR)
def test_in_an_address_it_is_not_found(stage_on: Stage, number: str) -> None:
    notice_on(stage_on)
    desk = Desk(stage_on, "王敏", *EVERYTHING)
    asked = with_numbers(stage_on, "GET", number)
    assert f"/c/test/notices/{number}/result.pdf" in asked
    assert f"/desk/notices/test/{number}/close" in asked
    answers = {path: desk.get(path).status_code for path in asked}
    assert {path: status for path, status in answers.items() if status >= 500} == {}
    assert {status for path, status in answers.items() if "/notices/" in path} == {404}
    for path in with_numbers(stage_on, "POST", number):
        if "/notices/" in path:
            # 405: werkzeug has seen the page's other method before it learns that no row has such a number.
            assert desk.post(path).status_code in (404, 405, 422), path


@pytest.mark.parametrize("number", FAR)
def test_in_a_dockets_form_it_refers_to_nobody(stage_on: Stage, number: str) -> None:
    notice_on(stage_on)
    desk = Desk(stage_on, "王敏", *EVERYTHING)
    docket = f"/desk/dockets/{lodge(stage_on)}"
    for verb in ("assign", "release"):
        assert desk.post(f"{docket}/{verb}", handler=number).status_code == 422
    assert desk.post(f"{docket}/recuse", person=number, mark_reason="同一单位").status_code == 422
    assert desk.post(f"{docket}/assign", handler=str(desk.official.id)).status_code == 303
    for verb, fields in (("decline", {"decline_class": "no_clue", "decline_reason": "理由", "seen": "-" + number}),
                         ("confirm", {"confirmed": "yes", "ruling": number, "seen": number}),
                         ("send-back", {"return_reason": "理由", "ruling": number})):  # fmt: skip
        assert desk.post(f"{docket}/{verb}", step="submit", **fields).status_code == 422
    assert desk.get(f"/desk/dockets?page={number}").status_code == 200
