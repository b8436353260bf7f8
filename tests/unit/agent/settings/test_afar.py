"""Settings from afar under those of the device."""

from typing import Any, Dict

from fer_agent.settings import Settings
from fer_agent.settings.afar import own_settings, with_settings_from_afar
from fer_wire.tuning import SECTIONS, SETTINGS_FROM_AFAR, checked
from hypothesis import given
from hypothesis import strategies as st

NAMES = st.sampled_from(sorted(SETTINGS_FROM_AFAR))


def in_force(settings: Settings, name: str) -> Any:
    section, _, field = name.partition(".")
    found = getattr(settings, section)
    return getattr(found[0] if isinstance(found, list) else found, field)


def test_every_setting_on_the_list_is_a_setting_of_the_agent_with_the_same_default() -> None:
    settings = Settings(device="nano-01")
    for name, each in SETTINGS_FROM_AFAR.items():
        assert in_force(settings, name) == each.default, name
    assert set(SECTIONS) <= set(Settings.model_fields)


def test_a_device_without_settings_of_its_own_says_so() -> None:
    assert own_settings(Settings(device="nano-01")) == {}


@given(own=st.sets(NAMES), afar=st.sets(NAMES))
def test_what_is_set_on_the_device_wins_and_all_else_comes_from_afar(own: "set[str]", afar: "set[str]") -> None:
    mine, theirs = ({name: other(name, step) for name in names} for names, step in ((own, 1), (afar, 2)))
    settings = Settings.model_validate({"device": "nano-01", **nested(mine)})
    assert set(own_settings(settings)) == own
    together = with_settings_from_afar(settings, checked(theirs))
    for name, each in SETTINGS_FROM_AFAR.items():
        assert in_force(together, name) == mine.get(name, theirs.get(name, each.default)), name


def other(name: str, step: int) -> Any:
    """A possible value that is not the default."""
    setting = SETTINGS_FROM_AFAR[name]
    if setting.kind == "bool":
        return True
    if setting.default is None:
        return 10.0 + step
    if name == "faces.upsample":
        return step
    nearer = float(setting.default) * (1 - 0.05 * step)
    return max(1, int(setting.default) - step) if setting.kind == "int" else nearer


def nested(values: Dict[str, Any]) -> Dict[str, Any]:
    found: Dict[str, Any] = {}
    for name, value in values.items():
        section, _, field = name.partition(".")
        found.setdefault(section, {})[field] = value
    return {section: [fields] if section == "cameras" else fields for section, fields in found.items()}
