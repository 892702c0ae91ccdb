#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the same QuartzNet (5x3, separable, 128 to 512 channels; 8 clips of 2 s a batch) with Lightning and with fathom-cli:
same weights, batches and threads, one after the other.
usage: peer_train.py FATHOM_CLI [ROUNDS [STEPS]]   (a Python with nemo-toolkit[asr]==3.0.0)
Prints steps a second (median of the rounds, the first ten steps left out), their ratio, the largest difference of the first 20
losses, and the memory that each process had at most."""
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
import wave

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.simplefilter("ignore")
RATE = 16000
LETTERS = [" "] + [chr(c) for c in range(97, 123)] + ["'"]
MODULES = "nemo.collections.asr.modules."
WARM = 10


def clips(folder):
    import numpy as np
    random = np.random.RandomState(0)
    with open(f"{folder}/clips.json", "w", encoding="utf-8") as manifest:
        for i in range(64):
            t = np.arange(2 * RATE) / RATE
            x = sum(0.15 * np.sin(2 * np.pi * f * t) for f in random.uniform(100, 4000, 3)) + 0.02 * random.randn(len(t))
            with wave.open(f"{folder}/u{i}.wav", "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE)
                file.writeframes((np.clip(x, -1, 1) * 32767).astype(np.int16).tobytes())
            text = "".join(LETTERS[j] for j in random.randint(1, 27, 20))
            manifest.write(json.dumps(dict(audio_filepath=f"{folder}/u{i}.wav", duration=2.0, text=text)) + "\n")


def block(filters, kernel, repeat=3, residual=True, **more):
    return dict(filters=filters, repeat=repeat, kernel=[kernel], stride=[1], dilation=[1], dropout=0.0, residual=residual,
                separable=True) | more


def config(folder):
    data = dict(manifest_filepath=f"{folder}/clips.json", sample_rate=RATE, labels=LETTERS, batch_size=8, shuffle=False,
                num_workers=0, pin_memory=False)
    return dict(
        sample_rate=RATE, labels=LETTERS, train_ds=data, validation_ds=None,
        preprocessor=dict(_target_=MODULES + "AudioToMelSpectrogramPreprocessor", sample_rate=RATE, normalize="per_feature",
                          window_size=0.02, window_stride=0.01, window="hann", features=64, n_fft=512, dither=0.0, pad_to=16),
        spec_augment=None,
        encoder=dict(_target_=MODULES + "ConvASREncoder", feat_in=64, activation="relu", conv_mask=True, jasper=[
            block(128, 33, 1, False, stride=[2]), block(128, 33), block(128, 39), block(256, 51), block(256, 63),
            block(256, 87, 1, False, dilation=[2]), block(512, 1, 1, False, separable=False)]),
        decoder=dict(_target_=MODULES + "ConvASRDecoder", feat_in=512, num_classes=28, vocabulary=LETTERS),
        optim=dict(name="novograd", lr=0.0001, betas=[0.8, 0.5], weight_decay=0.001,
                   sched=dict(name="CosineAnnealing", warmup_steps=0, min_lr=0.0)))


def lightning(folder, steps, threads):
    """In a process of its own, so that its memory is its own."""
    import logging
    logging.disable(logging.CRITICAL)
    import lightning.pytorch as pl
    import torch
    torch.set_num_threads(threads)
    from nemo.collections.asr.models import EncDecCTCModel
    from omegaconf import OmegaConf

    class Clock(pl.Callback):
        def __init__(self):
            self.times, self.losses = [], []

        def on_train_batch_end(self, trainer, module, outputs, batch, index):
            self.losses.append(float(outputs["loss"]))
            self.times.append(time.perf_counter())

    clock = Clock()
    trainer = pl.Trainer(accelerator="cpu", devices=1, max_steps=steps, max_epochs=-1, logger=False, enable_checkpointing=False,
                         enable_progress_bar=False, enable_model_summary=False, callbacks=[clock], num_sanity_val_steps=0,
                         limit_val_batches=0)
    torch.manual_seed(0)
    model = EncDecCTCModel(cfg=OmegaConf.create(config(folder)), trainer=trainer)
    if not os.path.exists(f"{folder}/start.nemo"):
        model.save_to(f"{folder}/start.nemo")
    trainer.fit(model)
    rate = (steps - 1 - WARM) / (clock.times[-1] - clock.times[WARM])
    print(json.dumps(dict(rate=rate, losses=clock.losses)))


def measured(command, **options):
    """Standard output and the most memory it had, in MB."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, **options)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command[:3]} failed")
    return out.decode(), usage.ru_maxrss / 1024


