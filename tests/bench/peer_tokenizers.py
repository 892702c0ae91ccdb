# SPDX-License-Identifier: GPL-3.0-or-later
"""Encoding speed beside Python's sentencepiece and Hugging Face's tokenizers, alternating in one run, one thread each.

    TOKENIZERS_PARALLELISM=false python tests/bench/peer_tokenizers.py build/release/bench/bench_tokenizer SENTENCEPIECE.model vocab.txt TEXTS

Needs sentencepiece and transformers (4: both WordPiece implementations; 5: the Rust one).
"""
import json
import os
import subprocess
import sys
import time

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
import sentencepiece
import transformers

ROUNDS = 5


def timed(encode, lines):
    begin = time.perf_counter()
    ids = encode(lines)
    return time.perf_counter() - begin, ids


def compare(name, ours, encode, lines):
    mine, peers = [], []
    for _ in range(ROUNDS):
        mine.append(json.loads(subprocess.run(ours, check=True, capture_output=True, text=True).stdout))
        peers.append(timed(encode, lines))
    best, peer = min(m["best_s"] for m in mine), min(p[0] for p in peers)
    middle, peer_middle = sorted(m["best_s"] for m in mine)[ROUNDS // 2], sorted(p[0] for p in peers)[ROUNDS // 2]
    same = "same ids" if mine[0]["ids"] == peers[0][1] else f"{mine[0]['ids']} ids against {peers[0][1]}"
    print(f"{name}: ours {len(lines) / best:,.0f} sentences/s best, {len(lines) / middle:,.0f} median; peer {len(lines) / peer:,.0f} best, "
          f"{len(lines) / peer_middle:,.0f} median; ratio of bests {peer / best:.2f}, of medians {peer_middle / middle:.2f}; {same}")


def main():
    bench, model, vocab, texts = sys.argv[1:5]
    lines = open(texts, encoding="utf-8").read().split("\n")[:-1]
    processor = sentencepiece.SentencePieceProcessor(model_file=model)
    compare("SentencePiece, sentencepiece " + sentencepiece.__version__, [bench, model, texts, "1"],
            lambda all: sum(len(processor.encode_as_ids(line)) for line in all), lines)
    fast = transformers.BertTokenizerFast(vocab)
    compare("WordPiece, Rust, line by line", [bench, vocab, texts, "1", "fast"],
            lambda all: sum(len(fast.encode(line, add_special_tokens=False)) for line in all), lines)
    compare("WordPiece, Rust, in one batch", [bench, vocab, texts, "1", "fast"],
            lambda all: sum(len(ids) for ids in fast(all, add_special_tokens=False, return_attention_mask=False, return_token_type_ids=False)["input_ids"]), lines)
    backend = fast.backend_tokenizer
    compare("WordPiece, Rust without transformers, in one batch", [bench, vocab, texts, "1", "fast"],
            lambda all: sum(len(e.ids) for e in backend.encode_batch_fast(all, add_special_tokens=False)), lines)
    if transformers.__version__.startswith("4."):
        slow = transformers.BertTokenizer(vocab)
        compare("WordPiece, Python", [bench, vocab, texts, "1", "slow"],
                lambda all: sum(len(slow.convert_tokens_to_ids(slow.tokenize(line))) for line in all), lines)


main()
