"""What stands on the desk beside the ballots while people vote: officials, motions, a round of scoring, dockets, webhooks, a long
journal, other campaigns. Made by the rooms' own verbs, except for what there is thousands of.

What the addresses are asked with is collected on the way: ``Scene.at`` says of an address which numbers there are.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict

from publicity.docket.models import DISMISSED, Objection
from publicity.notices.models import Notice
from publicity.rulings.ruling import RulingDraft, confirm, propose
from publicity.rulings.taking_up import accept
from publicity.substitutions.models import Substitution
from tests.desk import Desk
from tests.dockets import assigned, last_seq, objection_of
from tests.notices import published
from tests.objectors import form, lodge_by_api, photo
from tests.voting_committee import Committee
from voting_service.accounts import managing, second_factor
from voting_service.accounts.api_tokens.issuing import WantedToken, make_token
from voting_service.accounts.models import Official
from voting_service.accounts.officials import ROLES, RoleAt
from voting_service.accounts.sessions import csrf_of
from voting_service.assessment.scoring.handing_in import hand_in, keep_draft, own_sheet
from voting_service.assessment.worksheet.figures import confirm_figures, enter_figures
from voting_service.assessment.worksheet.opinions import confirm_opinion, propose_opinion
from voting_service.candidates.profiles.correcting import propose_correction
from voting_service.committee.models import LIST
from voting_service.media.partners.keeping import WantedPartner, make_partner
from voting_service.media.posters.sites import name_sites
from voting_service.scanning.models import ScanCluster

from . import desk_bulk, desk_doors, desk_folder
from .desk_bulk import Bulk
from .desk_campaign import CANDIDATES, SEATS
from .desk_timing import QUERY
from .stand import Stand

FULL, EMPTY, DRAFT = "full", "empty", "draft"
JUDGES, MEMBERS, MOTIONS = 9, 9, 12
OVER = timedelta(days=60)
"""So long ago the earlier notice was published: its window is over."""


@dataclass
class Scene:
    """One desk, and who sits at it."""

    place: Stand
    viewer: Desk = field(init=False)
    """With every role that acts; whoever supervises has no other."""
    second: Desk = field(init=False)
    """Whoever it takes for the second step."""
    committee: Committee = field(init=False)
    judges: list[Desk] = field(init=False)
    at: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Address → what its parts may be, each of them to be measured. Without a slug the full campaign is meant."""

    def __post_init__(self) -> None:
        stage = self.place.stage
        self.viewer = Desk(stage, "测量员", *(role for role in ROLES if role != "supervisor"))
        self.second = Desk(stage, "复核员", "admin", "operator", "committee", "handler")
        self.committee = Committee(stage, [f"评委{n}" for n in range(1, MEMBERS + 1)], FULL)
        self.judges = [Desk(stage, f"打分评委{n}", "judge", slug=FULL) for n in range(1, JUDGES + 1)]

    def add(self, address: str, *parts: Mapping[str, Any]) -> None:
        """These stand under an address now too."""
        self.at.setdefault(address, []).extend(map(dict, parts))


def furnish(scene: Scene, bulk: Bulk) -> None:
    """All of it, for an open campaign that has its ballots."""
    place = scene.place
    place.stage.draft(DRAFT, CANDIDATES)
    _accounts(scene)
    _campaign(scene)
    _motions(scene)
    _scoring(scene)
    _dockets(scene, bulk)
    _notices(scene)
    _media(scene)
    _folders(scene)
    desk_bulk.other_campaigns(place, bulk)
    desk_bulk.officials(place, bulk)
    desk_bulk.tokens(place, bulk)
    desk_bulk.journal_entries(place, bulk, FULL)
    for endpoint in desk_bulk.webhooks(place, bulk, scene.viewer.official):
        scene.add("/desk/webhooks/<int:number>", {"number": endpoint})
        scene.add("/desk/webhooks/<int:number>/end", {"number": endpoint})


