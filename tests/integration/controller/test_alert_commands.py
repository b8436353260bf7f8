"""Alerts at the desk: what operators do with them, near and far, and what the audit log says of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import ran
from fer_controller import cli
from fer_controller.alerts.rules import RULES
from fer_controller.desk.desk import Desk
from fer_controller.errors import ControllerError
from fer_controller.operations.alerts import (
    ACKNOWLEDGE,
    ALERT_RULES,
    ALERTS,
    END_SILENCE,
    OUTCOME,
    SILENCE,
    SILENCES,
    TEST,
    AcknowledgeRequest,
    AlertsQuery,
    AlertTestQuery,
    EndSilenceRequest,
    SilenceRequest,
)
from fer_controller.operations.audit import NEWEST_ENTRIES, NewestEntriesQuery
from fer_controller.operations.operation import Nothing
from served_fleet import ServedFleet


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path) as served:
        yield served


@pytest.fixture(params=["near", "far"])
def desk(request: pytest.FixtureRequest, fleet: ServedFleet) -> Iterator[Desk]:
    with fleet.near() if request.param == "near" else fleet.far() as made:
        yield made


def acts(desk: Desk, count: int) -> "list[str]":
    """What the last entries of the audit log tell."""
    return [each.action for each in desk.ask(NEWEST_ENTRIES, NewestEntriesQuery(limit=count))]


def test_the_first_who_looks_after_an_alert_stays_and_is_in_the_audit_log_once(desk: Desk) -> None:
    first = desk.ask(ACKNOWLEDGE, AcknowledgeRequest(alert=1))
    assert first.acknowledged_by in ("root@here", "alice")
    assert desk.ask(ACKNOWLEDGE, AcknowledgeRequest(alert=1)) == first
    assert acts(desk, 2).count("alert_acknowledged") == 1


@pytest.mark.parametrize(("alert", "sentence"), [(3, "Alert 3 is over since"), (99, "There is no alert 99")])
def test_an_alert_that_is_over_or_never_was_cannot_be_looked_after(desk: Desk, alert: int, sentence: str) -> None:
    with pytest.raises(ControllerError, match=sentence):
        desk.ask(ACKNOWLEDGE, AcknowledgeRequest(alert=alert))


def test_a_silence_is_begun_and_ended(desk: Desk) -> None:
    made = desk.ask(SILENCE, SilenceRequest(rule="offline", selector="site=lab", for_s=3600, reason="electrician"))
    assert desk.ask(SILENCES, Nothing())[0] == made
    desk.ask(END_SILENCE, EndSilenceRequest(silence=made.silence))
    assert made not in desk.ask(SILENCES, Nothing())
    with pytest.raises(ControllerError, match=f"No silence {made.silence} holds"):
        desk.ask(END_SILENCE, EndSilenceRequest(silence=made.silence))
    assert acts(desk, 2) == ["alerts_silenced", "silence_ended"]


def test_an_alert_says_until_when_it_is_silenced(desk: Desk) -> None:
    assert {each.silenced_until for each in desk.ask(ALERTS, AlertsQuery(all=True))} == {None}
    made = desk.ask(SILENCE, SilenceRequest(selector="site=lab", for_s=3600))
    longer = desk.ask(SILENCE, SilenceRequest(rule="offline", selector="device=orin-03", for_s=7200))
    desk.ask(SILENCE, SilenceRequest(rule="heat", for_s=9000))
    found = {each.subject: each.silenced_until for each in desk.ask(ALERTS, AlertsQuery(all=True))}
    assert found == {"nano-01": None, "orin-03": longer.until_at, "ingest": None}
    desk.ask(END_SILENCE, EndSilenceRequest(silence=longer.silence))
    assert {each.silenced_until for each in desk.ask(ALERTS, AlertsQuery())} == {None, made.until_at}


def test_the_rules_say_how_they_are_set_and_what_they_have_raised(tmp_path: Path) -> None:
    with ServedFleet(tmp_path) as fleet, fleet.far() as desk:
        desk.ask(ACKNOWLEDGE, AcknowledgeRequest(alert=1))
        rules = {each.rule: each for each in desk.ask(ALERT_RULES, Nothing())}
    assert list(rules) == [rule.name for rule in RULES]
    offline, rollout = rules["offline"], rules["rollout"]
    assert (offline.setting, offline.value, offline.lasting_s) == ("alerts.offline_for_s", 600, 600)
    assert (offline.raised, offline.acknowledged) == (2, 1)
    assert (rollout.value, rollout.raised) == (True, 0)
    assert all(each.meaning for each in rules.values())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"rule": "cold"}, "There is no rule 'cold'; give one of offline"), ({"selector": "lab"}, "is not a selector")],
)
def test_a_silence_of_nothing_that_there_is_is_refused(desk: Desk, changes: "dict[str, str]", sentence: str) -> None:
    with pytest.raises(ControllerError, match=sentence):
        desk.ask(SILENCE, SilenceRequest(for_s=60, **changes))


def test_a_test_waits_for_a_controller_to_take_it_up(desk: Desk) -> None:
    asked = desk.ask(TEST, Nothing())
    assert (asked.begun_at, asked.done, asked.targets) == (None, False, ())
    assert desk.ask(OUTCOME, AlertTestQuery(test=asked.test)) == asked
    assert acts(desk, 1) == ["alerts_tested"]
    with pytest.raises(ControllerError, match="There is no test 99"):
        desk.ask(OUTCOME, AlertTestQuery(test=99))


def test_the_commands_say_what_they_did(fleet: ServedFleet) -> None:
    def said(*words: str) -> "tuple[int, str]":
        done = ran(cli.run, ["alerts", *words, "--db", str(fleet.db)])
        return done.returncode, done.stdout + done.stderr

    assert "looks after alert 2 since" in said("ack", "2")[1]
    assert said("silence", "--rule", "heat", "--for", "2h")[1].startswith("Silence 2 holds until")
    assert said("unsilence", "2") == (0, "Silence 2 is over.\n")
    assert said("silence", "--for", "soon")[0] == 2
    assert said("silence", "--for", "0s")[0] == 2
    assert said("silence", "--rule", "cold", "--for", "1h")[0] == 2
    status, why = said("silence", "--for", "1h", "--reason", "x" * 201)
    assert (status, "It has 201 characters; say it in 200." in why) == (2, True)
    assert [said(word, str(2**63))[0] for word in ("ack", "unsilence")] == [2, 2]
    status, listed = said()
    assert status == 0
    assert "It is offline since noon." in listed
