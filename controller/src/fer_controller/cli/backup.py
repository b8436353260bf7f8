"""fer-controller backup."""

from pathlib import Path
from typing import Annotated

import typer

from fer_controller.cli import options


def backup(
    file: Annotated[
        Path, typer.Argument(help="The file to write; it holds keys and hashes of tokens, so keep it safe.")
    ],
    db: options.Db = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Write database, models and keys into one file, also while the controller runs; `restore` puts them back."""
    from fer_terminal.progress import bar

    from fer_controller.backup.making import make
    from fer_controller.backup.place import Place
    from fer_controller.rollout import audit
    from fer_controller.store import opening
    from fer_controller.store.audit.store import AuditStore

    settings, actor = options.here("backup", db, config), audit.operator()
    with bar(f"writing {file.name}", quiet=json_):
        size_bytes = make(Place.of(settings), file)
    with opening.writer(settings.db) as database:
        told = audit.act(audit.BACKED_UP, f"{actor} makes a backup, {file.name}.", actor)
        AuditStore(database, audit.HERE).append([told])
    if json_:
        options.print_line({"file": str(file), "size_bytes": size_bytes})
    else:
        print(f"{file} holds all of {settings.db} and its models: {size_bytes / 1e6:.2f} MB.")
