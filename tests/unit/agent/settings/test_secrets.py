import pytest
from fer_agent.settings import Settings
from fer_agent.settings.printing import effective
from fer_agent.settings.secrets import hiding
from hypothesis import given
from hypothesis import strategies as st

ADDRESSES = (
    "rtsp://admin:sesam-9@10.0.0.9/live",
    "rtsp://admin:se/sam?9@10.0.0.9/live",
    "http://10.0.0.9/picture?user=a&pwd=sesam-and-more",
)
PASSWORD = "broker-secret"  # noqa: S105  # of a broker that never was


def settings(address: str = ADDRESSES[0], password: str = PASSWORD) -> Settings:
    return Settings.model_validate(
        {
            "cameras": [{"name": "door", "source": address}],
            "broker": {"username": "nano-01", "password": password},
            "update": {"token": "token-of-nano-01"},
        }
    )


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_camera_s_password_passes_alone_or_in_its_address(address: str) -> None:
    hide = hiding(settings(address))
    for secret in ("sesam-9", "se/sam?9", "se%2Fsam%3F9", "sesam-and-more"):
        if secret in address or secret.replace("%2F", "/").replace("%3F", "?") in address:
            assert secret not in hide(f"cannot open {address}: {secret} was refused")


def test_tokens_and_passwords_are_hidden_and_the_rest_stays() -> None:
    hide = hiding(settings())
    assert hide("nano-01 sent token-of-nano-01 and broker-secret to 10.0.0.9") == "nano-01 sent *** and *** to 10.0.0.9"


def test_a_device_or_a_file_has_no_secret() -> None:
    hide = hiding(Settings.model_validate({"cameras": [{"source": "/dev/video0"}]}))
    assert hide("/dev/video0 is open") == "/dev/video0 is open"


@given(st.text("abcdefgh0123456789_-.", min_size=8, max_size=40))
def test_whatever_the_secrets_are_the_settings_that_are_sent_have_none(secret: str) -> None:
    made = settings(f"rtsp://admin:{secret}@10.0.0.9/live", secret)
    sent = hiding(made)(effective(made))
    assert secret not in sent
