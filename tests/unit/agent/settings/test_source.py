"""Camera addresses are shown without their secrets, however these are written."""

import json

import pytest
from fer_agent.settings import CameraSettings
from fer_agent.settings.source import Source, without_secrets
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://10.0.0.9:554/live", "rtsp://10.0.0.9:554/live"),
        ("rtsp://admin:1234@10.0.0.9/live", "rtsp://***@10.0.0.9/live"),
        ("rtsp://admin:a/b@10.0.0.9/live", "rtsp://***@10.0.0.9/live"),
        ("rtsp://admin:12/3@10.0.0.9/live", "rtsp://***@10.0.0.9/live"),
        ("rtsp://admin:a?b#c@10.0.0.9/live", "rtsp://***@10.0.0.9/live"),
        ("rtsp://admin:a@b@10.0.0.9/live", "rtsp://***@10.0.0.9/live"),
        ("http://cam/snap.cgi?user=admin&pwd=12@34", "http://cam/snap.cgi?user=***&pwd=***"),
        ("http://u:p@cam:81/snap?token", "http://***@cam:81/snap?***"),
        ("http://cam/live#token", "http://cam/live#***"),
        ("/videos/a@b?c=d.mp4", "/videos/a@b?c=d.mp4"),
        ("demo:", "demo:"),
        ("0", "0"),
    ],
)
def test_user_password_and_values_of_a_query_are_hidden(address: str, shown: str) -> None:
    assert without_secrets(address) == shown


@pytest.mark.parametrize(
    "address", ["rtsp://admin:s3cr#t/?&=@:x@cam/live", "http://cam/snap?user=admin&pwd=s3cr#t/?&=@:x"]
)
def test_settings_show_no_secret_however_they_are_printed(address: str) -> None:
    camera = CameraSettings(source=address)  # type: ignore[arg-type,unused-ignore]
    assert camera.source.address == address
    for printed in (str(camera), repr(camera), f"{camera.source}", json.dumps(camera.model_dump(mode="json"))):
        assert "s3cr" not in printed


@given(st.text(alphabet="abc123:/?#&=@%", max_size=12), st.sampled_from(["rtsp", "http"]))
def test_no_password_is_ever_shown(password: str, scheme: str) -> None:
    shown = without_secrets(f"{scheme}://user:zz{password}zz@camera.local/live")
    assert "zz" not in shown
    assert "user" not in shown


@pytest.mark.parametrize(
    ("address", "escaped"),
    [
        ("rtsp://admin:p@ss#w/o?rd@cam/1?x=2", "rtsp://admin:p%40ss%23w%2Fo%3Frd@cam/1?x=2"),
        ("rtsp://admin:p%40ss@cam/1", "rtsp://admin:p%40ss@cam/1"),
        ("http://cam/a@b.mjpg", "http://cam/a@b.mjpg"),
        ("http://admin@cam:81/a", "http://admin@cam:81/a"),
        ("take@2.mp4", "take@2.mp4"),
        ("0", "0"),
    ],
)
def test_what_opens_a_stream_gets_user_and_password_as_a_url_must_have_them(address: str, escaped: str) -> None:
    assert Source(address).escaped == escaped
