# SPDX-License-Identifier: GPL-3.0-or-later
"""Does fathom-cli compute what NeMo did? python check_speech_variants.py FATHOM_CLI DIR (of make_speech_variants.py)."""
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

cli, root = sys.argv[1], Path(sys.argv[2])
worst = 0
for archive in sorted(root.glob("*.nemo")):
    folder = root / archive.stem
    with tempfile.TemporaryDirectory() as out:
        names = {"processed_signal": "processed", "processed_signal_length": "processed_len", "log_probs": "log_probs", "encoded_len": "encoded_len"}
        command = [cli, "forward", str(archive), "--in", f"audio_signal={folder}/signal.npy", "--in", f"length={folder}/length.npy"]
        for name in names:
            command += ["--out", f"{name}={out}/{name}.npy"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            print(f"{archive.stem:18} FAILED {done.stderr.strip()[:300]}")
            worst = np.inf
            continue
        report = []
        lengths = np.load(folder / "encoded_len.npy")
        for name, reference in names.items():
            ours, theirs = np.load(f"{out}/{name}.npy"), np.load(folder / f"{reference}.npy")
            if name == "log_probs":  # what lies beyond a clip means nothing
                difference = max(np.abs(ours[b, :n] - theirs[b, :n]).max() for b, n in enumerate(lengths))
            elif ours.shape != theirs.shape:
                difference = np.inf
            else:
                difference = np.abs(ours.astype(float) - theirs).max()
            worst = max(worst, difference)
            report.append(f"{name} {difference:.1e}")
        print(f"{archive.stem:18} {'  '.join(report)}")
sys.exit(worst > 1e-4)
