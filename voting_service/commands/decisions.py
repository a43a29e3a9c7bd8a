"""``voting-service decisions …``: propose, look at the effect, confirm, withdraw, undo, list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ..ballots.ballot_box import BoxUnavailable
from ..campaigns.queries import campaign_by_slug
from ..clock import rfc3339
from ..ledger import HELD, VOIDED
from ..tally.count import STANDINGS
from ..tally.decisions.confirm import carry_out
from ..tally.decisions.effect import Effect, blind_names, effect_of
from ..tally.decisions.models import Decision
from ..tally.decisions.propose import Proposal, propose, propose_undo
from ..tally.decisions.queries import decision_by_number, decisions_of, sizes_of
from ..tally.decisions.rules import (
    KIND_NAMES,
    RESTORED,
    STANDING_NAMES,
    STATE_NAMES,
    parse_number,
    shown_number,
)
from ..tally.decisions.withdraw import withdraw
from ..text import Text, _
from .ballot_lists import from_cluster, from_file
from .composition import MakeService, Service, redis_running
from .output import print_json, say


class DecisionNumber(click.ParamType[int]):
    """``D-0001`` or ``1``."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; a usage error where it is none."""
        number = value if isinstance(value, int) else parse_number(value)
        if number is None:
            self.fail(str(_("“%(text)s”不是决定编号，应形如 D-0001。", text=value)), param, ctx)
        return number


NUMBER = DecisionNumber()


@click.group(
    name="decisions", help="对选票的决定：待核、作废、恢复。一人提出，另一人确认；原始记录始终保留。"
)
def decisions_group() -> None:
    """Commands about decisions on ballots."""


@decisions_group.command(name="propose", help="提出一项决定；在另一人确认之前什么都不改变。")
@click.argument("slug")
@click.option("--void", is_flag=True, help="作废。")
@click.option("--hold", is_flag=True, help="转为待核，暂不计入。")
@click.option("--restore", is_flag=True, help="恢复计入。")
@click.option(
    "--ballots",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="文件，每行一个选票编号或查验码。",
)
@click.option("--cluster", metavar="ID", help="最近一次排查中的一个异常票群；或 clusters.json:ID，取自文件。")
@click.option("--reason", required=True, help="理由；会写入公开日志并显示在回执上。")
@click.option("--by", "actor", required=True, help="提出人姓名。")
@click.pass_obj
def propose_command(
    make: MakeService,
    slug: str,
    void: bool,
    hold: bool,
    restore: bool,
    ballots: Path | None,
    cluster: str | None,
    reason: str,
    actor: str,
) -> None:
    """Propose a decision on ballots."""
    kinds = [kind for kind, given in ((VOIDED, void), (HELD, hold), (RESTORED, restore)) if given]
    if len(kinds) != 1:
        raise click.UsageError(str(_("请用 --void、--hold 或 --restore 之一说明怎样处理。")))
    if (ballots is None) == (cluster is None):
        raise click.UsageError(str(_("请用 --ballots 或 --cluster 之一说明是哪些选票。")))
    service = make()
    listed, origin = from_file(ballots) if ballots else from_cluster(service, slug, cluster or "")
    with redis_running(service), service.database.write() as session:
        decision = propose(
            session,
            slug,
            Proposal(kinds[0], listed, reason, origin),
            at=service.clock.now(),
            actor=actor,
            keyring=service.keyring,
            waits=lambda ballot_id: _waits(service, slug, ballot_id),
        )
        number = shown_number(decision.number)
    click.echo(number)
    _say_what_next(slug, number)


def _say_what_next(slug: str, number: str) -> None:
    say(_("已提出 %(number)s，尚未生效。", number=number))
    say(
        _(
            "请另一人查看：voting-service decisions preview %(slug)s %(number)s，"
            "再确认：voting-service decisions confirm %(slug)s %(number)s --by 姓名",
            slug=slug,
            number=number,
        )
    )


def _waits(service: Service, slug: str, ballot_id: str) -> bool:
    try:
        return service.box.find(slug, ballot_id) is not None
    except BoxUnavailable:
        return False  # then it is only said that the ledger does not have it, which is true


