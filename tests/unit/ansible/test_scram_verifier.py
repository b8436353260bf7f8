"""PostgreSQL lets in who knows the password of which Ansible made what the server keeps."""

from types import ModuleType

import ansible_filters
import psycopg
import pytest
from real_postgres import running

PASSWORD = 12345
"""YAML takes it for a number; it is its text."""
ASKED = "host all fer_controller 127.0.0.1/32 scram-sha-256\n"


@pytest.fixture
def filters() -> ModuleType:
    return ansible_filters.load("postgresql")


def test_the_same_password_and_salt_make_the_same_verifier(filters: ModuleType) -> None:
    assert filters.scram_verifier("secret", "salt") == filters.scram_verifier("secret", "salt")
    assert filters.scram_verifier("secret", "salt") != filters.scram_verifier("secret", "another")


def test_the_server_lets_in_who_knows_the_password(filters: ModuleType) -> None:
    with running() as server:
        access = server.folder / "data" / "pg_hba.conf"
        access.write_text(ASKED + access.read_text())
        server.stop()
        server.start()
        verifier = filters.scram_verifier(PASSWORD, "salt")
        server.execute(f"CREATE ROLE fer_controller LOGIN PASSWORD '{verifier}'", "postgres")
        kept = "SELECT rolpassword FROM pg_authid WHERE rolname = 'fer_controller'"
        assert server.execute(kept, "postgres") == [(verifier,)]
        url = server.url().url.replace("fer@", "fer_controller@")
        psycopg.connect(url, password=str(PASSWORD)).close()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url, password=str(PASSWORD + 1))
