"""The API's description is true: it names every address and nothing else, and real answers are as it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate
from sqlalchemy import update
from werkzeug.test import Client, TestResponse

from tests.desk import Desk
from tests.notices import published
from tests.objectors import form as objection_form
from tests.objectors import lodge_by_api, notice_on
from tests.programs import Program
from tests.stage import Stage, category_rules, make_service, rules
from voting_service.accounts.api_tokens.door import PER_ADDRESS
from voting_service.accounts.officials import EVERYWHERE
from voting_service.campaigns.models import SCHEDULED, Campaign
from voting_service.web.limits import limiter
from voting_service.web.problems import STATUS
from wsgi import make_flask, make_polling_place

CAMPAIGN = "/api/v1/campaigns/{slug}"
FORM, BALLOTS, RECEIPT = f"{CAMPAIGN}/ballot-form", f"{CAMPAIGN}/ballots", "/api/v1/receipts/{code}"
OBJECTIONS = f"{CAMPAIGN}/objections"
TALLY = f"{CAMPAIGN}/tally"
NO_BODY = 304
A_CODE = "7QK2M3XD9ABCDEFG"


def closed(schema: Any) -> Any:
    """The schema with no room for members that it does not list: what a route adds must be described."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    narrow = {key: closed(part) for key, part in schema.items()}
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        narrow.setdefault("additionalProperties", False)
    return narrow


class Described:
    """The description as this service serves it, and answers held against it."""

    def __init__(self, client: Client) -> None:
        answer = client.get("/api/v1/openapi.json")
        assert answer.status_code == 200, answer.text
        self.answer = answer
        self.document: dict[str, Any] = answer.get_json()
        self._components = {"components": closed(self.document["components"])}

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Path, method, operation."""
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                yield path, method.upper(), operation

    def problems_of(self, schema: Any, instance: Any) -> list[str]:
        """What is wrong with this JSON."""
        whole = self._components | closed(schema)
        validator = Draft202012Validator(whole, format_checker=FormatChecker())
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(instance)]

    def check(self, method: str, path: str, answer: TestResponse) -> tuple[int, str | None]:
        """Hold an answer against its operation; gives status and, for a refusal, its code."""
        responses = self.document["paths"][path][method.lower()]["responses"]
        assert str(answer.status_code) in responses, (
            f"{method} {path} answered {answer.status_code}: {answer.text}"
        )
        described = responses[str(answer.status_code)]
        required = set(described.get("headers", {})) - {"Set-Cookie", "Retry-After"}
        assert required <= set(answer.headers.keys())
        if answer.status_code == NO_BODY:
            assert not answer.data
            return answer.status_code, None
        assert answer.mimetype in described["content"]
        if not answer.is_json and not answer.mimetype.endswith("json"):
            return answer.status_code, None  # a table: what is in it has tests of its own
        document = json.loads(answer.data)
        assert self.problems_of(described["content"][answer.mimetype]["schema"], document) == []
        return answer.status_code, document.get("code") if answer.status_code >= 400 else None

    def everything(self) -> set[tuple[str, str, int, str | None]]:
        """Every answer that the document foresees: method, path, status, code."""
        found: set[tuple[str, str, int, str | None]] = set()
        for path, method, operation in self.operations():
            for status, answer in operation["responses"].items():
                problem = answer.get("content", {}).get("application/problem+json")
                codes = list(problem["examples"]) if problem else [None]
                found |= {(method, path, int(status), code) for code in codes}
        return found


@pytest.fixture
def described(stage: Stage) -> Described:
    """The description of this test's service."""
    return Described(stage.client())


# ---- the document itself


def test_it_is_openapi_3_1_and_may_be_cached_and_read_from_anywhere(
    stage: Stage, described: Described
) -> None:
    validate(described.document)
    assert described.document["openapi"].startswith("3.1.")
    assert described.answer.headers["Cache-Control"] == "public, max-age=300"
    assert described.answer.headers["Access-Control-Allow-Origin"] == "*"
    etag = described.answer.headers["ETag"]
    again = stage.client().get("/api/v1/openapi.json", headers={"If-None-Match": etag})
    assert described.check("GET", "/api/v1/openapi.json", again) == (304, None)


