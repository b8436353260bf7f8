"""fer-controller keys: show, begin, rotate, draft, sign, publish."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from fer_terminal.columns import WORDS, Column
from fer_wire.keys import PURPOSES

from fer_controller.cli import options

if TYPE_CHECKING:
    from fer_wire import KeyList
    from fer_wire.keys import ListedKey

    from fer_controller.settings import Settings

NAMED, FOR = "=", ":"
PEM = "PEM file with an Ed25519 public key; `openssl pkey -in KEY -pubout` writes it."

KEYS = (Column("name"), Column("signs", 2, WORDS), Column("public key"))

app = typer.Typer(
    no_args_is_help=True, help="The list of keys that devices trust: who may sign orders, models and the next list."
)

Draft = Annotated[Path, typer.Argument(help="A list of keys, drafted and not published yet.")]
Added = Annotated[
    list[str] | None,
    typer.Option("--add", metavar="[NAME=]FILE[:PURPOSE,…]", help=f"{PEM} It signs {', '.join(PURPOSES)}, or these."),
]
Removed = Annotated[list[str] | None, typer.Option("--remove", metavar="NAME", help="A key, by name or public key.")]
Threshold = Annotated[
    int | None,
    typer.Option("--threshold", min=1, help="How many keys for lists must sign; by default as before."),
]


@app.command()
def show(
    out: Annotated[Path | None, typer.Option("--out", help="Write the list there, for update.keys_file.")] = None,
    db: options.Db = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """The newest list of keys."""
    from fer_wire.whole_files import write_whole

    from fer_controller.registry.rotation import newest_list

    newest = newest_list(options.here("keys show", db, config).registry_folder)
    if out is not None:
        write_whole(out, newest.payload())
    _say(newest, as_json=json_)


@app.command()
def begin(db: options.Db = None, config: options.Config = None, json_: options.Json = False) -> None:
    """Make the fleet's first list of keys; devices that follow it take signed orders alone."""
    from fer_controller.registry import rotation, signing

    settings = options.here("keys begin", db, config)
    folder = settings.registry_folder
    _made(
        settings,
        lambda: rotation.begin(folder, signing.signer(folder, settings.registry.sign_command), _now()),
        as_json=json_,
    )


@app.command()
def rotate(db: options.Db = None, config: options.Config = None, json_: options.Json = False) -> None:
    """Make a new key in place of the controller's, and sign models and orders with it; devices follow by themselves."""
    from fer_controller.errors import RegistryError
    from fer_controller.registry import rotation

    settings = options.here("keys rotate", db, config)
    if settings.registry.sign_command:
        raise RegistryError(
            "The key that signs is not here but behind registry.sign_command; make a new one there, and name it with "
            "`fer-controller keys draft --add`."
        )
    _made(settings, lambda: rotation.rotate(settings.registry_folder, _now()), as_json=json_)


@app.command()
def draft(
    out: Annotated[Path, typer.Argument(help="Where to write the list, which is not signed yet.")],
    rotate_: Annotated[
        bool, typer.Option("--rotate", help="A new key takes the place of the controller's once it is published.")
    ] = False,
    add: Added = None,
    remove: Removed = None,
    threshold: Threshold = None,
    db: options.Db = None,
    config: options.Config = None,
) -> None:
    """Write the next list of keys, to be signed where the keys for lists are, and then published."""
    from fer_wire.whole_files import write_whole

    from fer_controller.registry import rotation

    folder = options.here("keys draft", db, config).registry_folder
    added = [_listed(each) for each in add or ()]
    payload = rotation.draft(
        folder, _now(), added=added, removed=remove or (), threshold=threshold, replacing_ours=rotate_
    )
    write_whole(out, payload)
    print(f"{out} is the next list of keys. Sign it with `fer-controller keys sign`, then `keys publish` it.")


@app.command()
def sign(
    draft_: Draft,
    key: Annotated[
        Path | None, typer.Option("--key", help="The private key (Ed25519, PEM); by default the controller's own.")
    ] = None,
    db: options.Db = None,
    config: options.Config = None,
) -> None:
    """Add a signature to a draft; with --key it needs no database, so that the key can be kept on another machine."""
    from fer_wire.whole_files import write_whole

    from fer_controller.registry import signing
    from fer_controller.registry.key_lists import countersigned, read_draft

    if key is not None:
        by: signing.Signer = signing.SigningKey(key)
    else:
        settings = options.here("keys sign", db, config)
        by = signing.signer(settings.registry_folder, settings.registry.sign_command)
    write_whole(draft_, countersigned(read_draft(draft_), [by]))
    print(f"{draft_} is signed by {by.public}.")


@app.command()
def publish(draft_: Draft, db: options.Db = None, config: options.Config = None, json_: options.Json = False) -> None:
    """Publish a signed list, and sign models and orders anew where it asks for that; devices follow by themselves."""
    from fer_controller.registry import rotation
    from fer_controller.registry.key_lists import read_draft

    settings = options.here("keys publish", db, config)
    _made(settings, lambda: rotation.publish(settings.registry_folder, read_draft(draft_)), as_json=json_)


def _made(settings: "Settings", make: "Callable[[], KeyList]", *, as_json: bool) -> None:
    """Publish a list, tell the audit log, and sign anew the models that need it."""
    from fer_controller.cli.models import opened_catalogue
    from fer_controller.rollout import audit

    with opened_catalogue(settings) as (catalogue, log):
        made, actor = make(), audit.operator()
        log.append([audit.act(audit.KEYS_PUBLISHED, f"{actor} publishes the list of keys {made.version}.", actor)])
        signed = catalogue.sign_anew()
    _say(made, as_json=as_json)
    if signed and not as_json:
        print(f"Signed anew: {', '.join(model.label for model in signed)}.")


def _say(keys: "KeyList", *, as_json: bool) -> None:
    if as_json:
        options.print_line(keys.model_dump(mode="json"))
        return
    from fer_terminal.listing import print_list

    print(
        f"List of keys {keys.version}, made {keys.time:%Y-%m-%d %H:%M} UTC; {keys.threshold} of its keys for lists "
        "must sign the next."
    )
    print_list(KEYS, [(key.name, ", ".join(key.signs), key.public) for key in keys.keys], empty="")


def _listed(typed: str) -> "ListedKey":
    """A key as it was typed: [NAME=]FILE[:PURPOSE,…]."""
    from fer_wire.keys import ListedKey

    from fer_controller.registry.signing import public_text

    name, named, rest = typed.rpartition(NAMED)
    file, limited, only = rest.rpartition(FOR)
    path = Path(file if limited else rest)
    signs = tuple(only.split(",")) if limited else PURPOSES
    unknown = [each for each in signs if each not in PURPOSES]
    if unknown:
        raise typer.BadParameter(f"{typed!r}: a key signs {', '.join(PURPOSES)}, not {unknown[0]!r}.")
    return ListedKey(public=public_text(path), name=name if named else path.stem, signs=signs)


def _now() -> datetime:
    return datetime.now(UTC)
