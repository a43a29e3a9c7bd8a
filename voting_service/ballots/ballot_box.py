"""The ballot box: the only place that knows Redis's key names, and the scripts' only caller.

Promises: ``cast`` returns only when Redis has the ballot (on disk, under the embedded default); calling it again with
the same ballot id changes nothing and gives the same answer; a box that is missing, or behind the ledger, refuses.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import redis
from redis.exceptions import NoScriptError, RedisError, ResponseError

from anti_fraud.gate import Budget

from ..errors import Unavailable
from ..redis_server.lines import Lines
from ..text import _
from .box_contents import BoxSnapshot, BoxState, WaitingBallot, box_state, waiting_ballot

_HERE = Path(__file__).parent
CAST_SCRIPT = (_HERE / "cast.lua").read_text(encoding="utf-8")
SEAL_SCRIPT = (_HERE / "seal.lua").read_text(encoding="utf-8")
ADOPT_SCRIPT = (_HERE / "adopt_policy.lua").read_text(encoding="utf-8")
DEPART_SCRIPT = (_HERE / "depart.lua").read_text(encoding="utf-8")
REFUSE_SCRIPT = (_HERE / "refuse.lua").read_text(encoding="utf-8")
ADJUST_SCRIPT = (_HERE / "adjust.lua").read_text(encoding="utf-8")

NO_SHA = "0" * 40

PREPARED = "prepared"
OPEN = "open"
SEALED = "sealed"
REFUSED = "refused"


class BoxUnavailable(Unavailable):
    """The box cannot be reached, is missing, or must be rebuilt; no ballot is taken meanwhile."""

    code = "box_unavailable"


_KINDS = {
    ("tries", "refuse", False): 1,
    ("ballots", "refuse", False): 2,
    ("ballots", "challenge", False): 3,
    ("ballots", "challenge", True): 4,
    ("held", "refuse", False): 5,
}
"""How cast.lua knows a budget's kind."""
_NOT_SPENT = "-"
"""Names the key of a challenge where there is none: read by nobody."""


class BallotToCast(NamedTuple):
    """What goes into the box, and on what terms."""

    ballot_id: str
    voter_tag: str
    choices: tuple[int, ...]
    """Distinct candidate numbers, ascending."""
    channel: str
    held: bool
    form_expires_ms: int
    utc_offset_s: int
    evidence: str = ""
    """Sealed; the box hands it on."""
    policy: int = 0
    """The version of the gate's policy that judged it."""
    gate: Literal["allow", "challenge", "deny"] = "allow"
    """What the gate says of it, before the budgets."""
    solved: str = ""
    """The nonce of a challenge that was rightly solved for this ballot."""
    solved_bits: int = 0
    """How hard that challenge was."""
    bits: int = 0
    """How hard a challenge for this attempt is; each doubling of a budget makes it one bit harder."""
    most_bits: int = 0
    """How hard it becomes at most."""
    most_in_all: int = 0
    """How many ballots this voter's identity may cast in all, whatever the rules allow; 0 leaves it to them."""
    hold_instead: bool = False
    """Take it as held where a challenge would be asked: for browsers that run no scripts."""


class BoxAnswer(NamedTuple):
    """What ``cast.lua`` said; its header explains each outcome."""

    outcome: str
    cast_ms: int = 0
    left_today: int = 0
    left_total: int = 0
    next_ms: int = 0
    detail: str = ""
    """The choices as cast ("3,7") for cast and again; the reason for a refusal."""
    held: bool = False


class BoxKeys(NamedTuple):
    """Every key of one campaign's box. The braces put them into one slot of a Redis Cluster."""

    meta: str
    roster: str
    voters: str
    counts: str
    stream: str
    ballot: str
    """Prefix; the ballot id follows."""
    attempts: str
    """Prefix; a budget's name follows."""
    spent: str
    """Prefix; a challenge's nonce follows."""


@cache
def keys_of(slug: str) -> BoxKeys:
    """The keys of a campaign's box."""
    base = f"box:{{{slug}}}:"
    return BoxKeys(
        *(
            base + name
            for name in ("meta", "roster", "voters", "counts", "stream", "ballot:", "try:", "spent:")
        )
    )


