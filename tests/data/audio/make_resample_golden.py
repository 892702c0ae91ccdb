#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes resample_<from>_16000.f32: what librosa (python-soxr, HQ) makes of a short chirp.

Needs numpy and soxr. The input is recomputed by tst_audio: x[n] = 0.5 * sin(2e-4 * n * n) as float32, 800 samples.
"""
import pathlib

import numpy as np
import soxr

here = pathlib.Path(__file__).parent
n = np.arange(800, dtype=np.float64)
x = (0.5 * np.sin(2e-4 * n * n)).astype(np.float32)
for rate in (8000, 22050, 44100):
    y = soxr.resample(x, rate, 16000, quality="HQ")
    length = int(np.ceil(len(x) * 16000 / rate))  # librosa.util.fix_length
    y = np.pad(y, (0, max(0, length - len(y))))[:length]
    y.astype("<f4").tofile(here / f"resample_{rate}_16000.f32")
    print(rate, len(y), soxr.__version__)
