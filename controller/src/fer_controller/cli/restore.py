"""fer-controller restore."""

from pathlib import Path
from typing import Annotated

import typer

from fer_controller.cli import options


def restore(
    file: Annotated[Path, typer.Argument(help="What `fer-controller backup` wrote.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of a database that is there, which is kept aside.")
    ] = False,
    db: options.Db = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Put a backup in its place, proven whole; the controller must not run meanwhile."""
    from fer_terminal.progress import bar

    from fer_controller.backup import restoring
    from fer_controller.backup.place import Place
    from fer_controller.rollout import audit
    from fer_controller.store import opening
    from fer_controller.store.audit.store import AuditStore

    settings, actor = options.here("restore", db, config), audit.operator()
    with bar(f"reading {file.name}", quiet=json_):
        aside = restoring.restore(Place.of(settings), file, replace=replace)
    with opening.writer(settings.db) as database:
        told = audit.act(audit.RESTORED, f"{actor} restores the backup {file.name}.", actor)
        AuditStore(database, audit.HERE).append([told])
    if json_:
        options.print_line({"db": str(settings.db), "replaced": str(aside) if aside else None})
        return
    print(f"{settings.db} is what {file} holds. Start the controller; devices send what they have not sent yet.")
    if aside:
        print(f"What was there before is in {aside}; delete it when you are sure.")
