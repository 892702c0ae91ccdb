#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains a speech config with NeMo and Lightning for a given time, then tests it: what fathom-cli train does with the same
config. The schedule is the config's, as far as it comes.
usage: peer_learning.py FATHOM_CLI CONFIG_NAME MINUTES [THREADS [OVERRIDE ...]]   (2 threads besides the loader's; a Python with
nemo-toolkit[asr]==3.0.0; in the folder to which the config's paths are relative)
Prints val_wer at each validation with the time, and test_wer."""
import logging
import os
import subprocess
import sys
import time
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.simplefilter("ignore")


def main():
    cli, name, minutes = sys.argv[1], sys.argv[2], float(sys.argv[3])
    here = os.path.dirname(os.path.realpath(__file__))
    composed = subprocess.run([cli, "config", "--config-path", f"{here}/../../configs/asr", "--config-name", name,
                               *sys.argv[5:]],
                              check=True, capture_output=True, text=True).stdout
    begun = time.time()
    logging.disable(logging.CRITICAL)
    import lightning.pytorch as pl
    import torch
    from nemo.collections.asr.models import EncDecCTCModel
    from omegaconf import OmegaConf

    torch.set_num_threads(int(sys.argv[4]) if len(sys.argv) > 4 else 2)
    config = OmegaConf.create(composed)

    class Report(pl.Callback):
        def on_validation_end(self, trainer, module):
            print(f"{time.time() - begun:.0f} s, step {trainer.global_step}: val_wer {trainer.callback_metrics['val_wer']:.4f}", flush=True)

    left = minutes * 60 - (time.time() - begun)
    trainer = pl.Trainer(accelerator="cpu", devices=1, max_epochs=config.trainer.max_epochs, max_time=dict(seconds=int(left)), logger=False,
                         enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False, callbacks=[Report()],
                         num_sanity_val_steps=0, check_val_every_n_epoch=config.trainer.check_val_every_n_epoch, log_every_n_steps=50,
                         gradient_clip_val=config.trainer.gradient_clip_val)
    pl.seed_everything(0)
    model = EncDecCTCModel(cfg=config.model, trainer=trainer)
    trainer.fit(model)
    print(f"{trainer.global_step} steps in {time.time() - begun:.0f} s, parameters {sum(p.numel() for p in model.parameters())}")
    print("test", {key: float(value) for key, value in trainer.test(model, verbose=False)[0].items()})


if __name__ == "__main__":
    main()
