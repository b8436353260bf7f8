"""fer-controller enroll."""

import sys
from typing import Annotated

import typer

from fer_controller.cli import options


def enroll(
    device: Annotated[str, typer.Argument(help="The device's name, as its agent has it.")],
    revoke: Annotated[bool, typer.Option("--revoke", help="Take its token away; it can fetch nothing more.")] = False,
    db: options.Db = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Make the token by which a device fetches models; it is shown once, and replaces the one before."""
    from fer_controller.cli.models import registry_store
    from fer_controller.registry import tokens

    with registry_store(options.settings_for(db, config)) as store:
        if revoke:
            tokens.revoke(store, device)
            _say({"device": device, "revoked": True}, f"{device} can fetch nothing more.", as_json=json_)
            return
        token = tokens.make(store, device)
    _say({"device": device, "token": token}, token, as_json=json_)
    if not json_:
        # Apart, so that $(fer-controller enroll DEVICE) is the token alone.
        sys.stderr.write(
            f"Give it to the agent on {device} as update.token (FER_AGENT_UPDATE__TOKEN); it is not shown again.\n"
        )


def _say(document: dict[str, object], text: str, *, as_json: bool) -> None:
    if as_json:
        options.print_line(document)
    else:
        print(text)
