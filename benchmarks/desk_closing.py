"""What comes after voting, step by step: closing, checking and certifying, the worksheet, the final list, the award, the archive.

Some steps walk through the whole ledger; what they take is measured on the way.
"""

from __future__ import annotations

import time
from datetime import timedelta

from sqlalchemy import select

from publicity.award.awarding import confirm_award, propose_award
from publicity.award.words import first_texts
from publicity.notices.from_list import draft_from_list
from publicity.notices.publishing import publish
from publicity.notices.queries import notice_by_number
from publicity.outcome.closing import close_notice
from tests.assessing import closed
from tests.committee import confirm_it
from tests.notices import BEIJING
from tests.voting_committee import AT
from voting_service.assessment.final_list.basis import basis_of
from voting_service.assessment.final_list.deciding import confirm_list
from voting_service.assessment.final_list.proposing import Draft, found_for, prepare, propose_list
from voting_service.assessment.final_list.queries import list_by_number
from voting_service.assessment.worksheet import closing as worksheets
from voting_service.recorder.closing import seal_early
from voting_service.tally.certification import certify
from voting_service.tally.certification.queries import proposed
from voting_service.tally.decisions.models import PROPOSED, Decision
from voting_service.workdays import Calendar

from . import desk_check
from .desk_check import Walk
from .desk_scene import FULL, OVER, Scene, submit


def close_voting(scene: Scene) -> None:
    """Sealed, drained, ``closed`` in the log; the archive is made. No decision waits."""
    place = scene.place
    with place.service.database.read() as session:
        campaign_id = place.campaign(session, FULL).id
        waiting = session.scalars(
            select(Decision.number).where(Decision.campaign_id == campaign_id, Decision.state == PROPOSED)
        ).all()
    for number in waiting:
        confirm_it(place.stage, number, slug=FULL)
    seal_early(place.service.recorder_stores, FULL, actor="测量员")
    place.stage.record()
    submit(scene, scene.viewer)
    closed(place.stage, scene.second, slug=FULL)


def check_and_propose(scene: Scene) -> Walk:
    """The check before a tally is put to the members, then the proposal."""
    walk = desk_check.in_a_process(scene.place, FULL, scene.second.official.id)
    scene.add("/desk/campaigns/<slug>/certification/<int:number>", {"number": 1})
    scene.add("/desk/campaigns/<slug>/certification/<int:number>/tally.json", {"number": 1})
    return walk


def certify_it(scene: Scene) -> float:
    """Members sign until there is a quorum; gives the seconds that the last signature took."""
    service, took = scene.place.service, 0.0
    with service.database.read() as session:
        row = proposed(session, scene.place.campaign(session, FULL).id)
    if row is None:
        raise RuntimeError("no tally is proposed")
    for member in scene.committee.officials:
        began = time.perf_counter()
        done = certify.carry_out_signature(
            service.recorder_stores, FULL, row.number, seen=row.sha256, official=member
        )
        took = time.perf_counter() - began
        if done:
            break
    else:
        raise RuntimeError("all have signed, and nothing is certified")
    scene.add("/desk/campaigns/<slug>/certification/<int:number>/minutes.<any(pdf, docx):kind>", {"number": 1, "kind": "pdf"})  # fmt: skip
    return took


def finish(scene: Scene) -> float:
    """Worksheet, list, award, archive; gives the seconds that the archive took."""
    _worksheet(scene)
    _award(scene, _publicised(scene, _final_list(scene)))
    began = time.perf_counter()
    scene.place.expect(scene.viewer.post(f"/desk/campaigns/{FULL}/archive"), 303)
    return time.perf_counter() - began


def _worksheet(scene: Scene) -> None:
    service, now = scene.place.service, scene.place.service.clock.now()
    with service.database.read() as session:
        document, _problems = worksheets.worksheet_now(session, scene.place.campaign(session, FULL))
    seen = worksheets.encoded(document)[1]
    with service.database.write() as session:
        worksheets.propose_worksheet(session, FULL, seen=seen, at=now, official=scene.second.official)
    with service.database.write() as session:
        worksheets.close_worksheet(session, FULL, seen=seen, at=now, official=scene.viewer.official)
    one = "/desk/campaigns/<slug>/assessment/<int:number>"
    scene.add(one, {"number": 1})
    kinds = ("json", "csv", "xlsx")
    scene.add(
        f"{one}/worksheet.<any(json, csv, xlsx):kind>", *({"number": 1, "kind": kind} for kind in kinds)
    )


def _final_list(scene: Scene) -> int:
    """As the smallest change has it; agreed upon by the committee. Gives its number."""
    service = scene.place.service
    # Members of these tests vote at a moment of their own.
    before, after = AT - timedelta(hours=1), AT + timedelta(hours=1)
    with service.database.read() as session:
        best = found_for(basis_of(session, scene.place.campaign(session, FULL), at=before)).best
    if best is None:
        raise RuntimeError("no list keeps the rules")
    draft = Draft(frozenset(best.chosen), "为符合结构比例的要求，按名次递补。")
    with service.database.write() as session:
        seen = prepare(session, FULL, draft, at=before).seen
        row = propose_list(session, FULL, draft, seen=seen, at=before, official=scene.second.official)
        number = row.number
    answers = ["agree"] * len(scene.committee.desks)
    scene.committee.voted(answers, subject=f"final-list-{number}")
    with service.database.write() as session:
        seen = list_by_number(session, FULL, number).document_sha256
        confirm_list(session, FULL, number, seen=seen, at=after, official=scene.viewer.official)
    one = "/desk/campaigns/<slug>/list/<int:number>"
    scene.add(one, {"number": number})
    scene.add(f"{one}/list.json", {"number": number})
    return number


def _publicised(scene: Scene, listed: int) -> int:
    """The list's notice, of whose window nothing is left, closed; gives the notice's number."""
    service, now = scene.place.service, scene.place.service.clock.now()
    with service.database.write() as session:
        number = draft_from_list(session, FULL, listed, at=now - OVER, official=scene.second.official).number
    with service.database.write() as session:
        notice = notice_by_number(session, FULL, number, drafts=True, lock=True)
        publish(
            session, notice, calendar=Calendar(), zone=BEIJING, workday_starts=service.settings.workday_start,
            at=now - OVER, official=scene.second.official,
        )  # fmt: skip
    with service.database.write() as session:
        notice = notice_by_number(session, FULL, number, lock=True)
        close_notice(session, notice, at=now, official=scene.viewer.official)
    report = "/desk/notices/<slug>/<int:number>/close/report.<any(pdf, docx):kind>"
    scene.add(report, {"number": number, "kind": "pdf"})
    return number


def _award(scene: Scene, notice: int) -> None:
    """Proposed upon that notice and confirmed."""
    service, now = scene.place.service, scene.place.service.clock.now()
    texts = first_texts("云川市最美产业工人", now.date())
    with service.database.write() as session:
        award = propose_award(session, FULL, notice, texts, at=now, official=scene.second.official)
        number, seen = award.number, award.document_sha256
    with service.database.write() as session:
        confirm_award(session, FULL, number, seen=seen, at=now, official=scene.viewer.official)
    one = "/desk/campaigns/<slug>/award/<int:number>"
    scene.add(one, {"number": number})
    scene.add("/desk/campaigns/<slug>/award/new/<int:notice>", {"notice": notice})
    scene.add(
        f"{one}/<any(decision, thanks):letter>.<any(pdf, docx):kind>",
        {"number": number, "letter": "decision", "kind": "pdf"},
    )
    scene.add(f"{one}/certificates.pdf", {"number": number})
