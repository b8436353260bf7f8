"""The fleet's authority and what it issues, by the commands."""

import json
import stat
import subprocess
from pathlib import Path

import commands
import pytest
from cryptography import x509
from fer_controller import cli
from fer_controller.authority.certificates import name_of, read_certificate
from fer_controller.store import opening
from fer_controller.store.certificates.store import CertificateStore


class Desk:
    """Commands on one database."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._db = folder, folder / "fleet.db"
        self.crl = folder / "fleet.authority" / "revoked.crl"

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return commands.ran(cli.run, [*arguments, "--db", str(self._db)])

    def done(self, *arguments: str) -> str:
        ended = self.run(*arguments)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def fault(self, *arguments: str) -> str:
        ended = self.run(*arguments)
        assert ended.returncode != 0
        return " ".join(ended.stderr.split())

    def out(self) -> str:
        return str(self.folder / "out")

    def revoked(self) -> set[int]:
        self.done("ca", "crl")
        return {each.serial_number for each in x509.load_pem_x509_crl(self.crl.read_bytes())}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.done("ca", "make")
    return made


def request(folder: Path) -> Path:
    csr, key = folder / "nano-02.csr", folder / "nano-02.key"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    made = ["openssl", "req", "-new", *curve, "-nodes", "-keyout", str(key), "-subj", "/CN=another", "-out", str(csr)]
    subprocess.run(made, check=True, capture_output=True)
    return csr


def test_a_device_is_given_key_and_certificate_and_what_to_trust(desk: Desk) -> None:
    desk.done("enroll", "nano-01", "--out", desk.out())
    files = {each.name: each for each in (desk.folder / "out").iterdir()}
    assert set(files) == {"nano-01.crt", "nano-01.key", "ca.crt"}
    assert stat.S_IMODE(files["nano-01.key"].stat().st_mode) == 0o600
    verify = ["openssl", "verify", "-crl_check", "-purpose", "sslclient", "-CRLfile", str(desk.crl)]
    trusting = ["-CAfile", str(files["ca.crt"]), "-untrusted", str(files["nano-01.crt"]), str(files["nano-01.crt"])]
    assert subprocess.run([*verify, *trusting], check=True, capture_output=True, text=True).stdout.endswith("OK\n")


def test_a_request_is_signed_for_the_device_that_the_operator_names(desk: Desk) -> None:
    printed = desk.done("enroll", "nano-02", "--csr", str(request(desk.folder)))
    assert name_of(read_certificate(printed.encode())) == "nano-02"
    assert printed.count("BEGIN CERTIFICATE") == 2


def test_a_certificate_in_force_is_replaced_and_revoked_only_when_told_to(desk: Desk) -> None:
    desk.done("enroll", "nano-01", "--out", desk.out())
    first = read_certificate((desk.folder / "out" / "nano-01.crt").read_bytes())
    assert "nano-01 has a certificate since" in desk.fault("enroll", "nano-01", "--out", str(desk.folder / "other"))
    assert "nano-01.key is there already" in desk.fault("enroll", "nano-01", "--out", desk.out())
    assert desk.revoked() == set()
    desk.done("enroll", "nano-01", "--out", desk.out(), "--replace")
    assert desk.revoked() == {first.serial_number}


@pytest.mark.parametrize("taking_out", [("devices", "revoke"), ("devices", "forget"), ("enroll", "--revoke")])
def test_a_device_that_is_taken_out_is_on_the_list(desk: Desk, taking_out: tuple[str, str]) -> None:
    (told,) = map(json.loads, desk.done("enroll", "nano-01", "--out", desk.out(), "--json").splitlines())
    desk.done(*taking_out, "nano-01")
    assert desk.revoked() == {int(told["serial"], 16)}
    listed = [json.loads(line) for line in desk.done("ca", "list", "--json").splitlines()]
    assert [(each["holder"], bool(each["revoked_at"])) for each in listed] == [("nano-01", True)]


def test_enrolled_again_it_is_taken_in_with_another_certificate(desk: Desk) -> None:
    desk.done("enroll", "nano-01", "--out", desk.out())
    desk.done("devices", "revoke", "nano-01")
    desk.done("enroll", "nano-01", "--out", str(desk.folder / "again"))
    now = read_certificate((desk.folder / "again" / "nano-01.crt").read_bytes())
    assert now.serial_number not in desk.revoked()
    assert "takes it in again" in desk.done("audit", "list")


def test_a_device_has_a_certificate_until_it_expires_or_is_revoked(desk: Desk) -> None:
    desk.done("enroll", "nano-01", "--out", desk.out())
    with opening.reader(desk.folder / "fleet.db") as database:
        store = CertificateStore(database)
        (issued,) = store.all()
        assert store.holders(issued.made_at) == frozenset({"nano-01"})
        assert store.holders(issued.expires_at) == frozenset()
        desk.done("enroll", "nano-01", "--revoke")
        assert store.holders(issued.made_at) == frozenset()
        assert store.devices() == frozenset({"nano-01"})


@pytest.mark.parametrize("name", ["fer-controller", "fer-rollouts", "fer-viewer", "homeassistant"])
def test_no_device_is_called_as_a_program_of_the_fleet(desk: Desk, name: str) -> None:
    assert f"{name!r} is what a program of the fleet is called" in desk.fault("enroll", name)
    assert f"{name!r} is what a program of the fleet is called" in desk.fault("enroll", name, "--out", desk.out())
    desk.done("ca", "service", name, "--out", desk.out())


def test_a_server_is_certified_for_all_of_its_addresses(desk: Desk) -> None:
    desk.done("ca", "server", "broker.lab", "10.0.0.5", "--out", desk.out())
    made = read_certificate((desk.folder / "out" / "broker.lab.crt").read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["broker.lab"]
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["10.0.0.5"]


def test_without_an_authority_tokens_go_on_to_work_and_certificates_are_refused(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert "There is no authority in" in desk.fault("enroll", "nano-01", "--out", desk.out())
    assert len(desk.done("enroll", "nano-01").strip()) == 43


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("enroll", "a", "b", "--csr", "x"), "name that device alone"),
        (("enroll", "a", "--out", "x", "--revoke"), "do not go with"),
        (("enroll", "a", "--csr", "/nowhere"), "cannot be read: No such file"),
        (("ca", "service", "nano-01", "--out", "x"), "is not one of fer-controller"),
        (("ca", "server", "broker.lab"), "give --out FOLDER"),
    ],
)
def test_wrong_use_is_told(desk: Desk, arguments: tuple[str, ...], told: str) -> None:
    assert told in desk.fault(*arguments).replace("│ ", "")
