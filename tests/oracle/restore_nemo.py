#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restores FILE.nemo with NeMo and compares its state_dict with `fathom-cli nemo tensors --json`. See restore_nemo.sh."""
import hashlib
import importlib.util
import io
import json
import sys
import tarfile
import warnings

warnings.simplefilter("ignore")
import torch
import types

if importlib.util.find_spec("nemo.collections.nlp"):  # its models import this one, which needs transformer_engine
    bert = types.ModuleType("nemo.collections.nlp.models.language_modeling.megatron_bert_model")
    bert.MegatronBertModel = type("MegatronBertModel", (), {"list_available_models": classmethod(lambda cls: [])})
    sys.modules[bert.__name__] = bert
from omegaconf import OmegaConf


def config_of(path):
    with tarfile.open(path) as tar:
        member = next(m for m in tar.getmembers() if m.name.endswith("model_config.yaml"))
        return OmegaConf.create(tar.extractfile(member).read().decode())


def weights_of(path):
    with tarfile.open(path) as tar:
        return tar.extractfile(next(m for m in tar.getmembers() if m.name.endswith("model_weights.ckpt"))).read()


def seen_by_torch(tensor):
    raw = tensor.detach().contiguous().cpu().reshape(-1).view(torch.uint8).numpy().tobytes()
    return str(tensor.dtype).removeprefix("torch."), list(tensor.shape), hashlib.md5(raw).hexdigest()


def main(path, listing):
    module, name = config_of(path).target.rsplit(".", 1)
    model = getattr(importlib.import_module(module), name).restore_from(path, map_location="cpu")
    theirs = {key: seen_by_torch(value) for key, value in model.state_dict().items()}
    ours = {t["name"]: (t["dtype"], t["shape"], t["md5"]) for t in json.load(open(listing))}
    for key, (dtype, shape, _) in ours.items():
        # NeMo casts to the model's dtype; an archive of another one is compared by value.
        if key in theirs and theirs[key][0] != dtype:
            stored = torch.load(io.BytesIO(weights_of(path)), weights_only=True)[key]
            ours[key] = seen_by_torch(stored.to(model.state_dict()[key].dtype))
    different = [key for key in sorted(set(theirs) | set(ours)) if theirs.get(key) != ours.get(key)]
    for key in different:
        print(f"different: {key}: NeMo {theirs.get(key)}, Fathom {ours.get(key)}")
    print(f"{type(model).__name__}: {len(theirs)} tensors, {len(different)} different")
    return 1 if different else 0


sys.exit(main(sys.argv[1], sys.argv[2]))
