#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Conformer with another tokenizer: NeMo's change_vocabulary beside a config of ours that says the same.

    python changed_vocabulary.py FATHOM_CLI ARCHIVE TOKENIZER_DIR TYPE [FOLDER]       # NeMo 3.0.0; by hand

ARCHIVE is a .nemo of EncDecCTCModelBPE. Both sides keep its encoder and take the tokenizer; ours is trained for one epoch with a
learning rate of 0. Compares what is saved: the sections tokenizer and decoder, the names and shapes of all tensors, the encoder bit for
bit; NeMo restores ours.
"""
import glob
import json
import os
import subprocess
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from nemo.collections.asr.models import EncDecCTCModelBPE
from nemo.utils import logging
from omegaconf import OmegaConf

logging.setLevel(logging.CRITICAL)
cli, archive, tokenizer = (os.path.realpath(path) for path in sys.argv[1:4])
kind = sys.argv[4]
work = os.path.realpath(sys.argv[5] if len(sys.argv) > 5 else tempfile.mkdtemp())
data = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "data"))
os.makedirs(work, exist_ok=True)
os.chdir(work)

theirs = EncDecCTCModelBPE.restore_from(archive, map_location="cpu")
before = {name: tensor.clone() for name, tensor in theirs.state_dict().items()}
theirs.change_vocabulary(new_tokenizer_dir=tokenizer, new_tokenizer_type=kind)

section = OmegaConf.to_container(theirs.cfg, resolve=True)
with open(f"{data}/nemo/manifest.json") as source, open("dev_set.json", "w") as out:
    out.write(source.read().replace('"audio/', f'"{data}/nemo/audio/'))
for split in ("train_ds", "validation_ds"):
    section[split] = {"manifest_filepath": f"{work}/dev_set.json", "sample_rate": 16000, "batch_size": 4}
section["tokenizer"] = {"dir": tokenizer, "type": kind}
section["decoder"].update({"vocabulary": [], "num_classes": -1})
section["test_ds"] = None
section["optim"] = {"name": "sgd", "lr": 0.0}
OmegaConf.save(OmegaConf.create({"name": "changed", "model": section,
                                 "init_from_nemo_model": {"base": {"path": archive, "exclude": ["decoder"]}},
                                 "trainer": {"accelerator": "cpu", "max_epochs": 1, "num_sanity_val_steps": 0},
                                 "exp_manager": {"explicit_log_dir": f"{work}/run", "create_tensorboard_logger": False}}), "changed.yaml")
run = subprocess.run([cli, "train", "--config-path", ".", "--config-name", "changed", "--workspace", "w"], capture_output=True, text=True)
assert run.returncode == 0, run.stderr[-600:]
saved, = glob.glob("run/checkpoints/*.nemo")
ours = EncDecCTCModelBPE.restore_from(saved, map_location="cpu")

mine, want = ours.state_dict(), theirs.state_dict()
assert {name: tensor.shape for name, tensor in mine.items()} == {name: tensor.shape for name, tensor in want.items()}
learnt = [name for name, _ in theirs.named_parameters() if not name.startswith("decoder.")]
assert all(torch.equal(mine[name], before[name]) for name in learnt), "the encoder differs"
assert list(ours.cfg.decoder.vocabulary) == list(theirs.cfg.decoder.vocabulary), "decoder.vocabulary"
assert ours.cfg.decoder.num_classes == theirs.cfg.decoder.num_classes
assert ours.cfg.tokenizer.type == theirs.cfg.tokenizer.type == kind
for text in (json.loads(line)["text"] for line in open("dev_set.json")):
    assert ours.tokenizer.text_to_ids(text) == theirs.tokenizer.text_to_ids(text), text
print(f"ok: {len(learnt)} tensors kept, {ours.cfg.decoder.num_classes} classes")
