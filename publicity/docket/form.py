"""What an objector fills in: checked all at once, each problem beside its field. Pure values; files are checked beside them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from voting_service.candidates.personal_data import holds_id_card
from voting_service.errors import Problem
from voting_service.text import Text, _

from .numbers import SUBMISSION
from .sealing import GROUNDS, Heading, Identity, Matter

LEAST_STATEMENT, MOST_STATEMENT = 20, 2000
LEAST_CLUE, MOST_CLUE = 10, 1000
MOST_NAME, MOST_UNIT, MOST_EMAIL, MOST_ADDRESS = 40, 100, 100, 200

_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_LANDLINE = re.compile(r"0\d{2,3}\d{7,8}(?:[转#]?\d{1,6})?")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]{2,}")


@dataclass(frozen=True)
class Typed:
    """The form as it was sent: text alone, nothing checked yet. Its names are the fields' names."""

    submission: str = ""
    notice: str = ""
    candidate: str = ""
    ground: str = ""
    statement: str = ""
    kind: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    unit: str = ""
    clue: str = ""

    @classmethod
    def of(cls, sent: Mapping[str, Any]) -> Typed:
        """From a form's fields; what is missing is empty. Line ends become ``\\n``, as browsers send ``\\r\\n``."""
        found = {one.name: str(sent.get(one.name) or "") for one in fields(cls)}
        return cls(**{name: text.replace("\r\n", "\n").strip() for name, text in found.items()})


@dataclass(frozen=True)
class Person:
    """Somebody on the notice, about whom one may object."""

    number: int
    name: str
    organisation: str


@dataclass(frozen=True)
class Offer:
    """What one notice takes: about whom, and from whom."""

    notice: int
    people: tuple[Person, ...]
    worth: Mapping[str, str]
    """Kind of objector → ``answered`` or ``examined``; a kind that is refused is not in it."""


@dataclass(frozen=True)
class Claim:
    """A form without a fault."""

    submission: str
    notice: int
    kind: str
    worth: str
    heading: Heading
    matter: Matter
    identity: Identity | None


def check(typed: Typed, offer: Offer, *, has_stamp: bool) -> Claim | list[Problem]:
    """The claim, or every problem with it at once."""
    problems = [
        *_of_matter(typed, offer),
        *_of_objector(typed, offer, has_stamp=has_stamp),
        *_id_cards(typed),
    ]
    if problems:
        return problems
    identity = None
    if typed.kind != "anonymous":
        unit = typed.unit if typed.kind == "unit" else ""
        identity = Identity(typed.name, plain_phone(typed.phone), unit, typed.email, typed.address)
    return Claim(
        submission=typed.submission,
        notice=offer.notice,
        kind=typed.kind,
        worth=offer.worth[typed.kind],
        heading=Heading(int(typed.candidate), typed.ground),
        matter=Matter(typed.statement, typed.clue if typed.kind == "anonymous" else ""),
        identity=identity,
    )


def check_text(where: str, text: str, *, required: Text | None) -> list[Problem]:
    """What is wrong with material that is added, or with an answer. ``required``: what is said where it is empty."""
    problems = [_found(where, required)] if required and not text else []
    if len(text) > MOST_STATEMENT:
        problems.append(_too_long(where, len(text), MOST_STATEMENT))
    if holds_id_card(text):
        problems.append(_found(where, _ID_CARD))
    return problems


def plain_phone(text: str) -> str:
    """A telephone number without spaces, dashes and country code."""
    digits = "".join(
        sign for sign in unicodedata.normalize("NFKC", text) if sign.isdecimal() or sign in "+转#"
    )
    mobile = _MOBILE.fullmatch(digits)
    return mobile[1] if mobile else digits


_ID_CARD = _("里有身份证号码。异议不需要身份证号码，请删去。")


def _found(where: str, sentence: Text) -> Problem:
    return Problem(where, sentence)


