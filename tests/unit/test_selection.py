"""The smallest change that keeps every rule: the same as trying every list, and found in few steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from random import Random

import pytest

from tests.rankings import FRONT, UNIT, WOMEN, YOUNG, drawn_ranking, drawn_rules, hard, ranking, rules
from voting_service.assessment.selection import Contender, choice_of, edge_of, select
from voting_service.campaigns.composition import CompositionRule, Person, state_of

WOMAN, MAN = Person(gender="女"), Person(gender="男")


def test_a_ranking_that_keeps_every_rule_is_left_as_it_is() -> None:
    found = select(ranking(WOMAN, MAN, MAN, WOMAN), 2, rules({**WOMEN, "min_percent": 50}))
    assert found.best is not None
    assert (found.best.chosen, found.best.replaced, found.best.lost, found.edge) == ((1, 2), 0, 0, None)


def test_the_last_who_does_not_fit_gives_way_to_the_next_who_does() -> None:
    found = select(ranking(MAN, MAN, WOMAN, MAN, MAN, WOMAN), 4, rules({**WOMEN, "min_percent": 50}))
    assert found.best is not None
    assert found.best.chosen == (1, 2, 3, 6)
    (swap,) = found.best.exchanges
    assert (swap.out, swap.into, swap.lost) == (4, 6, 20)


def test_fewer_replaced_comes_before_fewer_points_lost() -> None:
    # One old man on the list is one too few of everything: a young woman far below mends both at once, and costs more.
    old_man, young_woman = Person("男", "1950"), Person("女", "2000")
    old_woman, young_man = Person("女", "1950"), Person("男", "2000")
    people = ranking(old_man, old_man, old_woman, young_man, young_woman, points=(90, 89, 88, 87, 10))
    both = rules({**WOMEN, "min_percent": 50}, {**YOUNG, "min_percent": 50})
    found = select(people, 2, both)
    assert found.best is not None
    assert (found.best.chosen, found.best.lost) == ((1, 5), 79)


def test_at_most_so_many_of_a_unit() -> None:
    people = ranking(*(Person(organisation=name) for name in ("一厂", "一 厂", "一厂", "二厂", "三厂")))
    found = select(people, 3, rules({**UNIT, "max_each": 1}))
    assert found.best is not None
    assert found.best.chosen == (1, 4, 5), "a unit is the same however its name is spaced"


def test_a_tie_at_the_edge_is_told_and_nobody_is_replaced_for_it() -> None:
    people = ranking(MAN, MAN, WOMAN, MAN, points=(90, 80, 80, 70))
    edge = edge_of(people, 2)
    assert edge is not None
    assert (edge.place, edge.inside, edge.outside) == (2, (2,), (3,))
    found = select(people, 2, rules({**WOMEN, "min_percent": 50}))
    assert found.best is not None
    assert (found.best.chosen, found.best.replaced, found.best.lost) == ((1, 3), 0, 0)
    assert [tie.place for tie in found.best.ties] == [2]


def test_no_list_at_all_and_which_rules_are_in_each_others_way() -> None:
    women, young = {**WOMEN, "min_percent": 60}, {**YOUNG, "min_percent": 60}
    people = ranking(*[Person("女", "1950")] * 5, *[Person("男", "2000")] * 5)
    found = select(people, 5, rules({**FRONT, "max_percent": 100}, women, young))
    assert found.best is None
    assert [rule.name for rule in found.conflict] == ["女性", "45 岁以下"]
    alone = select(people, 5, rules({**FRONT, "min_percent": 20}, women, young))
    assert [rule.name for rule in alone.conflict] == ["一线职工"], (
        "nobody says that they are: the fewest rules are named"
    )


def test_what_is_not_known_counts_against_the_list() -> None:
    people = ranking(Person(), Person(), MAN, WOMAN)
    at_least = select(people, 2, rules({**WOMEN, "min_percent": 50}))
    at_most = select(people, 2, rules({**WOMEN, "max_percent": 50}))
    assert at_least.best is not None
    assert at_most.best is not None
    assert (at_least.best.chosen, at_most.best.chosen) == ((1, 4), (1, 3))


def test_of_nobody_nobody_is_chosen() -> None:
    found = select([], 3, rules({**WOMEN, "min_percent": 50}, {**UNIT, "max_each": 1}))
    assert found.best is not None
    assert (found.seats, found.best.chosen) == (0, ())


@pytest.mark.parametrize("seats", [0, 1, 3, 9])
def test_a_list_is_never_longer_than_the_ranking(seats: int) -> None:
    found = select(ranking(MAN, WOMAN, MAN), seats, ())
    assert found.best is not None
    assert found.best.chosen == (1, 2, 3)[:seats]
    assert found.best.replaced == 0


def test_before_there_is_a_ranking_nobody_is_chosen_and_nothing_is_broken() -> None:
    """As the list's page asks as soon as voting is open."""
    for demands in ((), ({**WOMEN, "min_percent": 40}, {**UNIT, "max_each": 1})):
        found = select([], 0, rules(*demands))
        assert found.best is not None
        assert (found.best.chosen, found.edge, found.conflict) == ((), None, ())


