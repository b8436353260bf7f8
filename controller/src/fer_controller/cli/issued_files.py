"""Where the commands that make certificates put them: files of a folder, or standard output."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from fer_wire.whole_files import write_whole, written_whole

from fer_controller.cli import options
from fer_controller.errors import AuthorityError

if TYPE_CHECKING:
    from fer_controller.authority.authority import Authority, Made

OURS_ALONE = 0o600
REQUEST_BYTES = 64 * 1024
CA_FILE = "ca.crt"

Out = Annotated[
    Path | None,
    typer.Option("--out", help=f"A folder for NAME.crt, its key NAME.key, and {CA_FILE}, which everybody trusts."),
]
Csr = Annotated[
    Path | None,
    typer.Option("--csr", help="Sign this certificate request (PEM), whose key stays where it is; without --out the "
                 "certificate is printed."),
]  # fmt: skip


class IssuedFiles:
    """Takes one certificate; raises AuthorityError when a key is there already that must not be replaced."""

    def __init__(self, name: str, out: Path | None, csr: Path | None, *, replace: bool) -> None:
        """Looks at both places before anything is issued."""
        if out is None and csr is None:
            raise typer.BadParameter("give --out FOLDER for a new key and its certificate, or --csr FILE.")
        self._name, self._out, self._replace = name, out, replace
        self.request = None if csr is None else _read(csr)
        if out is not None and csr is None and not replace and self._place(".key").exists():
            raise AuthorityError(f"{self._place('.key')} is there already; name another folder, or --replace it.")

    def put(self, made: "Made", authority: "Authority", *, as_json: bool) -> None:
        """Write the files, the key first, or print the certificate, and say so."""
        if self._out is None:
            if as_json:
                options.print_line({**self._told(made), "certificate": made.chain.decode()})
            else:
                print(made.chain.decode(), end="", flush=True)
            return
        try:
            self._write(made, authority)
        except OSError as error:
            raise AuthorityError(
                f"The certificate of {self._name} was made, but {self._out} cannot be written: "
                f"{error.strerror or error}; make another one."
            ) from error
        told = self._told(made)
        if as_json:
            options.print_line({**told, "certificate": str(self._place(".crt"))})
        else:
            print(f"{self._place('.crt')} is valid until {told['expires_at']}.", flush=True)

    def _write(self, made: "Made", authority: "Authority") -> None:
        from fer_controller.authority import certificates

        self._place("").parent.mkdir(parents=True, exist_ok=True)
        if made.key:
            with written_whole(self._place(".key"), OURS_ALONE, replace=self._replace) as file:
                file.write(made.key)
        write_whole(self._place(".crt"), made.chain)
        write_whole(self._place("").with_name(CA_FILE), certificates.text(authority.root))

    def _told(self, made: "Made") -> dict[str, str]:
        from fer_wire.message import iso_utc

        from fer_controller.authority.certificates import serial_text

        return {
            "name": self._name,
            "serial": serial_text(made.certificate.serial_number),
            "expires_at": iso_utc(made.certificate.not_valid_after_utc),
        }

    def _place(self, ending: str) -> Path:
        return (self._out or Path()) / f"{self._name}{ending}"


def _read(csr: Path) -> bytes:
    try:
        with csr.open("rb") as file:
            return file.read(REQUEST_BYTES)
    except OSError as error:
        raise AuthorityError(f"The certificate request {csr} cannot be read: {error.strerror or error}.") from error