def _too_long(where: str, n: int, most: int) -> Problem:
    return _found(where, _("共 %(n)s 字，最多 %(most)s 字，请精简，或另附文件。", n=n, most=most))


def _of_matter(typed: Typed, offer: Offer) -> list[Problem]:
    problems = []
    if not SUBMISSION.fullmatch(typed.submission):
        problems.append(_found("submission", _("表单编号无效，请重新打开填写页面。")))
    if typed.candidate not in {str(person.number) for person in offer.people}:
        problems.append(_found("candidate", _("请选择对哪一位有异议；每件异议只针对一位。")))
    if typed.ground not in GROUNDS:
        problems.append(_found("ground", _("请选择异议的类别；都不符合的，选“其他”。")))
    n = len(typed.statement)
    if n < LEAST_STATEMENT:
        problems.append(
            _found(
                "statement", _("请写清事实，至少 %(least)s 字，现在 %(n)s 字。", least=LEAST_STATEMENT, n=n)
            )
        )
    elif n > MOST_STATEMENT:
        problems.append(_too_long("statement", n, MOST_STATEMENT))
    return problems


def _of_objector(typed: Typed, offer: Offer, *, has_stamp: bool) -> list[Problem]:
    if typed.kind not in offer.worth:
        return [_found("kind", _("请选择以什么身份提出。"))]
    if typed.kind == "anonymous":
        return _of_clue(typed.clue)
    problems = _of_contact(typed)
    if typed.kind == "unit":
        if not 2 <= len(typed.unit) <= MOST_UNIT:
            long = _("单位名称太长，最多 %(most)s 字。", most=MOST_UNIT)
            problems.append(_found("unit", long if len(typed.unit) > MOST_UNIT else _("请填写单位全称。")))
        if not has_stamp:
            problems.append(_found("stamp", _("以单位名义提出的，请附盖有单位公章的材料照片或扫描件。")))
    return problems


def _of_clue(clue: str) -> list[Problem]:
    n = len(clue)
    if n < LEAST_CLUE:
        return [
            _found(
                "clue",
                _("匿名提出的，请写明可以核查的线索（何地、何时、谁知情），至少 %(least)s 字，现在 %(n)s 字。",
                  least=LEAST_CLUE, n=n),
            )
        ]  # fmt: skip
    return [_too_long("clue", n, MOST_CLUE)] if n > MOST_CLUE else []


def _of_contact(typed: Typed) -> list[Problem]:
    problems = []
    if not 2 <= len(typed.name) <= MOST_NAME:
        who = _("请填写您的真实姓名。") if typed.kind == "named" else _("请填写单位联系人的姓名。")
        long = _("姓名太长，最多 %(most)s 字。", most=MOST_NAME)
        problems.append(_found("name", long if len(typed.name) > MOST_NAME else who))
    phone = plain_phone(typed.phone)
    if typed.kind == "named" and not _MOBILE.fullmatch(phone):
        problems.append(_found("phone", _("请填写 11 位手机号码，核查时会用它联系您。")))
    elif typed.kind == "unit" and not (_MOBILE.fullmatch(phone) or _LANDLINE.fullmatch(phone)):
        problems.append(_found("phone", _("请填写手机号码，或带区号的座机号码。")))
    if typed.email and not (len(typed.email) <= MOST_EMAIL and _EMAIL.fullmatch(typed.email)):
        problems.append(_found("email", _("电子邮箱的格式不对，请核对；没有可以不填。")))
    if len(typed.address) > MOST_ADDRESS:
        problems.append(_too_long("address", len(typed.address), MOST_ADDRESS))
    return problems


def _id_cards(typed: Typed) -> list[Problem]:
    """What is not wanted is found where it is typed, and is not kept."""
    names = ("statement", "clue", "name", "unit", "email", "address")
    return [_found(name, _ID_CARD) for name in names if holds_id_card(getattr(typed, name))]
