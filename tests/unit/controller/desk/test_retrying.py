"""Asking on over a gap."""

import pytest
from fer_controller.desk import retrying as steady
from fer_controller.desk.retrying import retried
from fer_controller.errors import RolloutError, StoreUnavailable, UnreachableError


class Line:
    """Fails so often, then answers."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.pauses_s: list[float] = []

    def ask(self) -> str:
        if self.faults:
            raise self.faults.pop(0)
        return "answer"


def test_what_does_not_answer_is_asked_again_and_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    line = Line(UnreachableError("It does not answer."), StoreUnavailable("It is locked."))
    assert retried(line.ask, line.pauses_s.append) == "answer"
    assert line.pauses_s == [steady.PAUSE_S] * 2
    assert capsys.readouterr().err == "It does not answer. Trying again.\n"


def test_a_refusal_is_final() -> None:
    line = Line(RolloutError("There is no such rollout."))
    with pytest.raises(RolloutError):
        retried(line.ask, line.pauses_s.append)
    assert line.pauses_s == []


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steady, "PATIENCE_S", -1.0)
    with pytest.raises(UnreachableError):
        retried(Line(UnreachableError("gone")).ask)
