"""Every message and topic: what is valid reads and writes the same, what is invalid is refused with one exact text."""

import json
from pathlib import Path
from typing import Type

import fer_wire
import pytest
from fer_wire import MESSAGES, Message, Topic, Topics, WireError, parse

FIXTURES = Path(__file__).parent / "fixtures"
KINDS = {kind.__name__: kind for kind in MESSAGES}
EXPECTED_SUFFIX = ".expected_error"


def _fixtures(validity: str, topics: bool) -> "list[object]":
    paths = sorted((FIXTURES / validity).glob("*/*.json"))
    chosen = [path for path in paths if (path.parent.name == Topic.__name__) == topics]
    return [pytest.param(path, id=f"{path.parent.name}-{path.stem}") for path in chosen]


def _kind(path: Path) -> Type[Message]:
    return KINDS[path.parent.name]


def _parse_topic(path: Path) -> Topic:
    fixture = json.loads(path.read_text(encoding="utf-8"))
    return Topics(fixture["prefix"]).parse(fixture["topic"])


@pytest.mark.parametrize("path", _fixtures("valid", topics=False))
def test_a_valid_message_is_read_and_written_without_change(path: Path) -> None:
    message = parse(_kind(path), path.read_bytes())
    assert parse(_kind(path), message.payload()) == message


@pytest.mark.parametrize("path", _fixtures("valid", topics=False))
def test_a_valid_message_keeps_every_field_it_knows(path: Path) -> None:
    given = json.loads(path.read_text(encoding="utf-8"))
    written = json.loads(parse(_kind(path), path.read_bytes()).payload())
    known = {key: value for key, value in given.items() if key in _kind(path).model_fields}
    assert {key: written[key] for key in known if key != "time" and not _open(known[key])} == {
        key: value for key, value in known.items() if key != "time" and not _open(value)
    }


def _open(value: object) -> bool:
    """Holds parts, in which defaults are added and unknown fields are dropped."""
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))


@pytest.mark.parametrize("path", _fixtures("invalid", topics=False))
def test_an_invalid_message_is_refused_with_this_text(path: Path) -> None:
    with pytest.raises(fer_wire.MessageError) as caught:
        parse(_kind(path), path.read_bytes())
    assert str(caught.value) == path.with_suffix(EXPECTED_SUFFIX).read_text(encoding="utf-8").rstrip("\n")


@pytest.mark.parametrize("path", _fixtures("valid", topics=True))
def test_a_valid_topic_says_whose_it_is(path: Path) -> None:
    fixture = json.loads(path.read_text(encoding="utf-8"))
    assert _parse_topic(path) == Topic(fixture["device"], fixture["channel"], fixture["camera"])


@pytest.mark.parametrize("path", _fixtures("invalid", topics=True))
def test_an_invalid_topic_is_refused_with_this_text(path: Path) -> None:
    with pytest.raises(fer_wire.TopicError) as caught:
        _parse_topic(path)
    assert str(caught.value) == path.with_suffix(EXPECTED_SUFFIX).read_text(encoding="utf-8").rstrip("\n")


@pytest.mark.parametrize("validity", ["valid", "invalid"])
@pytest.mark.parametrize("kind", [*KINDS, Topic.__name__])
def test_every_message_and_the_topics_have_fixtures(kind: str, validity: str) -> None:
    assert list((FIXTURES / validity / kind).glob("*.json"))


def test_every_invalid_fixture_has_its_text_and_every_text_its_fixture() -> None:
    folder = FIXTURES / "invalid"
    texts = {path.with_suffix("") for path in folder.glob(f"*/*{EXPECTED_SUFFIX}")}
    assert texts == {path.with_suffix("") for path in folder.glob("*/*.json")}


def test_one_error_can_be_caught_for_all() -> None:
    assert issubclass(fer_wire.MessageError, WireError)
    assert issubclass(fer_wire.TopicError, WireError)
