"""What is asked of a simulation: names, tokens and the first model."""

from pathlib import Path

import pytest
from fer_simulator import scenario
from fer_simulator.errors import ScenarioError
from fer_simulator.scenario import Scenario
from fer_wire.broker import BrokerConnection
from simulated_device import NANO, manifest_of


def a_scenario(**changes: object) -> Scenario:
    return Scenario(BrokerConnection(), 3, **changes)  # type: ignore[arg-type]  # by name


def test_devices_are_numbered() -> None:
    assert a_scenario(name="lab").devices == ["lab-0001", "lab-0002", "lab-0003"]


def test_the_first_model_is_an_invented_one_or_that_of_a_manifest(tmp_path: Path) -> None:
    assert a_scenario().factory_model(NANO).model == "factory@1.0.0/fp16"
    file = tmp_path / "manifest.json"
    file.write_bytes(manifest_of("0.2.0", {"light@0.2.0/fp16": b"half", "light@0.2.0/int8": b"eight"}))
    known = a_scenario(first_model=scenario.manifest(file))
    assert known.factory_model(NANO).model == "light@0.2.0/fp16"
    file.write_bytes(b"{}")
    with pytest.raises(ScenarioError, match="is not the manifest"):
        scenario.manifest(file)
    with pytest.raises(ScenarioError, match="cannot be read"):
        scenario.manifest(tmp_path / "none.json")


@pytest.mark.parametrize(
    "text", ["sim-0001 abc\n\nsim-0002 def\n", 'sim-0001,abc\n{"device": "sim-0002", "token": "def", "more": 1}\n']
)
def test_tokens_come_as_words_or_as_json_lines(tmp_path: Path, text: str) -> None:
    file = tmp_path / "tokens"
    file.write_text(text)
    assert scenario.tokens(file) == {"sim-0001": "abc", "sim-0002": "def"}


@pytest.mark.parametrize("text", ["sim-0001\n", '{"device": "sim-0001"}\n', "{\n", "sim/1 abc\n", "a b c\n"])
def test_a_line_that_is_no_token_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "tokens"
    file.write_text("sim-0001 abc\n" + text)
    with pytest.raises(ScenarioError, match="line 2"):
        scenario.tokens(file)
