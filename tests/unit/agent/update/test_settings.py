import pytest
from fer_agent.settings import UpdateSettings
from pydantic import ValidationError


@pytest.mark.parametrize("url", ["http://controller:8780", "https://10.0.0.1", "http://[::1]:8780", "http://c:1/"])
def test_a_controller_is_a_scheme_a_host_and_a_port(url: str) -> None:
    assert UpdateSettings(controller_url=url).controller_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["controller:8780", "ftp://c", "http://me:mine@c", "http://c/path", "http://", "http://c?x"]
)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="expected http://HOST:PORT or https://HOST:PORT"):
        UpdateSettings(controller_url=url)


def test_the_token_is_not_shown() -> None:
    assert "secret" not in repr(UpdateSettings.model_validate({"token": "secret"}))
