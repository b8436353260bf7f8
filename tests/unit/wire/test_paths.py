import os
import pwd
from pathlib import Path
from typing import Optional

import pytest
from fer_wire.paths import HomeFile, HomePath, at_home
from pydantic import BaseModel, ValidationError


class Places(BaseModel):
    folder: Optional[HomePath] = None
    file: Optional[HomeFile] = None


def nobody(*_who: object) -> None:
    raise KeyError("uid not found: 12345")


def test_the_tilde_is_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "ca.pem").touch()
    places = Places.model_validate({"folder": "~", "file": "~/ca.pem"})
    assert places == Places(folder=tmp_path, file=tmp_path / "ca.pem")
    assert Places(folder=Path("~/x")).folder == tmp_path / "x"


def test_a_name_that_begins_with_a_tilde_is_a_name() -> None:
    assert at_home("~no-user-of-this-name.mp4") == "~no-user-of-this-name.mp4"
    assert at_home("a/~/b") == "a/~/b"


def test_without_a_home_a_tilde_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    for path in ("~", "~/models"):
        with pytest.raises(ValueError, match="this user has no home folder"):
            at_home(path)
    assert at_home("/models") == "/models"


@pytest.mark.parametrize("nothing", ["", "  "])
def test_an_empty_path_is_not_the_present_folder(nothing: str) -> None:
    with pytest.raises(ValidationError, match="expected a path, not nothing"):
        Places.model_validate({"folder": nothing})


def test_a_path_is_spelt_as_this_machine_spells_names() -> None:
    assert Places.model_validate({"folder": "größe"}).folder == Path(os.fsdecode("größe".encode()))