def test_every_route_of_the_api_is_described_and_nothing_else(stage: Stage, described: Described) -> None:
    app = make_flask(stage.service, make_polling_place(stage.service))
    routed: dict[tuple[str, str], set[str]] = {}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            path = "".join(f"{{{text}}}" if is_name else text for is_name, text in rule._trace[1:]).lstrip(
                "|"
            )
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                routed[method, path] = set(rule.arguments)
    parameters = described.document["components"]["parameters"]
    written = {
        (method, path): {
            found["name"]
            for one in operation["parameters"]
            if (found := parameters[one["$ref"].rpartition("/")[2]])["in"] == "path"
        }
        for path, method, operation in described.operations()
    }
    assert written == routed


def test_the_problem_document_lists_every_code(described: Described) -> None:
    problem = described.document["components"]["schemas"]["Problem"]
    assert problem["properties"]["code"]["enum"] == list(STATUS)
    for method, path, status, code in described.everything():
        assert code is None or STATUS[code] == status, (method, path)


def test_every_example_is_an_instance_of_its_schema(described: Described) -> None:
    for path, method, operation in described.operations():
        bodies = [*operation["responses"].values(), operation.get("requestBody", {})]
        for content in (kind for body in bodies for kind in body.get("content", {}).values()):
            examples = [one["value"] for one in content.get("examples", {}).values()] or [content["example"]]
            for example in examples:
                assert described.problems_of(content["schema"], example) == [], (method, path)


def test_every_schema_is_used(described: Described) -> None:
    written = json.dumps(described.document)
    unused = [
        name
        for kind in ("schemas", "parameters")
        for name in described.document["components"][kind]
        if f'"#/components/{kind}/{name}"' not in written
    ]
    assert unused == []


def test_the_cookie_is_the_one_that_voters_get(stage: Stage, described: Described) -> None:
    stage.campaign()
    voter = stage.voter()
    voter.form()
    scheme = described.document["components"]["securitySchemes"]["voter"]
    assert (scheme["type"], scheme["in"]) == ("apiKey", "cookie")
    assert voter.client.get_cookie(scheme["name"]) is not None


# ---- real answers

Reached = set[tuple[str, str, int, str | None]]


class Scene(NamedTuple):
    """A stage, its description, and what has been answered so far."""

    stage: Stage
    described: Described
    reached: Reached

    def get(
        self, path: str, client: Client | None = None, headers: Any = None, **names: object
    ) -> TestResponse:
        """Ask, and hold the answer against the description."""
        url = path.format(**{name: quote(str(value), safe="") for name, value in names.items()})
        answer = (client or self.stage.client()).get(url, headers=headers)
        self.reached.add(("GET", path, *self.described.check("GET", path, answer)))
        return answer

    def saw(self, answer: TestResponse, path: str = BALLOTS) -> TestResponse:
        """The answer to what was posted: a ballot, where nothing else is said."""
        self.reached.add(("POST", path, *self.described.check("POST", path, answer)))
        return answer


def test_every_described_answer_is_given_as_described(
    stage: Stage, described: Described, tmp_path: Path
) -> None:
    scene = Scene(stage, described, set())
    reads(scene)
    casting(scene)
    closed_doors(scene)
    the_gate(scene)
    too_many(tmp_path / "busy", scene)
    objecting(tmp_path / "hurried", scene)
    programs(scene)
    # What happens when a store is away has scenes of its own below.
    foreseen = {answer for answer in described.everything() if answer[2] < 500}
    assert foreseen - scene.reached == set()


def reads(scene: Scene) -> None:
    """What everyone may read, with and without an ETag; a campaign that has categories and one that has not."""
    stage = scene.stage
    stage.campaign("plain")
    stage.campaign(
        "rich",
        categories=category_rules("a", "b", min_choices=1),
        daily_hours=("00:00", "24:00"),
        counts="hidden",
    )
    stage.voter("plain").vote([1])
    desk = Desk(stage, "王敏", "operator")
    for slug in ("plain", "rich"):
        published(stage, desk.official, slug=slug)
    for path in (p for p, method, _operation in scene.described.operations() if method == "GET"):
        if path in (FORM, RECEIPT, TALLY):
            continue
        for slug in ("plain", "rich"):
            answer = scene.get(path, slug=slug, number=1, notice=1)
            assert answer.status_code == 200
            again = scene.get(
                path, headers={"If-None-Match": answer.headers["ETag"]}, slug=slug, number=1, notice=1
            )
            assert again.status_code == 304
        if "{" in path:
            assert scene.get(path, slug="no-such", number=999_999, notice=9).status_code == 404
    assert scene.get(f"{CAMPAIGN}/candidates/{{number}}", slug="plain", number="x").status_code == 404


