"""A new key, or another cipher, goes through everything that is sealed; then the old key may go, and all of it still opens."""

from __future__ import annotations

import base64
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from dotenv import dotenv_values
from sqlalchemy import select

from publicity.docket import sealing
from publicity.docket.models import Objection, Ruling
from publicity.docket.record import append_entry
from publicity.notices.models import Notice
from tests.desk import Desk
from tests.pdfs import pdf
from tests.second_steps import enrol
from tests.stage import KEYS, SECRET, Stage
from voting_service import sealed
from voting_service.accounts.models import SecondFactor
from voting_service.accounts.second_factor import place as factor_place
from voting_service.activity import JournalEntry
from voting_service.attachments.examine import examine
from voting_service.attachments.models import Attachment
from voting_service.campaigns.models import Campaign
from voting_service.campaigns.voter_keys import voter_key_place
from voting_service.commands import make_cli
from voting_service.encryption import CIPHERS, Keyring
from voting_service.evidence import record as evidence_record
from voting_service.evidence.models import BallotEvidence, ViewBatch
from voting_service.evidence.views import opened as opened_views
from voting_service.ledger import LedgerEntry
from voting_service.scanning.live import clusters_of
from voting_service.scanning.models import ScanCluster, ScanRun
from voting_service.settings import Settings
from voting_service.transparency.log import signing_key
from voting_service.transparency.models import Log
from voting_service.webhooks.endpoints import secret_place
from voting_service.webhooks.models import WebhookEndpoint
from wsgi import Service

PDF = pdf(bytes(3000))
NUMBER = "GS-2026-7K3M9Q"
NEWER = "2:" + base64.b64encode(bytes(range(100, 132))).decode()


def run(stage: Stage, *arguments: str) -> Result:
    """One command on this stage's service."""
    return CliRunner().invoke(make_cli(lambda: stage.service), list(arguments), catch_exceptions=False)


def with_keys(stage: Stage, keys: str, cipher: str = "aes-256-gcm") -> Stage:
    """The same service, started again with other keys."""
    settings = stage.service.settings
    values = settings.model_dump() | {
        "encryption_keys": keys,
        "encryption_cipher": cipher,
        "secret_key": SECRET,
    }
    return Stage(Service(Settings.model_validate(values), stage.service.clock))


def fill(stage: Stage) -> None:
    """Something in every sealed place."""
    stage.campaign()
    for choice in (1, 2):
        assert stage.voter().vote([choice]).status_code == 201
    stage.client().get("/c/test")
    stage.service.views.flush()
    stage.record()
    service, now = stage.service, stage.service.clock.now()
    actor = Desk(stage, "李四", "handler").official
    enrol(stage, actor.id)
    with service.attachments.keeping() as keeping, service.database.write() as session:
        campaign = session.scalars(select(Campaign)).one()
        notice = Notice(
            campaign_id=campaign.id, number=1, level="city", title="公示", draft_json="{}", drafted_by=actor.id,
            drafted_at=now, state="draft",
        )  # fmt: skip
        session.add(notice)
        session.flush()
        place, seal = sealing.objection_place, sealing.seal_value
        objection = Objection(
            docket_number=NUMBER, notice_id=notice.id, submission_digest=b"s", passcode_digest=b"p", received_at=now,
            kind="named", worth="answered", state="received", decide_by=date(2026, 5, 1), reply_by=date(2026, 6, 1),
            heading_sealed=seal(service.keyring, sealing.Heading(3, "other"), place("heading_sealed", NUMBER)),
            matter_sealed=seal(service.keyring, sealing.Matter("事实"), place("matter_sealed", NUMBER)),
            identity_sealed=seal(service.keyring, sealing.Identity("王", "138"), place("identity_sealed", NUMBER)),
        )  # fmt: skip
        session.add(objection)
        session.flush()
        file = keeping.put(session, examine("证据.pdf", PDF), now)
        session.flush()
        append_entry(
            session,
            service.keyring,
            objection,
            "lodged",
            "附上证据",
            at=now,
            shown=True,
            attachments=[file.id],
        )
        append_entry(session, service.keyring, objection, "withdrawn", at=now, shown=True)
        session.add(
            Ruling(
                objection_id=objection.id,
                number=1,
                outcome="dismissed",
                proposed_by=actor.id,
                proposed_at=now,
                reasons_sealed=seal(
                    service.keyring, sealing.RulingText("查无", "答复"), sealing.ruling_place(NUMBER, 1)
                ),
            )
        )
        scan = ScanRun(campaign_id=campaign.id, at=now, up_to_seq=2, ballots=2, review=0, quarantine=0, clusters=1,
                       silent="", parameters_json="{}", networks="")  # fmt: skip
        session.add(scan)
        session.flush()
        session.add(
            ScanCluster(campaign_id=campaign.id, cluster="c1", run_id=scan.id, finding="review", ballots=2,
                        sealed=service.keyring.seal(b'{"id": "c1"}', "scan_clusters.sealed.test.c1"))
        )  # fmt: skip
        session.add(
            WebhookEndpoint(
                key="k1", name="示例系统", url="https://example.org/hook", campaign_slug="", kinds="list.final",
                secret_sealed=service.keyring.seal(b"whsec", secret_place("k1")), made_at=now, made_by="test",
            )
        )  # fmt: skip


