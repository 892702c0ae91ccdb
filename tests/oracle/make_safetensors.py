#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/data/nemo_more/all_dtypes.safetensors with the format's own library, and beside it, as .json,
what it says of each tensor.

usage: make_safetensors.py   (needs torch and safetensors)
"""
import hashlib
import json
import pathlib

import torch
from safetensors import safe_open
from safetensors.torch import save_file

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "data" / "nemo_more"
DTYPES = ["float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2", "int64", "int32", "int16", "int8",
          "uint64", "uint32", "uint16", "uint8", "bool", "complex64"]


def main():
    generator = torch.Generator().manual_seed(3)
    tensors = {}
    for index, name in enumerate(DTYPES):
        values = torch.randint(0, 100, (2, 3 + index), generator=generator)
        tensors[f"layer.{index}.{name}"] = values.to(getattr(torch, name))
    tensors["scalar"] = torch.tensor(2.5)
    tensors["empty"] = torch.zeros(0, 7)
    tensors["naïve \"quoted\" 日本"] = torch.ones(1)
    path = FOLDER / "all_dtypes.safetensors"
    save_file(tensors, path, metadata={"format": "pt", "note": "written for Fathom's tests"})
    rows = []
    with safe_open(path, "pt") as file:
        for name in file.keys():
            tensor = file.get_tensor(name)
            content = tensor.contiguous().view(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b""
            rows.append({"name": name, "dtype": str(tensor.dtype).removeprefix("torch."), "shape": list(tensor.shape),
                         "md5": hashlib.md5(content).hexdigest()})
        metadata = file.metadata()
    path.with_suffix(".json").write_text(json.dumps({"tensors": rows, "metadata": metadata}, indent=1) + "\n")


main()
