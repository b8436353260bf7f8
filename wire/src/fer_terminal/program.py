"""A program's command line: -h, --version, completion, and names that options had before."""

from typing import List, Mapping, Sequence

import typer
from typing_extensions import Annotated

HELP_OPTIONS = ["-h", "--help"]
END_OF_OPTIONS = "--"


def program(name: str, version: str, help_: str) -> typer.Typer:
    """The root of all commands; commands take -h, --help and the rest from it."""
    app = typer.Typer(
        name=name,
        help=help_,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": HELP_OPTIONS},
    )

    def tell_version(asked: bool) -> None:
        if asked:
            typer.echo(f"{name} {version}")
            raise typer.Exit

    @app.callback()
    def root(
        version: Annotated[
            bool, typer.Option("--version", help="Print the version and exit.", callback=tell_version, is_eager=True)
        ] = False,
    ) -> None:
        pass

    return app


def renamed(arguments: Sequence[str], names: Mapping[str, str]) -> List[str]:
    """The arguments with options that were called otherwise before by the names that they have now."""
    end = arguments.index(END_OF_OPTIONS) if END_OF_OPTIONS in arguments else len(arguments)
    return [*(_renamed(each, names) for each in arguments[:end]), *arguments[end:]]


def _renamed(argument: str, names: Mapping[str, str]) -> str:
    option, equals, value = argument.partition("=")
    return f"{names[option]}{equals}{value}" if option in names else argument
