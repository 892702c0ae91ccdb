# SPDX-License-Identifier: GPL-3.0-or-later
"""What NeMo's perturbations make of one clip when their draws are known: python augment_reference.py OUT_DIR.

Writes clip.npy, noise.npy, short.npy, impulse.npy and one <case>.npy for each case of tst_perturb.cpp, float32.
Needs the Python environment of NeMo 3.0.0. resampy is not part of it, so `speed` is compared through librosa's soxr.
"""
import json
import random
import sys
from pathlib import Path

import librosa
import numpy as np
import soundfile as sf
from nemo.collections.asr.parts.preprocessing import perturb
from nemo.collections.asr.parts.preprocessing.segment import AudioSegment

OUT = Path(sys.argv[1])
RATE = 16000


def tone(count, seed, base):
    rng = np.random.default_rng(seed)
    t = np.arange(count) / RATE
    sound = sum(0.12 / k * np.sin(2 * np.pi * base * k * t + k) for k in (1, 2, 3, 5)) + 0.01 * rng.standard_normal(count)
    return (sound * np.hanning(count)).astype(np.float32)


SOUNDS = {
    "clip": tone(4001, 1, 210),
    "noise": np.random.default_rng(2).standard_normal(9000).astype(np.float32) * np.float32(0.05),
    "short": np.random.default_rng(3).standard_normal(900).astype(np.float32) * np.float32(0.05),
    "impulse": (np.exp(-np.arange(600) / 80) * np.random.default_rng(4).standard_normal(600)).astype(np.float32),
    "second": np.tile(np.random.default_rng(5).standard_normal(1600).astype(np.float32) * np.float32(0.03), 10),
}


def manifest(name):
    sf.write(OUT / f"{name}.wav", SOUNDS[name], RATE, subtype="FLOAT")
    path = OUT / f"{name}.json"
    path.write_text(json.dumps({"audio_filepath": str(OUT / f"{name}.wav"), "duration": len(SOUNDS[name]) / RATE, "text": ""}) + "\n")
    return str(path)


def run(case, perturbation, clip=None):
    segment = AudioSegment((SOUNDS["clip"] if clip is None else clip).copy(), RATE)
    perturbation.perturb(segment)
    np.save(OUT / f"{case}.npy", segment._samples.astype(np.float32))


OUT.mkdir(parents=True, exist_ok=True)
for name in ("clip", "noise", "short", "impulse", "second"):
    np.save(OUT / f"{name}.npy", SOUNDS[name][:9000])
np.save(OUT / "speed_1_1.npy", librosa.resample(SOUNDS["clip"], orig_sr=RATE, target_sr=int(RATE * 1.1), res_type="soxr_hq"))
np.save(OUT / "speed_0_93.npy", librosa.resample(SOUNDS["clip"], orig_sr=RATE, target_sr=int(RATE * 0.93), res_type="soxr_hq"))
for rate in (1.1, 0.9):
    run(f"stretch_{str(rate).replace('.', '_')}", perturb.TimeStretchPerturbation(rate, rate, 1))
run("gain", perturb.GainPerturbation(-3.7, -3.7))
run("shift_left", perturb.ShiftPerturbation(4.33, 4.33))
run("shift_right", perturb.ShiftPerturbation(-2.71, -2.71))
run("silence", perturb.SilencePerturbation(0.011, 0.011, 0.02, 0.02, value=0.25))
impulse = manifest("impulse")
run("impulse_plain", perturb.ImpulsePerturbation(impulse))
run("impulse_shifted", perturb.ImpulsePerturbation(impulse, normalize_impulse=True, shift_impulse=True))
random.randint = lambda low, high: 1234
run("noise_short", perturb.NoisePerturbation(manifest("short"), 12.5, 12.5))
run("noise_norm", perturb.NoisePerturbationWithNormalization(manifest("second"), 7.5, 7.5, norm_to_db=-25))
random.uniform = lambda low, high: low if low == high else 0.0625
run("noise_long", perturb.NoisePerturbation(manifest("noise"), 3.5, 3.5, max_gain_db=300))
for path in [*OUT.glob("*.wav"), *OUT.glob("*.json")]:
    path.unlink()