@decisions_group.command(
    name="preview", help="一项决定对每位候选人票数和名次的影响；默认不显示候选人是谁，以免先入为主。"
)
@click.argument("slug")
@click.argument("number", type=NUMBER)
@click.option("--show-candidates", is_flag=True, help="显示候选人的编号和姓名。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def preview_command(make: MakeService, slug: str, number: int, show_candidates: bool, as_json: bool) -> None:
    """The effect of a decision, candidates hidden first."""
    service = make()
    with service.database.read() as session:
        campaign = campaign_by_slug(session, slug)
        decision = decision_by_number(session, campaign.id, number)
        effect = effect_of(session, campaign, decision)
    names: dict[int, str | Text] = (
        {row.number: f"{row.number} {row.name}" for row in effect.candidates}
        if show_candidates
        else dict(blind_names(effect, decision.effect_sha256))
    )
    rows = _effect_rows(effect, names, show_candidates=show_candidates)
    if as_json:
        print_json(_decision_json(decision, effect.ballots) | _effect_json(effect, rows))
        return
    click.echo("\t".join(map(str, (_("候选人"), _("票数"), _("处理后"), _("名次"), _("处理后")))))
    for row in rows:
        figures = (row["count_before"], row["count_after"], row["rank_before"], row["rank_after"])
        click.echo("\t".join([row["candidate"], *map(str, figures)]))
    _say_effect(decision, effect)


def _effect_rows(
    effect: Effect, names: dict[int, str | Text], *, show_candidates: bool
) -> list[dict[str, Any]]:
    rows = [
        {
            "candidate": str(names[row.number]),
            **({"number": row.number, "name": row.name} if show_candidates else {}),
            "count_before": row.count_before,
            "count_after": row.count_after,
            "rank_before": row.rank_before,
            "rank_after": row.rank_after,
        }
        for row in effect.candidates
    ]
    # Not by number among equals, which would say who is who.
    return sorted(rows, key=lambda row: (-abs(row["count_after"] - row["count_before"]), row["candidate"]))


def _effect_json(effect: Effect, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "holds": effect.holds,
        "standings_before": dict(effect.standings_before),
        "standings_after": dict(effect.standings_after),
        "candidates": rows,
    }


def _say_effect(decision: Decision, effect: Effect) -> None:
    say(
        _(
            "%(number)s：%(kind)s %(n)s 张选票（%(state)s）。理由：%(reason)s",
            number=shown_number(decision.number),
            kind=KIND_NAMES[decision.kind],
            n=effect.ballots,
            state=STATE_NAMES[decision.state],
            reason=decision.reason,
        )
    )
    for standing in STANDINGS:
        say(
            _(
                "%(standing)s：%(before)s → %(after)s 张",
                standing=STANDING_NAMES[standing],
                before=effect.standings_before[standing],
                after=effect.standings_after[standing],
            )
        )
    say(_("未列出的候选人票数和名次都不变。流量证据只说明选票，不说明候选人。"))
    if not effect.holds:
        say(_("提出之后，其中有的选票另有决定，预览已不成立；请撤回它并重新提出。"))


@decisions_group.command(
    name="confirm", help="由另一人确认：写入透明日志，改变计票。可用 undo 经同样两步撤销。"
)
@click.argument("slug")
@click.argument("number", type=NUMBER)
@click.option("--by", "actor", required=True, help="确认人姓名；不能是提出人。")
@click.pass_obj
def confirm_command(make: MakeService, slug: str, number: int, actor: str) -> None:
    """Put a proposal into effect."""
    service = make()
    with redis_running(service):
        followed = carry_out(service.recorder_stores, slug, number, actor=actor)
    say(_("%(number)s 已生效，并已写入透明日志。", number=shown_number(number)))
    if not followed:
        say(_("票箱暂时无法连接，实时票数稍后由记录器更新。"))


@decisions_group.command(name="withdraw", help="撤回一项尚未确认的决定。")
@click.argument("slug")
@click.argument("number", type=NUMBER)
@click.option("--by", "actor", required=True, help="撤回人姓名。")
@click.pass_obj
def withdraw_command(make: MakeService, slug: str, number: int, actor: str) -> None:
    """Give a proposal up."""
    service = make()
    with service.database.write() as session:
        withdraw(session, slug, number, at=service.clock.now(), actor=actor)
    say(_("%(number)s 已撤回，什么都没有改变。", number=shown_number(number)))


@decisions_group.command(
    name="undo", help="提出撤销一项已生效的决定：其中每张选票恢复到此前的状态；同样须另一人确认。"
)
@click.argument("slug")
@click.argument("number", type=NUMBER)
@click.option("--reason", required=True, help="理由；会写入公开日志。")
@click.option("--by", "actor", required=True, help="提出人姓名。")
@click.pass_obj
def undo_command(make: MakeService, slug: str, number: int, reason: str, actor: str) -> None:
    """Propose to take a decision back."""
    service = make()
    with service.database.write() as session:
        decision = propose_undo(session, slug, number, reason=reason, at=service.clock.now(), actor=actor)
        shown = shown_number(decision.number)
    click.echo(shown)
    _say_what_next(slug, shown)


@decisions_group.command(name="list", help="列出一个活动的全部决定。")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def list_command(make: MakeService, slug: str, as_json: bool) -> None:
    """All decisions of a campaign."""
    service = make()
    with service.database.read() as session:
        campaign = campaign_by_slug(session, slug)
        found: Sequence[Decision] = decisions_of(session, campaign.id)
        sizes = sizes_of(session, campaign.id)
    if as_json:
        print_json([_decision_json(decision, sizes.get(decision.number, 0)) for decision in found])
        return
    for decision in found:
        people = " / ".join(
            filter(None, (decision.proposed_by, decision.confirmed_by, decision.withdrawn_by))
        )
        about = (
            shown_number(decision.number),
            KIND_NAMES[decision.kind],
            STATE_NAMES[decision.state],
            sizes.get(decision.number, 0),
            people,
            decision.reason,
        )
        click.echo("\t".join(map(str, about)))
    if not found:
        say(_("还没有决定。"))


def _decision_json(decision: Decision, ballots: int) -> dict[str, Any]:
    return {
        "decision": shown_number(decision.number),
        "kind": decision.kind,
        "state": decision.state,
        "ballots": ballots,
        "reason": decision.reason,
        "origin": decision.origin,
        "undoes": shown_number(decision.undoes) if decision.undoes else None,
        "proposed_by": decision.proposed_by,
        "proposed_at": rfc3339(decision.proposed_at),
        "confirmed_by": decision.confirmed_by,
        "confirmed_at": rfc3339(decision.confirmed_at) if decision.confirmed_at else None,
        "withdrawn_by": decision.withdrawn_by,
        "withdrawn_at": rfc3339(decision.withdrawn_at) if decision.withdrawn_at else None,
        "effect_sha256": decision.effect_sha256,
    }


COMMANDS = (decisions_group,)
