"""What a form's fields may hold: each slip has its own sentence, and what is not wanted is found."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest

from publicity.docket.form import Claim, Offer, Person, Typed, check, plain_phone
from publicity.docket.sealing import Heading, Identity, Matter

OFFER = Offer(
    7,
    (Person(2, "石望川", "钢铁厂"), Person(3, "李梅", "纺织厂")),
    {"named": "answered", "anonymous": "examined"},
)
FACTS = "三月五日在二号车间亲眼看到他把别人的工时记在自己名下。"
GOOD = Typed(secrets.token_urlsafe(16), "7", "3", "other", FACTS, "named", "欧阳静怡", "139 1234 5678")


def wrong(typed: Typed, offer: Offer = OFFER, *, has_stamp: bool = False) -> list[str]:
    """The fields with a problem."""
    found = check(typed, offer, has_stamp=has_stamp)
    return [] if isinstance(found, Claim) else [problem.where for problem in found]


def test_a_form_without_a_fault_is_a_claim() -> None:
    assert check(GOOD, OFFER, has_stamp=False) == Claim(
        GOOD.submission,
        7,
        "named",
        "answered",
        Heading(3, "other"),
        Matter(FACTS),
        Identity("欧阳静怡", "13912345678"),
    )


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"candidate": "1"}, ["candidate"]),
        ({"candidate": "0x3"}, ["candidate"]),
        ({"ground": "envy"}, ["ground"]),
        ({"statement": "字" * 19}, ["statement"]),
        ({"statement": "字" * 20}, []),
        ({"statement": "字" * 2000}, []),
        ({"statement": "字" * 2001}, ["statement"]),
        ({"kind": ""}, ["kind"]),
        ({"kind": "unit"}, ["kind"]),
        ({"name": "王"}, ["name"]),
        ({"phone": "0471-1234567"}, ["phone"]),
        ({"phone": "+86 139-1234-5678"}, []),
        ({"email": "nobody"}, ["email"]),
        ({"address": "街" * 201}, ["address"]),
        ({"submission": "short"}, ["submission"]),
        ({"kind": "anonymous", "clue": "九个字九个字九个字"}, ["clue"]),
        ({"kind": "anonymous", "clue": "二号车间三月五日夜班值班表"}, []),
        ({"kind": "anonymous", "clue": "二号车间三月五日夜班值班表", "name": "", "phone": ""}, []),
        ({"statement": FACTS + "11010519491231002X"}, ["statement"]),
        ({"statement": FACTS + "１１０１０５１９４９１２３１００２Ｘ"}, ["statement"]),
        ({"address": "11010519491231002X"}, ["address"]),
        ({"candidate": "", "ground": "", "statement": "", "name": "", "phone": ""},
         ["candidate", "ground", "statement", "name", "phone"]),
    ],
)  # fmt: skip
def test_each_problem_is_beside_its_field(change: dict[str, str], fields: list[str]) -> None:
    assert wrong(replace(GOOD, **change)) == fields


def test_a_unit_needs_its_name_its_stamp_and_may_have_a_landline() -> None:
    offer = replace(OFFER, worth={"unit": "answered"})
    unit = replace(GOOD, kind="unit", phone="0471-1234567", unit="第一纺织厂工会")
    assert wrong(unit, offer, has_stamp=True) == []
    assert wrong(replace(unit, unit=""), offer) == ["unit", "stamp"]
    assert wrong(replace(unit, phone="1234567"), offer, has_stamp=True) == ["phone"]


def test_an_anonymous_claim_has_no_identity_whatever_was_typed() -> None:
    found = check(replace(GOOD, kind="anonymous", clue="二号车间三月五日夜班值班表"), OFFER, has_stamp=False)
    assert isinstance(found, Claim)
    assert found.identity is None


def test_a_telephone_number_is_one_however_it_is_typed() -> None:
    for typed in (
        "13912345678",
        "139 1234 5678",
        "+86-139-1234-5678",
        "１３９１２３４５６７８",
        "8613912345678",
    ):
        assert plain_phone(typed) == "13912345678"


def test_a_browsers_line_ends_do_not_count_twice() -> None:
    assert Typed.of({"statement": " 一\r\n二 ", "unknown": "x"}).statement == "一\n二"
