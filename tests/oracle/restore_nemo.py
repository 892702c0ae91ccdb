#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restores FILE.nemo with NeMo and compares its state_dict with `fathom-cli nemo tensors --json`. See restore_nemo.sh."""
import hashlib
import importlib
import json
import sys
import tarfile
import warnings

warnings.simplefilter("ignore")
import torch
from omegaconf import OmegaConf


def config_of(path):
    with tarfile.open(path) as tar:
        member = next(m for m in tar.getmembers() if m.name.endswith("model_config.yaml"))
        return OmegaConf.create(tar.extractfile(member).read().decode())


def seen_by_torch(tensor):
    raw = tensor.detach().contiguous().cpu().reshape(-1).view(torch.uint8).numpy().tobytes()
    return str(tensor.dtype).removeprefix("torch."), list(tensor.shape), hashlib.md5(raw).hexdigest()


def main(path, listing):
    module, name = config_of(path).target.rsplit(".", 1)
    model = getattr(importlib.import_module(module), name).restore_from(path, map_location="cpu")
    theirs = {key: seen_by_torch(value) for key, value in model.state_dict().items()}
    ours = {t["name"]: (t["dtype"], t["shape"], t["md5"]) for t in json.load(open(listing))}
    different = [key for key in sorted(set(theirs) | set(ours)) if theirs.get(key) != ours.get(key)]
    for key in different:
        print(f"different: {key}: NeMo {theirs.get(key)}, Fathom {ours.get(key)}")
    print(f"{type(model).__name__}: {len(theirs)} tensors, {len(different)} different")
    return 1 if different else 0


sys.exit(main(sys.argv[1], sys.argv[2]))
