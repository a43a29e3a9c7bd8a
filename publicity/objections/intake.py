"""Taking in a form: known already? paid for? its files, its text, and then the verb. The page and the API both come here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from anti_fraud.challenge import Challenge
from voting_service.campaigns.models import Campaign
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.errors import Problem
from voting_service.text import Text, _

from ..docket.form import Claim, Typed, check
from ..docket.handed_in import HandedIn
from ..docket.lodging import Lodged, lodged_before
from ..docket.numbers import SUBMISSION, DocketDigests
from ..docket.offers import NoticeOnOffer, notices_on_offer
from .handed_in import examined
from .lodge import NotTaken, lodge
from .room import Room


@dataclass(frozen=True, repr=False)
class Form:
    """One form as it was sent, and from where."""

    typed: Typed
    files: Sequence[HandedIn]
    address: str
    solution: object = None


@dataclass(frozen=True)
class Refused:
    """Why it was not taken. Nothing of it was kept."""

    code: str
    """``problems_found``, ``objections_closed`` or ``challenge_required``."""
    sentence: Text
    problems: tuple[Problem, ...] = ()
    challenge: Challenge | None = field(default=None, compare=False)


CLOSED = Refused("objections_closed", _("这份公示现在不受理异议。"))


def take_in(room: Room, slug: str, form: Form) -> Lodged | Refused:
    """Lodge what a form says. Raises NotFound, Unavailable."""
    # A stamp that was chosen before somebody decided to be named, or nobody, is not kept.
    form = replace(
        form, files=[one for one in form.files if one.field != "stamp" or form.typed.kind == "unit"]
    )
    with room.database.read() as session:
        campaign = campaign_by_slug(session, slug)
        chosen = _chosen(notices_on_offer(session, campaign, room.clock.now()), form.typed.notice)
        claim = _checked(form, chosen) if chosen else None
        if repeated := _taken_before(session, room, campaign, form, claim):
            return repeated
    if claim is None:
        return CLOSED
    if isinstance(claim, list) and (not form.files or _has_no_form(claim)):
        return found(claim)
    return _paid(room, slug, form, claim)


def _paid(room: Room, slug: str, form: Form, claim: Claim | list[Problem]) -> Lodged | Refused:
    """What costs something: looking at files, and lodging."""
    if due := room.toll.pay("lodge", form.address, form.typed.submission, form.solution):
        return Refused("challenge_required", _("提交前需要做一次安全验证。"), challenge=due.challenge)
    # The stamp first: the docket's readers look for it.
    in_order = sorted(form.files, key=lambda one: one.field != "stamp")
    kept, problems = examined(room, form.address, in_order, "evidence")
    if isinstance(claim, list):
        return found([*claim, *problems])
    if problems:
        return found(problems)
    books = room.books()
    with room.store.keeping() as keeping, room.database.write() as session:
        outcome = lodge(session, books, campaign_by_slug(session, slug), claim, keeping, kept)
    return CLOSED if isinstance(outcome, NotTaken) else outcome


def acknowledged(session: Session, room: Room, campaign: Campaign, submission: str) -> Lodged | None:
    """The acknowledgement of a form that was taken; None where there is none."""
    if not SUBMISSION.fullmatch(submission):
        return None
    return lodged_before(session, room.books(), DocketDigests.of(campaign, room.keyring), submission)


def found(problems: Sequence[Problem]) -> Refused:
    """Every problem at once."""
    return Refused("problems_found", _("有 %(n)s 处需要改，还没有提交。", n=len(problems)), tuple(problems))


def _chosen(offered: Sequence[NoticeOnOffer], number: str) -> NoticeOnOffer | None:
    """The notice that the form names, or the only one there is."""
    if not number and len(offered) == 1:
        return offered[0]
    return next((one for one in offered if str(one.number) == number), None)


def _checked(form: Form, chosen: NoticeOnOffer) -> Claim | list[Problem]:
    return check(form.typed, chosen.offer, has_stamp=any(one.field == "stamp" for one in form.files))


def _taken_before(
    session: Session, room: Room, campaign: Campaign, form: Form, claim: Claim | list[Problem] | None
) -> Lodged | None:
    """Asked before anything else: it costs nothing, and is good after the notice was closed too."""
    if not SUBMISSION.fullmatch(form.typed.submission):
        return None
    digests = DocketDigests.of(campaign, room.keyring)
    said = claim if isinstance(claim, Claim) else None
    files = len(form.files) if said else None
    return lodged_before(session, room.books(), digests, form.typed.submission, said, files)


def _has_no_form(problems: Sequence[Problem]) -> bool:
    return any(problem.where == "submission" for problem in problems)
