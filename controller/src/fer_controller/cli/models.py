"""fer-controller models: keygen, sign, add, list, show, verify, remove."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from fer_terminal import tones
from fer_terminal.choosing import Choice
from fer_terminal.columns import FIGURE, TIME, WORDS, Column, Row
from fer_terminal.options import with_choice
from fer_wire.contracts import CLASSIFIER

from fer_controller.cli import looks, options
from fer_controller.cli.completions import MODELS as MODEL_NAMES
from fer_controller.operations.board import FLEET, FleetQuery
from fer_controller.operations.models import MODEL, MODELS, ModelAnswer, ModelQuery
from fer_controller.settings import Settings

if TYPE_CHECKING:
    from fer_controller.desk.desk import Desk
    from fer_controller.registry.catalogue import Catalogue, Shelf, Watch
    from fer_controller.registry.model import RegisteredModel
    from fer_controller.store.audit.store import AuditStore

FAILED = 1
OK = "ok"

app = typer.Typer(no_args_is_help=True, help="The models that devices may fetch: proven, signed, kept.")

Model = Annotated[
    str,
    typer.Argument(autocompletion=MODEL_NAMES, help="NAME or NAME@VERSION; a name alone is the version added last."),
]


@app.command()
def keygen(
    force: Annotated[
        bool, typer.Option("--force", help="Replace the keys; every device then needs the new signing.pub.")
    ] = False,
    db: options.Db = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Make the keys that sign models; what is there is completed, and replaced with --force alone."""
    from fer_controller.errors import RegistryError
    from fer_controller.registry import rotation, signing
    from fer_controller.registry.key_lists import KeyHistory

    settings = options.here("models keygen", db, config)
    folder = settings.registry_folder
    if force and KeyHistory(folder).newest is not None:
        raise RegistryError("Devices follow a list of keys; replace this one with `fer-controller keys rotate`.")
    rotation.settle(folder)
    made = not settings.registry.sign_command and signing.make_keys(folder, force=force)
    with _catalogue(settings, keys=made) as catalogue:
        signed = catalogue.sign_anew()
    public = folder / signing.PUBLIC_FILE
    if json_:
        document = {"made": made, "public_key": str(public), "signed_anew": [model.label for model in signed]}
        options.print_line(document)
        return
    print("The keys are made." if made else "The keys were there already.")
    if signed:
        print(f"Signed anew: {', '.join(model.label for model in signed)}.")
    given = f"{public} to every device as update.public_key"
    if KeyHistory(folder).newest is not None:
        given = "what `fer-controller keys show --out FILE` writes to new devices as update.keys_file"
    print(f"Give {given}; {signing.PRIVATE_FILE} never leaves {folder}.")


@app.command()
def sign(
    entry: Annotated[Path, typer.Argument(help="A folder with manifest.json, NAME/VERSION.")],
    key: Annotated[Path, typer.Option("--key", help="A private key (Ed25519, PEM) that may sign models.")],
) -> None:
    """Sign a model where the key is; `models add` keeps the signature of a key that devices trust."""
    from fer_wire.whole_files import write_whole

    from fer_controller.registry.catalogue import MANIFEST, signed_entry
    from fer_controller.registry.signing import SigningKey

    by = SigningKey(key)
    write_whole(entry / MANIFEST, signed_entry(entry, by))
    print(f"{entry / MANIFEST} is signed by {by.public}.")