def peer(folder, steps, threads=2):
    out, memory = measured([sys.executable, __file__, "--lightning", folder, str(steps), str(threads)],
                           stderr=subprocess.DEVNULL)
    return json.loads(out.splitlines()[-1]) | dict(memory=memory)


def difference(some, others):
    return max(abs(a - b) / abs(b) for a, b in zip(some["losses"][:20], others["losses"][:20]))


def fathom(cli, folder, number, steps):
    workspace = f"{folder}/w{number}"
    _, memory = measured([cli, "train", "--config-path", folder, "--config-name", "bench", "--workspace", workspace,
                          f"trainer.max_steps={steps}"], stderr=subprocess.DEVNULL, env=os.environ | {"OMP_NUM_THREADS": "2"})
    with sqlite3.connect(f"{workspace}/runs.sqlite") as store:
        rows = store.execute("SELECT m.wall_time, m.value FROM metrics m JOIN series s ON s.id = m.series "
                             "WHERE s.name = 'train_loss' ORDER BY m.step").fetchall()
    rate = (steps - 1 - WARM) / (rows[-1][0] - rows[WARM][0])
    return dict(rate=rate, losses=[value for _, value in rows], memory=memory)


def main():
    cli = os.path.realpath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    steps = int(sys.argv[3]) if len(sys.argv) > 3 else 60
    with tempfile.TemporaryDirectory() as folder:
        clips(folder)
        whole = dict(
            name="bench", init_from_nemo_model=f"{folder}/start.nemo", model=config(folder),
            trainer=dict(accelerator="cpu", devices=1, max_steps=steps, max_epochs=-1, num_sanity_val_steps=0,
                         limit_val_batches=0, log_every_n_steps=1),
            exp_manager=dict(exp_dir=f"{folder}/exp", name="bench", create_checkpoint_callback=False,
                             create_tensorboard_logger=False))
        with open(f"{folder}/bench.yaml", "w", encoding="utf-8") as file:
            json.dump(whole, file)  # which is YAML
        ours, theirs = [], []
        for number in range(rounds):
            theirs.append(peer(folder, steps))
            ours.append(fathom(cli, folder, number, steps))
            print(f"round {number + 1}: Lightning {theirs[-1]['rate']:.2f}, Fathom {ours[-1]['rate']:.2f} steps/s, "
                  f"{ours[-1]['rate'] / theirs[-1]['rate']:.2f} times", flush=True)
        rate = [statistics.median(r["rate"] for r in side) for side in (theirs, ours)]
        print(f"Lightning {rate[0]:.2f}, Fathom {rate[1]:.2f} steps/s: {rate[1] / rate[0]:.2f} times")
        # With the learning rate 0.01 this training is chaotic: then the order of additions alone decides the second digit.
        print(f"largest relative difference of the first 20 losses: {difference(ours[0], theirs[0]):.1e}; of Lightning "
              f"with one thread beside two: {difference(peer(folder, 20, threads=1), theirs[0]):.1e}")
        print("memory at most: Lightning %.0f MB, Fathom %.0f MB" % tuple(max(r["memory"] for r in s) for s in (theirs, ours)))


if __name__ == "__main__":
    if sys.argv[1] == "--lightning":
        lightning(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        main()
