"""What the command lines of all programs have."""

import typer
from fer_terminal.program import program, renamed
from typer.testing import CliRunner


def an_app() -> typer.Typer:
    app, group = program("fer-test", "1.2.3", "Tests."), typer.Typer()
    app.add_typer(group, name="group")

    @group.command()
    def inner() -> None:
        """Does nothing."""

    @group.command()
    def other() -> None:
        """Does nothing else."""

    return app


def test_h_is_help_at_every_depth() -> None:
    for words in ([], ["group"], ["group", "inner"]):
        done = CliRunner().invoke(an_app(), [*words, "-h"])
        assert done.exit_code == 0
        assert "--help" in done.stdout
        assert "-h" in done.stdout


def test_the_version_is_told() -> None:
    assert CliRunner().invoke(an_app(), ["--version"]).stdout == "fer-test 1.2.3\n"


def test_an_option_of_old_is_taken_by_its_old_name() -> None:
    names = {"--url": "--controller"}
    assert renamed(["devices", "--url", "http://x"], names) == ["devices", "--controller", "http://x"]
    assert renamed(["devices", "--url=http://x"], names) == ["devices", "--controller=http://x"]
    assert renamed(["devices", "--", "--url"], names) == ["devices", "--", "--url"]
