from pathlib import Path

import pytest
from fer_agent.cli.terminal import settings_from
from fer_agent.errors import SettingsError
from fer_agent.settings import Settings, cameras_from
from fer_agent.settings.loading import load_settings


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("FER_AGENT_"):
            monkeypatch.delenv(name)


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    return path


def test_options_stand_above_the_environment_and_that_above_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, '[broker]\nurl = "mqtt://file:1"\nkeepalive_s = 11\nusername = "file"\n')
    monkeypatch.setenv("FER_AGENT_BROKER__URL", "mqtt://environment:2")
    monkeypatch.setenv("FER_AGENT_BROKER__KEEPALIVE_S", "22")
    broker = load_settings(file, {"broker": {"url": "mqtt://option:3"}}).broker
    assert (broker.url, broker.keepalive_s, broker.username) == ("mqtt://option:3", 22, "file")


def test_brokers_of_the_command_line_are_the_whole_list(tmp_path: Path) -> None:
    file = written(tmp_path, '[broker]\nurl = "mqtt://a"\nfallback_urls = ["mqtt://b/", "mqtt://c:1"]\n')
    urls = [each.url for each in load_settings(file, {}).broker.each]
    assert urls == ["mqtt://a", "mqtt://b", "mqtt://c:1"]
    for given in (["mqtt://d"], ["mqtt://d", "mqtt://e"]):
        settings = settings_from(file, None, None, given, None)
        assert [each.url for each in settings.broker.each] == given


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[broker]\nfallback_urls = ['mqtt://127.0.0.1:1883/']\n", "The setting broker is wrong: the same broker is "),
        ("[broker]\nfallback_urls = ['http://b']\n", "The setting broker.fallback_urls is wrong: expected mqtt://HOST"),
        ("[broker]\nulr = 1\n", r"The setting broker.ulr is wrong: there is no such setting. Correct it in .*"),
        ("[spool]\nmax_mb = 0\n", "The setting spool.max_mb is wrong: Input should be greater than or equal to 1"),
        ("device = 'a/b'\n", "The setting device is wrong: .*'a/b' is not a valid name for a device or camera"),
        ("cameras = []\n", "The setting cameras is wrong: List should have at least 1 item"),
        ("[[cameras]]\n[[cameras]]\n", "each camera needs a name of its own; got camera, camera"),
        ("[broker]\nurl = 'http://x'\n", "expected mqtt://HOST:PORT or mqtts://HOST:PORT"),
        ("this is not TOML", "The settings file .* is not TOML: Expected .* line 1"),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        load_settings(written(tmp_path, text), {})


def test_a_variable_of_a_section_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_AGENT_BROKR__URL", "mqtt://environment:2")
    with pytest.raises(SettingsError, match=r"The setting brokr\.url is wrong: there is no such setting"):
        load_settings(written(tmp_path, ""), {})


def test_a_settings_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist; write one with"):
        load_settings(tmp_path / "none.toml", {})


def test_sources_may_name_their_cameras() -> None:
    cameras = cameras_from(["door=rtsp://10.0.0.1/a=b", "demo:", "1"])
    assert [(c.name, c.source.address) for c in cameras] == [
        ("door", "rtsp://10.0.0.1/a=b"),
        ("camera-2", "demo:"),
        ("camera-3", "1"),
    ]
    assert [(c.name, c.source.address) for c in cameras_from(["clip.mp4"])] == [("camera", "clip.mp4")]


def test_settings_cannot_be_changed_once_they_are_made() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().device = "other"  # type: ignore[misc]


def test_a_token_is_one_word_and_a_wrong_one_is_not_repeated() -> None:
    assert load_settings(None, {"update": {"token": "one-W0rd_"}}).update.token
    with pytest.raises(SettingsError, match="expected the one word that `fer-controller enroll` printed") as refused:
        load_settings(None, {"update": {"token": "s3cret\nGive it to the agent"}})
    assert "s3cret" not in str(refused.value)


def test_a_file_may_hold_what_else_would_name_a_camera(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "take=2.mp4").touch()
    for text, expected in [
        ("take=2.mp4", ("camera", "take=2.mp4")),
        ("door=take=2.mp4", ("door", "take=2.mp4")),
        ("take=3.mp4", ("take", "3.mp4")),
        ("./take=3.mp4", ("camera", "./take=3.mp4")),
        ("rtsp://10.0.0.1/?a=b", ("camera", "rtsp://10.0.0.1/?a=b")),
    ]:
        assert [(each.name, each.source.address) for each in cameras_from([text])] == [expected]


@pytest.mark.parametrize("text", ["front door=0", "tür=0", "=0", "-x=0", "a:b=0", "v4l2src device=0"])
def test_a_bad_name_of_a_camera_is_told_as_one(text: str) -> None:
    name = text.partition("=")[0]
    with pytest.raises(SettingsError, match="is not a valid name for a device or camera") as told:
        cameras_from([text])
    assert repr(name) in str(told.value)


@pytest.mark.parametrize("text", ["", " ", "door=", "door= "])
def test_an_empty_source_is_told_as_one(text: str) -> None:
    with pytest.raises(SettingsError, match="--source, number 1: expected a source"):
        cameras_from([text])


def test_a_bad_source_shows_no_password() -> None:
    with pytest.raises(SettingsError) as told:
        cameras_from(["front door=rtsp://user:geheim@10.0.0.1/"])
    assert "geheim" not in str(told.value)


def test_a_source_may_lie_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert [each.source.address for each in cameras_from(["~/a.mp4", "door=~/b"])] == [
        str(tmp_path / "a.mp4"),
        str(tmp_path / "b"),
    ]