def _accounts(scene: Scene) -> None:
    """A second factor that waits for its first code, a token, an act that waits for the second administrator."""
    place, now = scene.place, scene.place.service.clock.now()
    with place.service.database.write() as session:
        second_factor.begin(session, place.service.keyring, scene.viewer.official.id, at=now)
        # Who has none cannot sign in, and confirms nothing.
        session.get_one(Official, scene.viewer.official.id).passphrase_hash = "nothing opens this"
        session.flush()
        token = make_token(
            session, WantedToken("指挥中心大屏", FULL, ("tally:read",), 90), at=now, actor="测量员"
        )
        added = managing.add(
            session, "新来的", RoleAt("committee", FULL), at=now, official=scene.second.official
        )
        managing.act(session, "give", added.number, RoleAt("admin"), at=now, official=scene.second.official)
        proposals = [one.id for one in managing.proposals_for(session, scene.viewer.official)]
    scene.add("/desk/journal/download.<kind>", {"kind": "jsonl"}, {"kind": "csv"})
    # Whole, of one campaign, of one that has next to none, by act and by name.
    asked = (
        {"campaign": FULL},
        {"campaign": EMPTY},
        {"act": "sign_in"},
        {"actor": "复核员"},
        {"campaign": FULL, "act": "open"},
    )
    scene.add("/desk/journal", *({QUERY: one} for one in asked))
    for tail in ("revoke", "take-over"):
        scene.add(f"/desk/api-tokens/<int:number>/{tail}", {"number": token.id})
    scene.add("/desk/invitation/<secret>", {"secret": desk_doors.invitation(place, "受邀的人")[0]})
    for tail in ("", "/end", "/second-factor"):
        scene.add(f"/desk/officials/<int:number>{tail}", {"number": scene.second.official.id})
    scene.add("/desk/officials/proposals/<int:number>", *({"number": one} for one in proposals))


def _campaign(scene: Scene) -> None:
    """Decisions and clusters are there; a correction that waits, and addresses of pages and files."""
    place, now = scene.place, scene.place.service.clock.now()
    texts = {"summary": "更正后的一句话简介", "story": "更正后的事迹。", "slogan": "", "title": "班长"}
    with place.service.database.write() as session:
        campaign_id = place.campaign(session, FULL).id
        propose_correction(session, FULL, 2, texts, "原文有误", at=now, official=scene.second.official)
        clusters = list(
            session.scalars(
                select(ScanCluster.cluster)
                .where(ScanCluster.campaign_id == campaign_id)
                .order_by(ScanCluster.ballots.desc())
                .limit(3)
            )
        )
    scene.add("/desk/campaigns/<slug>/clusters/<cluster>", *({"cluster": one} for one in clusters))
    one = "/desk/campaigns/<slug>/candidates/<int:number>"
    for tail in ("", "/correct", "/leave"):
        scene.add(one + tail, {"number": 3}, {"number": 2})
    scene.add(f"{one}/correction", {"number": 2})
    scene.add(f"{one}/versions/<int:version>", {"number": 2, "version": 1})
    decisions = "/desk/campaigns/<slug>/decisions/<number>"
    scene.add(decisions, *({"number": str(number)} for number in range(1, 6)))
    scene.add(f"{decisions}/ballots.csv", {"number": "1"})
    scene.add("/desk/campaigns/<slug>/tally.<kind>", *({"kind": kind} for kind in ("csv", "xlsx", "json")))
    scene.add(
        "/desk/campaigns/<slug>/exports/<table>.<kind>",
        *({"table": t, "kind": k} for t in ("decisions", "candidates") for k in ("csv", "xlsx")),
    )
    preview = "/desk/campaigns/<slug>/preview"
    scene.add(f"{preview}/candidates/<int:number>", {"slug": DRAFT, "number": 3})
    scene.add(f"{preview}/<any(ranking, verify, notices):page>", {"slug": DRAFT, "page": "ranking"})


