#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing and reading 20 metrics with TensorBoard, MLflow and W&B offline beside Fathom, in one run.

    python tests/bench/peer_trackers.py build/release/bench/bench_exchange [POINTS]

Needs tensorboard, torch or tensorboardX, mlflow and wandb; what is missing is left out. POINTS (default 1,000,000) go through
Fathom and the readers of event files; writers that are slow get as many as they write in a few seconds, and the rate counts. MLflow
logs in batches of 1,000, the most its API takes: one at a time it is slower still. Each figure is one run of the peer, and the
least of a few of ours.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

SERIES = [f"metric_{i}" for i in range(20)]
BUDGET = 8  # seconds for a writer


def ours(bench, what, number):
    text = subprocess.run([bench, what, str(number)], check=True, capture_output=True, text=True).stdout
    return {line.split()[0]: float(line.split()[1]) for line in text.splitlines()}


def write_tensorboard(folder):
    from torch.utils.tensorboard import SummaryWriter

    writer, count, start = SummaryWriter(str(folder)), 0, time.perf_counter()
    while time.perf_counter() - start < BUDGET:
        for _ in range(100):
            for name in SERIES:
                writer.add_scalar(name, 1 / (count + 1), count // 20)
                count += 1
    writer.close()
    return count, time.perf_counter() - start


def read_tensorboard(folder, points):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    start = time.perf_counter()
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    events.Reload()
    count = sum(len(events.Scalars(tag)) for tag in events.Tags()["scalars"])
    assert count == points, (count, points)
    return count, time.perf_counter() - start


def mlflow(uri):
    from mlflow.entities import Metric
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    run = client.create_run(client.create_experiment("bench")).info.run_id
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < BUDGET:
        now = int(time.time() * 1000)
        client.log_batch(run, metrics=[Metric(SERIES[i % 20], 1 / (count + i + 1), now, (count + i) // 20) for i in range(1000)])
        count += 1000
    written = time.perf_counter() - start
    start = time.perf_counter()
    read = sum(len(client.get_metric_history(run, name)) for name in SERIES)
    assert read == count, (read, count)
    return (count, written), (read, time.perf_counter() - start)


def write_wandb(folder):
    os.environ.update(WANDB_MODE="offline", WANDB_SILENT="true", WANDB_DIR=str(folder))
    import wandb

    settings = wandb.Settings(x_disable_stats=True, x_disable_meta=True, disable_git=True, console="off")
    run, count, start = wandb.init(project="bench", settings=settings), 0, time.perf_counter()
    while time.perf_counter() - start < BUDGET:
        for _ in range(100):
            run.log({name: 1 / (count + i + 1) for i, name in enumerate(SERIES)})
            count += 20
    run.finish()  # waits until the log is on the disk
    return count, time.perf_counter() - start


def show(what, name, figure, base):
    rate = figure[0] / figure[1]
    print(f"{what:6} {name:28} {rate:12,.0f} points/s   {base / rate:10.1f} times slower than Fathom   ({figure[0]:,} points)", flush=True)


def attempt(action, *arguments):
    try:
        return action(*arguments)
    except ImportError as problem:
        print(f"left out: {problem}")
        return None


def main():
    bench, points = sys.argv[1], int(float(sys.argv[2])) if len(sys.argv) > 2 else 1_000_000
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    print("load", os.getloadavg())
    store = ours(bench, "store", points / 1e6)
    for name, rate in store.items():
        print(f"fathom {name:28} {rate:12,.0f} points/s")
    with tempfile.TemporaryDirectory() as temporary:
        root = pathlib.Path(temporary)
        if written := attempt(write_tensorboard, root / "tb"):
            show("write", "TensorBoard SummaryWriter", written, store["store_write"])
            show("read", "TensorBoard EventAccumulator", read_tensorboard(root / "tb", written[0]), store["read_events"])
        for name, uri in [("MLflow file store", (root / "mlruns").as_uri()), ("MLflow SQLite", f"sqlite:///{root / 'mlflow.db'}")]:
            if both := attempt(mlflow, uri):
                show("write", name, both[0], store["store_write"])
                show("read", name, both[1], store["store_read"])
        if written := attempt(write_wandb, root):
            show("write", "W&B offline", written, store["store_write"])
    print("load", os.getloadavg())


if __name__ == "__main__":
    main()
