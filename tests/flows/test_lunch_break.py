"""Two hundred workers of one factory vote in their lunch break, all behind one address. Every ballot counts."""

from __future__ import annotations

import random
import time

from sqlalchemy import select

from tests.handset import MOST_CHALLENGES, Answer, Handset, at_once
from tests.live import LiveService, wait_until
from tests.oracle import check_books
from voting_service.ledger import COUNTED, LedgerEntry

PHONES = 200


def test_two_hundred_honest_phones_behind_one_address_are_all_counted(live: LiveService) -> None:
    live.stage.campaign("lunch", policy={})

    def person(number: int) -> tuple[Answer, list[int]]:
        phone, hand = Handset(live.url, "lunch"), random.Random(number)
        form = phone.page_form() if number % 4 else phone.form()
        # As long as a hand takes that knows what it wants.
        time.sleep(1.5 + 5 * hand.random())
        return phone.cast(form, [1 + number % 6])

    outcomes = at_once([lambda number=number: person(number) for number in range(PHONES)])
    assert [answer.status for answer, _asked in outcomes] == [201] * PHONES
    assert max(len(asked) for _answer, asked in outcomes) <= MOST_CHALLENGES
    assert any(asked for _answer, asked in outcomes), "beyond the budgets some were asked"
    stage = live.stage
    wait_until(lambda: check_books(stage, "lunch").ledger == PHONES, "every ballot is recorded")
    with stage.service.database.read() as session:
        assert set(session.scalars(select(LedgerEntry.standing))) == {COUNTED}
    state = stage.service.box.state("lunch")
    assert state is not None
    assert (state.seq, state.counted, state.held) == (PHONES, PHONES, 0)
