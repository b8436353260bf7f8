"""Where a file is fetched from: the controller's own addresses, redirects, and hosts that must not see the token."""

from pathlib import Path

import pytest
from fer_agent.errors import UpdateError
from unit.agent.update.artifact_server import ArtifactServer, Misbehaviour
from unit.agent.update.fetching import DATA, PATH, TOKEN, Fetching


def test_a_redirect_to_another_host_does_not_see_the_token(fetching: Fetching, server: ArtifactServer) -> None:
    elsewhere = ArtifactServer({"/mirror": DATA})
    server.misbehaviours = [Misbehaviour(location=f"{elsewhere.url}/mirror")]
    fetching.fetch()
    assert fetching.path.read_bytes() == DATA
    assert "Authorization" in server.asked(PATH)[0]
    assert "Authorization" not in elsewhere.asked("/mirror")[0]
    elsewhere.close()


def test_a_redirect_at_home_keeps_the_token(fetching: Fetching, server: ArtifactServer) -> None:
    server.routes["/moved"] = DATA
    server.misbehaviours = [Misbehaviour(location="/moved")]
    fetching.fetch()
    assert server.asked("/moved")[0]["Authorization"] == f"Bearer {TOKEN}"


def test_redirects_without_end_end(fetching: Fetching, server: ArtifactServer) -> None:
    server.misbehaves = lambda _: Misbehaviour(location=PATH)
    with pytest.raises(UpdateError, match="from one address to the next without end"):
        fetching.fetch()


def test_a_full_address_elsewhere_is_fetched_without_the_token_nor_one_from_netrc(
    fetching: Fetching, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    elsewhere = ArtifactServer({"/file": DATA})
    fetching.fetch(f"{elsewhere.url}/file")
    assert "Authorization" not in elsewhere.asked("/file")[0]
    elsewhere.close()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("/v1/artifacts/x", r"is a path at the controller; set update\.controller_url"),
        ("file:///etc/passwd", "is no address of a file"),
        ("//evil/x", "is no address of a file"),
        ("http://h:99999/x", "is no address of a file"),
        ("", "is no address of a file"),
    ],
)
def test_what_is_no_address_is_one_sentence(tmp_path: Path, server: ArtifactServer, url: str, sentence: str) -> None:
    controller = None if url.startswith("/v1") else server.url
    with pytest.raises(UpdateError, match=sentence):
        Fetching(tmp_path, server, controller_url=controller).fetch(url)


def test_nobody_there_is_told_in_plain_words(tmp_path: Path, server: ArtifactServer) -> None:
    server.close()
    with pytest.raises(UpdateError, match=r"cannot be fetched after 1 tries: \[Errno 111\] Connection refused"):
        Fetching(tmp_path, server, retries=0).fetch()
