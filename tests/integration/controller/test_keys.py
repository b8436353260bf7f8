"""The commands of a fleet's keys, and what devices get of them."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from controller_process import run
from fer_controller.registry import signing, tokens
from fer_controller.registry.key_lists import KeyHistory
from fer_controller.store import opening
from fer_controller.store.credentials.store import TokenStore
from fer_wire import KeyLists, parse
from fer_wire.device.trust import Trust, one_key
from served_fleet import ServedFleet
from tiny_onnx import network, write_model


class Desk:
    """Runs the commands on one database."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.db, self.models = folder, folder / "fleet.db", folder / "fleet.models"

    def run(self, *words: str) -> str:
        done = run(*words, "--db", str(self.db))
        assert done.returncode == 0, done.stderr
        return done.stdout

    def fault(self, *words: str) -> str:
        """The one sentence of a command that fails."""
        done = run(*words, "--db", str(self.db))
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done
        return done.stderr

    @property
    def ours(self) -> str:
        return signing.public_text(self.models / signing.PUBLIC_FILE)

    def openssl(self, name: str) -> "tuple[Path, Path]":
        """A key that openssl made, and its public one."""
        private, public = self.folder / f"{name}.key", self.folder / f"{name}.pub"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", private], check=True)
        subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True)
        return private, public


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """With keys, a model, and a first list."""
    made = Desk(tmp_path)
    made.run("models", "keygen")
    made.run("models", "add", str(write_model(tmp_path / "tiny", {"fp32": network()})))
    made.run("keys", "begin")
    return made


def test_a_rotation_signs_the_models_anew_and_is_in_the_audit_log(desk: Desk) -> None:
    before = desk.ours
    said = desk.run("keys", "rotate")
    assert "List of keys 2" in said
    assert "Signed anew: tiny@1.0.0." in said
    assert desk.ours != before
    desk.run("models", "verify")
    acts = [json.loads(line)["sentence"] for line in desk.run("audit", "list", "--json").splitlines()]
    assert sum("publishes the list of keys" in each for each in acts) == 2


def test_the_list_is_shown_and_written_for_devices(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "keys.json"
    shown = json.loads(desk.run("keys", "show", "--json", "--out", str(out)))
    assert shown == json.loads(out.read_text())
    assert [(each["public"], each["signs"]) for each in shown["keys"]] == [(desk.ours, ["orders", "models", "lists"])]
    assert desk.ours in desk.run("keys", "show")


def test_a_key_of_openssl_signs_the_lists_from_elsewhere(desk: Desk, tmp_path: Path) -> None:
    root, root_pub = desk.openssl("root")
    draft = str(tmp_path / "next.json")
    ours = f"controller={desk.models / signing.PUBLIC_FILE}:orders,models"
    desk.run("keys", "draft", draft, "--remove", "controller", "--add", ours, "--add", f"{root_pub}:lists")
    assert "needs 1 signatures" in desk.fault("keys", "publish", draft)
    desk.run("keys", "sign", draft)
    assert run("keys", "sign", draft, "--key", str(root)).returncode == 0
    desk.run("keys", "publish", draft)
    assert "does not sign lists" in desk.fault("keys", "rotate")
    before = desk.ours
    desk.run("keys", "draft", draft, "--rotate")
    assert run("keys", "sign", draft, "--key", str(root)).returncode == 0
    desk.run("keys", "publish", draft)
    assert desk.ours != before
    desk.run("models", "verify")


def test_a_model_signed_elsewhere_keeps_its_signature(desk: Desk, tmp_path: Path) -> None:
    vault, vault_pub = desk.openssl("vault")
    draft = str(tmp_path / "next.json")
    desk.run("keys", "draft", draft, "--add", f"{vault_pub}:models")
    desk.run("keys", "sign", draft)
    desk.run("keys", "publish", draft)
    entry = write_model(tmp_path / "other", {"fp32": network().replace(b"tiny", b"tinY")}, name="other")
    assert run("models", "sign", str(entry), "--key", str(vault)).returncode == 0
    signature = json.loads((entry / "manifest.json").read_text())["signature"]
    desk.run("models", "add", str(entry))
    assert json.loads(desk.run("models", "show", "other", "--json"))["manifest"]["signature"] == signature
    desk.run("models", "verify")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("keys", "begin"), "has a list of keys"),
        (("models", "keygen", "--force"), "Devices follow a list of keys; replace this one with"),
        (("keys", "publish", "/nowhere.json"), "/nowhere.json is no list of keys"),
        (("keys", "draft", "/nowhere/next.json", "--remove", "nobody"), "has no key nobody"),
        (("keys", "draft", "/nowhere/next.json", "--add", "/nowhere.pub"), "There is no key /nowhere.pub"),
    ],
)
def test_what_is_not_possible_is_told_in_a_sentence(desk: Desk, words: "tuple[str, ...]", why: str) -> None:
    assert why in desk.fault(*words)


def test_before_the_first_list_there_is_none_to_show(tmp_path: Path) -> None:
    assert "make the first with `fer-controller keys begin`" in Desk(tmp_path).fault("keys", "show")


def test_a_key_for_nothing_that_there_is_is_wrong_use(desk: Desk) -> None:
    done = run("keys", "draft", "/nowhere/next.json", "--add", "x=y.pub:letters", "--db", str(desk.db))
    assert (done.returncode, "'letters'" in done.stderr) == (2, True)


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path) as served:
        yield served


def test_a_device_gets_the_lists_above_the_one_that_it_trusts_and_follows(fleet: ServedFleet) -> None:
    settings = fleet.settings
    folder = settings.registry_folder
    device = Trust(one_key(signing.public_text(folder / signing.PUBLIC_FILE)), signing.verifies)
    for words in (("keys", "begin"), ("keys", "rotate"), ("keys", "rotate")):
        assert run(*words, "--db", str(settings.db)).returncode == 0
    with opening.writer(settings.db) as database:
        token = tokens.make(TokenStore(database), "nano-77")
    bearer = {"Authorization": f"Bearer {token}"}
    for above, count in ((0, 3), (2, 1), (3, 0), (2**53 - 1, 0)):
        answer = requests.get(f"{fleet.url}/v1/keys?above={above}", headers=bearer, timeout=30)
        assert (answer.status_code, len(parse(KeyLists, answer.content).lists)) == (200, count)
    whole = requests.get(f"{fleet.url}/v1/keys", headers=bearer, timeout=30)
    lists = [json.dumps(each).encode() for each in parse(KeyLists, whole.content).lists]
    assert device.followed(lists).keys == KeyHistory(folder).newest
    assert requests.get(f"{fleet.url}/v1/keys", timeout=30).status_code == 401
    assert requests.get(f"{fleet.url}/v1/keys?above=-1", headers=bearer, timeout=30).status_code == 422