def everything_opened(stage: Stage) -> dict[str, Any]:
    """What stands in every sealed place, read as the rooms read it. Raises SealBroken."""
    service = stage.service
    keyring = service.keyring
    with service.database.read() as session:
        campaign = session.scalars(select(Campaign)).one()
        objection = session.scalars(select(Objection)).one()
        file = session.scalars(select(Attachment)).one()
        batch = session.scalars(select(ViewBatch)).one()
        factor = session.scalars(select(SecondFactor)).one()
        evidence = session.execute(
            select(BallotEvidence.sealed, LedgerEntry.ballot_id)
            .join(LedgerEntry, LedgerEntry.seq == BallotEvidence.seq)
            .order_by(BallotEvidence.seq)
        ).all()
        return {
            "voter key": keyring.open(campaign.voter_key, voter_key_place("test")),
            "signing key": signing_key(session.scalars(select(Log)).one(), keyring).private_bytes(),
            "evidence": [
                evidence_record.unseal(keyring, "test", ballot_id, content) for content, ballot_id in evidence
            ],
            "views": opened_views(keyring, "test", batch.batch, batch.sealed),
            "clusters": clusters_of(session, "test", keyring),
            "heading": sealing.open_heading(keyring, objection),
            "matter": sealing.open_matter(keyring, objection),
            "identity": sealing.open_identity(keyring, objection),
            "bodies": [sealing.open_body(keyring, NUMBER, entry) for entry in objection.entries],
            "ruling": sealing.open_ruling(keyring, NUMBER, session.scalars(select(Ruling)).one()),
            "file": service.attachments.read(file),
            "name": service.attachments.name_of(file),
            "second factor": keyring.open(factor.secret_sealed, factor_place(factor.official_id)),
            "webhook": keyring.open(
                session.scalars(select(WebhookEndpoint)).one().secret_sealed, secret_place("k1")
            ),
        }


def counts(stage: Stage) -> dict[str, Any]:
    """What ``keys check --json`` says."""
    found: dict[str, Any] = json.loads(run(stage, "keys", "check", "--json").stdout)
    return found


