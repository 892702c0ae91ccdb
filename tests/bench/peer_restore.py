#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a QuartzNet of about 500 MB with NeMo, and times NeMo's restore_from beside bench_restore on the same file.
usage: peer_restore.py BENCH_RESTORE [FOLDER]   (a Python with nemo-toolkit[asr]; the import is not counted)"""
import os
os.environ["HF_HUB_OFFLINE"] = "1"
import subprocess
import sys
import tempfile
import time
import warnings

warnings.simplefilter("ignore")
import logging

logging.disable(logging.CRITICAL)
import torch
from nemo.collections.asr.models import EncDecCTCModel
from omegaconf import OmegaConf

torch.set_num_threads(2)
letters = [" "] + [chr(c) for c in range(97, 123)] + ["'"]
modules = "nemo.collections.asr.modules."


def block(filters, repeat, kernel):
    return dict(filters=filters, repeat=repeat, kernel=[kernel], stride=[1], dilation=[1], dropout=0.0, residual=True, separable=True)


config = OmegaConf.create(dict(
    sample_rate=16000, labels=letters, train_ds=None, validation_ds=None,
    preprocessor=dict(_target_=modules + "AudioToMelSpectrogramPreprocessor", sample_rate=16000, features=64, n_fft=512),
    encoder=dict(_target_=modules + "ConvASREncoder", feat_in=64, activation="relu", conv_mask=True,
                 jasper=[block(1536, 5, 33) for _ in range(8)]),
    decoder=dict(_target_=modules + "ConvASRDecoder", feat_in=1536, num_classes=28, vocabulary=letters),
    optim=dict(name="novograd", lr=0.01)))
with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as folder:
    path = os.path.join(folder, "big.nemo")
    EncDecCTCModel(cfg=config).save_to(path)
    print(f"{os.path.getsize(path) / 1e6:.0f} MB", flush=True)
    times = []
    for _ in range(3):
        start = time.perf_counter()
        EncDecCTCModel.restore_from(path, map_location="cpu")
        times.append(time.perf_counter() - start)
    theirs = min(times)
    words = subprocess.run([sys.argv[1], path], check=True, capture_output=True, text=True).stdout.split()
    for what, ours in (("restore", float(words[0])), ("restore and read every weight", float(words[4]))):
        print(f"{what}: Fathom {ours * 1000:.1f} ms, NeMo {theirs * 1000:.0f} ms, {theirs / ours:.0f} times")
