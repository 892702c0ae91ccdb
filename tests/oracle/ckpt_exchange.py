#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lightning goes on from a checkpoint of Fathom's: losses of the steps that follow, and a checkpoint of its own.

    python ckpt_exchange.py CHECKPOINT FOLDER MAX_EPOCHS [NAME]       # NeMo 3.0.0, lightning 2.4.0

Prints one JSON document: {"start": global step, "losses": {step: loss}, "checkpoint": path}. The config is the one
in the checkpoint; data are read in its order. FOLDER gets the run.
"""
import json
import logging
import os
import sys
import warnings

warnings.filterwarnings("ignore")
os.environ["HF_HUB_OFFLINE"] = "1"
import lightning.pytorch as pl
import torch
from nemo.collections.asr.models import EncDecCTCModel
from nemo.utils import logging as nemo_logging
from nemo.utils.exp_manager import exp_manager
from omegaconf import DictConfig, OmegaConf

nemo_logging.setLevel(nemo_logging.ERROR)
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
torch.set_num_threads(2)

checkpoint, folder, max_epochs = sys.argv[1], sys.argv[2], int(sys.argv[3])
content = torch.load(checkpoint, map_location="cpu", weights_only=False)
assert isinstance(content["hyper_parameters"], DictConfig), type(content["hyper_parameters"])
cfg = content["hyper_parameters"]["cfg"]

restored = EncDecCTCModel.load_from_checkpoint(checkpoint, map_location="cpu", strict=True)
for name, tensor in restored.state_dict().items():
    assert torch.equal(tensor, content["state_dict"][name]), name


class Losses(pl.Callback):
    def __init__(self):
        self.values = {}
        self.start = None

    def on_train_start(self, trainer, module):
        self.start = trainer.global_step
        optimizer = trainer.optimizers[0].state_dict()
        saved = content["optimizer_states"][0]
        for index, state in saved["state"].items():
            for key, value in state.items():
                mine = optimizer["state"][index][key]
                assert torch.equal(torch.as_tensor(mine), torch.as_tensor(value)), (index, key)
        for key, value in content["lr_schedulers"][0].items():
            assert getattr(trainer.lr_scheduler_configs[0].scheduler, key) == value, key

    def on_train_batch_end(self, trainer, module, outputs, batch, index):
        if (index + 1) % trainer.accumulate_grad_batches and index + 1 < trainer.num_training_batches:
            return
        # Lightning divides it by the number of batches of a step.
        self.values[trainer.global_step] = float(outputs["loss"]) * trainer.accumulate_grad_batches


losses = Losses()
trainer = pl.Trainer(accelerator="cpu", devices=1, logger=False, enable_checkpointing=False, max_epochs=max_epochs,
                     enable_progress_bar=False, enable_model_summary=False, callbacks=[losses], log_every_n_steps=1,
                     accumulate_grad_batches=int(os.environ.get("ACCUMULATE") or 1),
                     num_sanity_val_steps=0)
exp = {"explicit_log_dir": folder, "create_tensorboard_logger": False,
       "checkpoint_callback_params": {"monitor": "val_loss", "mode": "min"}}
exp_manager(trainer, OmegaConf.create(exp))
model = EncDecCTCModel(cfg=cfg, trainer=trainer)
trainer.fit(model, ckpt_path=checkpoint)
last = [os.path.join(folder, "checkpoints", f) for f in os.listdir(os.path.join(folder, "checkpoints"))
        if f.endswith("-last.ckpt")]
print(json.dumps({"start": losses.start, "losses": losses.values, "checkpoint": last[0]}))
