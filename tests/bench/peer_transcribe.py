#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a cold start to the text of one clip of ten seconds: fathom-cli transcribe beside NeMo, in turns.
usage: peer_transcribe.py FATHOM_CLI NEMO_PYTHON [ROUNDS]   (run in the repository's root; NEMO_PYTHON has nemo-toolkit[asr])

A QuartzNet of 12 blocks (about 7 million weights) is made with NeMo first. Both read the same archive and clip on two threads."""
import os
import statistics
import subprocess
import sys
import tempfile
import time

cli, python = sys.argv[1:3]
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
MAKE = '''
import sys, glob, soundfile as sf, numpy as np
from nemo.collections.asr.models import EncDecCTCModel
from omegaconf import OmegaConf
letters = [" "] + [chr(c) for c in range(97, 123)] + ["'"]
modules = "nemo.collections.asr.modules."
block = lambda filters, kernel, stride=1, residual=True: dict(filters=filters, repeat=3 if residual else 1, kernel=[kernel], stride=[stride],
                                                              dilation=[1], dropout=0.0, residual=residual, separable=True)
config = dict(sample_rate=16000, labels=letters, train_ds=None, validation_ds=None,
    preprocessor=dict(_target_=modules + "AudioToMelSpectrogramPreprocessor", sample_rate=16000, features=64, n_fft=512),
    encoder=dict(_target_=modules + "ConvASREncoder", feat_in=64, activation="relu", conv_mask=True,
                 jasper=[block(256, 33, 2, False)] + [block(256, 33)] * 3 + [block(512, 51)] * 7 + [block(1024, 1, 1, False)]),
    decoder=dict(_target_=modules + "ConvASRDecoder", feat_in=1024, num_classes=28, vocabulary=letters), optim=dict(name="novograd", lr=0.01))
EncDecCTCModel(cfg=OmegaConf.create(config)).save_to(sys.argv[1] + "/model.nemo")
clips = [sf.read(f) for f in sorted(glob.glob("resources/examples/speech_prompts/audio/*.flac"))[:40]]
sf.write(sys.argv[1] + "/clip.wav", np.concatenate([c for c, rate in clips])[:int(10 * clips[0][1])], clips[0][1])
'''
THEIRS = '''
import sys, torch
torch.set_num_threads(2)
from nemo.collections.asr.models import ASRModel
model = ASRModel.restore_from(sys.argv[1] + "/model.nemo", map_location="cpu")
print(model.transcribe([sys.argv[1] + "/clip.wav"], verbose=False)[0].text)
'''
environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "2"}


def seconds(command):
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - begin


with tempfile.TemporaryDirectory() as folder:
    seconds([python, "-c", MAKE, folder])
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(seconds([cli, "transcribe", f"{folder}/model.nemo", f"{folder}/clip.wav"]))
        theirs.append(seconds([python, "-c", THEIRS, folder]))
        print(f"fathom-cli {ours[-1]:.2f} s, NeMo {theirs[-1]:.2f} s", flush=True)
    print(f"median: fathom-cli {statistics.median(ours):.2f} s, NeMo {statistics.median(theirs):.2f} s, "
          f"{statistics.median(theirs) / statistics.median(ours):.1f} times; load {os.getloadavg()[0]:.1f}")
