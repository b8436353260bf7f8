"""The URL of a PostgreSQL database: recognised, printed without its password, handed on with it."""

from pathlib import Path

import pytest
from fer_controller.errors import SettingsError
from fer_controller.http.process import Task
from fer_controller.settings import HttpSettings, PostgresUrl, load

SECRET = "s3c:ret%40"  # noqa: S105 - what must not be seen


@pytest.mark.parametrize(
    ("url", "printed"),
    [
        ("postgresql://fleet:{s}@db/fleet", "postgresql://fleet:***@db/fleet"),
        ("postgres://fleet@db1:5432,db2:5433/fleet?target_session_attrs=read-write",
         "postgres://fleet@db1:5432,db2:5433/fleet?target_session_attrs=read-write"),
        ("postgresql://db/fleet?user=a&password={s}&sslpassword={s}",
         "postgresql://db/fleet?user=a&password=***&sslpassword=***"),
        ("postgresql:///fleet", "postgresql:///fleet"),
    ],
)  # fmt: skip
def test_a_url_is_printed_without_its_passwords(url: str, printed: str) -> None:
    place = PostgresUrl(url.format(s=SECRET))
    assert str(place) == printed
    assert SECRET not in repr(place)


def test_a_database_is_a_url_or_a_file() -> None:
    assert load(db="postgresql://db/fleet").db == PostgresUrl("postgresql://db/fleet")
    assert load(db=Path("here.db")).db == Path("here.db")
    assert load(db="here.db").db == Path("here.db")


@pytest.mark.parametrize(
    "wrong",
    [
        "postgresq://fleet:hush@db/fleet", "postgresql:/fleet:hush@db/fleet", "mysql://fleet:hush@db/fleet",
        "postgresql://fleet:p@hush@db/fleet", "postgresql://fleet:p/hush@db/fleet", "postgresql://fleet:12/hush@db/fleet",
        "postgresql://fleet:p?hush@db/fleet", "postgresql://fleet:12?hush@db/fleet", "postgresql://fleet:p#hush@db/fleet",
        "postgresql://fleet:12#hush@db/fleet", "postgresql://fleet:hush@db:99999/fleet",
        "postgresql://fleet:hush@db1:5432,db2:x/fleet", "postgresql://fleet:hush@[::1/fleet",
    ],
)  # fmt: skip
def test_what_is_meant_as_a_url_and_is_none_is_no_file_and_not_shown(wrong: str) -> None:
    with pytest.raises(SettingsError, match=r"db is wrong: expected a file, or postgresql://") as caught:
        load(db=wrong)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["postgresql://[::1]:5432/fleet", "postgresql://%2Frun%2Fpostgresql/fleet", "postgres://"]
)
def test_a_host_is_named_in_many_ways(url: str) -> None:
    assert load(db=url).db == PostgresUrl(url)


def test_the_environment_names_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_CONTROLLER_DB", "postgresql://db/fleet")
    assert load().db == PostgresUrl("postgresql://db/fleet")


def test_settings_show_no_password() -> None:
    settings = load(db=f"postgresql://fleet:{SECRET}@db/fleet")
    assert SECRET not in f"{settings!r} {settings} {settings.place} {settings.registry_folder}"


def test_a_fleet_is_the_same_wherever_its_controller_runs_and_whoever_asks() -> None:
    one, other = load(db="postgresql://a:b@db/fleet"), load(db="postgresql://c@db/fleet?connect_timeout=3")
    assert one.place == other.place == "db/fleet"
    assert one.client_id == other.client_id
    assert one.registry_folder == Path("fleet.models")


@pytest.mark.parametrize("db", [PostgresUrl(f"postgresql://fleet:{SECRET}@db/fleet"), Path("/a b/fleet.db")])
def test_the_http_process_is_told_all_of_it(db: "PostgresUrl | Path") -> None:
    task = Task(db=db, folder=Path("m"), fd=3, http=HttpSettings(), stale_after_s=30.0)
    assert Task.model_validate_json(task.model_dump_json()).db == db