def casting(scene: Scene) -> None:
    """A ballot's way, and every refusal that a voter may meet."""
    stage = scene.stage
    stage.campaign()
    voter = stage.voter()
    form = scene.get(FORM, voter.client, slug="test").get_json()["form"]
    receipt = scene.saw(voter.post(form, [1, 3])).get_json()["receipt"]
    assert scene.saw(voter.post(form, [1, 3])).status_code == 200
    assert scene.get(RECEIPT, code=receipt["tracking_code"]).get_json()["stage"] == "cast"
    stage.record()
    assert scene.get(RECEIPT, code=receipt["tracking_code"].lower()).get_json()["stage"] == "published"
    assert scene.get(RECEIPT, code="not a code").status_code == 404
    assert scene.saw(voter.vote([2])).status_code == 409
    other = stage.voter()
    scene.saw(other.post("a form", [1]))  # no cookie yet
    fresh = other.form()["form"]
    assert scene.saw(other.post(fresh, [99])).status_code == 422
    scene.saw(other.post("a form", [1]))
    address = BALLOTS.format(slug="test")
    for body in (b"", b"[]", b"{", b"\xff", b"{}" + b" " * 100_000, b'{"form": 1}'):
        scene.saw(other.client.post(address, data=body))
    scene.saw(other.client.post(BALLOTS.format(slug="no-such"), json={}))


def closed_doors(scene: Scene) -> None:
    """Campaigns that do not take ballots now, or not from this voter."""
    stage, now = scene.stage, datetime.now(UTC).replace(microsecond=0)
    stage.campaign("early", opens_at=now + timedelta(hours=1))
    stage.campaign("over", closes_at=now + timedelta(hours=1))
    stage.draft("wechat", with_rules=rules(identities=("wechat",), opens_at=now + timedelta(hours=1)))
    with stage.service.database.write() as session:
        session.execute(update(Campaign).where(Campaign.slug == "wechat").values(phase=SCHEDULED))
    assert scene.get(FORM, slug="early").status_code == 403
    assert scene.get(FORM, slug="wechat").status_code == 401
    assert scene.get(FORM, slug="no-such").status_code == 404
    late = stage.voter("over")
    form = late.form()["form"]
    stage.service.box.seal("over", early=True)
    assert scene.saw(late.post(form, [1])).status_code == 403
    stage.record()
    scene.get(f"{CAMPAIGN}/counts", slug="over")
    assert not stage.draft("draft") or scene.get(CAMPAIGN, slug="draft").status_code == 404


def the_gate(scene: Scene) -> None:
    """A ballot that is too quick is asked for a challenge, one from another site is forbidden."""
    scene.stage.campaign("guarded", policy={"min_dwell_ms": 60_000})
    voter = scene.stage.voter("guarded")
    old = scene.get(FORM, voter.client, slug="guarded").get_json()["form"]
    renewed = voter.client.get(FORM.format(slug="guarded"), query_string={"from": old})
    scene.described.check("GET", FORM, renewed)
    form = renewed.get_json()["form"]
    ballot = {"form": form, "choices": [1], "page": {"touches": 5, "traits": ["webdriver"]}}
    address = BALLOTS.format(slug="guarded")
    assert scene.saw(voter.client.post(address, json=ballot)).status_code == 428
    foreign = voter.client.post(address, json=ballot, headers={"Origin": "https://elsewhere.example"})
    assert scene.saw(foreign).get_json()["code"] == "forbidden"


def objecting(directory: Path, scene: Scene) -> None:
    """An objection, the same again, and everything that keeps one from being lodged."""
    stage, client = scene.stage, scene.stage.client()
    notice_on(stage, slug="noticed")

    def lodge(slug: str = "noticed", **typed: Any) -> int:
        return scene.saw(lodge_by_api(client, slug, **typed), OBJECTIONS).status_code

    typed = objection_form()
    assert [lodge(**typed), lodge(**typed), lodge(**objection_form(statement=""))] == [201, 200, 422]
    assert [lodge(**objection_form()) for _time in range(3)] == [201, 201, 428]
    assert [lodge("no-such", **typed), lodge("test", **objection_form())] == [404, 403]
    address = OBJECTIONS.format(slug="noticed")
    scene.saw(client.post(address, data=typed, headers={"Origin": "https://elsewhere.example"}), OBJECTIONS)
    scene.saw(client.post(address, data=b"{", content_type="application/json"), OBJECTIONS)
    assert lodge(**objection_form(statement="长" * 300_000)) == 413
    limits = {"limit_device": "1/minute", "limit_address": "1/minute"}
    stage = Stage(make_service(directory, redis_url=scene.stage.service.redis_url, **limits))
    for _time in range(2):
        answer = scene.saw(lodge_by_api(stage.client(), "no-such", **typed), OBJECTIONS)
    assert answer.status_code == 429
    stage.strike()


