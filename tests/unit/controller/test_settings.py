from pathlib import Path

import pytest
from fer_controller.errors import SettingsError
from fer_controller.settings import load


def test_options_override_the_environment_and_that_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "controller.toml"
    config.write_text('db = "file.db"\n[broker]\nurl = "mqtt://file"\nprefix = "file"\nusername = "file"\n')
    monkeypatch.setenv("FER_CONTROLLER_BROKER__URL", "mqtt://env")
    monkeypatch.setenv("FER_CONTROLLER_BROKER__PREFIX", "env")
    settings = load(config, broker={"url": "mqtt://option", "prefix": None}, db=None)
    assert (settings.db, settings.broker.url) == (Path("file.db"), "mqtt://option")
    assert (settings.broker.prefix, settings.broker.username) == ("env", "file")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[broker]\nkeepalive_s = 1\n",
            "The setting broker.keepalive_s is wrong: .*FER_CONTROLLER_BROKER__KEEPALIVE_S",
        ),
        ("[broker]\nhost = 'x'\n", "The setting broker.host is wrong: there is no such setting"),
        ("[broker]\nurl = 'http://x'\n", "expected mqtt://HOST:PORT or mqtts://HOST:PORT"),
        ("[broker]\nurl = 'mqtt://x:70000'\n", "expected mqtt://HOST:PORT or mqtts://HOST:PORT"),
        ("[broker\n", "is no TOML"),
    ],
)
def test_a_wrong_setting_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    config = tmp_path / "controller.toml"
    config.write_text(text)
    with pytest.raises(SettingsError, match=sentence):
        load(config)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml cannot be read: No such file or directory"):
        load(tmp_path / "nowhere.toml")


def test_the_session_has_the_same_name_after_every_start_with_a_database(tmp_path: Path) -> None:
    one, same, other = (load(db=tmp_path / name).client_id for name in ("a.db", "a.db", "b.db"))
    assert one == same != other
    assert len(one) <= 23


def test_a_password_is_not_shown() -> None:
    assert "hunter2" not in repr(load(broker={"password": "hunter2"}))
