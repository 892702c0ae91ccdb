# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/data/samples/figures.json: edits by the definition and what sacrebleu 2 says of made-up pairs.

    python tests/oracle/sample_figures.py
"""
import json
import pathlib
import random

import sacrebleu
from sacrebleu.metrics import BLEU

WORDS = ["the", "a", "cat", "sat", "on", "mat", "dog,", "ran.", "3.5", "1,000", "well-known", "(no)", "U.S.", "5-year", "&amp;", "\"quoted\"",
         "naïve", "東京", "end", "don't", "x/y", "100%", "e.g.,", "…", "2-0", "a\u00a0b", "<skipped>", "it's"]


CHINESE = [("我喜欢猫，你呢？", "我喜欢狗，你呢？"), ("ＡＢＣ 123。", "ＡＢ 123。"), ("一个 cat, 2.5 个", "一个 cat, 2.5个"), ("𠀀𠀁 、 — “引”", "𠀀 、 — “引”"), ("한국 …☀", "한국 ☀")]


def texts(rng, least):
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(least, 14)))


def changed(rng, text):
    result = []
    for word in text.split(" "):
        draw = rng.random()
        if draw < 0.12:
            continue
        result.append(rng.choice(WORDS) if draw < 0.3 else word)
        if draw > 0.9:
            result.append(rng.choice(WORDS))
    return " ".join(result)


def distance(a, b):
    """Levenshtein distance by the definition."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        diagonal, row[0] = row[0], i + 1
        for j, y in enumerate(b):
            diagonal, row[j + 1] = row[j + 1], min(diagonal + (x != y), row[j] + 1, row[j + 1] + 1)
    return row[-1]


def main():
    folder = pathlib.Path(__file__).resolve().parents[1] / "data" / "samples"
    rng = random.Random(20261127)
    pairs = [("the cat sat on the mat", "the cat sat on the mat"), ("the cat sat on the mat", ""), ("", "the cat"), ("yes", "yes"), ("yes no", "no yes")]
    while len(pairs) < 60:
        reference = texts(rng, 1)
        pairs.append((reference, changed(rng, reference) if rng.random() < 0.9 else texts(rng, 0)))
    # Long ones: more than 64 characters, so that blocks meet.
    for _ in range(10):
        reference = " ".join(texts(rng, 5) for _ in range(4))
        pairs.append((reference, changed(rng, reference)))
    sentence = BLEU(effective_order=True)
    rows = [{"reference": r, "prediction": p, "bleu": sentence.sentence_score(p, [r]).score,
             "tokens": sentence.tokenizer(r.rstrip()).split(),
             "words": len(r.split()), "word_edits": distance(r.split(), p.split()),
             "characters": len(r), "character_edits": distance(list(r), list(p))} for r, p in pairs]
    corpus = sacrebleu.corpus_bleu([p for _, p in pairs], [[r for r, _ in pairs]])
    other = {}
    for name in ("zh", "none"):
        metric = BLEU(tokenize=name)
        score = metric.corpus_score([p for _, p in CHINESE + pairs], [[r for r, _ in CHINESE + pairs]])
        other[name] = {"score": score.score, "signature": str(metric.get_signature()),
                       "tokens": [metric.tokenizer(r.rstrip()).split() for r, _ in CHINESE + pairs]}
    text = json.dumps({"corpus_bleu": corpus.score, "chinese": CHINESE, "tokenizers": other, "pairs": rows}, ensure_ascii=False, indent=1)
    (folder / "figures.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
