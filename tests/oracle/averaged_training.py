#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains a small QuartzNet with exp_manager.ema here and in NeMo, from the same weights, and compares what both say and save.

    python averaged_training.py FATHOM_CLI [FOLDER]       # NeMo 3.0.0, lightning 2.4.0; by hand

For each setting: the losses of the validations, the test after the fit, and the weights in -last.ckpt, -last-EMA.ckpt and .nemo.
"""
import copy
import glob
import json
import logging
import os
import subprocess
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
os.environ.update({"HF_HUB_OFFLINE": "1", "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1"})
import lightning.pytorch as pl
import torch
from nemo.collections.asr.models import EncDecCTCModel
from nemo.utils import logging as nemo_logging
from nemo.utils.exp_manager import exp_manager
from omegaconf import OmegaConf

nemo_logging.setLevel(nemo_logging.CRITICAL)
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
torch.set_num_threads(2)
cli = os.path.realpath(sys.argv[1])
work = os.path.realpath(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp())
data = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "data"))
os.makedirs(work, exist_ok=True)
os.chdir(work)
with open(f"{data}/nemo/manifest.json") as source, open("dev_set.json", "w") as out:
    out.write(source.read().replace('"audio/', f'"{data}/nemo/audio/'))
with open(f"{data}/train/tiny.yaml") as source, open("tiny.yaml", "w") as out:
    out.write(source.read().replace("MANIFEST", f"{work}/dev_set.json").replace("EXPDIR", "null"))
CERTAIN = {"model.spec_augment": None, "model.preprocessor.dither": 0, "model.train_ds.shuffle": False, "model.optim.lr": 0.02,
           "model.encoder.jasper.0.dropout": 0, "trainer.num_sanity_val_steps": 0, "model.test_ds.manifest_filepath": f"{work}/dev_set.json"}


def text(value):
    return "null" if value is None else json.dumps(value)


def here(folder, settings):
    run = subprocess.run([cli, "train", "--config-path", ".", "--config-name", "tiny", "--workspace", "w", f"++exp_manager.explicit_log_dir={folder}",
                          *[f"++{key}={text(value)}" for key, value in settings.items()]], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-600:]
    metrics = lambda name: [point["value"] for point in json.loads(subprocess.run(
        [cli, "runs", "metrics", "last", "--name", name, "--json", "--workspace", "w"], capture_output=True, text=True).stdout)]
    return metrics("val_loss"), metrics("test_loss")


class Validations(pl.Callback):
    def __init__(self):
        self.losses = []

    def on_validation_end(self, trainer, module):
        self.losses.append(float(trainer.callback_metrics["val_loss"]))


def nemo(folder, settings, start):
    cfg = OmegaConf.load("tiny.yaml")
    for key, value in settings.items():
        OmegaConf.update(cfg, key, value, force_add=True)
    cfg.exp_manager.pop("exp_dir")
    cfg.exp_manager.pop("name")
    cfg.exp_manager.update({"explicit_log_dir": folder, "create_tensorboard_logger": False})
    seen = Validations()
    trainer = pl.Trainer(devices=1, logger=False, enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
                         callbacks=[seen], **cfg.trainer)
    exp_manager(trainer, cfg.exp_manager)
    model = EncDecCTCModel(cfg=cfg.model, trainer=trainer)
    model.load_state_dict(torch.load(start, weights_only=False)["state_dict"])
    trainer.fit(model)
    tested = trainer.test(model, verbose=False)
    return seen.losses, [tested[0]["test_loss"]]


def weights(folder, ending):
    file, = glob.glob(f"{folder}/checkpoints/*{ending}")
    if ending == ".nemo":
        return EncDecCTCModel.restore_from(file, map_location="cpu").state_dict()
    return torch.load(file, weights_only=False, map_location="cpu")["state_dict"]


def difference(mine, theirs):
    return max((float(((a - b).abs().max() / (b.abs().max() + 1e-12))) for a, b in
                ((mine[name], theirs[name]) for name in theirs if theirs[name].is_floating_point())), default=0)


here("base", {**CERTAIN, "trainer.max_epochs": 1})
start, = glob.glob(f"{work}/base/checkpoints/*-last.ckpt")
failed = False
for case, more in {
    "every step": {},
    "every second step": {"exp_manager.ema.every_n_steps": 2},
    "original weights judged": {"exp_manager.ema.validate_original_weights": True},
    # Of a loss that falls the "best" by mode max is the first.
    "best model": {"exp_manager.checkpoint_callback_params.save_best_model": True,
                   "exp_manager.checkpoint_callback_params.mode": "max"},
}.items():
    settings = {**CERTAIN, "trainer.max_epochs": 4, "exp_manager.ema.enable": True, "exp_manager.ema.decay": 0.6, **more}
    name = case.replace(" ", "_")
    val, test = here(f"{work}/{name}-here", {**settings, "init_from_ptl_ckpt": start})
    try:
        their_val, their_test = nemo(f"{work}/{name}-nemo", copy.deepcopy(settings), start)
    except Exception as error:
        print(f"{case}: NeMo fails ({type(error).__name__}: {error}); here val_loss {val}, test_loss {test}")
        continue
    worst = max(abs(a - b) / abs(b) for a, b in zip(val + test, their_val + their_test, strict=True))
    files = {ending: difference(weights(f"{name}-here", ending), weights(f"{name}-nemo", ending)) for ending in ("-last.ckpt", "-last-EMA.ckpt", ".nemo")}
    apart = difference(weights(f"{name}-nemo", "-last-EMA.ckpt"), weights(f"{name}-nemo", "-last.ckpt"))
    ok = worst < 1e-4 and max(files.values()) < 1e-3 and apart > 0.01
    failed = failed or not ok
    print(f"{'ok    ' if ok else 'FAILED'} {case}: losses {worst:.1e}, weights {', '.join(f'{k} {v:.1e}' for k, v in files.items())} (averages apart by {apart:.2f}); test_loss {test} {their_test}")
sys.exit(failed)
