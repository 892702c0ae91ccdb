# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the loader of NeMo's Speech Data Explorer takes for what tst_sample_view opens: 100,000 utterances of ten words.

It does for each line what tools/speech_data_explorer/data_explorer.py does before its server starts: jiwer for the words,
editdistance for the characters, difflib for the vocabulary. With two models it does all of it three times.

    python tests/bench/peer_samples.py       # needs jiwer and editdistance
"""
import difflib
import json
import random
import time

import editdistance
import jiwer

COUNT = 100_000


def manifest(good_words):
    rng = random.Random(1)
    for i in range(COUNT):
        reference, prediction = [], []
        for _ in range(10):
            word = f"word{rng.randrange(5000)}"
            reference.append(word)
            if rng.randrange(good_words):
                prediction.append(word)
            elif rng.randrange(3):
                prediction.append("other")
        yield json.dumps({"audio_filepath": f"{i}.flac", "duration": 3.0, "text": " ".join(reference), "pred_text": " ".join(prediction)})


def load(lines):
    rows, spoken, matched = [], {}, {}
    matcher = difflib.SequenceMatcher()
    for line in lines:
        item = json.loads(line)
        words = item["text"].split()
        for word in words:
            spoken[word] = spoken.get(word, 0) + 1
        measures = jiwer.process_words(item["text"], item["pred_text"])
        item["CER"] = editdistance.eval(item["text"], item["pred_text"]) / len(item["text"])
        item["WER"] = (measures.substitutions + measures.insertions + measures.deletions) / len(words)
        matcher.set_seqs(words, item["pred_text"].split())
        for block in matcher.get_matching_blocks():
            for word in words[block.a:block.a + block.size]:
                matched[word] = matched.get(word, 0) + 1
        rows.append(item)
    return rows, {word: matched.get(word, 0) / count for word, count in spoken.items()}


lines = list(manifest(20))
begin = time.perf_counter()
rows, accuracy = load(lines)
one = time.perf_counter() - begin
print(f"one model {one:.1f} s, {len(rows)} rows, {len(accuracy)} words")
