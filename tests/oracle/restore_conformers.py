#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restores the archives that tst_encoder_archives saved (FATHOM_SAVE_TO=SAVED) with NeMo and compares their log-probabilities with
those of the originals. usage: restore_conformers.py OUT SAVED   (OUT of make_conformers.py, in its working folder)"""
import glob
import logging
import os
import sys
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.simplefilter("ignore")
import numpy as np
import torch
from nemo.core.classes import ModelPT

logging.disable(logging.CRITICAL)
out, saved = sys.argv[1:]
signal = torch.from_numpy(np.load(f"{out}/audio_signal.npy"))
length = torch.from_numpy(np.load(f"{out}/length.npy"))
worst = 0.0
paths = sorted(glob.glob(f"{saved}/*.nemo"))
if not paths:
    sys.exit(f"{saved} holds no .nemo")
for path in paths:
    name = os.path.basename(path)[:-5]
    model = ModelPT.restore_from(path, map_location="cpu").eval()
    with torch.no_grad():
        log_probs, _, _ = model(input_signal=signal, input_signal_length=length)
    off = float((log_probs - torch.from_numpy(np.load(f"{out}/{name}/log_probs.npy"))).abs().max())
    worst = max(worst, off)
    print(f"{name}: {type(model).__name__}, {off:.1e}", flush=True)
print(f"largest difference {worst:.1e}")
sys.exit(worst > 1e-4)
