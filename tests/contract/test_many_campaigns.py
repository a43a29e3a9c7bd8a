"""The desk's first page, its list of campaigns and a campaign's page ask the database as often for thirty campaigns as for a few:
one of each kind that something waits of, and then five more of each."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from fractions import Fraction

from publicity.notices.models import NoticeOrigin
from publicity.notices.queries import notice_by_number
from publicity.outcome.closing import close_notice
from tests.assessing import assess_by, certify
from tests.desk import Desk
from tests.flows.test_desk_statements import statements
from tests.notices import published
from tests.stage import Stage
from voting_service.accounts.api_tokens.issuing import WantedToken, make_token
from voting_service.accounts.api_tokens.models import ApiToken
from voting_service.accounts.officials import ROLES
from voting_service.assessment.final_list.models import FINAL, FinalList
from voting_service.assessment.models import (
    AssessmentFigures,
    Recusal,
    ScoreDraft,
    ScoreRound,
    ScoreSheet,
    Worksheet,
)
from voting_service.campaigns.models import CLOSED, OPEN
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates.departures import depart
from voting_service.candidates.profiles.models import ProfileReview
from voting_service.tally.certification.models import PROPOSED, Certification, CertificationMember
from voting_service.two_people import CONFIRMED

CANDIDATES = range(1, 5)


class Town:
    """Campaigns in every state, all of them somebody's work, and the one whose work it is."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.now = stage, stage.service.clock.now()
        self.viewer = Desk(stage, "赵敏", *(role for role in ROLES if role != "supervisor"))
        self.other = Desk(stage, "李伟", "judge", "operator", "committee")
        self.built = 0

    def build(self) -> None:
        """One more campaign of each kind, and another system's token that ends soon."""
        self.built += 1
        for kind in ("drafted", "scored", "reckoned", "signed", "listed", "over", "awarded", "grounded"):
            slug = self.stage.draft(f"{kind}-{self.built}", len(CANDIDATES))
            getattr(self, kind)(slug)
        vouching = Desk(self.stage, f"接口联系人{self.built}", "operator").official
        with self.stage.service.database.write() as session:
            wanted = WantedToken(f"系统{self.built}", "", ("tally:read",), 5)
            token = make_token(session, wanted, at=self.now, actor=vouching.name, official=vouching)
            session.get_one(ApiToken, token.id).last_used_on = self.now.date()

    def drafted(self, slug: str) -> None:
        """A draft whose profiles are reviewed; one is returned, one candidate has left."""
        with self.stage.service.database.write() as session:
            campaign = campaign_by_slug(session, slug)
            depart(session, campaign, 4, "withdrawn", at=self.now)
            session.add(
                ProfileReview(campaign_id=campaign.id, number=1, sha256="ab" * 32, passed=False, remarks="写明年份", at=self.now,
                              official_id=self.other.official.id)
            )  # fmt: skip

    def scored(self, slug: str) -> None:
        """People vote and judges score: one has handed in and stood aside, the viewer has begun."""
        self.phase(slug, OPEN)
        assess_by(self.stage, slug=slug)
        with self.stage.service.database.write() as session:
            campaign_id = campaign_by_slug(session, slug).id
            session.add(self.sheet(campaign_id))
            session.add(
                ScoreDraft(campaign_id=campaign_id, judge_id=self.viewer.official.id, scores_json='{"1": {"deeds": "90"}}',
                           saved_at=self.now)
            )  # fmt: skip
            session.add(
                Recusal(campaign_id=campaign_id, judge_id=self.viewer.official.id, candidate=2, reason="同一单位", ordered=True,
                        proposed_by=self.other.official.id, proposed_at=self.now)
            )  # fmt: skip

    def reckoned(self, slug: str) -> None:
        """Everything is known that its worksheet needs."""
        self.phase(slug, CLOSED)
        assess_by(self.stage, slug=slug)
        certify(self.stage, self.other, {number: number for number in CANDIDATES}, {}, slug=slug)
        with self.stage.service.database.write() as session:
            campaign_id = campaign_by_slug(session, slug).id
            session.add(self.sheet(campaign_id))
            counted = {"sheets": [[self.other.official.id, 1]], "absent": [], "reason": ""}
            session.add(
                ScoreRound(campaign_id=campaign_id, closed_at=self.now, closed_by=self.viewer.official.id,
                           counted_json=json.dumps(counted))
            )  # fmt: skip
            session.add(
                AssessmentFigures(
                    campaign_id=campaign_id, criterion="media", version=1, source="市融媒体中心", sha256="ab" * 32,
                    values_json=json.dumps(dict.fromkeys(CANDIDATES, "3")), **self.by_both(),
                )
            )  # fmt: skip

    def signed(self, slug: str) -> None:
        """A tally that the viewer is to sign."""
        self.phase(slug, CLOSED)
        with self.stage.service.database.write() as session:
            campaign_id = campaign_by_slug(session, slug).id
            session.add(
                Certification(
                    campaign_id=campaign_id, number=1, state=PROPOSED, log_size=5, checkpoint="note", decisions=0, document=b"{}",
                    sha256="ab" * 32, held=0, held_acknowledged=True, members=2, needed=2, present_rule="2/3",
                    proposed_by=self.other.official.id, proposed_at=self.now,
                )
            )  # fmt: skip
            session.flush()
            for who in (self.viewer.official, self.other.official):
                session.add(
                    CertificationMember(campaign_id=campaign_id, number=1, official_id=who.id, name=who.name)
                )

    def listed(self, slug: str) -> None:
        """A list that is proposed, and has yet to be voted on."""
        self.phase(slug, CLOSED)
        ranked = [
            {"number": n, "place": n, "composite": str(Fraction(9 - n)), "parts": {}} for n in CANDIDATES
        ]
        with self.stage.service.database.write() as session:
            campaign_id = campaign_by_slug(session, slug).id
            session.add(
                Worksheet(campaign_id=campaign_id, number=1, document=json.dumps({"ranked": ranked}), sha256="ab" * 32,
                          **self.by_both())
            )  # fmt: skip
            session.add(
                FinalList(campaign_id=campaign_id, number=1, document=b'{"people": []}', document_sha256="ab" * 32,
                          state="proposed", proposed_by=self.other.official.id, proposed_at=self.now)
            )  # fmt: skip

    def over(self, slug: str) -> None:
        """A notice whose last day is over."""
        self.phase(slug, CLOSED)
        published(self.stage, self.other.official, (1, 2), slug=slug, at=self.now - timedelta(days=30))

    def awarded(self, slug: str) -> None:
        """A notice that has closed, so that somebody can be awarded."""
        self.over(slug)
        with self.stage.service.database.write() as session:
            notice = notice_by_number(session, slug, 1, lock=True)
            close_notice(session, notice, at=self.now, official=self.other.official)

    def grounded(self, slug: str) -> None:
        """The same, of a campaign whose final list the notice made public; the committee had voted on it."""
        document = {"people": [{"number": 1}, {"number": 2}], "reserve": []}
        with self.stage.service.database.write() as session:
            campaign_id = campaign_by_slug(session, slug).id
            listed = FinalList(campaign_id=campaign_id, number=1, document=json.dumps(document).encode(), document_sha256="ab" * 32,
                               **{**self.by_both(), "state": FINAL})  # fmt: skip
            session.add(listed)
            session.flush()
            list_id = listed.id
        self.awarded(slug)
        with self.stage.service.database.write() as session:
            notice = notice_by_number(session, slug, 1)
            if session.get(NoticeOrigin, notice.id) is None:
                session.add(
                    NoticeOrigin(notice_id=notice.id, final_list_id=list_id, document_sha256="ab" * 32)
                )

    def phase(self, slug: str, phase: str) -> None:
        """As if it had come so far."""
        with self.stage.service.database.write() as session:
            campaign = campaign_by_slug(session, slug)
            campaign.phase, campaign.opened_at = phase, self.now
            campaign.closed_at = self.now if phase == CLOSED else None

    def sheet(self, campaign_id: int) -> ScoreSheet:
        """What the other judge has handed in."""
        scores = {str(number): {"deeds": "90"} for number in CANDIDATES}
        return ScoreSheet(campaign_id=campaign_id, judge_id=self.other.official.id, version=1, sha256="ab" * 32,
                          document=json.dumps({"scores": scores}), submitted_at=self.now)  # fmt: skip

    def by_both(self) -> dict[str, object]:
        """The columns of what two people have agreed upon."""
        return {"state": CONFIRMED, "proposed_by": self.viewer.official.id, "proposed_at": self.now,
                "confirmed_by": self.other.official.id, "confirmed_at": self.now}  # fmt: skip

    def asked(self, page: str) -> Counter[str]:
        """What a page asks the database, once it has been opened before."""
        assert self.viewer.get(page).status_code == 200
        with statements(self.stage) as said:
            assert self.viewer.get(page).status_code == 200
        return Counter(said)


PAGES = ("/desk", "/desk/campaigns", "/desk/campaigns/scored-1")
WAITS = {
    "准备好了，可以排期或开始投票": 1, "3 名候选人的主页待审核": 1, "请您打分，已打 1／4 位": 1, "有评委回避的决定": 1,
    "计票结果请您签认": 1, "计票结果待提请认定": 4, "得分的数据已经齐全": 1, "名单 L-0001 要由评审委员会表决": 1,
    "已经期满": 1, "可以拟定表彰": 2, "还有 5 天到期": 1,
}  # fmt: skip
"""What a round of them adds to the first page, and how often."""


def test_pages_that_show_every_campaign_ask_once_for_all(stage_on: Stage) -> None:
    town = Town(stage_on)
    town.build()
    few = {page: town.asked(page) for page in PAGES}
    for _more in range(4):
        town.build()
    first_page = town.viewer.text("/desk")
    assert {words: first_page.count(words) for words in WAITS} == {words: 5 * n for words, n in WAITS.items()}
    for page in PAGES:
        many = town.asked(page)
        assert many.total() == few[page].total(), "\n".join(
            f"{n} × {said}" for said, n in (many - few[page]).items() if n > 1
        )