class BallotBox:
    """Casting state of all campaigns in one Redis.

    ``attest`` is called whenever a server is met that does not know our script. Redis forgets scripts when it
    restarts and never gets them from its data, so that is exactly when a lost or restored box may have come in:
    ``attest`` compares box and ledger and marks a box that is behind as refused, before the script is loaded.
    It costs the hot path nothing.
    """

    def __init__(self, client: redis.Redis, attest: Callable[[BallotBox], None]) -> None:
        # redis-py types every answer as a union over all protocols and both clients; we know what we asked.
        self.client: Any = client
        self._lines = Lines(client)
        self._attest = attest
        self._lock = threading.Lock()
        self._cast_sha = ""

    # ---- the hot path

    def cast(self, slug: str, ballot: BallotToCast, budgets: Sequence[Budget] = ()) -> BoxAnswer:
        """Put one ballot into the box, or say why not. One round trip. Raises BoxUnavailable."""
        answer = BoxAnswer(*self._run_cast(7 + len(budgets), cast_arguments(slug, ballot, budgets)))
        if answer.outcome in ("box_lost", "box_refused"):
            raise BoxUnavailable(
                _("票箱暂时不能使用，您的选票没有投出，请稍后再试。"),
                _("工作人员请运行 voting-service doctor 查看原因。"),
            )
        return answer._replace(held=answer.held in ("1", True))  # "0" or "1" from Lua

    def _run_cast(self, key_count: int, arguments: list[str | int]) -> list[Any]:
        with reaching_redis():
            try:
                reply: list[Any] = self._lines.ask("EVALSHA", self._cast_sha or NO_SHA, key_count, *arguments)
            except NoScriptError:
                self.attest_and_load()
                reply = self._lines.ask("EVALSHA", self._cast_sha, key_count, *arguments)
        return reply

    def attest_and_load(self) -> None:
        """Have box and ledger compared, then let this server cast."""
        with self._lock, reaching_redis():
            if self._cast_sha and self.client.script_exists(self._cast_sha)[0]:
                return  # another thread was here while this one waited
            self._attest(self)
            self._cast_sha = str(self.client.script_load(CAST_SCRIPT))

    # ---- questions

    def state(self, slug: str) -> BoxState | None:
        """The box's own figures, or None where there is no box."""
        with reaching_redis():
            meta: dict[str, str] = self.client.hgetall(keys_of(slug).meta)
        return box_state(meta) if meta else None

    def snapshot(self, slug: str, after: str) -> BoxSnapshot | None:
        """Figures, counts and ballots behind a stream position, all of one moment; None where there is no box."""
        keys = keys_of(slug)
        with reaching_redis(), self.client.pipeline(transaction=True) as pipe:
            pipe.hgetall(keys.meta)
            pipe.hgetall(keys.counts)
            pipe.xrange(keys.stream, min=f"({after}", max="+")
            meta, counts, rows = pipe.execute()
        if not meta:
            return None
        waiting = tuple(waiting_ballot(stream_id, fields) for stream_id, fields in rows)
        return BoxSnapshot(box_state(meta), {int(k): int(v) for k, v in counts.items()}, waiting)

    def provisional_counts(self, slug: str) -> dict[int, int]:
        """Candidate number → ballots counted so far. Numbers nobody chose are absent."""
        with reaching_redis():
            counts: dict[str, str] = self.client.hgetall(keys_of(slug).counts)
        return {int(number): int(count) for number, count in counts.items()}

    def find(self, slug: str, ballot_id: str) -> tuple[int, bool, tuple[int, ...]] | None:
        """A ballot still known to the box: cast at (ms), held, choices."""
        with reaching_redis():
            value: str | None = self.client.get(keys_of(slug).ballot + ballot_id)
        if value is None:
            return None
        cast_ms, held, _tag, choices = value.split(":")
        return int(cast_ms), held == "1", tuple(map(int, choices.split(",")))

    def voters(self, slug: str) -> Iterator[tuple[str, str]]:
        """Every voter tag with its packed state, in no order. For reconciling."""
        with reaching_redis():
            yield from self.client.hscan_iter(keys_of(slug).voters, count=1000)

    # ---- the recorder's side

    def waiting(self, slug: str, after: str, count: int) -> list[WaitingBallot]:
        """Ballots behind a stream position, in order."""
        with reaching_redis():
            rows: list[tuple[str, dict[str, str]]] = self.client.xrange(
                keys_of(slug).stream, min=f"({after}", max="+", count=count
            )
        return [waiting_ballot(stream_id, fields) for stream_id, fields in rows]

    def settle(self, slug: str, up_to: str, keep_s: int) -> int:
        """Forget what is recorded: trim the stream up to a committed position. The ballots' own keys live on for
        ``keep_s`` (no shorter than a form lives), so that a form posted twice stays one ballot. Safe to repeat."""
        keys = keys_of(slug)
        settled = 0
        with reaching_redis():
            while rows := self.client.xrange(keys.stream, min="-", max=up_to, count=1000):
                with self.client.pipeline(transaction=False) as pipe:
                    now_ms = time.time_ns() // 1_000_000
                    for _stream_id, fields in rows:
                        # A form may outlive the setting that it was issued under, or come from a clock that was ahead.
                        until_ms = max(now_ms + keep_s * 1000, int(fields.get("e", 0)) + 60_000)
                        pipe.pexpireat(keys.ballot + fields["b"], until_ms)
                    # The expiries go first: were the trim to go first, a crash would leave keys that never expire.
                    pipe.xtrim(keys.stream, minid=_after(rows[-1][0]), approximate=False)
                    pipe.execute()
                settled += len(rows)
        return settled

    def adopt_policy(self, slug: str, version: int) -> None:
        """From now on the gate's policy of this version holds; an older one never comes back. Safe to repeat."""
        with reaching_redis():
            self.client.eval(ADOPT_SCRIPT, 1, keys_of(slug).meta, version)

    def depart(self, slug: str, numbers: Collection[int]) -> None:
        """From now on nobody can choose these candidates, who are all who have left. Ballots that are in already stay as
        they are. Safe to repeat."""
        keys = keys_of(slug)
        with reaching_redis():
            self.client.eval(DEPART_SCRIPT, 2, keys.meta, keys.roster, *numbers)

    def forget_history(self) -> bool:
        """Have Redis write its append-only file anew, without what was deleted or has expired. False where this server
        does not allow it; it then forgets when it next does so by itself. Raises BoxUnavailable."""
        with reaching_redis():
            try:
                self.client.bgrewriteaof()
            except ResponseError as error:
                # One that is under way already will do.
                return "already in progress" in str(error)
        return True

    # ---- its life

    def open(self, slug: str) -> None:
        """Let a prepared box take ballots (its window still decides when). Safe to repeat."""
        with reaching_redis():
            if self.client.hget(keys_of(slug).meta, "state") == PREPARED:
                self.client.hset(keys_of(slug).meta, "state", OPEN)

    def seal(self, slug: str, *, early: bool) -> tuple[int, int] | None:
        """Nothing more goes in. Gives the instant (ms) and the number of ballots ever cast; None where the closing
        time has not come by Redis's clock (``early`` seals all the same). Safe to repeat."""
        with reaching_redis():
            reply: list[int] = self.client.eval(SEAL_SCRIPT, 1, keys_of(slug).meta, "now" if early else "due")
        if not reply:
            raise BoxUnavailable(
                _("票箱不存在或已停用，无法封箱。"), _("请先运行 voting-service rebuild-box 从台账重建票箱。")
            )
        return (reply[0], reply[1]) if reply[0] else None

    def adjust(self, slug: str, epoch: int, sequence: int, ballots: int, votes: Mapping[int, int]) -> str:
        """Let the counts follow the decision of this sequence number: ``ballots`` more (or fewer) are counted, and
        each candidate has so many ``votes`` more. Exactly once: another box, or one that has it or lacks an earlier
        one, is left alone. ``adjust.lua`` names the outcomes. Safe to repeat."""
        keys = keys_of(slug)
        deltas = [part for number, votes_more in votes.items() for part in (number, votes_more)]
        with reaching_redis():
            return str(
                self.client.eval(ADJUST_SCRIPT, 2, keys.meta, keys.counts, epoch, sequence, ballots, *deltas)
            )

    def refuse(self, slug: str, epoch: int) -> None:
        """Have the box of this epoch take no ballots until it is rebuilt from the ledger; no other box is touched."""
        with reaching_redis():
            self.client.eval(REFUSE_SCRIPT, 1, keys_of(slug).meta, epoch)

    def reinstate(self, slug: str, judged: BoxState) -> None:
        """Have a refused box that fits the ledger after all go on where it stood. The caller holds the ledger's lock."""
        state = OPEN if judged.sealed_ms is None else SEALED
        with reaching_redis():
            self.client.hset(keys_of(slug).meta, "state", state)


