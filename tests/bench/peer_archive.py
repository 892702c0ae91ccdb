#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs bench_archive, does the same on the same files as a Python user would - tarfile, torch.load and numpy -
and prints both with the ratio. Needs torch and numpy; 5 GB in FOLDER, which is left behind.

usage: peer_archive.py build/release/bench/bench_archive FOLDER
"""
import pathlib
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time

import numpy
import torch
import yaml


def timed(runs, work):
    seconds = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


def weights_of(path, mode="r:"):
    """As NeMo's restore_from begins: unpack, read the config, load the state dict."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        with tarfile.open(path, mode) as tar:
            tar.extractall(folder, filter="data")
        folder = pathlib.Path(folder)
        config = yaml.safe_load((folder / "model_config.yaml").read_text())
        assert config
        return torch.load(folder / "model_weights.ckpt", map_location="cpu", weights_only=True)


def numbers(values):
    return (values.min(), values.max(), values.mean(dtype=numpy.float64), values.std(dtype=numpy.float64),
            numpy.linalg.norm(values), (values == 0).sum(), numpy.isnan(values).sum(), numpy.isinf(values).sum())


def differences(a, b):
    changed = 0
    for name, before in a.items():
        after = b[name]
        if torch.equal(before, after):
            continue
        changed += 1
        apart = (after - before).double()
        _ = (apart.norm(), apart.abs().max(), torch.nn.functional.cosine_similarity(
            before.double().flatten(), after.double().flatten(), dim=0))
    return changed


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    ours = {}
    for line in subprocess.run([program, folder], capture_output=True, text=True, check=True).stdout.splitlines():
        name, value, *unit = line.split(" ", 2)
        ours[name] = float(value)
        print(line)
    torch.set_num_threads(2)
    path = folder / "a.nemo"
    seconds = timed(3, lambda: weights_of(path))
    print(f"python_open_members_config_tensors {1e3 * seconds:.4g} ms"
          f"  ratio {1e3 * seconds / ours['open_members_config_tensors']:.3g}")
    arrays = [tensor.numpy() for tensor in weights_of(path).values()]
    total = sum(array.nbytes for array in arrays)
    rate = total / timed(1, lambda: [numbers(array) for array in arrays]) / 1e9
    print(f"python_statistics {rate:.4g} GB/s  ratio {ours['statistics_1_thread'] / rate:.3g}")
    rate = total / timed(1, lambda: [numpy.histogram(array, 48, (-0.1, 0.1)) for array in arrays]) / 1e9
    print(f"python_histogram {rate:.4g} GB/s  ratio {ours['histogram_1_thread'] / rate:.3g}")
    del arrays
    seconds = timed(1, lambda: differences(weights_of(path), weights_of(folder / "b.nemo")))
    print(f"python_diff_all_changed {seconds:.4g} s  ratio {seconds / ours['diff_all_changed']:.3g}")
    seconds = timed(1, lambda: differences(weights_of(path), weights_of(folder / "same.nemo")))
    print(f"python_diff_identical {seconds:.4g} s  ratio {seconds / ours['diff_identical']:.3g}")
    expanded = (folder / "small.nemo").stat().st_size
    rate = expanded / timed(1, lambda: weights_of(folder / "packed.nemo", "r:gz")) / 1e6
    print(f"python_gzip_open {rate:.4g} MB/s  ratio {ours['gzip_open_first'] / rate:.3g}")


main()
