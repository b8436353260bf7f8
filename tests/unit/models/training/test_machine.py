"""A run takes the number format that the machine multiplies fastest, unless it is told otherwise."""

import pytest
from fer_models.errors import UsageError

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]


@pytest.mark.parametrize(
    ("capabilities", "precision", "bfloat16"),
    [
        ({"avx512_bf16": True}, "auto", True),
        ({"amx_bf16": True}, "auto", True),
        ({"avx512_vnni": True, "avx512_bf16": False}, "auto", False),
        ({"avx512_bf16": True}, "fp32", False),
        ({}, "bf16", True),
    ],
)
def test_a_cpu_trains_in_bfloat16_where_it_has_instructions_for_it(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], precision: str, bfloat16: bool
) -> None:
    import torch
    from fer_models.training.machine import MachineOptions

    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert MachineOptions(device="cpu", precision=precision).machine().bfloat16 is bfloat16


def test_an_unknown_precision_is_refused() -> None:
    from fer_models.training.machine import MachineOptions

    with pytest.raises(UsageError, match="There is no precision 'fp8'; choose auto, fp32 or bf16"):
        MachineOptions(precision="fp8").machine()
