#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/data/train/hooks.json: which hooks Lightning calls, in which order, and with which counters.

    python tests/oracle/hook_trace.py tests/data/train/hooks.json      # lightning 2.4.0
"""
import json
import logging
import sys
import warnings

import torch
from lightning.pytorch import Callback, LightningModule, Trainer, __version__
from torch.utils.data import DataLoader, TensorDataset

HOOKS = """setup on_fit_start on_sanity_check_start on_sanity_check_end on_train_start on_train_epoch_start
on_train_batch_start on_before_zero_grad on_before_backward on_after_backward on_before_optimizer_step
on_train_batch_end on_train_epoch_end on_validation_start on_validation_epoch_start on_validation_batch_start
on_validation_batch_end on_validation_epoch_end on_validation_end on_test_start on_test_epoch_start
on_test_batch_start on_test_batch_end on_test_epoch_end on_test_end on_train_end on_fit_end on_exception
on_save_checkpoint on_load_checkpoint teardown""".split()


class Recorder(Callback):
    def __init__(self, events, stop_after):
        self.events = events
        self.stop_after = stop_after

    def note(self, trainer, name):
        self.events.append([name, trainer.global_step, trainer.current_epoch])


def add(name):
    def hook(self, trainer, *args, **kwargs):
        self.note(trainer, name)
        if name == "on_train_batch_end" and trainer.global_step == self.stop_after:
            trainer.should_stop = True

    setattr(Recorder, name, hook)


for each in HOOKS:
    add(each)


class Line(LightningModule):
    def __init__(self, events):
        super().__init__()
        self.line = torch.nn.Linear(1, 1)
        self.events = events

    def note(self, name):
        self.events.append([name, self.trainer.global_step, self.trainer.current_epoch])

    def training_step(self, batch, index):
        self.note("training_step")
        return self.line(batch[0]).square().mean()

    def validation_step(self, batch, index):
        self.note("validation_step")

    def test_step(self, batch, index):
        self.note("test_step")

    def optimizer_step(self, epoch, batch, optimizer, closure):
        super().optimizer_step(epoch, batch, optimizer, closure)
        self.note("optimizer_step")

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.01)


CASES = {
    "plain": dict(max_epochs=2),
    "accumulate": dict(max_epochs=2, accumulate_grad_batches=2),
    "max_steps": dict(max_steps=7),
    "val_every_2_batches": dict(max_epochs=2, val_check_interval=2),
    "val_across_epochs": dict(max_epochs=2, val_check_interval=3, check_val_every_n_epoch=None),
    "val_every_2_epochs": dict(max_epochs=4, check_val_every_n_epoch=2),
    "no_validation": dict(max_epochs=1, limit_val_batches=0),
    "all_sanity": dict(max_epochs=1, num_sanity_val_steps=-1),
    "fast_dev_run": dict(fast_dev_run=True),
    "limits": dict(max_epochs=1, limit_train_batches=0.5, limit_val_batches=1),
    "stop": dict(max_epochs=5, stop_after=7),
    "stop_min_epochs": dict(max_epochs=5, min_epochs=2, stop_after=3),
    "stop_min_steps": dict(max_epochs=5, min_steps=8, stop_after=3),
    "max_steps_accumulate": dict(max_steps=3, accumulate_grad_batches=3),
    "overfit": dict(max_epochs=2, overfit_batches=2),
    "test": dict(fn="test"),
    "validate": dict(fn="validate"),
}


def trace(fn="fit", stop_after=-1, **flags):
    events = []
    loader = DataLoader(TensorDataset(torch.ones(5, 1)), batch_size=1)
    small = DataLoader(TensorDataset(torch.ones(3, 1)), batch_size=1)
    trainer = Trainer(accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False,
                      enable_model_summary=False, callbacks=[Recorder(events, stop_after)], **flags)
    model = Line(events)
    if fn == "fit":
        trainer.fit(model, loader, small)
    else:
        getattr(trainer, fn)(model, small, verbose=False)
    return events


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    out = {"lightning": __version__, "train_batches": 5, "val_batches": 3, "cases": {}}
    for case, flags in CASES.items():
        out["cases"][case] = {"flags": flags, "events": trace(**flags)}
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(out, file, separators=(",", ":"))
        file.write("\n")