def _motions(scene: Scene) -> None:
    """A draft, one to which members sign in, one under way, several that are closed with their minutes, and lists of all candidates."""
    committee, everyone = scene.committee, tuple(range(1, CANDIDATES + 1))
    of_a_list: dict[str, Any] = {"kind": LIST, "candidates": everyone, "most": SEATS, "subject": ""}
    # Two thirds of the members, among whom the viewer and the second person are.
    present = range(MEMBERS)
    draft = committee.draft(**of_a_list)
    opened = committee.open(subject="")
    under_way = committee.voting(present, **of_a_list)
    closed = [committee.voted(["agree"] * MEMBERS, subject="") for _one in range(MOTIONS)]
    a_list = committee.voting(present, **of_a_list)
    for member in present:
        committee.cast(a_list, member, *(str(1 + (member + n * 3) % CANDIDATES) for n in range(SEATS)))
    one = "/desk/campaigns/<slug>/motions/<int:number>"
    scene.add(one, *({"number": number} for number in (draft, opened, under_way, closed[0], a_list)))
    scene.add(f"{one}/edit", {"number": draft})
    scene.add(f"{one}/hall", *({"number": number} for number in (opened, under_way, a_list)))
    scene.add(f"{one}/minutes.<any(pdf, docx):kind>", {"number": a_list, "kind": "pdf"})


def _scoring(scene: Scene) -> None:
    """Nine judges have handed in, the viewer is about to; figures stand and wait; opinions."""
    place, now = scene.place, scene.place.service.clock.now()
    for index, judge in enumerate([*scene.judges, scene.viewer]):
        scores = {str(n): {"deeds": str(60 + (n * 7 + index * 3) % 40)} for n in range(1, CANDIDATES + 1)}
        with place.service.database.write() as session:
            keep_draft(session, own_sheet(session, FULL, judge.official), judge.official, scores, now)
        if judge is not scene.viewer:
            submit(scene, judge)
    for turn in range(2):
        values = {n: str(n * 3 + turn) for n in range(1, CANDIDATES + 1)}
        with place.service.database.write() as session:
            row = enter_figures(
                session, FULL, "media", "市融媒体中心统计", values, at=now, official=scene.second.official
            )
            if turn == 0:
                confirm_figures(
                    session, FULL, "media", seen=row.sha256, at=now, official=scene.viewer.official
                )
    for number in range(1, 21):
        with place.service.database.write() as session:
            said = propose_opinion(
                session, FULL, number, "同意推荐，事迹过硬。", at=now, official=scene.second.official
            )
            if number % 2:
                confirm_opinion(session, FULL, said.id, at=now, official=scene.viewer.official)
    scene.add("/desk/campaigns/<slug>/scores/<int:number>", {"number": 3})
    scene.add("/desk/campaigns/<slug>/assessment/figures/<key>", {"key": "media"})
    scene.add(
        "/desk/campaigns/<slug>/assessment/worksheet.<any(json, csv, xlsx):kind>",
        *({"kind": kind} for kind in ("json", "csv", "xlsx")),
    )


def submit(scene: Scene, judge: Desk) -> None:
    """Hand in what was kept."""
    now = scene.place.service.clock.now()
    with scene.place.service.database.write() as session:
        seen = own_sheet(session, FULL, judge.official).sha256
        hand_in(session, FULL, seen=seen, at=now, official=judge.official)