def programs(scene: Scene) -> None:
    """The tally for programs, in each format, and everything that keeps one out."""
    stage, program = scene.stage, Program(scene.stage)
    stage.prepare()

    def ask(query: str = "", slug: str = "test", **headers: str) -> TestResponse:
        answer = program.get(TALLY.format(slug=slug) + query, **headers)
        scene.reached.add(("GET", TALLY, *scene.described.check("GET", TALLY, answer)))
        return answer

    etag = ask().headers["ETag"]
    assert [ask(If_None_Match=etag).status_code, ask("?format=csv").status_code] == [304, 200]
    assert [ask("?format=pdf").status_code, ask(Accept="image/png").status_code] == [400, 406]
    assert ask(slug="plain").status_code == 403
    everywhere = Program(stage, EVERYWHERE)
    assert (
        scene.get(TALLY, headers={"Authorization": f"Bearer {everywhere.token}"}, slug="no-such").status_code
        == 404
    )
    for _time in range(PER_ADDRESS + 1):
        refused = scene.get(TALLY, headers={"Authorization": "Bearer none"}, slug="test")
    assert (scene.get(TALLY, slug="test").status_code, refused.status_code) == (401, 429)


def too_many(directory: Path, scene: Scene) -> None:
    """One device that asks too often."""
    limits = {"limit_device": "2/minute", "limit_address": "2/minute", "limit_cast_device": "1/minute"}
    stage = Stage(make_service(directory, redis_url=scene.stage.service.redis_url, **limits))
    scene = scene._replace(stage=stage)
    stage.campaign("busy", ballots_per_day=None)
    voter = stage.voter("busy")
    form = voter.form()["form"]
    voter.post(form, [])
    assert scene.saw(voter.post(form, [])).status_code == 429
    for _time in range(3):
        asked = scene.get(FORM, voter.client, slug="busy")
        looked = scene.get(RECEIPT, voter.client, code=A_CODE)
    assert (asked.status_code, looked.status_code) == (429, 429)
    stage.strike()


# ---- a store is away


@pytest.fixture
def limits_forget() -> Iterator[None]:
    """The limiter belongs to the process: the tests after one without Redis must not think that theirs is away."""
    yield
    limiter._storage_dead = False


def lose_the_database(stage: Stage) -> None:
    """From now on there is none."""
    stage.service.database.dispose()
    for file in stage.service.settings.data_dir.glob("voting.sqlite3*"):
        file.unlink()


@pytest.mark.usefixtures("limits_forget")
def test_without_redis_reading_goes_on_and_casting_waits(
    stage: Stage, described: Described, tmp_path: Path
) -> None:
    stage.campaign("alone")
    stage = Stage(make_service(tmp_path / "data", redis_url=f"unix://{tmp_path}/no-such.sock"))
    scene = Scene(stage, described, set())
    voter = stage.voter("alone")
    answer = scene.get(FORM, voter.client, slug="alone")
    assert answer.status_code == 200
    answer = scene.saw(voter.post(answer.get_json()["form"], [1]))
    assert (answer.status_code, answer.get_json()["code"]) == (503, "box_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert scene.get(RECEIPT, voter.client, code=A_CODE).status_code == 503
    assert scene.get(f"{CAMPAIGN}/counts", slug="alone").get_json()["shown"] is False
    stage.strike()


@pytest.mark.parametrize(
    "path",
    [
        CAMPAIGN,
        f"{CAMPAIGN}/candidates",
        f"{CAMPAIGN}/counts",
        FORM,
        RECEIPT,
    ],
)
def test_without_a_database_nothing_is_made_up(stage: Stage, described: Described, path: str) -> None:
    lose_the_database(stage)
    scene = Scene(stage, described, set())
    assert scene.get(path, slug="lost", code=A_CODE).status_code == 503


def test_a_box_that_cannot_be_attested_takes_no_ballot(stage: Stage, described: Described) -> None:
    scene = Scene(stage, described, set())
    stage.campaign(ballots_per_day=None)
    voter = stage.voter()
    voter.vote([1])
    form = voter.form()["form"]
    # As after a restart of Redis: it knows no script, so that box and ledger must be compared first.
    stage.service.redis_client.script_flush()
    lose_the_database(stage)
    assert scene.saw(voter.post(form, [1])).status_code == 503
    assert scene.saw(stage.client().post(BALLOTS.format(slug="lost"), json={})).status_code == 503


# ---- whatever anyone may send

segments = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/"), min_size=1, max_size=40)
"""One path segment; a slash would be another address."""
headers = st.fixed_dictionaries(
    {},
    optional={
        "Accept": st.sampled_from(["text/html", "application/xml", "*/*;q=nonsense", ""]),
        "Cookie": st.sampled_from(["voter=", "voter=device.x.y", "voter=" + "a" * 5000, "=;;", "voter=\x7f"]),
        "If-None-Match": st.sampled_from(["*", '"', "W/", '"x", "y"']),
        "Range": st.sampled_from(["bytes=0-3", "bytes=9999999-", "lines=1"]),
        "X-Forwarded-For": st.sampled_from(["", "1.2.3.4, 5.6.7.8", "not an address"]),
    },
)
jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=12,
)
ballots = st.fixed_dictionaries(
    {},
    optional={
        "form": jsons | st.just("GOOD"),
        "choices": jsons | st.lists(st.integers(-1, 8) | st.integers(), max_size=6),
        "challenge": jsons,
        "page": jsons,
    },
)
unhurried = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


