"""A Debian for arm64 on this machine: qemu runs its programs, and the kernel starts qemu for them (binfmt_misc)."""

import shutil
import subprocess
from pathlib import Path

from debian_root import made_once, run

PACKAGES = ("python3", "python3-venv", "ca-certificates")
NEEDED = ("debootstrap", "qemu-aarch64-static", "unshare", "mount", "chroot")
REGISTRY = Path("/proc/sys/fs/binfmt_misc")
FORMAT = "qemu-aarch64"
RULE = Path("/usr/lib/binfmt.d/qemu-aarch64.conf")

PROCESSOR = """\
processor\t: {number}
BogoMIPS\t: 38.40
Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x1
CPU part\t: 0xd07
CPU revision\t: 1
"""
"""A Cortex-A57, a Nano's. qemu shows the x86 machine's own list, in which ONNX Runtime from 1.29 on finds no
processor of Arm and dies: docs/decisions/0028."""
PROCESSORS = 2

ENTER = """
mount -t proc proc "$1/proc" && mount --rbind /sys "$1/sys" && mount --bind "$1/cpuinfo" "$1/proc/cpuinfo"
exec chroot "$@"
"""


def missing() -> list[str]:
    """The programs without which there can be no such Debian."""
    return [program for program in NEEDED if shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin") is None]


class Arm:
    """One root file system; what is written to it goes away with the folder."""

    def __init__(self, folder: Path) -> None:
        _register()
        self.root = folder / "root"
        upper, work = folder / "upper", folder / "work"
        for each in (self.root, upper, work):
            each.mkdir()
        lower = made_once("bookworm-arm64", PACKAGES, "--arch=arm64")
        run("mount", "-t", "overlay", "overlay", f"-olowerdir={lower},upperdir={upper},workdir={work}", str(self.root))
        processors = (PROCESSOR.format(number=number) for number in range(PROCESSORS))
        (self.root / "cpuinfo").write_text("\n".join(processors))

    def run(self, *command: str, patience_s: float = 900.0) -> str:
        """Run a command there, with this machine's network, and return what it printed; fails with what it said."""
        done = subprocess.run(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", ENTER, "sh", str(self.root), *command],
            env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin"},
            capture_output=True, text=True, timeout=patience_s, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (
            f"{' '.join(command)} ended with {done.returncode}: {(done.stderr + done.stdout)[-4000:]}"
        )
        return done.stdout

    def remove(self) -> None:
        """Unmount it."""
        run("umount", str(self.root))


def _register() -> None:
    """Tell the kernel, where no systemd did."""
    if not (REGISTRY / "register").exists():
        run("mount", "-t", "binfmt_misc", "binfmt_misc", str(REGISTRY))
    if not (REGISTRY / FORMAT).exists():
        (REGISTRY / "register").write_bytes(RULE.read_bytes().strip())
