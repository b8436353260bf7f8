import pytest
from fer_wire.proxies import by_way_of

VARIABLES = [f"{name}_proxy" for name in ("http", "https", "all", "no")]


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_without_a_proxy_nothing_is_said() -> None:
    assert by_way_of("http://controller:8080/v1") == ""


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("http_proxy", "http://controller:8080/v1"),
        ("HTTPS_PROXY", "https://controller/v1"),
        ("all_proxy", "https://controller/v1"),
    ],
)
def test_the_variable_is_named_with_the_one_that_leads_past_it(
    variable: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "http://user:secret@proxy:3128")
    said = by_way_of(url)
    assert f"the proxy in {variable.lower()};" in said
    assert "no_proxy=controller" in said
    assert "secret" not in said


@pytest.mark.parametrize("passed", ["controller", "*", "example.org,controller:8080"])
def test_what_goes_past_the_proxy_is_not_blamed_on_it(passed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy:3128")
    monkeypatch.setenv("no_proxy", passed)
    assert by_way_of("http://controller:8080/v1") == ""
