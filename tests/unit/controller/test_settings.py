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
        ("[broker\n", "is not TOML"),
        ("[http]\nlisten = 'here'\n", "The setting http.listen is wrong: expected HOST:PORT, or nothing"),
        ("[http]\nlisten = 'here:70000'\n", "expected HOST:PORT, or nothing"),
        (
            "[http]\naccess = 'all'\n",
            "The setting http.access is wrong: Input should be 'token', 'certificate' or 'open'",
        ),
        (f"[http]\nkey_file = '{__file__}'\n", "cert_file and key_file are given together, or not at all"),
        (
            '[alerts.targets]\n"my mail" = "json://x"',
            r"alerts\.targets\.my mail is wrong: 'my mail' is not a valid name .*__TARGETS__MY MAIL,",
        ),
    ],
)
def test_a_wrong_setting_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    config = tmp_path / "controller.toml"
    config.write_text(text)
    with pytest.raises(SettingsError, match=sentence):
        load(config)


def test_a_variable_of_a_section_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_CONTROLLER_SERVICE_HOST", "10.0.0.1")
    load()
    monkeypatch.setenv("FER_CONTROLLER_RETENTON__EVENTS_DAYS", "30")
    wrong = (
        "retenton.events_days is wrong: there is no such setting. It comes from FER_CONTROLLER_RETENTON__EVENTS_DAYS"
    )
    with pytest.raises(SettingsError, match=wrong):
        load()


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml cannot be read: No such file or directory"):
        load(tmp_path / "nowhere.toml")


def test_the_session_has_the_same_name_after_every_start_with_a_database(tmp_path: Path) -> None:
    one, same, other = (load(db=tmp_path / name).client_id for name in ("a.db", "a.db", "b.db"))
    assert one == same != other
    assert len(one) <= 23


def test_a_password_is_not_shown() -> None:
    assert "hunter2" not in repr(load(broker={"password": "hunter2"}))


@pytest.mark.parametrize("listen", ["", "127.0.0.1:0", "[::]:8780", "controller.lab:8780"])
def test_models_are_served_at_a_place_or_nowhere(listen: str) -> None:
    assert load(http={"listen": listen}).http.listen == listen


def test_models_lie_beside_the_database_unless_another_folder_is_named() -> None:
    assert load(db=Path("lab/fleet.db")).registry_folder == Path("lab/fleet.models")
    assert load(registry={"folder": Path("elsewhere")}).registry_folder == Path("elsewhere")


def test_no_two_databases_share_their_models_and_their_key() -> None:
    names = ("site.berlin", "site.munich", "site", "site.db", "site.sqlite3", "site.sqlite", ".site", "site.berlin.db")
    assert len({load(db=Path(name)).registry_folder for name in names}) == len(names)
    assert load(db=Path("lab/site.berlin")).registry_folder == Path("lab/site.berlin-models")


def test_whom_to_tell_of_alerts_stands_in_file_and_environment_and_is_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "controller.toml"
    config.write_text('[alerts.webhooks.desk]\nurl = "https://x/s3cret"\nsecret = "s3cret-of-the-webhook"\n')
    monkeypatch.setenv("FER_CONTROLLER_ALERTS__TARGETS__MAIL", "mailto://anna:s3cret@example.com")
    alerts = load(config).alerts
    assert alerts.names == ("mail", "desk")
    assert alerts.targets["mail"].get_secret_value() == "mailto://anna:s3cret@example.com"
    assert "s3cret" not in repr(alerts)


HOOK = '{url = "http://x", secret = "s3cret-of-the-webhook"}'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"webhooks.desk = {HOOK.replace('http://x', 's3cret')}\n", "expected http://… or https://…"),
        (f"webhooks.desk = {HOOK.replace('-of-the-webhook', '')}\n", "alerts.webhooks.desk.secret is wrong"),
        ('targets."a b" = "s3cret://"\n', "is not a valid name"),
        (f'targets.x = "s3cret://"\nwebhooks.x = {HOOK}\n', "x names a target and a webhook"),
    ],
)
def test_a_wrong_target_is_one_sentence_without_what_is_in_it(tmp_path: Path, text: str, sentence: str) -> None:
    config = tmp_path / "controller.toml"
    config.write_text(f"[alerts]\n{text}")
    with pytest.raises(SettingsError, match=sentence) as refused:
        load(config)
    assert "s3cret" not in str(refused.value)
