"""What the roles write is read back whole: by systemd's grammar, old and new, by TOML, and by the programs."""

import json
import tomllib
from collections.abc import Callable

import ansible_filters
import pytest
from fer_agent.settings.loading import load_settings
from hypothesis import example, given
from hypothesis import strategies as st

files = ansible_filters.load("settings_files")

FIT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cn")).filter(
    lambda each: each in "\t\n" or not (each < " " or each == "\x7f")
))  # fmt: skip
AWKWARD = "a\"b'c\\d\\n$e ${f} `g` #h %i ;j\tk\nFER_AGENT_DEVICE=l \\"


def since_239(escaped: str) -> str:
    """systemd.exec(5): inside double quotes a backslash stands for itself, except before `"`, `\\`, `` ` `` and `$`."""
    return escaped if escaped in '"\\`$' else "\\" + escaped


def before_239(escaped: str) -> str:
    """The systemd of Ubuntu 18.04, which is JetPack 4.6's: what stands behind a backslash is taken for itself."""
    return escaped


def read_by_systemd(text: str, unescape: Callable[[str], str]) -> dict[str, str]:
    """The variables of a file all of whose values are in double quotes; comments are passed over."""
    variables: dict[str, str] = {}
    rest = text
    while rest:
        if rest.startswith(("#", ";", "\n")):
            rest = rest.partition("\n")[2]
            continue
        name, begin, rest = rest.partition('="')
        assert begin, f"no quoted value behind {name}"
        value = ""
        while not rest.startswith('"'):
            taken = rest[:2] if rest.startswith("\\") else rest[:1]
            value += unescape(taken[1]) if len(taken) > 1 else taken
            rest = rest[len(taken) :]
        variables[name] = value
        assert rest.startswith('"\n'), f"something follows the value of {name}"
        rest = rest[2:]
    return variables


@pytest.mark.parametrize("unescape", [since_239, before_239])
@given(values=st.lists(FIT, min_size=1, max_size=4))
@example(values=[AWKWARD, ""])
def test_a_secret_survives_an_environment_file(unescape: Callable[[str], str], values: list[str]) -> None:
    variables = {f"FER_{number}": value for number, value in enumerate(values)}
    written = "# Made by Ansible.\n" + files.environment_file(variables)
    assert read_by_systemd(written, unescape) == variables
    assert files.unfit_for_systemd(variables, 252) == []


@given(secret=st.one_of(FIT, st.sampled_from([AWKWARD, '{"a": 1}', "null", "007"])))
def test_the_agent_takes_any_secret_from_its_environment(secret: str) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("FER_AGENT_BROKER__URL", "mqtts://broker.example:8883")
        patched.setenv("FER_AGENT_BROKER__USERNAME", "nano-01")
        patched.setenv("FER_AGENT_BROKER__PASSWORD", secret)
        password = load_settings(None, {}).broker.password
    assert password is not None
    assert password.get_secret_value() == secret


@pytest.mark.parametrize(
    ("version", "unfit"),
    [(237, {"LINES", "BELL", "RETURN", "DELETE"}), (247, {"BELL", "RETURN", "DELETE"}), (252, set())],
)
def test_what_a_systemd_could_not_read_is_named_and_not_shown(version: int, unfit: set[str]) -> None:
    variables = {"LINES": "a\nb", "BELL": "\x07", "RETURN": "a\rb", "DELETE": "\x7f", "TAB": "\té 😀", "NUMBER": 5}
    never = {"NO_CHARACTER": "\ufffe", "NUL": "a\0b"}
    assert set(files.unfit_for_systemd({**variables, **never}, version)) == {*unfit, *never}


def test_what_is_no_text_is_written_as_the_programs_read_it() -> None:
    settings = {
        "retention.events_days": 30,
        "a.on": True,
        "a.names": ["x", 'y"z'],
        "a.nested": {"b": 1},
        "a.none": None,
    }
    variables = read_by_systemd(files.environment_file(files.environment_names(settings, "FER_CONTROLLER_")), since_239)
    assert variables == {
        "FER_CONTROLLER_RETENTION__EVENTS_DAYS": "30",
        "FER_CONTROLLER_A__ON": "true",
        "FER_CONTROLLER_A__NAMES": json.dumps(["x", 'y"z']),
        "FER_CONTROLLER_A__NESTED": '{"b": 1}',
    }


VALUES = st.recursive(
    st.one_of(FIT, st.integers(-(2**63), 2**63 - 1), st.booleans(), st.floats(allow_nan=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(FIT, inner, max_size=3)),
    max_leaves=6,
)


@given(value=VALUES)
@example(value="rtsp://user:p😀\x7f\"'\\@host/1")
@example(value=1e300)
def test_a_setting_survives_the_agents_toml(value: object) -> None:
    assert tomllib.loads(f"setting = {files.toml(value)}") == {"setting": value}


def test_a_setting_that_is_null_is_left_out_of_a_table() -> None:
    assert tomllib.loads(f"setting = {files.toml({'a': None, 'b': 1})}") == {"setting": {"b": 1}}