@pytest.fixture
def busy(tmp_path: Path, redis_url: str) -> Iterator[Stage]:
    """An open campaign at which nobody is told to slow down."""
    wide = dict.fromkeys(("limit_device", "limit_address", "limit_cast_device"), "1000000/minute")
    stage = Stage(make_service(tmp_path / "busy", redis_url=redis_url, **wide))
    stage.campaign(ballots_per_day=None, counts="live")
    yield stage
    stage.strike()


def test_whatever_is_asked_the_answer_is_a_described_one(busy: Stage) -> None:
    described = Described(busy.client())
    paths = [path for path, method, _operation in described.operations() if method == "GET"]

    @unhurried
    @given(
        path=st.sampled_from(paths),
        slug=st.just("test") | segments,
        number=st.integers(0, 8).map(str) | segments,
        code=segments | st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=16, max_size=16),
        query=st.dictionaries(st.sampled_from(["lang", "code", "s"]), st.text(max_size=8), max_size=2),
        headers=headers,
    )
    def ask(
        path: str, slug: str, number: str, code: str, query: dict[str, str], headers: dict[str, str]
    ) -> None:
        names = {"slug": slug, "number": number, "notice": number, "code": code}
        url = path.format(**{name: quote(value, safe="") for name, value in names.items()})
        answer = busy.client().get(url, query_string=query, headers=headers)
        status, _code = described.check("GET", path, answer)
        assert status < 500

    ask()


def test_whatever_is_posted_the_answer_is_a_described_one(busy: Stage) -> None:
    described = Described(busy.client())
    voter = busy.voter()
    good = voter.form()["form"]

    @unhurried
    @given(
        slug=st.sampled_from(["test", "test", "test", "no-such"]) | segments,
        body=ballots.map(lambda sent: json.dumps(sent).replace('"GOOD"', json.dumps(good)).encode())
        | jsons.map(lambda sent: json.dumps(sent).encode())
        | st.binary(max_size=40),
        kind=st.sampled_from(["application/json", "text/plain", "multipart/form-data", ""]),
        headers=headers,
        known=st.booleans(),
    )
    def post(slug: str, body: bytes, kind: str, headers: dict[str, str], known: bool) -> None:
        client = voter.client if known else busy.client()
        if known:
            headers = {name: value for name, value in headers.items() if name != "Cookie"}
        url = BALLOTS.format(slug=quote(slug, safe=""))
        answer = client.post(url, data=body, headers={**headers, "Content-Type": kind})
        status, _code = described.check("POST", BALLOTS, answer)
        assert status < 500

    post()


def test_a_slug_that_no_database_can_hold_is_simply_not_found(stage_on: Stage) -> None:
    described = Described(stage_on.client())
    for path in (CAMPAIGN, FORM, RECEIPT):
        answer = stage_on.client().get(path.format(slug="%00", code="%00"))
        assert described.check("GET", path, answer) == (404, "not_found")


def test_rules_of_every_kind_are_described(stage: Stage, described: Described) -> None:
    closing = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    stage.draft("daily", with_rules=rules(closes_at=closing, counts="daily 18:00", ballots_total=3))
    stage.open("daily")
    answer = stage.client().get(CAMPAIGN.format(slug="daily"))
    assert described.check("GET", CAMPAIGN, answer) == (200, None)