def test_rotation_from_end_to_end_until_the_old_key_is_gone(stage_on: Stage) -> None:
    fill(stage_on)
    before = everything_opened(stage_on)
    assert None not in before["evidence"]
    assert before["views"]
    assert run(stage_on, "keys", "check").exit_code == 0
    stage_on.strike()

    both = with_keys(stage_on, f"{KEYS},{NEWER}")
    check = run(both, "keys", "check")
    assert check.exit_code == 1
    assert "keys reseal" in check.stderr
    resealed = json.loads(run(both, "keys", "reseal", "--json").stdout)
    assert resealed["key"] == 2
    assert resealed["broken"] == 0
    assert {name: place["resealed"] for name, place in resealed["places"].items()} == {
        "campaigns.voter_key": 1, "logs.signing_key": 1, "ballot_evidence.sealed": 2, "view_batches.sealed": 1,
        "scan_clusters.sealed": 1, "attachments.name_sealed": 1, "attachments/": 1, "objections.heading_sealed": 1,
        "objections.matter_sealed": 1, "objections.identity_sealed": 1, "docket_entries.body_sealed": 1,
        "rulings.reasons_sealed": 1, "second_factors.secret_sealed": 1,
        "webhook_endpoints.secret_sealed": 1,
    }  # fmt: skip
    check = run(both, "keys", "check")
    assert check.exit_code == 0
    assert "1 号" in check.stderr
    assert counts(both)["no_longer_used"] == [1]
    again = json.loads(run(both, "keys", "reseal", "--json").stdout)
    assert again["resealed"] == 0
    with both.service.database.read() as session:
        journaled = list(session.scalars(select(JournalEntry.details).where(JournalEntry.act == "reseal")))
    assert [json.loads(details)["resealed"] for details in journaled] == [15, 0]
    both.strike()

    new_alone = with_keys(both, NEWER)
    assert everything_opened(new_alone) == before
    assert new_alone.voter().vote([3]).status_code == 201
    new_alone.record()
    assert run(new_alone, "keys", "check").exit_code == 0
    new_alone.strike()


@pytest.mark.parametrize("start", CIPHERS)
def test_from_one_cipher_to_the_other(stage: Stage, start: str) -> None:
    here = with_keys(stage, KEYS, start)
    fill(here)
    before = everything_opened(here)
    there = with_keys(here, KEYS, next(cipher for cipher in CIPHERS if cipher != start))
    assert everything_opened(there) == before
    assert run(there, "keys", "check").exit_code == 1
    assert run(there, "keys", "reseal").exit_code == 0
    assert run(there, "keys", "check").exit_code == 0
    assert everything_opened(there) == before
    for one in (here, there):
        one.strike()


