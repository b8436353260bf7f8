"""Commands of one device over a folder, with a real key and a link in memory; a run may die and another begin."""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Callable, List, Optional, Tuple

from fer_agent.commands.commands import Commands
from fer_agent.commands.ledger_file import LedgerFile
from fer_agent.commands.replies import Replies
from fer_agent.update import verify
from fer_wire import Command, Reply, Topics, parse
from fer_wire.commands import OK, RESTART, Finding
from fer_wire.device.deeds import Sources
from fer_wire.device.trust import Trust, one_key
from fer_wire.signed import COMMAND
from unit.agent.update.making import Signer

DEVICE = "nano-01"
NOW = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)
FINDING = Finding(check="disk", state=OK, found="9120 MB free")


class FakeLink:
    """Remembers the replies that were published."""

    def __init__(self) -> None:
        self.replies: List[Reply] = []

    def publish(
        self, topic: str, payload: bytes, qos: int = 0, retain: bool = False, expiry_s: Optional[int] = None
    ) -> Optional[int]:
        assert (topic, qos, retain) == (Topics().reply(DEVICE), 1, False)
        self.replies.append(parse(Reply, payload))
        return len(self.replies)


class DiesWhenSaving(LedgerFile):
    """The process dies right after it has saved, or before."""

    def __init__(self, path: Path, before: bool) -> None:
        super().__init__(path)
        self._before = before

    def save(self, ledger: "object") -> None:
        if not self._before:
            super().save(ledger)  # type: ignore[arg-type]
        raise Killed


class Killed(BaseException):
    """kill -9."""


class Device:
    """What a device does with commands; a command is carried out when work() is called, not in a thread."""

    def __init__(self, folder: Path) -> None:
        self.signer, self.folder = Signer(folder), folder
        self.trust: Trust = Trust(one_key(self.signer.text), verify.ed25519)
        self.now, self.runs, self.restarts = NOW, 0, 0
        self.starts_again = True
        self.lines: List[str] = ["2026-11-30T11:59:00.000Z INFO fer_agent: The camera is open."]
        self.examined: Callable[[], List[Finding]] = lambda: [FINDING]
        self.number = 0
        self.begin()

    def begin(self, file: Optional[LedgerFile] = None) -> None:
        """Another run of the agent."""
        self.runs += 1
        self.link, self.replies = FakeLink(), Replies(DEVICE, Topics())
        sources = Sources(
            examine=lambda: self.examined(),  # noqa: PLW0108  # a test may give another
            settings=lambda: 'device = "nano-01"\n',
            versions=lambda: {"fer-agent": "0.1.0"},
            telemetry=lambda: None,
            log=lambda _now: self.lines,
            hide=lambda text: text.replace("geheim", "***"),
        )
        self.commands = Commands(
            DEVICE,
            f"run-{self.runs}",
            lambda: self.trust,
            file or LedgerFile(self.folder / "commands.json"),
            self.replies,
            sources,
            self._restart if self.starts_again else None,
            lambda: self.now,
        )
        self.replies.attach(self.link)

    def dies_when_saving(self, *, before: bool) -> None:
        """From now on."""
        self.commands._file = DiesWhenSaving(self.folder / "commands.json", before)

    def asked(self, kind: str = RESTART, holds_s: float = 120, **changes: object) -> Tuple[Command, bytes]:
        """A command that the fleet has signed, and its payload."""
        self.number += 1
        until = self.now + timedelta(seconds=holds_s)
        command = Command(
            command=f"{self.number:032x}", device=DEVICE, kind=kind, issued=self.now, expires=until
        ).model_copy(update=changes)  # fmt: skip
        return command, self.signer.signed(command.payload(), COMMAND)

    def take(self, payload: bytes) -> List[str]:
        """Take it and do what is to be done; returns the outcomes of all replies of this run."""
        self.commands.take(payload)
        self.work()
        return self.outcomes

    def work(self) -> None:
        """Carry out what waits."""
        while self.commands._waiting:
            self.commands._carry_out(self.commands._waiting.popleft())

    @property
    def outcomes(self) -> List[str]:
        """Of the replies of this run."""
        return [each.outcome for each in self.link.replies]

    def _restart(self) -> None:
        self.restarts += 1
