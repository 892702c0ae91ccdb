#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the same model with Lightning and with fathom-cli: same weights, batches and threads, one after the other. A QuartzNet (5x3,
separable, 128 to 512 channels; 8 clips of 2 s a batch), a Conformer (4 layers of 144 channels; the same batches), or that Conformer
on clips of 1 to 4 s ("conformer-mixed").
usage: peer_train.py FATHOM_CLI [ROUNDS [STEPS [quartznet|conformer|conformer-mixed]]]   (a Python with nemo-toolkit[asr]==3.0.0)
Prints steps a second (median of the rounds, the first ten steps left out), their ratio, the largest difference of the first 20
losses (for the Conformer those of a run without dropout), and the memory that each process had at most."""
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


def clips(folder, kind):
    import numpy as np
    random = np.random.RandomState(0)
    with open(f"{folder}/clips.json", "w", encoding="utf-8") as manifest:
        for i in range(64):
            seconds = random.uniform(1, 4) if kind == "conformer-mixed" else 2.0
            t = np.arange(int(seconds * RATE)) / RATE
            x = sum(0.15 * np.sin(2 * np.pi * f * t) for f in random.uniform(100, 4000, 3)) + 0.02 * random.randn(len(t))
            with wave.open(f"{folder}/u{i}.wav", "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE)
                file.writeframes((np.clip(x, -1, 1) * 32767).astype(np.int16).tobytes())
            text = "".join(LETTERS[j] for j in random.randint(1, 27, 10 if kind == "conformer-mixed" else 20))
            manifest.write(json.dumps(dict(audio_filepath=f"{folder}/u{i}.wav", duration=len(t) / RATE, text=text)) + "\n")


def block(filters, kernel, repeat=3, residual=True, **more):
    return dict(filters=filters, repeat=repeat, kernel=[kernel], stride=[1], dilation=[1], dropout=0.0, residual=residual,
                separable=True) | more


def encoder(kind, dropout):
    if kind == "quartznet":
        return 64, 512, dict(_target_=MODULES + "ConvASREncoder", feat_in=64, activation="relu", conv_mask=True, jasper=[
            block(128, 33, 1, False, stride=[2]), block(128, 33), block(128, 39), block(256, 51), block(256, 63),
            block(256, 87, 1, False, dilation=[2]), block(512, 1, 1, False, separable=False)])
    return 80, 144, dict(
        _target_=MODULES + "ConformerEncoder", feat_in=80, feat_out=-1, n_layers=4, d_model=144, subsampling="striding",
        subsampling_factor=4, subsampling_conv_channels=144, ff_expansion_factor=4, self_attention_model="rel_pos", n_heads=4,
        att_context_size=[-1, -1], xscaling=True, untie_biases=True, pos_emb_max_len=5000, conv_kernel_size=31,
        conv_norm_type="batch_norm", dropout=dropout, dropout_pre_encoder=dropout, dropout_emb=0.0, dropout_att=dropout)


def config(folder, kind, dropout=0.1):
    data = dict(manifest_filepath=f"{folder}/clips.json", sample_rate=RATE, labels=LETTERS, batch_size=8, shuffle=False,
                num_workers=0, pin_memory=False)
    features, width, layers = encoder(kind, dropout)
    optim = (dict(name="novograd", lr=0.0001, betas=[0.8, 0.5], weight_decay=0.001,
                  sched=dict(name="CosineAnnealing", warmup_steps=0, min_lr=0.0)) if kind == "quartznet" else
             dict(name="adamw", lr=0.0001, betas=[0.9, 0.98], weight_decay=0.001,
                  sched=dict(name="CosineAnnealing", warmup_steps=10, min_lr=1e-6)))
    return dict(
        sample_rate=RATE, labels=LETTERS, train_ds=data, validation_ds=None,
        preprocessor=dict(_target_=MODULES + "AudioToMelSpectrogramPreprocessor", sample_rate=RATE, normalize="per_feature",
                          window_size=0.02, window_stride=0.01, window="hann", features=features, n_fft=512, dither=0.0, pad_to=16),
        spec_augment=None, encoder=layers,
        decoder=dict(_target_=MODULES + "ConvASRDecoder", feat_in=width, num_classes=28, vocabulary=LETTERS), optim=optim)


def lightning(folder, steps, threads, kind, dropout):
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
    model = EncDecCTCModel(cfg=OmegaConf.create(config(folder, kind, dropout)), trainer=trainer)
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


def peer(folder, steps, kind, threads=2, dropout=0.1):
    out, memory = measured([sys.executable, __file__, "--lightning", folder, str(steps), str(threads), kind, str(dropout)],
                           stderr=subprocess.DEVNULL)
    return json.loads(out.splitlines()[-1]) | dict(memory=memory)


def difference(some, others):
    return max(abs(a - b) / abs(b) for a, b in zip(some["losses"][:20], others["losses"][:20]))


def fathom(cli, folder, number, steps, *overrides):
    workspace = f"{folder}/w{number}"
    _, memory = measured([cli, "train", "--config-path", folder, "--config-name", "bench", "--workspace", workspace,
                          f"trainer.max_steps={steps}", *overrides], stderr=subprocess.DEVNULL, env=os.environ | {"OMP_NUM_THREADS": "2"})
    with sqlite3.connect(f"{workspace}/runs.sqlite") as store:
        rows = store.execute("SELECT m.wall_time, m.value FROM metrics m JOIN series s ON s.id = m.series "
                             "WHERE s.name = 'train_loss' ORDER BY m.step").fetchall()
    rate = (steps - 1 - WARM) / (rows[-1][0] - rows[WARM][0])
    return dict(rate=rate, losses=[value for _, value in rows], memory=memory)


def main():
    cli = os.path.realpath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    steps = int(sys.argv[3]) if len(sys.argv) > 3 else 60
    kind = sys.argv[4] if len(sys.argv) > 4 else "quartznet"
    with tempfile.TemporaryDirectory() as folder:
        clips(folder, kind)
        whole = dict(
            name="bench", init_from_nemo_model=f"{folder}/start.nemo", model=config(folder, kind),
            trainer=dict(accelerator="cpu", devices=1, max_steps=steps, max_epochs=-1, num_sanity_val_steps=0,
                         limit_val_batches=0, log_every_n_steps=1),
            exp_manager=dict(exp_dir=f"{folder}/exp", name="bench", create_checkpoint_callback=False,
                             create_tensorboard_logger=False))
        with open(f"{folder}/bench.yaml", "w", encoding="utf-8") as file:
            json.dump(whole, file)  # which is YAML
        ours, theirs = [], []
        for number in range(rounds):
            theirs.append(peer(folder, steps, kind))
            ours.append(fathom(cli, folder, number, steps))
            print(f"round {number + 1}: Lightning {theirs[-1]['rate']:.2f}, Fathom {ours[-1]['rate']:.2f} steps/s, "
                  f"{ours[-1]['rate'] / theirs[-1]['rate']:.2f} times", flush=True)
        rate = [statistics.median(r["rate"] for r in side) for side in (theirs, ours)]
        print(f"Lightning {rate[0]:.2f}, Fathom {rate[1]:.2f} steps/s: {rate[1] / rate[0]:.2f} times")
        # With a larger learning rate this training is chaotic: then the order of additions alone decides the second digit.
        same = (ours[0], theirs[0])
        if kind != "quartznet":
            off = [f"model.encoder.{key}=0.0" for key in ("dropout", "dropout_pre_encoder", "dropout_att")]
            same = (fathom(cli, folder, "same", 20, *off), peer(folder, 20, kind, dropout=0.0))
        print(f"largest relative difference of the first 20 losses: {difference(*same):.1e}; of Lightning with one thread beside two: "
              f"{difference(peer(folder, 20, kind, threads=1, dropout=0.0), same[1]):.1e}")
        print("memory at most: Lightning %.0f MB, Fathom %.0f MB" % tuple(max(r["memory"] for r in s) for s in (theirs, ours)))


if __name__ == "__main__":
    if sys.argv[1] == "--lightning":
        lightning(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5], float(sys.argv[6]))
    else:
        main()
