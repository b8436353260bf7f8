"""The fer-controller command line: one file a command; errors are printed as sentences."""

import errno
import os
import sys
from collections.abc import Sequence

from fer_terminal.program import program, renamed
from fer_wire.terminal import spell_out

from fer_controller import __version__
from fer_controller.cli import (
    alerts,
    audit,
    backup,
    ca,
    demo,
    deploy,
    devices,
    enroll,
    events,
    export,
    fleet,
    keys,
    label,
    looks,
    migrate,
    models,
    operators,
    options,
    restore,
    rollouts,
    serve,
    settings,
    simulate,
    telemetry,
)
from fer_controller.errors import ControllerError, SettingsError

DEBUG = "--debug"
WRONG_USE = 2

app = program(
    "fer-controller",
    __version__,
    "Stores what a fleet of emotion-reading devices sees, and shows it. "
    "With --debug, anywhere, an error also shows its traceback.",
)
app.command("serve")(serve.serve)
for _name, _look in fleet.LOOKS.items():
    app.command(_name)(looks.command(_look))
app.add_typer(devices.app, name="devices")
app.command("events")(events.events)
app.command("telemetry")(telemetry.telemetry)
app.command("export")(export.export)
app.command("demo")(demo.demo)
app.command("simulate")(simulate.simulate)
app.add_typer(alerts.app, name="alerts")
app.add_typer(audit.app, name="audit")
app.add_typer(models.app, name="models")
app.add_typer(keys.app, name="keys")
app.command("enroll")(enroll.enroll)
app.add_typer(ca.app, name="ca")
app.add_typer(operators.app, name="operators")
app.command("deploy")(deploy.deploy)
app.add_typer(rollouts.app, name="rollouts")
app.add_typer(settings.app, name="settings")
app.command("label")(label.label)
app.command("backup")(backup.backup)
app.command("restore")(restore.restore)
app.command("migrate")(migrate.migrate)


def main() -> None:
    """The console script: exit status 0 done, 1 failed, 2 wrong use."""
    spell_out()
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """One command; its errors are printed, its exit status returned."""
    try:
        app(renamed([each for each in arguments if each != DEBUG], options.RENAMED))
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 1
    except ControllerError as error:
        if DEBUG in arguments:
            raise
        sys.stderr.write(f"error: {error}\n")
        return WRONG_USE if isinstance(error, SettingsError) else 1
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        if error.errno != errno.EPIPE:
            if DEBUG in arguments:
                raise
            sys.stderr.write(f"error: {error}\n")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0
