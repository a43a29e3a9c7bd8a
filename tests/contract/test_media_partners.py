"""Media partners on either database: what is kept, what is journaled, and counts that several processes add to."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from sqlalchemy import select

from tests.desk import Desk
from tests.partners import NEWS, partner, revoked, terms
from tests.stage import Stage
from voting_service.activity.entries import JournalEntry
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates.showcase import CampaignOnShow, Showcase
from voting_service.errors import NotFound, ProblemsFound, Unavailable
from voting_service.media.partners.book import MediaBook
from voting_service.media.partners.counting import EmbedCounter
from voting_service.media.partners.keeping import WantedPartner, change_partner, make_partner, revoke_partner
from voting_service.media.partners.models import EmbedCount
from voting_service.media.partners.queries import counted_by_key, days_of, terms_of


def version(stage: Stage, slug: str = "test") -> int:
    """The campaign's version."""
    with stage.service.database.read() as session:
        return campaign_by_slug(session, slug).version


def test_each_act_is_journaled_and_a_new_version(stage_on: Stage) -> None:
    stage_on.draft()
    desk = Desk(stage_on, "王敏", "operator")
    before = version(stage_on)
    one = partner(stage_on, desk, "工人报", NEWS, "https://m.news.example")
    terms(stage_on, desk, only_partners=True, kit_public=True, credit="图：测试总工会")
    terms(stage_on, desk, only_partners=True, kit_public=True, credit="图：测试总工会")
    with stage_on.service.database.write() as session:
        for _ in range(2):
            change_partner(session, "test", one.id, WantedPartner("工人日报", NEWS), at=stage_on.service.clock.now(),
                           official=desk.official)  # fmt: skip
    revoked(stage_on, desk, one)
    revoked(stage_on, desk, one)
    assert version(stage_on) == before + 4, "an act that changes nothing is none"
    with stage_on.service.database.read() as session:
        acts = session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)).all()
        known = terms_of(session, campaign_by_slug(session, "test").id)
    assert list(acts)[-4:] == ["make_media_partner", "change_media_terms", "change_media_partner", "revoke_media_partner"]  # fmt: skip
    assert (known.only_partners, known.kit_public, known.credit) == (True, True, "图：测试总工会")
    assert known.partners[one.key][1:] == ("工人日报", (NEWS,), True)


def test_all_problems_at_once(stage_on: Stage) -> None:
    stage_on.draft()
    desk = Desk(stage_on, "王敏", "operator")
    one = partner(stage_on, desk)

    def refused(name: str, origins: str) -> list[str]:
        with pytest.raises(ProblemsFound) as found:
            partner(stage_on, desk, name, origins)
        return [problem.where for problem in found.value.problems]

    assert refused("", "x") == ["name", "origins"]
    assert refused("工人报", NEWS) == ["name"]
    assert refused("行\n行", NEWS) == ["name"]
    long = ".".join(letter * 60 for letter in "abcd")
    many = "\n".join(f"https://{n}.{long}.example" for n in range(10))
    assert refused("多", many) == ["origins"], "a header has room for so many"
    revoked(stage_on, desk, one)
    assert partner(stage_on, desk).key != one.key, "the name is free again, with a new key"
    at = stage_on.service.clock.now()
    with pytest.raises(ProblemsFound), stage_on.service.database.write() as session:
        change_partner(session, "test", one.id, WantedPartner("新", NEWS), at=at, official=desk.official)


def test_a_partner_is_of_one_campaign(stage_on: Stage) -> None:
    stage_on.draft()
    stage_on.draft("other")
    desk = Desk(stage_on, "王敏", "operator")
    one = partner(stage_on, desk)
    with pytest.raises(NotFound), stage_on.service.database.write() as session:
        revoke_partner(session, "other", one.id, at=stage_on.service.clock.now(), official=desk.official)
    with stage_on.service.database.write() as session:
        wanted = WantedPartner("工人报", NEWS)
        made = make_partner(session, "other", wanted, at=stage_on.service.clock.now(), official=desk.official)
    assert made.key != one.key


def test_processes_add_to_one_number(stage_on: Stage) -> None:
    stage_on.campaign()
    service = stage_on.service
    show = make_show(stage_on)
    counters = [EmbedCounter(service.database, service.clock) for _ in range(4)]

    def count(counter: EmbedCounter) -> None:
        for nth in range(50):
            counter.note(show, "", "clicks" if nth % 5 == 0 else "views")
            if nth % 10 == 0:
                counter.flush()
        counter.close()

    threads = [threading.Thread(target=count, args=(counter,)) for counter in counters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with service.database.read() as session:
        assert counted_by_key(session, show.id) == {"": (160, 40)}
        assert [line.counted for line in days_of(session, show.id, "")] == [(160, 40)]
        assert counted_by_key(session, show.id, date(2999, 1, 1)) == {}


def make_show(stage: Stage) -> CampaignOnShow:
    """The campaign as pages know it."""
    return Showcase(stage.service.database).campaign("test")


def test_a_database_that_is_away_loses_no_count(stage_on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage_on.campaign()
    service, show = stage_on.service, make_show(stage_on)
    counter, book = EmbedCounter(service.database, service.clock), MediaBook(service.database)
    assert not book.terms(show).only_partners

    def away() -> None:
        raise Unavailable("away")  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(service.database, "write", away)
        broken.setattr(service.database, "read", away)
        counter.note(show, "", "views")
        counter.flush()
        counter.note(show, "", "views")
        counter.flush()
        assert not book.terms(show).only_partners, "what was known stands"
        with pytest.raises(Unavailable):
            MediaBook(service.database).terms(show)
    counter.close()
    with service.database.read() as session:
        assert session.scalars(select(EmbedCount.views)).all() == [2]
