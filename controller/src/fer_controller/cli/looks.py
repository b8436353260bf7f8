"""Commands that show what one operation answers: a table on a terminal, or JSON with --json."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, get_origin

import typer
from fer_terminal.choosing import Choice
from fer_terminal.columns import WORDS, Column, Row
from fer_terminal.options import with_choice
from pydantic import BaseModel

from fer_controller.cli import options
from fer_controller.cli.fields import with_options
from fer_controller.desk.pages import every
from fer_controller.operations.operation import LIMIT, Answered, Nothing, Operation


@dataclass(frozen=True)
class Look(Generic[Answered]):
    """A command; the parameters of its operation are its options, and those of lists where it answers a list."""

    operation: Operation[Any, Answered]
    help: str
    columns: Sequence[Column | str]
    rows: Callable[[Answered], Iterable[Row]]
    """One for each item, where the answer is a list."""
    empty: str = ""
    """What is said instead of a table without rows."""

    @property
    def declared(self) -> tuple[Column, ...]:
        """Its columns; one that is a heading alone is the more important the further left it stands."""
        return tuple(
            each if isinstance(each, Column) else Column(each, place + 1, WORDS)
            for place, each in enumerate(self.columns)
        )

    @property
    def is_list(self) -> bool:
        """Whether rows can be chosen of what it shows."""
        return get_origin(self.operation.answer) is list

    @property
    def has_limit(self) -> bool:
        """Whether the operation itself answers the newest so many."""
        return LIMIT in self.parameters.model_fields

    @property
    def parameters(self) -> type[BaseModel]:
        """What its options are made of; a list that has pages is shown whole."""
        return Nothing if self.operation.has_pages else self.operation.parameters


def command(look: Look[Any]) -> Callable[..., None]:
    """The function that Typer makes a command of."""

    def show(
        context: typer.Context,
        asked: BaseModel,
        choice: Choice,
        db: options.Db = None,
        url: options.Url = None,
        config: options.Config = None,
        json_: options.Json = False,
    ) -> None:
        if context.invoked_subcommand:
            return
        if look.has_limit:
            limit = getattr(asked, LIMIT)
            asked, choice = asked.model_copy(update=choice.asking(limit)), choice.counting(limit)
        with options.desk(db, url, config) as desk:
            answer = list(every(desk, look.operation)) if look.operation.has_pages else desk.ask(look.operation, asked)
        if json_ and not look.is_list:
            options.print_answer(answer)
            return
        documents = [each.document() for each in answer] if json_ else []
        options.print_chosen(look.declared, list(look.rows(answer)), documents, choice, look.empty, json_=json_)

    show.__annotations__["asked"] = look.parameters
    show.__doc__ = look.help
    return with_choice(look.declared if look.is_list else (), limit=not look.has_limit)(with_options(show))
