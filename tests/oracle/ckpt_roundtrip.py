#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares two checkpoints as Python sees them, or trains on from both. See ckpt_roundtrip.sh.

usage: ckpt_roundtrip.py compare|compare-safe|resume OURS.ckpt REFERENCE.ckpt
       ckpt_roundtrip.py plain FROM.ckpt TO.ckpt
plain: without what weights_only=True refuses (compare-safe loads with it). compare: every value, its type, order of keys, tensors bit for bit with dtype, stride and requires_grad, storages that are
shared, OmegaConf's metadata. resume: EncDecCTCModel.load_from_checkpoint, strict; then Trainer.fit(ckpt_path=…) with
exp_manager for two more epochs from either, which must give the same weights and optimizer states bit for bit.
"""
import collections
import json
import pathlib
import struct
import sys
import warnings
import wave

warnings.simplefilter("ignore")
import torch
from omegaconf import DictConfig, ListConfig, OmegaConf


class Comparison:
    def __init__(self):
        self.counts = collections.Counter()
        self.differences = []
        self.storages = {}, {}  # data pointer → number of the storage

    def note(self, path, a, b):
        self.differences.append(f"{path}: {a!r:.200} is not {b!r:.200}")

    def same(self, path, a, b):
        self.counts[type(a).__name__] += 1
        if type(a) is not type(b):
            return self.note(path, type(a), type(b))
        if isinstance(a, torch.Tensor):
            return self.tensors(path, a, b)
        if isinstance(a, (DictConfig, ListConfig)):
            return self.configs(path, a, b)
        if isinstance(a, dict):
            return self.dicts(path, a, b)
        if isinstance(a, (list, tuple)):
            if len(a) != len(b):
                return self.note(path, len(a), len(b))
            return [self.same(f"{path}[{i}]", x, y) for i, (x, y) in enumerate(zip(a, b))]
        if isinstance(a, float):
            a, b = struct.pack(">d", a), struct.pack(">d", b)
        if a != b:
            self.note(path, a, b)

    def dicts(self, path, a, b):
        if list(a) != list(b):
            return self.note(path, list(a), list(b))
        for key in a:
            self.same(f"{path}.{key}", a[key], b[key])
        if vars(a) if hasattr(a, "__dict__") else {}:
            self.same(f"{path}.__dict__", vars(a), vars(b))

    def number(self, side, tensor):
        known = self.storages[side]
        return known.setdefault(tensor.untyped_storage().data_ptr(), len(known))

    def tensors(self, path, a, b):
        def bits(t):
            return t.detach().contiguous().view(-1).view(torch.uint8).numpy().tobytes() if t.numel() else b""

        def describe(t, side):
            return (t.dtype, t.shape, t.stride(), t.storage_offset(), t.requires_grad, t.device,
                    t.untyped_storage().nbytes(), self.number(side, t) if t.numel() else None)

        if describe(a, 0) != describe(b, 1):
            self.note(path, describe(a, 0), describe(b, 1))
        elif bits(a) != bits(b):
            self.note(path, a, b)

    def configs(self, path, a, b):
        if not (a == b) or OmegaConf.to_yaml(a) != OmegaConf.to_yaml(b):
            return self.note(path, a, b)
        if a._metadata != b._metadata or (a._parent is None) != (b._parent is None):
            return self.note(path, a._metadata, b._metadata)
        for key in a if isinstance(a, DictConfig) else range(len(a)):
            x, y = a._get_node(key), b._get_node(key)
            if x._parent is not a:
                self.note(f"{path}.{key}", x._parent, "its parent")
            if isinstance(x, (DictConfig, ListConfig)):
                self.same(f"{path}.{key}", x, y)
            elif type(x) is not type(y) or x._metadata != y._metadata:
                self.note(f"{path}.{key}", x, y)


def compare(ours, reference, is_safe=False):
    comparison = Comparison()
    a, b = (torch.load(path, map_location="cpu", weights_only=is_safe) for path in (ours, reference))
    comparison.same("", a, b)
    print(", ".join(f"{count} {name}" for name, count in sorted(comparison.counts.items())))
    return comparison.differences


def plain(source, target):
    content = torch.load(source, map_location="cpu", weights_only=False)
    torch.save({k: v for k, v in content.items() if not OmegaConf.is_config(v) and not isinstance(v, type)}, target)
    return []


def audio(folder):
    folder.mkdir(exist_ok=True)
    with open(folder / "train.json", "w") as manifest:
        for i in range(8):
            samples = (torch.randn(16000 + 2000 * i, generator=torch.Generator().manual_seed(i)) * 3000).short()
            with wave.open(str(folder / f"{i}.wav"), "wb") as file:
                file.setparams((1, 2, 16000, len(samples), "NONE", ""))
                file.writeframes(samples.numpy().tobytes())
            manifest.write(json.dumps({"audio_filepath": str(folder / f"{i}.wav"), "duration": len(samples) / 16000,
                                       "text": "some words"}) + "\n")
    return str(folder / "train.json")


def loaded(path, manifest):
    from nemo.collections.asr.models import EncDecCTCModel

    config = torch.load(path, map_location="cpu", weights_only=False)["hyper_parameters"].cfg
    model = EncDecCTCModel.load_from_checkpoint(path, map_location="cpu", strict=True)
    stored = torch.load(path, map_location="cpu", weights_only=False)["state_dict"]
    different = [k for k, v in model.state_dict().items() if not torch.equal(v, stored[k])]
    OmegaConf.set_struct(config, False)
    config.train_ds.manifest_filepath = config.validation_ds.manifest_filepath = manifest
    return config, len(stored), different


def resumed(path, config, name):
    import lightning.pytorch as pl
    from nemo.collections.asr.models import EncDecCTCModel
    from nemo.utils.exp_manager import exp_manager

    pl.seed_everything(7)
    start = torch.load(path, map_location="cpu", weights_only=False)
    trainer = pl.Trainer(accelerator="cpu", devices=1, logger=False, enable_checkpointing=False, enable_progress_bar=False,
                         max_epochs=start["epoch"] + 2, check_val_every_n_epoch=1, num_sanity_val_steps=0)
    callback = next(iter(start["callbacks"].values()))
    exp_manager(trainer, OmegaConf.create(dict(
        exp_dir="results", name=name, create_tensorboard_logger=False, create_checkpoint_callback=True,
        checkpoint_callback_params=dict(monitor=callback["monitor"], mode="min", save_top_k=2, always_save_nemo=False))))
    model = EncDecCTCModel(cfg=config, trainer=trainer)
    seen = {}
    load = trainer.checkpoint_callback.load_state_dict
    trainer.checkpoint_callback.load_state_dict = lambda state: (seen.update(callback=dict(state)), load(state))[1]

    class Look(pl.Callback):
        def on_train_start(self, trainer, module):
            state = trainer.optimizers[0].state_dict()["state"]
            seen.update(step=trainer.global_step, epoch=trainer.current_epoch,
                        lr=trainer.lr_scheduler_configs[0].scheduler.last_epoch,
                        moments=[s["exp_avg_sq"].clone() for s in state.values()])

    trainer.callbacks.append(Look())
    trainer.fit(model, ckpt_path=path)
    return seen, model.state_dict(), trainer.optimizers[0].state_dict(), start, trainer


def resume(ours, reference):
    from nemo.utils import logging

    logging.setLevel(logging.ERROR)
    torch.set_num_threads(1)
    manifest = audio(pathlib.Path("audio").absolute())
    config, tensors, differences = loaded(ours, manifest)
    differences = [f"{key} differs after load_from_checkpoint" for key in differences]
    print(f"load_from_checkpoint: {tensors} tensors, strict")
    seen, weights, optimizer, start, trainer = resumed(ours, config, "ours")
    saved = list(start["optimizer_states"][0]["state"].values())
    expected = dict(step=start["global_step"], epoch=start["loops"]["fit_loop"]["epoch_progress"]["current"]["processed"],
                    callback=next(iter(start["callbacks"].values())), lr=start["lr_schedulers"][0]["last_epoch"])
    differences += [f"{k}: Lightning goes on from {seen.get(k)!r}, not {v!r}" for k, v in expected.items() if seen.get(k) != v]
    if len(saved) != len(seen["moments"]) or not all(torch.equal(a, b["exp_avg_sq"]) for a, b in zip(seen["moments"], saved)):
        differences.append("the optimizer's state is not the saved one")
    _, other_weights, other_optimizer, _, _ = resumed(reference, config, "reference")
    comparison = Comparison()
    comparison.same("state_dict", dict(weights), dict(other_weights))
    comparison.same("optimizer", optimizer, other_optimizer)
    print(f"Trainer.fit: from step {seen['step']} to {trainer.global_step}, epoch {trainer.current_epoch}; "
          f"{comparison.counts['Tensor']} tensors as from the original")
    return differences + comparison.differences


def main(command, ours, reference):
    commands = {"compare": compare, "compare-safe": lambda a, b: compare(a, b, True), "plain": plain, "resume": resume}
    differences = commands[command](ours, reference)
    for difference in differences[:20]:
        print("different:", difference)
    print(f"{command} {pathlib.Path(reference).name}: {len(differences)} differences")
    return 1 if differences else 0


sys.exit(main(*sys.argv[1:]))
