import stat
from pathlib import Path

import pytest
from fer_agent.errors import IdentityError
from fer_agent.identity.identity import Identity, in_use
from fer_agent.settings import IdentitySettings, Settings
from pairs import Pair
from unit.agent.identity.issued_pairs import FleetAuthority

DEVICE = "nano-01"


@pytest.fixture
def authority(tmp_path: Path) -> FleetAuthority:
    return FleetAuthority(tmp_path)


def identity(tmp_path: Path, pair: "Pair | None" = None) -> Identity:
    settings = IdentitySettings() if pair is None else IdentitySettings(cert_file=pair.cert, key_file=pair.key)
    return Identity(settings, DEVICE, tmp_path)


def test_without_a_certificate_everything_stays_as_it_was(tmp_path: Path) -> None:
    settings = Settings(device=DEVICE)
    none = identity(tmp_path)
    none.adopt()
    assert none.dressed(settings) == settings
    assert in_use(settings, none) == []


def test_the_enrolled_pair_is_kept_in_one_file_for_nobody_else(tmp_path: Path, authority: FleetAuthority) -> None:
    pair = authority.pair(DEVICE)
    made = identity(tmp_path, pair)
    made.adopt()
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    assert made.file.read_bytes() == pair.cert.read_bytes() + pair.key.read_bytes()


def test_broker_and_updates_show_it_unless_they_have_their_own(tmp_path: Path, authority: FleetAuthority) -> None:
    made, own = identity(tmp_path, authority.pair(DEVICE)), authority.pair("own").cert
    made.adopt()
    shown = made.dressed(Settings(device=DEVICE, broker={"cert_file": own}))
    assert (shown.broker.cert_file, shown.broker.key_file) == (own, None)
    assert (shown.update.cert_file, shown.update.key_file) == (made.file, None)


def test_before_it_is_kept_the_enrolled_files_are_shown(tmp_path: Path, authority: FleetAuthority) -> None:
    """As doctor does, which writes nothing."""
    pair = authority.pair(DEVICE)
    shown = identity(tmp_path, pair).dressed(Settings(device=DEVICE))
    assert (shown.broker.cert_file, shown.broker.key_file) == pair


def test_of_two_the_one_that_is_valid_longer_is_used(tmp_path: Path, authority: FleetAuthority) -> None:
    first, renewed, again = (authority.pair(DEVICE, ends_days=days, file=f"{days}") for days in (30, 365, 700))
    made = identity(tmp_path, first)
    made.adopt()
    made.replace(renewed.cert.read_bytes(), renewed.key.read_bytes())
    made.adopt()
    assert renewed.cert.read_bytes() in made.file.read_bytes()
    enrolled_again = identity(tmp_path, again)
    enrolled_again.adopt()
    assert again.cert.read_bytes() in made.file.read_bytes()


def test_another_device_s_is_refused_by_name(tmp_path: Path, authority: FleetAuthority) -> None:
    with pytest.raises(IdentityError, match="made out to 'nano-02', and this device is 'nano-01'"):
        identity(tmp_path, authority.pair("nano-02")).adopt()


def test_a_key_of_another_pair_is_told_with_its_setting(tmp_path: Path, authority: FleetAuthority) -> None:
    pair = Pair(authority.pair(DEVICE).cert, authority.pair("nano-02").key)
    with pytest.raises(IdentityError, match=r"identity\.key_file .* holds another key"):
        identity(tmp_path, pair).adopt()


def test_what_is_kept_and_of_no_use_gives_way(tmp_path: Path, authority: FleetAuthority) -> None:
    pair = authority.pair(DEVICE)
    made = identity(tmp_path, pair)
    made.file.write_bytes(b"half a f")
    made.adopt()
    assert pair.cert.read_bytes() in made.file.read_bytes()


def test_while_one_that_was_kept_holds_a_wrong_one_is_told_and_left_alone(
    tmp_path: Path, authority: FleetAuthority, caplog: pytest.LogCaptureFixture
) -> None:
    """As between the copying of a certificate and of its key."""
    first, again = authority.pair(DEVICE, ends_days=30), authority.pair(DEVICE, ends_days=700, file="again")
    identity(tmp_path, first).adopt()
    halfway = identity(tmp_path, Pair(again.cert, first.key))
    for _ in range(2):
        halfway.adopt()
    assert first.cert.read_bytes() in halfway.file.read_bytes()
    assert halfway.best() == halfway.file
    (told,) = (record.getMessage() for record in caplog.records)
    assert "identity.key_file" in told
    assert told.endswith(f"The one that was kept in {halfway.file} is used.")
