# SPDX-License-Identifier: GPL-3.0-or-later
"""Tiny EncDecCTCModels of NeMo 3.0.0 with one unusual option each: python make_speech_variants.py OUT_DIR.

For each variant NAME.nemo, and in NAME/ signal.npy, length.npy, processed.npy, log_probs.npy and encoded_len.npy.
tests/oracle/check_speech_variants.py compares fathom-cli with them. Needs the Python environment of NeMo 3.0.0.
"""
import copy
import json
import sys
from pathlib import Path

import numpy as np
import torch
from nemo.collections.asr.models import EncDecCTCModel
from omegaconf import OmegaConf

OUT = Path(sys.argv[1])
MODULES = "nemo.collections.asr.modules."
LABELS = [" ", *"abcdefgh", "'"]


def block(filters=16, repeat=1, kernel=11, stride=1, dilation=1, **more):
    return {"filters": filters, "repeat": repeat, "kernel": [kernel], "stride": [stride], "dilation": [dilation], "dropout": 0.0,
            "residual": False, "separable": True, **more}


MEL = {"_target_": MODULES + "AudioToMelSpectrogramPreprocessor", "features": 16, "window_size": 0.02, "window_stride": 0.01,
       "n_fft": 512, "dither": 0.0, "pad_to": 16}
MFCC = {"_target_": MODULES + "AudioToMFCCPreprocessor", "n_mels": 24, "n_mfcc": 16, "window_size": 0.025}
BLOCKS = [block(stride=2), block(repeat=2, residual=True), block(kernel=1, separable=False)]


def encoder(blocks, **more):
    return {"_target_": MODULES + "ConvASREncoder", "feat_in": 16, "activation": "relu", "conv_mask": True, "jasper": blocks, **more}


def with_block(**more):
    blocks = copy.deepcopy(BLOCKS)
    blocks[1].update(more)
    return encoder(blocks)


VARIANTS = {
    "plain": (MEL, encoder(BLOCKS)),
    "mfcc": (MFCC, encoder(BLOCKS)),
    "mfcc_decibels": ({**MFCC, "log": False, "norm": None, "window": "hamming", "lowfreq": 50.0, "highfreq": 7000.0}, encoder(BLOCKS)),
    "hamming": ({**MEL, "window": "hamming"}, encoder(BLOCKS)),
    "blackman": ({**MEL, "window": "blackman"}, encoder(BLOCKS)),
    "bartlett": ({**MEL, "window": "bartlett", "mag_power": 1.0}, encoder(BLOCKS)),
    "all_features": ({**MEL, "normalize": "all_features"}, encoder(BLOCKS)),
    "clamp": ({**MEL, "log_zero_guard_type": "clamp", "log_zero_guard_value": "eps", "preemph": None}, encoder(BLOCKS)),
    "not_log": ({**MEL, "log": False, "normalize": None, "mel_norm": None, "mag_power": 1.5}, encoder(BLOCKS)),
    "exact_pad": ({**MEL, "exact_pad": True}, encoder(BLOCKS)),
    "pad_max": ({**MEL, "pad_to": "max", "pad_value": 0.5}, encoder(BLOCKS)),
    "spliced": ({**MEL, "features": 8, "frame_splicing": 2}, encoder(BLOCKS, frame_splicing=2) | {"feat_in": 8}),
    "dense": (MEL, encoder([block(stride=2), block(repeat=2, residual=True, residual_dense=True), block(residual=True, residual_dense=True, filters=20), block(kernel=1, separable=False)])),
    "squeeze": (MEL, with_block(se=True, se_reduction_ratio=4)),
    "squeeze_context": (MEL, with_block(se=True, se_context_size=8)),
    "heads": (MEL, with_block(heads=4)),
    "groups": (MEL, with_block(groups=4)),
    "stride_add": (MEL, with_block(residual_mode="stride_add", stride=[2], repeat=1)),
    "max": (MEL, with_block(residual_mode="max")),
    "kernel_factor": (MEL, with_block(kernel_size_factor=0.7)),
    "stride_last": (MEL, with_block(stride_last=True, stride=[2], residual=False)),
    "future": (MEL, with_block(future_context=3)),
    "layer_norm": (MEL, encoder(BLOCKS, normalization_mode="layer")),
    "instance_norm": (MEL, encoder(BLOCKS, normalization_mode="instance")),
    "group_norm": (MEL, encoder(BLOCKS, normalization_mode="group", norm_groups=4)),
    "selu": (MEL, encoder(BLOCKS) | {"activation": "selu"}),
    "hardtanh": (MEL, encoder(BLOCKS) | {"activation": "hardtanh"}),
}

OUT.mkdir(parents=True, exist_ok=True)
generator = torch.Generator().manual_seed(5)
signal = torch.randn(2, 8000, generator=generator) * 0.1
length = torch.tensor([8000, 5000])
signal[1, 5000:] = 0
for name, (preprocessor, coder) in VARIANTS.items():
    config = {"sample_rate": 16000, "labels": LABELS, "preprocessor": {"sample_rate": 16000, **preprocessor}, "encoder": coder,
              "decoder": {"_target_": MODULES + "ConvASRDecoder", "feat_in": None, "num_classes": len(LABELS), "vocabulary": LABELS},
              "optim": {"name": "novograd", "lr": 0.01}}
    torch.manual_seed(sum(map(ord, name)))
    try:
        model = EncDecCTCModel(cfg=OmegaConf.create(config)).eval()
        for buffer_name, buffer in model.named_buffers():  # as after some training
            if buffer_name.endswith("running_mean"):
                buffer.normal_(0, 0.3)
            elif buffer_name.endswith("running_var"):
                buffer.uniform_(0.5, 1.5)
        with torch.no_grad():
            processed, processed_len = model.preprocessor(input_signal=signal, length=length)
            log_probs, encoded_len, _ = model.forward(input_signal=signal, input_signal_length=length)
    except Exception as error:
        print("NOT MADE", name, type(error).__name__, str(error)[:200])
        continue
    model.save_to(str(OUT / f"{name}.nemo"))
    folder = OUT / name
    folder.mkdir(exist_ok=True)
    for file, tensor in (("signal", signal), ("length", length), ("processed", processed), ("processed_len", processed_len),
                         ("log_probs", log_probs), ("encoded_len", encoded_len)):
        np.save(folder / f"{file}.npy", tensor.numpy())
    print("made", name, tuple(log_probs.shape), encoded_len.tolist())
