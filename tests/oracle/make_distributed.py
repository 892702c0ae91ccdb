#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes archives whose weights are not one file into tests/data/nemo_more: a torch.distributed.checkpoint
folder (as Megatron's torch_dist strategy lays it out), Megatron's zarr layout, and one checkpoint for each
model-parallel rank. Each as a tar; the first also as a folder.

usage: make_distributed.py   (needs torch; one process is enough)
"""
import io
import json
import pathlib
import shutil
import tarfile
import tempfile

import torch
import torch.distributed.checkpoint as dcp

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "data" / "nemo_more"
CONFIG = "target: nemo.collections.nlp.models.language_modeling.megatron_gpt_model.MegatronGPTModel\nnemo_version: 2.3.3\n"


def pack(source, name):
    with tarfile.open(FOLDER / name, "w:") as tar:
        tar.add(source, arcname=".", filter=lambda member: (setattr(member, "mtime", 0), member)[1])


def torch_dist(root):
    weights = root / "model_weights"
    weights.mkdir()
    state = {
        "model.embedding.word_embeddings.weight": torch.arange(24, dtype=torch.float32).reshape(6, 4),
        "model.decoder.layers.self_attention.linear_qkv.weight": torch.ones(2, 4, 12, dtype=torch.bfloat16),
        "model.decoder.layers.mlp.linear_fc1._extra_state": io.BytesIO(b"state"),
        "model.step": torch.tensor(7),
    }
    dcp.save(state, checkpoint_id=weights, no_dist=True)
    torch.save({"args": {"tensor_model_parallel_size": 1}, "iteration": 7}, weights / "common.pt")
    metadata = {"sharded_backend": "torch_dist", "sharded_backend_version": 1, "common_backend": "torch",
                "common_backend_version": 1}
    (weights / "metadata.json").write_text(json.dumps(metadata))


def zarr(root):
    weights = root / "model_weights"
    for name, shape, dtype in [("model.embedding.word_embeddings.weight", [6, 4], "<f4"), ("model.bias", [5], "<f2")]:
        array = weights / name
        array.mkdir(parents=True)
        (array / ".zarray").write_text(json.dumps({
            "chunks": shape, "compressor": None, "dtype": dtype, "fill_value": None, "filters": None, "order": "C",
            "shape": shape, "zarr_format": 2}))
        count = 1
        for extent in shape:
            count *= extent
        (array / ".".join("0" for _ in shape)).write_bytes(bytes(count * int(dtype[-1])))
    torch.save({"iteration": 7}, weights / "common.pt")
    metadata = {"sharded_backend": "zarr", "sharded_backend_version": 1, "common_backend": "torch",
                "common_backend_version": 1}
    (weights / "metadata.json").write_text(json.dumps(metadata))


def ranks(root, names):
    for rank, name in enumerate(names):
        (root / name).mkdir()
        state = {"model.weight": torch.full((2, 3), float(rank)), "model.bias": torch.arange(3) + rank}
        torch.save(state, root / name / "model_weights.ckpt")


def main():
    jobs = {
        "torch_dist": torch_dist,
        "zarr": zarr,
        "mp_rank": lambda root: ranks(root, ["mp_rank_00", "mp_rank_01"]),
        "tp_pp_rank": lambda root: ranks(root, ["tp_rank_00_pp_rank_000", "tp_rank_00_pp_rank_001"]),
    }
    for name, write in jobs.items():
        with tempfile.TemporaryDirectory() as temporary:
            root = pathlib.Path(temporary)
            root.chmod(0o700)
            (root / "model_config.yaml").write_text(CONFIG)
            write(root)
            pack(root, f"{name}.nemo")
            if name == "torch_dist":
                shutil.rmtree(FOLDER / "torch_dist_folder", ignore_errors=True)
                shutil.copytree(root, FOLDER / "torch_dist_folder")


main()
