"""A processor is told by its flags, and what cannot be told is left as it is."""

from pathlib import Path

import pytest
from fer_wire.int8 import int8_saturates

MILAN = "processor\t: 0\nmodel name\t: AMD EPYC\nflags\t\t: fpu sse2 avx2 fma vaes\n"
GENOA = "processor\t: 0\nmodel name\t: AMD EPYC\nflags\t\t: fpu sse2 avx2 avx512f avx512_vnni\n"
ALDER_LAKE = "flags\t\t: fpu sse2 avx2 avx_vnni\n"
CORTEX_A57 = "processor\t: 0\nFeatures\t: fp asimd evtstrm aes pmull sha1 sha2 crc32\n"


@pytest.mark.parametrize(
    ("cpu_info", "saturates"), [(MILAN, True), (GENOA, False), (ALDER_LAKE, False), (CORTEX_A57, False), ("", False)]
)
def test_sums_overflow_on_x86_without_vnni(cpu_info: str, saturates: bool, tmp_path: Path) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text(cpu_info)
    assert int8_saturates(path) is saturates


def test_a_system_that_does_not_say_is_taken_for_exact(tmp_path: Path) -> None:
    assert int8_saturates(tmp_path / "none") is False
