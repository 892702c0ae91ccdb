#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the same translation model (2 + 2 layers of 128, 1,000 BPE tokens, about 16 pairs of 32 tokens a batch) with Lightning
and with fathom-cli: same weights, batches and threads, one after the other; then translates the same 256 sentences with both.
usage: peer_train_nmt.py FATHOM_CLI [ROUNDS [STEPS]]   (a Python with nemo-toolkit 2.2.1)
Prints steps a second (median of the rounds, the first ten steps left out), their ratio, the largest difference of the first 20
losses without dropout, and sentences a second of translate() and their ratio."""
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import types
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.simplefilter("ignore")
WARM = 10


def text(folder):
    import random
    import sentencepiece
    draw = random.Random(0)
    words = ["".join(draw.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(draw.randint(2, 7))) for _ in range(400)]
    for name in ("src.txt", "tgt.txt"):
        with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
            for _ in range(4000):
                file.write(" ".join(draw.choice(words) for _ in range(draw.randint(6, 14))) + "\n")
    sentencepiece.SentencePieceTrainer.Train(
        input=f"{folder}/src.txt,{folder}/tgt.txt", model_prefix=f"{folder}/bpe", vocab_size=1000, model_type="bpe", pad_id=0, bos_id=1,
        eos_id=2, unk_id=3, minloglevel=2)


def config(folder, dropout):
    side = dict(library="nemo", hidden_size=128, inner_size=512, num_layers=2, num_attention_heads=4, max_sequence_length=128,
                num_token_types=2, embedding_dropout=0.0, learn_positional_encodings=False, ffn_dropout=dropout,
                attn_score_dropout=dropout, attn_layer_dropout=dropout, hidden_act="relu", pre_ln=False, pre_ln_final_layer_norm=True)
    tokenizer = dict(library="sentencepiece", tokenizer_model=f"{folder}/bpe.model")
    return dict(
        encoder_tokenizer=tokenizer, decoder_tokenizer=tokenizer, encoder=side | dict(mask_future=False), decoder=side,
        head=dict(num_layers=1, activation="relu", log_softmax=True, dropout=0.0, use_transformer_init=True), label_smoothing=0.1,
        beam_size=4, len_pen=0.6, max_generation_delta=10, src_language="ignore", tgt_language="ignore", shared_tokenizer=True,
        multilingual=False, shared_embeddings=False, validate_input_ids=True, num_val_examples=0, num_test_examples=0,
        train_ds=dict(src_file_name=f"{folder}/src.txt", tgt_file_name=f"{folder}/tgt.txt", tokens_in_batch=1024, clean=True,
                      max_seq_length=120, shuffle=False, num_workers=0), validation_ds=None, test_ds=None,
        optim=dict(name="adam", lr=0.001, betas=[0.9, 0.98], weight_decay=0.0,
                   sched=dict(name="InverseSquareRootAnnealing", min_lr=0.0, last_epoch=-1, warmup_steps=50)))


def nemo():
    import logging
    logging.disable(logging.CRITICAL)
    bert = types.ModuleType("nemo.collections.nlp.models.language_modeling.megatron_bert_model")
    bert.MegatronBertModel = type("MegatronBertModel", (), {"list_available_models": classmethod(lambda cls: [])})
    sys.modules[bert.__name__] = bert  # which needs transformer_engine
    from nemo.collections.nlp.models.machine_translation.mt_enc_dec_model import MTEncDecModel
    return MTEncDecModel


def lightning(folder, steps, dropout):
    """In a process of its own, so that neither disturbs the other."""
    import torch
    torch.set_num_threads(2)
    model_class = nemo()
    import lightning.pytorch as pl
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
    model = model_class(cfg=OmegaConf.create(config(folder, dropout)), trainer=trainer)
    if not os.path.exists(f"{folder}/start.nemo"):
        model.save_to(f"{folder}/start.nemo")
    trainer.fit(model)
    rate = (steps - 1 - WARM) / (clock.times[-1] - clock.times[WARM])
    print(json.dumps(dict(rate=rate, losses=clock.losses)))


def translating(folder):
    import torch
    torch.set_num_threads(2)
    model = nemo().restore_from(f"{folder}/start.nemo", map_location="cpu")
    lines = open(f"{folder}/lines.txt", encoding="utf-8").read().splitlines()
    model.translate(lines[:4])
    begin = time.perf_counter()
    translations = model.translate(lines)
    print(json.dumps(dict(seconds=time.perf_counter() - begin, translations=translations)))


def own_process(*arguments):
    out = subprocess.run([sys.executable, __file__, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return json.loads(out.stdout.decode().splitlines()[-1])


def fathom(cli, folder, number, steps, dropout):
    whole = dict(
        name="bench", init_from_nemo_model=f"{folder}/start.nemo", model=config(folder, dropout),
        trainer=dict(accelerator="cpu", devices=1, max_steps=steps, max_epochs=-1, num_sanity_val_steps=0, limit_val_batches=0,
                     log_every_n_steps=1),
        exp_manager=dict(exp_dir=f"{folder}/exp", name="bench", create_checkpoint_callback=False, create_tensorboard_logger=False))
    with open(f"{folder}/bench.yaml", "w", encoding="utf-8") as file:
        json.dump(whole, file)  # which is YAML
    workspace = f"{folder}/w{number}"
    subprocess.run([cli, "train", "--config-path", folder, "--config-name", "bench", "--workspace", workspace], check=True,
                   stderr=subprocess.DEVNULL, env=os.environ | {"OMP_NUM_THREADS": "2"})
    with sqlite3.connect(f"{workspace}/runs.sqlite") as store:
        rows = store.execute("SELECT m.wall_time, m.value FROM metrics m JOIN series s ON s.id = m.series "
                             "WHERE s.name = 'train_loss' ORDER BY m.step").fetchall()
    rate = (steps - 1 - WARM) / (rows[-1][0] - rows[WARM][0])
    return dict(rate=rate, losses=[value for _, value in rows])


def translate(cli, folder):
    """Without the seconds that starting takes."""
    def run(count):
        with open(f"{folder}/part.txt", "w", encoding="utf-8") as file:
            file.writelines(open(f"{folder}/lines.txt", encoding="utf-8").readlines()[:count])
        begin = time.perf_counter()
        out = subprocess.run([cli, "translate", f"{folder}/start.nemo", f"{folder}/part.txt"], stdout=subprocess.PIPE, check=True,
                             stderr=subprocess.DEVNULL, env=os.environ | {"OMP_NUM_THREADS": "2"})
        return time.perf_counter() - begin, out.stdout.decode().splitlines()
    start = min(run(1)[0] for _ in range(3))
    seconds, translations = run(None)
    return dict(seconds=seconds - start, translations=translations)


def main():
    cli = os.path.realpath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    steps = int(sys.argv[3]) if len(sys.argv) > 3 else 60
    with tempfile.TemporaryDirectory() as folder:
        text(folder)
        ours, theirs = [], []
        for number in range(rounds):
            theirs.append(own_process("--lightning", folder, steps, 0.1))
            ours.append(fathom(cli, folder, number, steps, 0.1))
            print(f"round {number + 1}: Lightning {theirs[-1]['rate']:.2f}, Fathom {ours[-1]['rate']:.2f} steps/s, "
                  f"{ours[-1]['rate'] / theirs[-1]['rate']:.2f} times", flush=True)
        rate = [statistics.median(r["rate"] for r in side) for side in (theirs, ours)]
        print(f"Lightning {rate[0]:.2f}, Fathom {rate[1]:.2f} steps/s: {rate[1] / rate[0]:.2f} times")
        alike = [own_process("--lightning", folder, 20, 0.0)["losses"], fathom(cli, folder, "s", 20, 0.0)["losses"]]
        worst = max(abs(a - b) / abs(a) for a, b in zip(*alike))
        print(f"largest relative difference of the first 20 losses without dropout: {worst:.1e}")
        with open(f"{folder}/lines.txt", "w", encoding="utf-8") as file:
            file.writelines(open(f"{folder}/src.txt", encoding="utf-8").readlines()[:256])
        slow, fast = own_process("--translate", folder), translate(cli, folder)
        same = sum(a == b for a, b in zip(slow["translations"], fast["translations"]))
        print(f"256 translations: NeMo {slow['seconds']:.2f} s, Fathom {fast['seconds']:.2f} s: "
              f"{slow['seconds'] / fast['seconds']:.2f} times; {same} are the same")


if __name__ == "__main__":
    if sys.argv[1] == "--lightning":
        lightning(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
    elif sys.argv[1] == "--translate":
        translating(sys.argv[2])
    else:
        main()
