"""fer-controller alerts: list, ack, silence, unsilence, silences, rules, test."""

import time
from collections.abc import Iterable
from typing import Annotated

import typer
from fer_terminal import tones
from fer_terminal.columns import FIGURE, TIME, WORDS, Column, Row
from fer_wire.message import MAX_INT

from fer_controller.alerts.transitions import DELIVERED, EASING, FAILED, OVER, RAISED
from fer_controller.cli import looks, options
from fer_controller.operations.alerts import (
    ACKNOWLEDGE,
    ALERT_RULES,
    ALERTS,
    END_SILENCE,
    LONGEST_SILENCE_S,
    OUTCOME,
    SILENCE,
    SILENCES,
    TEST,
    AcknowledgeRequest,
    AlertAnswer,
    AlertTestAnswer,
    AlertTestQuery,
    EndSilenceRequest,
    RuleAnswer,
    SilenceAnswer,
    SilenceRequest,
)
from fer_controller.operations.operation import Nothing

TAKEN_UP_WITHIN_S, DONE_WITHIN_S, LOOK_EVERY_S = 5.0, 60.0, 0.2
NOT_TAKEN_UP = "No controller with the role alerts has taken the test up; is one running with this database?"
NO_TARGETS = "The controller's settings name nobody to be told; set alerts.targets or alerts.webhooks."
TARGETS = (Column("target"), Column("state"), Column("fault", kind=WORDS))
TONES = {
    RAISED: tones.BAD, EASING: tones.BEWARE, OVER: tones.GOOD, DELIVERED: tones.GOOD, FAILED: tones.BAD,
}  # fmt: skip


def _rows(found: list[AlertAnswer]) -> Iterable[Row]:
    for each in found:
        state = each.state, TONES.get(each.state, tones.QUIET)
        yield each.alert, state, each.rule, each.raised_at, each.over_at, each.acknowledged_by, each.sentence


LIST = looks.Look(
    ALERTS,
    "The alerts that are raised; with --all those that are over, too. The newest come first.",
    (
        Column("id", kind=FIGURE),
        Column("state", 3),
        Column("rule", 5),
        Column("raised", 2, TIME),
        Column("over", 6, TIME),
        Column("looked after by", 4),
        Column("what is the matter", kind=WORDS),
    ),
    _rows,
    "Nothing is the matter.",
)
app = typer.Typer(invoke_without_command=True, callback=looks.command(LIST), help=LIST.help)


@app.command()
def ack(
    alerts: Annotated[list[int], typer.Argument(metavar="ID…", min=0, max=MAX_INT, help="Alerts that you look after.")],
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Say that you look after alerts, so that nobody else does."""
    with options.desk(db, url, config) as desk:
        for alert in alerts:
            done = desk.ask(ACKNOWLEDGE, AcknowledgeRequest(alert=alert))
            if json_:
                options.print_answer(done)
            else:
                print(f"{done.acknowledged_by} looks after alert {done.alert} since {done.acknowledged_at}.")


@app.command()
def silence(
    for_: Annotated[str, typer.Option("--for", metavar="TIME", help="For how long: 30m, 2h, 1d.")],
    rule: Annotated[str, typer.Option(help="Only this rule; by default every rule.")] = "",
    selector: Annotated[
        str, typer.Option(help="Only these devices, 'site=lab,room!=cellar' or 'device=nano-01'; by default all.")
    ] = "",
    reason: options.Reason = "",
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Raise no alerts of a rule, of some devices, or of both, for a while."""
    from fer_controller.errors import RequestError
    from fer_controller.rollout.planning.typed import seconds

    try:
        length_s = seconds(for_, "--for", LONGEST_SILENCE_S)
        if not length_s:
            raise typer.BadParameter("--for 0 would silence nothing; write 30m, 2h or 1d.")
        asked = SilenceRequest(rule=rule, selector=selector, for_s=length_s, reason=reason)
        with options.desk(db, url, config) as desk:
            made = desk.ask(SILENCE, asked)
    except RequestError as error:
        raise typer.BadParameter(str(error)) from error
    if json_:
        options.print_answer(made)
    else:
        print(f"Silence {made.silence} holds until {made.until_at}.")


@app.command()
def unsilence(
    silence: Annotated[int, typer.Argument(metavar="ID", min=0, max=MAX_INT, help="A silence that is to end now.")],
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """End a silence now."""
    with options.desk(db, url, config) as desk:
        done = desk.ask(END_SILENCE, EndSilenceRequest(silence=silence))
    if json_:
        options.print_answer(done)
    else:
        print(f"Silence {done.silence} is over.")


def _silences(found: list[SilenceAnswer]) -> Iterable[Row]:
    for each in found:
        yield each.silence, each.rule or "all", each.selector or "all", each.until_at, each.made_by, each.reason


HELD = looks.Look(
    SILENCES,
    "The silences that hold.",
    (
        Column("id", kind=FIGURE),
        Column("rule"),
        Column("devices"),
        Column("until", 2, TIME),
        Column("by", 3),
        Column("reason", 4, WORDS),
    ),
    _silences,
    "Nothing is silenced.",
)
app.command("silences")(looks.command(HELD))


def _rules(found: list[RuleAnswer]) -> Iterable[Row]:
    for each in found:
        raised = each.raised, tones.BAD if each.raised else tones.QUIET
        yield each.rule, each.setting, _spelled(each.value), each.lasting_s, raised, each.acknowledged, each.meaning


def _spelled(value: float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}"


SET = looks.Look(
    ALERT_RULES,
    "The rules as they are set, and how many alerts each has raised that are not over.",
    (
        Column("rule"),
        Column("setting"),
        Column("value"),
        Column("has to last s", 5, FIGURE),
        Column("raised", 2, FIGURE),
        Column("looked after", 4, FIGURE),
        Column("what it looks for", 3, WORDS),
    ),
    _rules,
    "There are no rules.",
)
app.command("rules")(looks.command(SET))


@app.command("test")
def have_tested(
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Have the running controller tell every target of a test, and say what came of it; fails when one was not told."""
    with options.desk(db, url, config) as desk:
        found = desk.ask(TEST, Nothing())
        begun_s = time.monotonic()
        while not found.done and time.monotonic() - begun_s < (DONE_WITHIN_S if found.begun_at else TAKEN_UP_WITHIN_S):
            time.sleep(LOOK_EVERY_S)
            found = desk.ask(OUTCOME, AlertTestQuery(test=found.test))
    _show(found, as_json=json_)
    if not found.targets or any(each.state != DELIVERED for each in found.targets):
        raise typer.Exit(1)


def _show(found: AlertTestAnswer, *, as_json: bool) -> None:
    if as_json:
        options.print_answer(found)
        return
    from fer_terminal.listing import print_list

    rows = [(each.target, (each.state, TONES.get(each.state, tones.QUIET)), each.fault) for each in found.targets]
    print_list(TARGETS, rows, NO_TARGETS if found.begun_at else NOT_TAKEN_UP)
