"""Every administrative act and every refusal stands in the one audit log, and rewriting it is noticed."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from commands import ran
from fer_controller.cli import run
from fer_controller.desk import access
from fer_controller.errors import ApiError
from fer_controller.http.refusals import MOST, Refusal, Refusals
from fer_controller.operations import OPERATIONS
from fer_controller.operations.alerts import (
    ACKNOWLEDGE,
    END_SILENCE,
    SILENCE,
    TEST,
    AcknowledgeRequest,
    EndSilenceRequest,
    SilenceRequest,
)
from fer_controller.operations.audit import NEWEST_ENTRIES, NewestEntriesQuery
from fer_controller.operations.commands import COMMAND, CommandRequest
from fer_controller.operations.fleet import FORGET, REVOKE, ForgetRequest, RevokeRequest
from fer_controller.operations.labels import RELABEL
from fer_controller.operations.operation import GET, Nothing
from fer_controller.operations.operators import (
    ADD_OPERATOR,
    CHANGE_OPERATOR,
    REMOVE_OPERATOR,
    VOID_TOKEN,
    AddOperatorRequest,
    ChangeOperatorRequest,
    RemoveOperatorRequest,
    VoidTokenRequest,
)
from fer_controller.operations.plans import DEPLOY, PLAN
from fer_controller.operations.rollouts import ORDER, OrderRequest
from fer_controller.rollout import audit
from fer_controller.rollout.devices.relabel import Relabel
from fer_controller.store import opening
from fer_controller.store.audit.store import AuditStore
from fer_controller.store.credentials import records
from pages import command_line
from served_fleet import IN_THE_LAB, ServedFleet
from tiny_onnx import network, write_model

CHANGES = (
    RELABEL, DEPLOY, ORDER, COMMAND, REVOKE, FORGET, ADD_OPERATOR, CHANGE_OPERATOR, VOID_TOKEN, REMOVE_OPERATOR,
    SILENCE, END_SILENCE, TEST, ACKNOWLEDGE,
)  # fmt: skip
LOOPBACK, NOW = "127.0.0.1", datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path) as served:
        yield served


def entries(db: Path) -> "list[dict[str, Any]]":
    found = ran(run, ["audit", "export", "--db", str(db)])
    assert found.returncode == 0, found.stderr
    return [json.loads(line) for line in found.stdout.splitlines()]


def done(db: Path, *arguments: str) -> str:
    found = ran(run, [*arguments, "--db", str(db)])
    assert found.returncode == 0, found.stderr
    return found.stdout


LOOKS = {
    "alerts", "alerts rules", "alerts silences", "settings list", "settings show",
    "audit export", "audit list", "audit verify", "ca crl", "ca list", "ca show", "cameras", "dead-letters", "devices",
    "devices commands", "devices rollouts", "devices tokens", "events", "export", "keys show", "models list",
    "models show", "models verify", "operators list", "rollouts list", "rollouts show", "rollouts watch", "telemetry",
    "totals",
}  # fmt: skip
OF_FILES = {"keys draft", "keys sign", "models sign"}
"""These write files that nobody trusts before `keys publish` or `models add` takes them."""
PROGRAMS = {"serve", "demo", "simulate"}
AS_OVER_HTTP = {
    "alerts ack", "alerts silence", "alerts test", "alerts unsilence", "settings set", "settings unset",
    "deploy", "devices diagnose", "devices doctor", "devices forget", "devices logs", "devices restart",
    "devices revoke", "rollouts abort", "rollouts approve", "rollouts pause", "rollouts promote",
    "rollouts refuse", "rollouts resume", "rollouts retry", "rollouts rollback",
}  # fmt: skip
"""They are carried out by what carries them out over HTTP, of which a test below sees to the entries."""
ELSEWHERE = {
    "keys publish": "keys begin and keys rotate publish as it does",
    "restore": "test_backup.py",
    "migrate": "test_moving.py",
}


def test_every_act_at_the_controllers_machine_stands_in_the_audit_log(tmp_path: Path) -> None:
    db, model = tmp_path / "fleet.db", write_model(tmp_path / "tiny", {"fp32": network()})
    out = str(tmp_path / "made")
    acts: list[tuple[list[str], str]] = [
        (["models", "keygen"], audit.KEYS_MADE),
        (["models", "add", str(model)], audit.MODEL_ADDED),
        (["ca", "make"], audit.AUTHORITY_MADE),
        (["ca", "renew"], audit.AUTHORITY_RENEWED),
        (["ca", "server", "broker.lab", "--out", out], audit.CERTIFIED),
        (["ca", "service", "fer-viewer", "--out", out], audit.CERTIFIED),
        (["enroll", "nano-02", "--out", out], audit.CERTIFIED),
        (["backup", str(tmp_path / "backup.tar")], audit.BACKED_UP),
        (["enroll", "nano-01"], audit.ENROLLED),
        (["operators", "add", "alice"], audit.OPERATOR_ADDED),
        (["operators", "change", "alice", "--role", "operator"], audit.OPERATOR_CHANGED),
        (["operators", "void", "alice"], audit.VOIDED),
        (["operators", "remove", "alice"], audit.OPERATOR_REMOVED),
        (["label", "nano-01", "site=lab"], audit.LABELED),
        (["models", "keygen", "--force"], audit.KEYS_MADE),
        (["keys", "begin"], audit.KEYS_PUBLISHED),
        (["keys", "rotate"], audit.KEYS_PUBLISHED),
        (["models", "remove", "tiny@1.0.0"], audit.MODEL_REMOVED),
        (["enroll", "--revoke", "nano-01"], audit.REVOKED),
    ]
    for arguments, action in acts:
        before = len(entries(db)) if db.exists() else 0
        done(db, *arguments)
        added = entries(db)[before:]
        assert action in [each["action"] for each in added], arguments
        assert {each["actor"] for each in added} == {audit.operator()}
        assert {each["origin"] for each in added} == {audit.HERE}
    done_here = {" ".join(arguments[:2]) for arguments, _ in acts} | {arguments[0] for arguments, _ in acts}
    others = LOOKS | OF_FILES | PROGRAMS | AS_OVER_HTTP | {*ELSEWHERE}
    assert set(command_line.commands("fer-controller")) - others - done_here == set(), "a new one needs its entry above"
    assert audit.MODEL_SIGNED in [each["action"] for each in entries(db)], "new keys sign what is there anew"


def test_an_act_that_changed_nothing_leaves_no_entry(tmp_path: Path) -> None:
    db = tmp_path / "fleet.db"
    done(db, "enroll", "nano-01")
    assert ran(run, ["enroll", "nano-02", "nano-01", "--db", str(db)]).returncode == 1, "nano-01 has a token"
    assert ran(run, ["operators", "remove", "nobody", "--db", str(db)]).returncode == 1
    assert [each["device"] for each in entries(db)] == ["nano-01"]


def test_whatever_an_operator_changes_over_http_stands_in_the_audit_log_with_name_and_address(
    fleet: ServedFleet,
) -> None:
    token = access.make(fleet.operators, "alice", records.ADMIN, NOW, replace=True).token
    with fleet.far(token) as desk:
        desk.ask(RELABEL, Relabel(devices=("orin-05",), labels=("site=lab",), release=True))
        begun = desk.ask(DEPLOY, IN_THE_LAB)
        desk.ask(ORDER, OrderRequest(rollout=begun.rollout, order="pause"))
        desk.ask(COMMAND, CommandRequest(device="nano-01", kind="restart"))
        desk.ask(REVOKE, RevokeRequest(device="nano-01"))
        desk.ask(FORGET, ForgetRequest(device="nano-01"))
        desk.ask(ADD_OPERATOR, AddOperatorRequest(operator="bob"))
        desk.ask(CHANGE_OPERATOR, ChangeOperatorRequest(operator="bob", role="operator"))
        desk.ask(VOID_TOKEN, VoidTokenRequest(operator="bob"))
        desk.ask(REMOVE_OPERATOR, RemoveOperatorRequest(operator="bob"))
        silence = desk.ask(SILENCE, SilenceRequest(rule="offline", for_s=60))
        desk.ask(END_SILENCE, EndSilenceRequest(silence=silence.silence))
        desk.ask(TEST, Nothing())
        desk.ask(ACKNOWLEDGE, AcknowledgeRequest(alert=1))
        found = desk.ask(NEWEST_ENTRIES, NewestEntriesQuery())
    of_alice = [each for each in found if each.actor == "alice"]
    assert [each.action for each in of_alice] == [
        audit.LABELED, audit.RELEASED, audit.PLANNED, audit.GIVEN, audit.COMMANDED, audit.REVOKED, audit.FORGOTTEN,
        audit.OPERATOR_ADDED, audit.OPERATOR_CHANGED, audit.VOIDED, audit.OPERATOR_REMOVED,
        audit.ALERTS_SILENCED, audit.SILENCE_ENDED, audit.ALERTS_TESTED, audit.ALERT_ACKNOWLEDGED,
    ]  # fmt: skip
    assert {each.origin for each in of_alice} == {LOOPBACK}
    changing = {each.name for each in OPERATIONS if each.method != GET} - {PLAN.name}
    assert changing == {each.name for each in CHANGES}, "a new one needs its entry above"


def test_whoever_is_turned_away_stands_in_the_audit_log_once_and_is_counted(fleet: ServedFleet) -> None:
    viewer = access.make(fleet.operators, "bob", records.VIEWER, NOW).token
    for _ in range(30):
        assert requests.get(f"{fleet.url}/v1/devices", timeout=60).status_code == 401
        wrong = {"Authorization": "Bearer wrong"}
        assert requests.get(f"{fleet.url}/v1/devices", headers=wrong, timeout=60).status_code == 401
    with fleet.far(viewer) as desk, pytest.raises(ApiError, match="viewer"):
        desk.ask(FORGET, ForgetRequest(device="nano-01"))
    with fleet.far(viewer) as desk, pytest.raises(ApiError, match="viewer"):
        desk.ask(NEWEST_ENTRIES, NewestEntriesQuery())
    fleet.process.__exit__(None, None, None)
    found = [each for each in entries(fleet.db) if each["action"] == audit.TURNED_AWAY]
    assert {each["origin"] for each in found} == {LOOPBACK}
    assert sum(each["numbers"]["requests"] for each in found) == 62
    assert {each["actor"] for each in found} == {audit.NOBODY, "bob"}
    assert len(found) <= 6, "one at once for each reason, and one at the end"


def test_a_flood_of_refusals_from_a_million_peers_is_a_handful_of_entries(tmp_path: Path) -> None:
    db, clock = tmp_path / "fleet.db", iter(range(10**9))
    opening.writer(db, create=True).close()
    refusals = Refusals(db, lambda: next(clock) / 1e6)
    for number in range(10_000):
        refusals.note(Refusal(f"10.0.{number >> 8}.{number & 255}", audit.NOBODY, "it has no token"))
        if number % 1000 == 0:
            refusals.write()
    refusals.write(all_=True)
    found = [json.loads(each.numbers)["requests"] for each in _stored(db)]
    assert sum(found) == 10_000
    assert len(found) <= 2 * (MOST + 1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET sentence = 'Nothing happened.' WHERE id = 2",
        "UPDATE audit SET actor = 'mallory' WHERE id = 4",
        "UPDATE audit SET origin = '' WHERE id = 3",
        "DELETE FROM audit WHERE id = 1",
        "DELETE FROM audit WHERE id = 3",
        (
            "INSERT INTO audit SELECT 9, time, rollout, wave, device, actor, action, sentence, numbers, origin, hash "
            "FROM audit WHERE id = 4"
        ),
    ],
)
def test_an_entry_that_was_changed_added_or_taken_out_is_noticed(tmp_path: Path, change: str) -> None:
    db = tmp_path / "fleet.db"
    done(db, "enroll", "nano-01", "nano-02", "nano-03", "nano-04")
    assert json.loads(done(db, "audit", "verify", "--json"))["entries"] == 4
    with sqlite3.connect(db) as raw:
        raw.execute(change)
    raw.close()
    found = ran(run, ["audit", "verify", "--db", str(db)])
    assert found.returncode == 1
    assert "not as it was written" in found.stdout


def test_an_end_that_was_cut_off_is_noticed_by_a_hash_that_was_noted(tmp_path: Path) -> None:
    db = tmp_path / "fleet.db"
    done(db, "enroll", "nano-01", "nano-02")
    noted = json.loads(done(db, "audit", "verify", "--json"))["hash"]
    assert noted == entries(db)[-1]["hash"]
    done(db, "enroll", "nano-03")
    done(db, "audit", "verify", "--known", noted)
    with sqlite3.connect(db) as raw:
        raw.execute("DELETE FROM audit WHERE id > 1")
    raw.close()
    done(db, "audit", "verify")
    assert ran(run, ["audit", "verify", "--known", noted, "--db", str(db)]).returncode == 1


def test_decisions_that_were_logged_before_there_was_a_chain_are_chained(tmp_path: Path) -> None:
    db = tmp_path / "fleet.db"
    opening.writer(db, create=True).close()
    with sqlite3.connect(db) as raw:
        raw.execute("DELETE FROM _sqlite_migrations WHERE name = 'm017_audit'")
        raw.executescript("ALTER TABLE audit DROP COLUMN hash; ALTER TABLE audit DROP COLUMN origin;")
        row = "INSERT INTO audit VALUES (?, '2026-01-01', 'r-1', 1, 'nano-01', 'runner', 'told', 'Told.', '{}')"
        raw.executemany(row, [(number,) for number in range(1, 6)])
    raw.close()
    done(db, "enroll", "nano-01")
    assert json.loads(done(db, "audit", "verify", "--json"))["entries"] == 6


def _stored(db: Path) -> "list[Any]":
    with opening.reader(db) as database:
        return list(AuditStore(database).newest(10**6))
