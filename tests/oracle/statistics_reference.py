#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/data/nemo_more/statistics.{pt,json}: tensors of every real dtype, strided, with NaN, infinities
and subnormal numbers, and what numpy says of them and of some tensors of the golden archives.

usage: statistics_reference.py   (needs torch and numpy)
"""
import io
import json
import pathlib
import tarfile

import numpy
import torch

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
BINS = 17


def synthetic():
    generator = torch.Generator().manual_seed(7)
    normal = torch.randn(70_001, generator=generator)
    with_special = normal[:5000].clone()
    with_special[::7] = float("nan")
    with_special[3::1000] = float("inf")
    with_special[5::1000] = -float("inf")
    with_special[6::11] = 0.0
    tensors = {
        "normal": normal,
        "far_from_zero": (normal[:9000].double() * 1e-3 + 1e6),
        "special": with_special,
        "all_nan": torch.full((33,), float("nan")),
        "subnormal": torch.arange(-50, 50, dtype=torch.float32) * 1.4e-45,
        "subnormal_half": (torch.arange(-50, 50, dtype=torch.float32) * 6e-8).half(),
        "edges": torch.arange(0, 18, dtype=torch.float32),
        "tenths": torch.arange(-40, 41, dtype=torch.float64) / 10,
        "constant": torch.full((10,), 2.5),
        "large_double": torch.tensor([-1e308, 1e308, 0.0, 5e307], dtype=torch.float64),
        "half": (normal[:3000] * 100).half(),
        "half_special": torch.tensor([65504.0, float("inf"), -float("inf"), float("nan"), -0.0, 1e-7]).half(),
        "bfloat16": normal[:3001].bfloat16(),
        "float8_e4m3fn": torch.arange(256, dtype=torch.uint8).view(torch.float8_e4m3fn),
        "float8_e5m2": torch.arange(256, dtype=torch.uint8).view(torch.float8_e5m2),
        "int8": torch.arange(-128, 128, dtype=torch.int8),
        "int16": torch.arange(-300, 300, 7, dtype=torch.int16),
        "int32": torch.arange(-3_000_000, 3_000_000, 70_001, dtype=torch.int32),
        "int64": torch.tensor([-(2**53), 5, 2**53, 0]),
        "uint8": torch.arange(256, dtype=torch.uint8),
        "bool": torch.arange(100) % 3 == 0,
        "transposed": normal[:6000].reshape(60, 100).t(),
        "every_second": normal[:6000].reshape(20, 30, 10)[::2, 1::3, ::2],
        "expanded": normal[:50].reshape(50, 1).expand(50, 70),
        "scalar": torch.tensor(-1.25),
        "empty": torch.zeros(0, 4),
    }
    return tensors


def as_float64(tensor):
    if tensor.dtype in (torch.float8_e4m3fn, torch.float8_e5m2, torch.bfloat16):
        tensor = tensor.float()
    return tensor.contiguous().numpy().astype(numpy.float64).ravel()


def describe(tensor):
    values = as_float64(tensor)
    finite = values[numpy.isfinite(values)]
    result = {
        "count": values.size,
        "zeros": int((values == 0).sum()),
        "nan": int(numpy.isnan(values).sum()),
        "inf": int(numpy.isinf(values).sum()),
    }
    if finite.size == 0:
        return result
    result |= {
        "min": float(finite.min()),
        "max": float(finite.max()),
        "mean": float(finite.mean()),
        "std": float(finite.std()),
        "norm": float(numpy.linalg.norm(finite)),
    }
    for key in ("std", "norm"):
        if not numpy.isfinite(result[key]):
            del result[key]  # numpy overflows, and so do we
    if finite.min() < finite.max() and numpy.isfinite(finite.max() - finite.min()):
        middle = (float(finite.min()) / 2, float(finite.max()) * 0.75)
        for name, (low, high) in {"histogram": (float(finite.min()), float(finite.max())), "inner": middle}.items():
            if low < high:
                counts = numpy.histogram(finite, BINS, (low, high))[0]
                result[name] = {"low": low, "high": high, "counts": counts.tolist(),
                                "below": int((finite < low).sum()), "above": int((finite > high).sum())}
    return result


def weights_of(archive):
    with tarfile.open(DATA / "nemo" / archive) as tar:
        weights = tar.extractfile("./model_weights.ckpt").read()
    return torch.load(io.BytesIO(weights), weights_only=True)


def differences(before, after):
    old, new = weights_of(before), weights_of(after)
    rows = []
    for name in (key for key, tensor in old.items() if tensor.is_floating_point()):
        a, b = as_float64(old[name]), as_float64(new[name])
        rows.append({"name": name, "norm": float(numpy.linalg.norm(b - a)), "largest": float(abs(b - a).max()),
                     "cosine": float(a @ b / (numpy.linalg.norm(a) * numpy.linalg.norm(b)))})
    return {"before": "nemo/" + before, "after": "nemo/" + after, "tensors": rows}


def golden(archive, names):
    state = weights_of(archive)
    return [{"file": "nemo/" + archive, "name": name} | describe(state[name]) for name in names]


def main():
    tensors = synthetic()
    folder = DATA / "nemo_more"
    torch.save(tensors, folder / "statistics.pt")
    with numpy.errstate(all="ignore"):
        cases = [{"file": "nemo_more/statistics.pt", "name": name} | describe(t) for name, t in tensors.items()]
    cases += golden("quartznet_char.nemo", ["preprocessor.featurizer.fb", "encoder.encoder.0.mconv.0.conv.weight",
                                            "encoder.encoder.0.mconv.2.num_batches_tracked"])
    cases += golden("quartznet_char_bfloat16.nemo", ["encoder.encoder.0.mconv.0.conv.weight"])
    cases += golden("quartznet_char_float16.nemo", ["encoder.encoder.0.mconv.0.conv.weight"])
    with numpy.errstate(all="ignore"):
        apart = [differences("quartznet_char.nemo", f"quartznet_char_{kind}.nemo") for kind in ("bfloat16", "float16")]
    (folder / "statistics.json").write_text(json.dumps({"bins": BINS, "tensors": cases, "differences": apart}, indent=1) + "\n")


main()
