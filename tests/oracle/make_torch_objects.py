#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes into tests/data/lightning: torch_objects.ckpt, torch.save of one object of every kind that TorchObject has, which
tst_torch_file_writer builds as well and compares byte for byte (equal strings are one object, as interned literals are);
and structured_config.ckpt, a DictConfig with OmegaConf's typed nodes.

usage: make_torch_objects.py   (torch 2.11, omegaconf 2.3)
"""
import collections
import dataclasses
import pathlib
import sys
import typing

import torch
from omegaconf import MISSING, OmegaConf
from omegaconf.dictconfig import DictConfig

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "data" / "lightning"


@dataclasses.dataclass
class Schedule:
    steps: int = 10


@dataclasses.dataclass
class Optimizer:
    lr: float = 0.1
    use: bool = True
    name: typing.Optional[str] = None
    either: typing.Union[int, str] = "x"
    betas: typing.List[float] = dataclasses.field(default_factory=lambda: [0.9, 0.98])
    schedule: Schedule = dataclasses.field(default_factory=Schedule)
    other: typing.Optional[Schedule] = None
    linked: Schedule = "${schedule}"
    missing: Schedule = MISSING


def interned(value):
    if isinstance(value, str):
        return sys.intern(value)
    if isinstance(value, dict):
        return {interned(k): interned(v) for k, v in value.items()}
    return [interned(v) for v in value] if isinstance(value, list) else value


base = torch.arange(12, dtype=torch.float32)
states = collections.OrderedDict([("a.weight", base[:8].view(2, 4)), ("a.bias", base[8:]), ("a.view", base.view(3, 4).t())])
states._metadata = collections.OrderedDict([("", {"version": 1}), ("a", {"version": 2})])
config = OmegaConf.create(interned({
    "name": "tiny", "rate": 1e-3, "steps": 70000, "big": 2**40, "use": True, "nothing": None, "missing": "???",
    "same": "${name}", "labels": [" ", "a", "é", {"deep": [[], {}]}, "${rate}"], "empty": {}, "one": {"name": "tiny"}}))
OmegaConf.set_struct(config.one, True)
OmegaConf.set_readonly(config.one, False)
root = {
    "none": None, "bools": [True, False],
    "ints": [0, 255, 256, 65535, 65536, -1, 2**31 - 1, -2**31, 2**31, 2**63 - 1, -2**63],
    "floats": (0.1, -0.0, float("inf"), float("nan")),
    "strings": ["", "x", "é𝄞", "none", "longer than one"],
    "tuples": ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)),
    "lists": [[], [1], [1, 2]], "dicts": [{}, {7: "seven"}, {"epoch": 1, -3: 2.5}],
    "many": list(range(2001)), "keys": {i: None for i in range(2001)},
    "ordered": collections.OrderedDict([(5, "five"), ("z1", [])]),
    "state_dict": states,
    "parameter": torch.nn.Parameter(torch.ones(2, dtype=torch.float64)),
    "frozen": torch.nn.Parameter(torch.ones(1, dtype=torch.int64), requires_grad=False),
    "leaf": torch.zeros(3, requires_grad=True),
    "scalar": torch.tensor(7), "empty": torch.empty(0, 3), "untyped": torch.arange(3).to(torch.uint16),
    "hparams_type": DictConfig, "hyper_parameters": config, "list_config": OmegaConf.create([1, [2]]),
}
torch.save({sys.intern(k): v for k, v in root.items()}, FOLDER / "torch_objects.ckpt")
typed = OmegaConf.structured(Optimizer)
OmegaConf.set_struct(typed, True)
torch.save({"hyper_parameters": typed}, FOLDER / "structured_config.ckpt")
