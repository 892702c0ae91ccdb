#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""bench_checkpoint, then torch.save of as many tensors to the same folder, five times; prints medians.
usage: peer_checkpoint.py BENCH_CHECKPOINT FOLDER   (a Python with torch; the import is not counted)"""
import collections
import os
import statistics
import subprocess
import sys
import time

import torch

bench, folder = sys.argv[1:]
tensors = torch.arange(400 * 2**18, dtype=torch.float32).view(400, 512, 512)
state = collections.OrderedDict((f"encoder.layers.{i}.weight", tensor.clone()) for i, tensor in enumerate(tensors))
state._metadata = collections.OrderedDict((f"encoder.layers.{i}", {"version": 1}) for i in range(400))
for name, isSynced in [("torch_save", False), ("torch_save_synced", True)]:
    seconds = []
    for _ in range(5):
        begin = time.monotonic()
        with open(os.path.join(folder, "torch.ckpt"), "wb") as file:
            torch.save({"epoch": 3, "state_dict": state}, file)
            if isSynced:
                file.flush()
                os.fsync(file.fileno())
        seconds.append(time.monotonic() - begin)
    seconds = statistics.median(seconds)
    print(f"{name} {seconds:.4g} s {400 * 2**20 / seconds / 1e9:.4g} GB/s", flush=True)
print(subprocess.run([bench, folder], capture_output=True, text=True, check=True).stdout, end="")