@app.command()
def add(
    entry: Annotated[Path, typer.Argument(help="A folder with manifest.json and .onnx files, NAME/VERSION.")],
    db: options.Db = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Prove a model, sign it, keep it with its card; added again, it takes over figures and card."""
    from fer_controller.desk.answers.models import described

    with _catalogue(options.here("models add", db, config)) as catalogue, _progress(quiet=json_) as watch:
        model, added = catalogue.add(entry, watch)
        card = catalogue.card(model)
    if json_:
        options.print_line({"added": added, **described(model).document()})
    else:
        what = "is in the registry now" if added else "was in the registry already"
        print(f"{model.label} {what}: {', '.join(model.precisions)}, and {'its' if card else 'no'} card.")


def _rows(models: list[ModelAnswer]) -> Iterable[Row]:
    for model in models:
        best = max((each.accuracy for variant in model.variants for each in variant.accuracy), default=None)
        yield (
            model.model,
            model.task,
            ", ".join(each.precision for each in model.variants),
            f"{sum(each.size_bytes for each in model.variants) / 1e6:.2f}",
            f"{model.variants[0].parameters:,}",
            None if best is None else f"{best:.1%}",
            model.added_at,
        )


LIST = looks.Look(
    MODELS,
    "The models of the registry, in the order in which they were added.",
    (
        Column("model"),
        Column("task", 3),
        Column("precisions", 4, WORDS),
        Column("megabytes", 5, FIGURE),
        Column("parameters", 7, FIGURE),
        Column("accuracy", 2, FIGURE),
        Column("added", 6, TIME),
    ),
    _rows,
    "The registry has no model yet; add one with `fer-controller models add`.",
)
app.command("list")(looks.command(LIST))


@app.command()
def show(
    model: Model,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    card: Annotated[bool, typer.Option("--card", help="Print its card alone: figures, limits, intended use.")] = False,
    json_: options.Json = False,
) -> None:
    """One model: its variants, how good they are, who runs them, where it came from; --card: what is written of it."""
    from fer_controller.cli import manifest

    with options.desk(db, url, config) as desk:
        found = desk.ask(MODEL, ModelQuery(model=model))
        run_by = {} if json_ or card else _run_by(desk, found)
    if json_:
        options.print_answer(found)
    elif card:
        manifest.print_card(found)
    else:
        manifest.print_whole(found, run_by)


def _run_by(desk: "Desk", model: ModelAnswer) -> dict[str, int]:
    """How many devices run each of its variants; of a classifier alone, for the fleet is not counted by its eyes."""
    if model.task != CLASSIFIER:
        return {}
    runs = {each.precision: f"{model.model}/{each.precision}" for each in model.variants}
    return {kind: desk.ask(FLEET, FleetQuery(models=(name,), limit=0)).total for kind, name in runs.items()}


VERIFIED = (Column("model"), Column("result", kind=WORDS))


@app.command()
@with_choice(VERIFIED)
def verify(
    choice: Choice,
    model: Annotated[
        str | None, typer.Argument(autocompletion=MODEL_NAMES, help="NAME or NAME@VERSION; by default all.")
    ] = None,
    db: options.Db = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Prove the kept models again: hashes, contract, golden batches, signature; fails when one has a fault."""
    from fer_controller.registry.model import split

    settings = options.here("models verify", db, config)
    with _shelf(settings) as shelf, _progress(quiet=json_) as watch:
        models = shelf.list() if model is None else [shelf.get(*split(model))]
        faults = {each.label: _fault(shelf, each, watch) for each in models}
    documents = [{"model": label, "ok": not fault, "fault": fault} for label, fault in faults.items()]
    rows = [(label, (fault, tones.BAD) if fault else (OK, tones.GOOD)) for label, fault in faults.items()]
    options.print_chosen(VERIFIED, rows, documents, choice, "The registry has no model yet.", json_=json_)
    if any(faults.values()):
        raise typer.Exit(FAILED)


@app.command()
def remove(
    model: Annotated[str, typer.Argument(autocompletion=MODEL_NAMES, help="NAME@VERSION.")],
    db: options.Db = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Remove a model and the files that no other has; refused while a device or a rollout still needs it."""
    from fer_controller.registry.model import split

    settings = options.here("models remove", db, config)
    name, version = split(model)
    if version is None:
        raise typer.BadParameter(f"name the version too: {name}@VERSION.")
    with _catalogue(settings) as catalogue:
        freed_bytes = catalogue.remove(name, version)
    if json_:
        options.print_line({"removed": model, "freed_bytes": freed_bytes})
    else:
        print(f"{model} is removed; {freed_bytes / 1e6:.2f} MB are free again.")


@contextmanager
def _catalogue(settings: Settings, *, keys: bool = False) -> "Iterator[Catalogue]":
    """The registry, whose changes the audit log tells of; and of new keys, if there are."""
    from fer_controller.rollout import audit

    with opened_catalogue(settings) as (catalogue, log):
        if keys:
            actor = audit.operator()
            log.append([audit.act(audit.KEYS_MADE, f"{actor} makes the keys that sign models.", actor)])
        yield catalogue


@contextmanager
def opened_catalogue(settings: Settings) -> "Iterator[tuple[Catalogue, AuditStore]]":
    """The registry, and the audit log that tells of its changes."""
    from fer_controller.registry import catalogue
    from fer_controller.rollout import audit
    from fer_controller.store import opening
    from fer_controller.store.audit.store import AuditStore
    from fer_controller.store.registry.store import ModelStore

    actions = {
        catalogue.ADDED: audit.MODEL_ADDED, catalogue.SIGNED: audit.MODEL_SIGNED,
        catalogue.REMOVED: audit.MODEL_REMOVED,
    }  # fmt: skip
    actor = audit.operator()
    with opening.created(settings.db) as database:
        log = AuditStore(database, audit.HERE)

        def told(what: str, label: str) -> None:
            log.append([audit.act(actions[what], f"{actor} {what} {label}.", actor)])

        store, command = ModelStore(database), settings.registry.sign_command
        yield catalogue.Catalogue(store, settings.registry_folder, told, command), log


@contextmanager
def _shelf(settings: Settings) -> "Iterator[Shelf]":
    from fer_controller.registry.catalogue import Shelf
    from fer_controller.store import opening
    from fer_controller.store.registry.store import ModelStore

    with opening.reader(settings.db) as database:
        yield Shelf(ModelStore(database), settings.registry_folder)


@contextmanager
def _progress(*, quiet: bool) -> "Iterator[Watch]":
    """A bar on a terminal."""
    from fer_terminal.progress import bar

    with bar("reading", megabytes=True, quiet=quiet) as shown:

        def watch(step: str, more_bytes: int, all_bytes: int) -> None:
            shown.call(step)
            shown.advance(more_bytes, all_bytes)

        yield watch


def _fault(shelf: "Shelf", model: "RegisteredModel", watch: "Watch") -> str | None:
    from fer_controller.errors import RegistryError

    try:
        shelf.verify(model, watch)
    except RegistryError as error:
        return str(error)
    return None
