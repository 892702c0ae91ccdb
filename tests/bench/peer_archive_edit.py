#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times edits of a large .nemo with fathom-cli beside what people do in Python: unpack, change, pack again.
usage: peer_archive_edit.py FATHOM_CLI [MIB] [FOLDER]   (a Python with torch; needs three times MIB of disk)
Prints one line for each edit with both times (best of three) and their ratio."""
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

import torch

cli = os.path.abspath(sys.argv[1])
mib = int(sys.argv[2]) if len(sys.argv) > 2 else 1024
folder = tempfile.mkdtemp(dir=sys.argv[3] if len(sys.argv) > 3 else None)
archive = os.path.join(folder, "a.nemo")


def pack(source, target):
    with tarfile.open(target, "w:") as tar:
        tar.add(source, arcname=".")


def make():
    source = os.path.join(folder, "source")
    os.makedirs(source)
    weights = {f"encoder.layers.{i}.weight": torch.randn(1024, 256) for i in range(mib)}
    torch.save(weights, os.path.join(source, "model_weights.ckpt"))
    with open(os.path.join(source, "model_config.yaml"), "w") as file:
        file.write("target: a.B\noptim:\n  name: adamw\n  lr: 0.1\n" + "".join(f"key{i}: {i}\n" for i in range(300)))
    pack(source, archive)
    shutil.rmtree(source)


def python_edit(change):
    """Unpacks beside the archive, changes the folder, packs and replaces."""
    work = tempfile.mkdtemp(dir=folder)
    with tarfile.open(archive, "r:") as tar:
        tar.extractall(work, filter="data")
    change(work)
    pack(work, archive + ".new")
    os.replace(archive + ".new", archive)
    shutil.rmtree(work)


def set_lr(work):
    path = os.path.join(work, "model_config.yaml")
    text = open(path).read()
    open(path, "w").write(text.replace("lr: 0.1", "lr: 0.3"))


def to_bfloat16(work):
    path = os.path.join(work, "model_weights.ckpt")
    weights = torch.load(path, weights_only=True)
    torch.save({key: value.bfloat16() for key, value in weights.items()}, path)


def fathom(*arguments):
    subprocess.run([cli, "nemo", *arguments], check=True, stdout=subprocess.DEVNULL)


def best(action, before=lambda: None):
    times = []
    for _ in range(3):
        before()
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def report(what, ours, theirs):
    print(f"{what:42} fathom-cli {ours * 1000:9.1f} ms   Python {theirs * 1000:9.1f} ms   {theirs / ours:7.1f} times", flush=True)


try:
    make()
    rates = iter(range(1000))
    python = best(lambda: python_edit(set_lr))
    report("one config value, in place", best(lambda: fathom("set", archive, f"optim.lr=0.{next(rates)}")), python)
    report("config grown by 6 kB, rewritten",
           best(lambda: fathom("set", archive, "++note='" + "x" * 6000 + str(next(rates)) * 2000 + "'", "-o", archive + ".2")), python)
    os.remove(archive + ".2")
    backup = archive + ".backup"
    shutil.copy(archive, backup)
    ours = best(lambda: fathom("convert", archive, "--dtype", "bfloat16", "-o", archive + ".half"))
    theirs = best(lambda: python_edit(to_bfloat16), lambda: shutil.copy(backup, archive))
    report("weights to bfloat16", ours, theirs)
finally:
    shutil.rmtree(folder)