def cast_arguments(slug: str, ballot: BallotToCast, budgets: Sequence[Budget] = ()) -> list[str | int]:
    """Keys and arguments of ``cast.lua``, in its header's order: seven keys, one more for each budget, and the rest."""
    keys = keys_of(slug)
    arguments: list[str | int] = [
        keys.meta, keys.roster, keys.voters, keys.counts, keys.stream, keys.ballot + ballot.ballot_id,
        keys.spent + (ballot.solved or _NOT_SPENT),
        *(keys.attempts + budget.name for budget in budgets),
        ballot.ballot_id, ballot.voter_tag, ",".join(map(str, ballot.choices)), ballot.channel,
        "1" if ballot.held else "0", ballot.form_expires_ms, ballot.utc_offset_s, ballot.evidence, ballot.policy,
        ballot.gate, ballot.solved_bits if ballot.solved else 0, "1" if ballot.hold_instead else "0",
        ballot.bits, ballot.most_bits, ballot.most_in_all,
    ]  # fmt: skip
    for budget in budgets:
        arguments += (
            budget.limit,
            budget.window_s,
            _KINDS[budget.counts, budget.exceeded, budget.spares_returning],
        )
    return arguments


@contextmanager
def reaching_redis() -> Iterator[None]:
    """Whatever keeps us from Redis becomes one error that says what it means for the voter."""
    try:
        yield
    except RedisError as error:
        raise BoxUnavailable(
            _("票箱暂时无法连接，请稍后再试；同一张选票重复提交只计一次。"), _("工作人员请检查 Redis 服务。")
        ) from error


def _after(stream_id: str) -> str:
    milliseconds, number = stream_id.split("-")
    return f"{milliseconds}-{int(number) + 1}"