def test_what_is_resealed_halfway_opens_and_the_next_run_goes_on(
    stage_on: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage_on.campaign()
    for _ballot in range(7):
        stage_on.voter().vote([1])
    stage_on.record()
    monkeypatch.setattr(sealed, "BATCH", 2)
    both = with_keys(stage_on, f"{KEYS},{NEWER}")

    class Killed(BaseException):
        """As a kill would, between two batches."""

    def kill(_more: int) -> None:
        raise Killed

    (column,) = evidence_record.SEALED
    database, keyring = both.service.database, both.service.keyring
    with pytest.raises(Killed):
        sealed.reseal_column(database, keyring, column, kill)
    with database.read() as session:
        assert sorted(sealed.seals_in(session, column).values()) == [2, 5]
    told: list[int] = []
    assert sealed.reseal_column(database, keyring, column, told.append).done == 5
    assert told == [2, 2, 1]
    both.strike()


def test_ballots_in_the_box_keep_the_old_key_in_use(stage: Stage) -> None:
    stage.campaign()
    stage.voter().vote([1])
    both = with_keys(stage, f"{KEYS},{NEWER}")
    run(both, "keys", "reseal")
    assert run(both, "keys", "check").exit_code == 1
    assert counts(both)["places"]["box"] == [{"key": 1, "cipher": "aes-256-gcm", "count": 1}]
    both.record()
    run(both, "keys", "reseal")
    assert run(both, "keys", "check").exit_code == 0
    both.strike()


def test_what_no_key_opens_is_named_left_alone_and_fails_the_command(stage: Stage) -> None:
    fill(stage)
    strange = with_keys(stage, NEWER)
    before = {path: path.read_bytes() for path in strange.service.attachments.directory.iterdir()}
    outcome = run(strange, "keys", "reseal")
    assert outcome.exit_code == 1
    assert "objections.matter_sealed 有 1 项解不开" in outcome.stderr
    assert "密钥环中没有这把密钥" in run(strange, "keys", "check").stdout
    assert {path: path.read_bytes() for path in before} == before
    assert everything_opened(stage)["file"] == PDF
    strange.strike()


def test_resealing_beside_a_service_that_goes_on_writing(stage_on: Stage) -> None:
    fill(stage_on)
    both = with_keys(stage_on, f"{KEYS},{NEWER}")
    with both.service.database.write() as session:
        campaign = session.scalars(select(Campaign)).one()
        # Somebody has sealed it anew between our reading and our writing.
        theirs = both.service.keyring.seal(b"another", voter_key_place("test"))
        rows = session.execute(select(Campaign.id, Campaign.voter_key, Campaign.slug)).all()
        campaign.voter_key = theirs
        session.flush()
        (column,) = [one for one in both.service.sealed_columns if one.name == "campaigns.voter_key"]
        old = rows[0]
        sealed._reseal_row(session, both.service.keyring, column, select_row(old), sealed.Resealed())
    with both.service.database.read() as session:
        assert session.scalars(select(Campaign.voter_key)).one() == theirs
    both.strike()


def select_row(old: Any) -> Any:
    """A row as ``reseal_column`` reads it: value, key, names."""
    return (old.voter_key, old.id, old.slug)


# ---- adding a key


def secrets_of(stage: Stage, tmp_path: Path) -> Path:
    """The file that this stage's settings came from."""
    file = tmp_path / "secrets.env"
    file.write_text(f"# ours\nVOTING_SECRET_KEY={SECRET}\nVOTING_ENCRYPTION_KEYS={KEYS}\n", encoding="utf-8")
    return file


def test_a_key_is_added_and_never_shown(stage: Stage, tmp_path: Path) -> None:
    file = secrets_of(stage, tmp_path)
    outcome = run(stage, "keys", "rotate", "--env-file", str(file))
    assert outcome.exit_code == 0
    text = dotenv_values(file)["VOTING_ENCRYPTION_KEYS"] or ""
    assert Keyring.parse(text).numbers == (1, 2)
    assert text.startswith(KEYS + ",2:")
    assert dotenv_values(file)["VOTING_SECRET_KEY"] == SECRET
    assert file.read_text(encoding="utf-8").startswith("# ours\n")
    assert file.stat().st_mode & 0o777 == 0o600
    for key in text.split(","):
        assert key[2:] not in outcome.output
    assert "keys reseal" in outcome.stderr
    with stage.service.database.read() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.act == "add_encryption_key")).one()
    assert json.loads(entry.details) == {"number": 2}


def test_a_key_is_not_put_where_nobody_would_read_it(stage: Stage, tmp_path: Path) -> None:
    for text, says in (("", "里面没有"), (f"VOTING_ENCRYPTION_KEYS={KEYS},{NEWER}\n", "不同")):
        file = tmp_path / "other.env"
        file.write_text(text, encoding="utf-8")
        outcome = run(stage, "keys", "rotate", "--env-file", str(file))
        assert outcome.exit_code == 1
        assert says in outcome.output
        assert file.read_text(encoding="utf-8") == text


def test_the_demos_own_file_is_found(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = secrets_of(stage, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VOTING_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("VOTING_ENCRYPTION_KEYS", KEYS)
    outcome = run(stage, "keys", "rotate")
    assert outcome.exit_code == 0
    assert "重新载入" in outcome.stderr
    assert (dotenv_values(file)["VOTING_ENCRYPTION_KEYS"] or "").count(":") == 2
