"""fer-controller label."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from fer_controller.cli import options

if TYPE_CHECKING:
    from fer_controller.store.rollouts import RolloutStore


def label(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="DEVICE… KEY=VALUE…", help="Devices, and labels to put on them.")
    ] = None,
    remove: Annotated[list[str] | None, typer.Option(metavar="KEY", help="Take this label off; repeatable.")] = None,
    release: Annotated[bool, typer.Option("--release", help="Let the devices out of quarantine.")] = False,
    db: options.Db = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Labels of devices, by which `deploy --selector` finds them; without any, those that there are."""
    from fer_controller.errors import RequestError
    from fer_controller.store.rollouts import RolloutStore

    devices = [word for word in words or [] if "=" not in word]
    given = [word for word in words or [] if "=" in word]
    if (given or remove or release) and not devices:
        raise typer.BadParameter("name the devices before the labels: label nano-01 nano-02 site=lab.")
    store = RolloutStore(options.settings_for(db, config).db)
    try:
        _change(store, devices, given, remove or [], release=release)
        _show(store, devices, as_json=json_)
    except RequestError as error:
        raise typer.BadParameter(str(error)) from error
    finally:
        store.close()


def _change(
    store: "RolloutStore", devices: Sequence[str], given: Sequence[str], removed: Sequence[str], *, release: bool
) -> None:
    from fer_wire import TopicError
    from fer_wire.message import iso_utc
    from fer_wire.names import checked_name

    from fer_controller.rollout import audit, selector
    from fer_controller.store.rollout_records import Changes, Failures, Label

    try:
        names = [checked_name(device) for device in devices]
    except TopicError as error:
        raise typer.BadParameter(str(error)) from error
    labels = [selector.label(text) for text in given]
    gone = [selector.label_key(key) for key in removed]
    now, actor = iso_utc(datetime.now(UTC)), audit.operator()
    rows = [Label(name, key, value) for name in names for key, value in labels]
    store.label(rows, [(name, key) for name in names for key in gone], now, actor)
    if release:
        sentences = {name: f"{actor} let {name} out of quarantine." for name in names}
        store.write(
            Changes(
                failures={name: Failures(name, 0) for name in names},
                audit=[audit.entry(now, "", audit.RELEASED, sentences[n], device=n, actor=actor) for n in names],
            )
        )


def _show(store: "RolloutStore", devices: Sequence[str], *, as_json: bool) -> None:
    found: dict[str, dict[str, str]] = {device: {} for device in devices}
    for each in store.labels():
        if not devices or each.device in devices:
            found.setdefault(each.device, {})[each.key] = each.value
    failures = store.failures()
    reasons = {name: each.reason for name, each in failures.items() if each.quarantined_at}
    for name in reasons if not devices else ():
        found.setdefault(name, {})
    if as_json:
        options.print_lines(
            {"device": name, "labels": labels, "quarantined": reasons.get(name)}
            for name, labels in sorted(found.items())
        )
        return
    table = options.table("device", "labels", "in quarantine because")
    for name, labels in sorted(found.items()):
        pairs = " ".join(f"{key}={value}" for key, value in labels.items())
        table.add_row(*map(options.plain, (name, pairs or "–", reasons.get(name, "–"))))
    options.print_table(table, empty="No device has a label.")