def test_any_other_list_is_told_at_its_price() -> None:
    choice = choice_of(ranking(MAN, MAN, MAN, WOMAN, WOMAN), 3, {1, 4, 5})
    assert [(one.out, one.into, one.lost) for one in choice.exchanges] == [(2, 4, 20), (3, 5, 20)]
    assert (choice.replaced, choice.lost) == (2, 40)


# ---- against trying every list


def tops(people: Sequence[Contender], seats: int) -> Iterator[set[int]]:
    """Every top that the ranking allows: the one there is, or each way to settle the tie at its edge."""
    edge = edge_of(people, seats)
    if edge is None:
        yield {one.number for one in people[:seats]}
        return
    before = {one.number for one in people if one.place < edge.place}
    for some in combinations((*edge.inside, *edge.outside), len(edge.inside)):
        yield before | set(some)


def best_by_trying(
    people: Sequence[Contender], seats: int, asked: Sequence[CompositionRule]
) -> tuple[int, Fraction, list[int]] | None:
    points, whole = (
        {one.number: one.composite for one in people},
        sum(one.composite for one in people[:seats]),
    )
    all_tops, found = list(tops(people, seats)), []
    for some in combinations(people, seats):
        if all(state_of(rule, [one.person for one in some]).kept for rule in asked):
            numbers = {one.number for one in some}
            replaced = min(len(top - numbers) for top in all_tops)
            found.append((replaced, whole - sum(points[n] for n in numbers), [one.place for one in some]))
    return min(found, default=None)


def test_a_thousand_small_cases_come_out_as_trying_every_list_does() -> None:
    draw, none, changed, tied = Random(20260407), 0, 0, 0
    for case in range(1000):
        size = draw.randint(1, 9)
        people = drawn_ranking(draw, size, draw.randint(1, 5), ties=case % 2 == 0)
        seats, asked = draw.randint(1, min(size, 5)), drawn_rules(draw)
        wanted = best_by_trying(people, seats, asked)
        found = select(people, seats, asked)
        if wanted is None:
            assert found.best is None, case
            none += 1
            assert best_by_trying(people, seats, found.conflict) is None, case
            for one in range(len(found.conflict)):
                for fewer in combinations(asked, one):
                    assert best_by_trying(people, seats, fewer) is not None, "the fewest rules are named"
            continue
        assert found.best is not None, case
        places = {one.number: one.place for one in people}
        got = (found.best.replaced, found.best.lost, [places[n] for n in found.best.chosen])
        assert got == wanted, case
        assert all(state_of(rule, [people[n - 1].person for n in found.best.chosen]).kept for rule in asked)
        changed += found.best.replaced > 0
        tied += found.edge is not None
    assert min(none, changed, tied) > 30, (none, changed, tied)


def test_a_hundred_candidates_ten_seats_and_four_rules_take_few_steps() -> None:
    draw, most = Random(7), 0
    for _case in range(25):
        people, asked = hard(draw)
        most = max(most, select(people, 10, asked).nodes)
    assert most < 120_000, most