def _dockets(scene: Scene, bulk: Bulk) -> None:
    """One with files that is being handled, one that was ruled upon and answered, and hundreds beside them."""
    place, stage = scene.place, scene.place.stage
    made = lodge_by_api(stage.client(), FULL, **form(evidence=[photo(), photo("二.png", "blue")]))
    place.expect(made, 201)
    handled = made.get_json()["docket_number"]
    with place.service.database.read() as session:
        first = session.scalars(select(Objection).order_by(Objection.id)).first()
    assert first is not None
    ruled = first.docket_number
    for number in (handled, ruled):
        assigned(stage, number, scene.second, scene.viewer, scene.second)
        _do(scene, accept, scene.viewer, number)
    reply = RulingDraft(DISMISSED, "查档案，签字单为本人所签。" * 20, "经核查，您反映的情况不属实。" * 20)
    ruling: Any = _do(scene, propose, scene.viewer, ruled, reply, last_seq(stage, ruled))
    _do(scene, confirm, scene.second, ruled, ruling.number, last_seq(stage, ruled))
    notice_id = objection_of(stage, handled).notice_id
    desk_bulk.objections(place, bulk, notice_id)
    page = scene.viewer.get(f"/desk/dockets/{handled}").text
    file_id = page.split(f"/desk/dockets/{handled}/files/")[1].split('"')[0]
    one = "/desk/dockets/<number>"
    scene.add(one, {"number": handled}, {"number": ruled})
    scene.add(f"{one}/files/<file_id>", {"number": handled, "file_id": file_id})
    scene.add(f"{one}/reply.pdf", {"number": ruled})
    scene.add(f"{one}/ruling/<any(upheld, dismissed):outcome>", {"number": handled, "outcome": "upheld"})


def _do(scene: Scene, verb: Any, who: Desk, number: str, *given: Any) -> Any:
    service = scene.place.service
    with service.database.write() as session:
        return verb(session, service.keyring, who.official, number, *given, at=service.clock.now())


def _notices(scene: Scene) -> None:
    """A published notice and a draft are there; a third, of whose window nothing is left, names as many as have seats."""
    earlier = published(
        scene.place.stage, scene.second.official, range(20, 20 + SEATS), slug=FULL, reserve=range(50, 60),
        at=scene.place.service.clock.now() - OVER,
    )  # fmt: skip
    one = "/desk/notices/<slug>/<int:number>"
    for tail in (
        "",
        "/close",
        "/extend",
        "/dates",
        "/substitutions",
        "/substitutions/new",
        "/substitutions/notice",
    ):
        scene.add(one + tail, {"number": 1}, {"number": earlier.number})
    for tail in ("/edit", "/preview", "/discard"):
        scene.add(one + tail, {"number": 2})
    with scene.place.service.database.read() as session:
        mine = select(Substitution.id).join(Notice, Notice.id == Substitution.notice_id)
        leaving = session.scalars(mine.where(Notice.campaign_id == earlier.campaign_id)).all()
    scene.add(
        f"{one}/substitutions/<int:substitution_id>",
        *({"number": 1, "substitution_id": row} for row in leaving),
    )


def _media(scene: Scene) -> None:
    """A partner with its key, and sites at which posters hang."""
    place, now, who = scene.place, scene.place.service.clock.now(), scene.second.official
    with place.service.database.write() as session:
        wanted = WantedPartner("云川工人报", "https://news.example.org")
        partner = make_partner(session, FULL, wanted, at=now, official=who)
        name_sites(session, FULL, "东门食堂\n西门岗亭", at=now, official=who)
    for tail in ("", "/revoke"):
        scene.add(
            f"/desk/campaigns/<slug>/media/partners/<int(max=2147483647):number>{tail}",
            {"number": partner.id},
        )


def _folders(scene: Scene) -> None:
    """Folders that wait to be confirmed: a new campaign's, and one's that there is, with everybody's photo."""
    for slug, to in (("fresh", "/desk/campaigns/new"), (DRAFT, f"/desk/campaigns/{DRAFT}/import")):
        parts: MultiDict[str, Any] = MultiDict({"csrf": csrf_of(scene.viewer.secret)})
        parts.add("folder", FileStorage(io.BytesIO(desk_folder.packed(slug, CANDIDATES)), "活动.zip"))
        answer = scene.viewer.client.post(to, data=parts)
        scene.place.expect(answer, 303)
        token = answer.headers["Location"].rsplit("/", 1)[1]
        address = "/desk/campaigns/new/<token>" if slug != DRAFT else "/desk/campaigns/<slug>/import/<token>"
        scene.add(address, {"token": token} | ({"slug": DRAFT} if slug == DRAFT else {}))
