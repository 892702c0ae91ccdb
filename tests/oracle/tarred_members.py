# SPDX-License-Identifier: GPL-3.0-or-later
"""Which samples NeMo's tarred data set gives for the files of tests/engine/data/tst_tarred_dataset.cpp.

Run with a Python that has NeMo: prints their texts in order, which are those that the test expects of ours. The
test's folder and the second dot of a name are left out here: NeMo 3.0.0 raises on both.
"""
import io
import json
import pathlib
import tarfile
import tempfile

import numpy
import soundfile
from nemo.collections.asr.data.audio_to_text import TarredAudioToCharDataset

TARS = {"s_0.tar": ["one.flac", "nobody.wav", "two.wav"], "s_1.tar": ["three.wav", "long.wav"]}
LINES = [
    ("/elsewhere/three.mp3", "c", 0.1, 0),
    ("two.flac", "b", 0.1, 0),
    ("one.flac", "a", 0.05, 0),
    ("one.flac", "aa", 0.05, 0.05),
    ("absent.wav", "a", 0.1, 0),
    ("long.wav", "a", 30, 0),
]

with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    for tar_name, members in TARS.items():
        with tarfile.open(folder / tar_name, "w") as tar:
            for member in members:
                content = io.BytesIO()
                soundfile.write(content, numpy.zeros(1600, "float32"), 16000, format=member[member.rfind(".") + 1 :])
                info = tarfile.TarInfo(member)
                info.size = len(content.getvalue())
                content.seek(0)
                tar.addfile(info, content)
    with open(folder / "m.json", "w") as manifest:
        for audio, text, duration, offset in LINES:
            manifest.write(
                json.dumps({"audio_filepath": audio, "text": text, "duration": duration, "offset": offset}) + "\n"
            )
    labels = [" ", "a", "b", "c"]
    dataset = TarredAudioToCharDataset(
        audio_tar_filepaths=str(folder / "s__OP_0..1_CL_.tar"),
        manifest_filepath=str(folder / "m.json"),
        labels=labels,
        sample_rate=16000,
        max_duration=20,
        shuffle_n=0,
    )
    print(["".join(labels[i] for i in sample[2].tolist()) for sample in dataset])
