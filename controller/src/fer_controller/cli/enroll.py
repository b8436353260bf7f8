"""fer-controller enroll."""

import sys
from typing import Annotated

import typer

from fer_controller.cli import options


def enroll(
    devices: Annotated[list[str], typer.Argument(metavar="DEVICE…", help="The names that their agents use.")],
    revoke: Annotated[
        bool, typer.Option("--revoke", help="Revoke the tokens; the devices can fetch nothing more.")
    ] = False,
    db: options.Db = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Make the token with which a device fetches models; it is shown once, and replaces the former one."""
    from fer_controller.registry import tokens
    from fer_controller.store import opening
    from fer_controller.store.credentials.store import TokenStore

    names = [tokens.checked(device) for device in devices]
    with opening.writer(options.settings_for(db, config).db, create=True) as database:
        store = TokenStore(database)
        for device in names:
            if revoke:
                tokens.revoke(store, device)
                _say({"device": device, "revoked": True}, f"{device} can fetch nothing more.", as_json=json_)
                continue
            token = tokens.make(store, device)
            # One alone, so that $(fer-controller enroll DEVICE) is the token.
            _say({"device": device, "token": token}, token if len(names) == 1 else f"{device} {token}", as_json=json_)
    if not revoke and not json_:
        sys.stderr.write(
            "Give it to the device's agent as update.token (FER_AGENT_UPDATE__TOKEN); it is not shown again.\n"
        )


def _say(document: dict[str, object], text: str, *, as_json: bool) -> None:
    if as_json:
        options.print_line(document)
    else:
        print(text, flush=True)
