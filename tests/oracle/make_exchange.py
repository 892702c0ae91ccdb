#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes logs with the trackers themselves, and as JSON what the trackers' own readers find in them.

    python tests/oracle/make_exchange.py tensorboard|lightning|mlflow|wandb tests/data/exchange

`tensorboard` needs torch and tensorboard, `lightning` lightning, `mlflow` mlflow, `wandb` wandb. Each writes a folder of its
name and `<name>.json` beside it: {run: {"series": {tag: [[step, wall_time, value], …]}, "config": {…}, …}}.
"""
import json
import math
import os
import pathlib
import shutil
import socket
import sqlite3
import sys
import time


def save(path, document):
    def plain(value):
        if isinstance(value, float) and not math.isfinite(value):
            return {"$float": "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"}
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(v) for v in value]
        return value

    path.write_text(json.dumps(plain(document), indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def tensorboard(out):
    import numpy
    import torch
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator as ClassicAccumulator
    from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import metadata
    from tensorboard.util import tensor_util
    from torch.utils.tensorboard import SummaryWriter

    torch.manual_seed(1)
    with SummaryWriter(str(out / "plain")) as writer:
        for step in range(40):
            writer.add_scalar("loss", 1 / (step + 1), step, walltime=1.7e9 + step / 3)
            writer.add_scalar("loss/double", 1 / (step + 1), step, walltime=1.7e9 + step / 3, new_style=True, double_precision=True)
            writer.add_scalar("new style", float(step) * 1.5, step, walltime=1.7e9 + step / 3, new_style=True)
        for step, value in enumerate([math.nan, math.inf, -math.inf, 0.0, -0.0, 1e-45, 3e38]):
            writer.add_scalar("odd values", value, step, walltime=1.7e9)
        writer.add_scalar("steps/large", 1, 2**40, walltime=1.7e9)
        writer.add_scalar("steps/negative", 1, -5, walltime=1.7e9)
        writer.add_scalar("Ünïcode/метка", 2, 1, walltime=1.7e9)
        writer.add_text("notes", "**bold** text", 3, walltime=1.7e9)
        writer.add_audio("clip", torch.zeros(1, 800), 4, sample_rate=8000, walltime=1.7e9)
        writer.add_histogram("weights", numpy.arange(10.0), 5, walltime=1.7e9)
    with SummaryWriter(str(out / "hparams")) as writer:
        writer.add_hparams({"lr": 0.1, "layers": 3, "bias": True, "name": "quartz"}, {"hparam/accuracy": 0.5}, run_name="trial")
    # A training that crashed after step 29 and went on from step 20; event files are read in the order of their names.
    resumed = out / "resumed"
    for start, stop, purge, scale in [(0, 30, None, 1), (20, 40, 20, 10)]:
        with SummaryWriter(str(resumed), purge_step=purge) as writer:
            for step in range(start, stop):
                writer.add_scalar("loss", step * scale, step, walltime=1.7e9 + step)
            writer.add_scalar(f"only {start}", 1, stop, walltime=1.7e9)
        time.sleep(1.1)  # their names have the second
    for path in list(out.rglob("*tfevents*")):
        path.rename(str(path).replace(socket.gethostname(), "host"))
    document = {}
    for folder in sorted({p.parent for p in out.rglob("*tfevents*")}):
        events = EventAccumulator(str(folder), size_guidance={"tensors": 0})
        events.Reload()
        # The one above takes the first session start of a run for no restart; what purge_step is for, the other one does.
        classic = ClassicAccumulator(str(folder), size_guidance={"scalars": 0})
        classic.Reload()
        run = document[str(folder.relative_to(out))] = {"series": {}, "text": {}, "config": {}}
        for tag in events.Tags()["tensors"]:
            plugin = events.summary_metadata[tag].plugin_data.plugin_name
            tensors = events.Tensors(tag)
            if tag in classic.Tags()["scalars"]:
                if classic.Scalars(tag):  # a purge may leave a tag without values
                    run["series"][tag] = [[e.step, e.wall_time, e.value] for e in classic.Scalars(tag)]
            elif plugin == "scalars":
                run["series"][tag] = [[t.step, t.wall_time, float(tensor_util.make_ndarray(t.tensor_proto))] for t in tensors]
            elif plugin == "text":
                run["text"][tag] = [[t.step, t.tensor_proto.string_val[0].decode()] for t in tensors]
        try:
            for tag, content in events.PluginTagToContent("hparams").items():
                if tag == metadata.SESSION_START_INFO_TAG:
                    values = metadata.parse_session_start_info_plugin_data(content).hparams
                    run["config"] = {k: getattr(v, v.WhichOneof("kind")) for k, v in values.items()}
        except KeyError:
            pass
    return document


def lightning(out):
    from lightning.pytorch.loggers import CSVLogger

    logger = CSVLogger(str(out), name="quartz", version=0)
    config = {"lr": 0.1, "layers": 3, "optim": {"name": "adam", "betas": [0.9, 0.98]}, "note": "a, \"b\""}
    logger.log_hyperparams(config)
    for step in range(0, 50, 5):
        logger.log_metrics({"train_loss": 1 / (step + 1), "lr": 0.1 - step / 1000}, step)
        if step % 20 == 0:
            logger.log_metrics({"val_loss": math.nan if step == 20 else 2 / (step + 1)}, step)
    logger.finalize("success")
    series = {
        "train_loss": [[step, 1 / (step + 1)] for step in range(0, 50, 5)],
        "lr": [[step, 0.1 - step / 1000] for step in range(0, 50, 5)],
        "val_loss": [[step, math.nan if step == 20 else 2 / (step + 1)] for step in range(0, 50, 20)],
    }
    return {"quartz/version_0": {"series": series, "config": config}}


def mlflow(out):
    import mlflow as flow
    from mlflow.tracking import MlflowClient

    document = {}
    # Newer versions refuse the file store unless told.
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    for name, uri in [("files", (out / "mlruns").as_uri()), ("database", f"sqlite:///{out / 'mlflow.db'}")]:
        client = MlflowClient(tracking_uri=uri)
        experiment = client.create_experiment("speech", artifact_location="file:///tmp/artifacts")
        for number in range(2):
            run = client.create_run(experiment, start_time=1_700_000_000_000 + number, run_name=f"run {number}", tags={"team": "asr", "mlflow.user": "somebody", "mlflow.source.name": "train.py"})
            id = run.info.run_id
            client.log_param(id, "lr", 0.1 * (number + 1))
            client.log_param(id, "optim/name", "novograd")
            client.set_tag(id, "mlflow.note.content", "first try\nsecond line")
            for step in range(20):
                client.log_metric(id, "val/loss", 1 / (step + 1), timestamp=1_700_000_000_000 + 10 * step, step=step)
            for step, value in enumerate([math.nan, math.inf, -math.inf, 0.1]):
                client.log_metric(id, "odd", value, timestamp=1_700_000_000_500, step=step)
            client.set_terminated(id, "FINISHED" if number == 0 else "FAILED", end_time=1_700_000_009_000)
        document[name] = {}
        for run in client.search_runs([experiment]):
            series = {m: [[p.step, p.timestamp / 1000, p.value] for p in client.get_metric_history(run.info.run_id, m)] for m in run.data.metrics}
            document[name][run.info.run_name] = {"series": series, "config": run.data.params, "tags": run.data.tags, "status": run.info.status}
    shutil.rmtree(out / "mlruns/0")  # the default experiment: the folder's path, and no runs
    shrink(out / "mlflow.db")
    return document


def shrink(path):
    """Drops the tables that have nothing to do with runs, most of a megabyte of empty pages."""
    kept = {"experiments", "experiment_tags", "runs", "metrics", "latest_metrics", "params", "tags", "alembic_version"}
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA foreign_keys = OFF")
    for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        if table not in kept:
            database.execute(f"DROP TABLE {table}")
    database.execute("DELETE FROM experiments WHERE name = 'Default'")
    database.execute("PRAGMA page_size = 512")
    database.execute("VACUUM")
    database.close()


def wandb(out):
    os.environ.update(WANDB_MODE="offline", WANDB_SILENT="true", WANDB_DIR=str(out), WANDB_DISABLE_GIT="true")
    import wandb as tracker

    config = {"lr": 0.1, "layers": 3, "optim": {"name": "adam", "betas": [0.9, 0.98]}}
    run = tracker.init(project="speech", name="offline run", config=config, tags=["a", "b"], notes="some notes",
                       settings=tracker.Settings(x_disable_stats=True, x_disable_meta=True, host="host", username="somebody", email="somebody@example.org", save_code=False, disable_git=True, disable_job_creation=True))
    for step in range(30):
        run.log({"loss": 1 / (step + 1), "nested": {"acc": step / 30}, "text": "word"}, step=step)
    run.log({"odd": math.inf, "loss": math.nan}, step=30)
    run.log({"big": "x" * 40000}, step=31)  # spans blocks of the log
    print("hello from the run")
    run.config.update({"late": 7})
    run.summary["best"] = 0.25
    run.finish()
    for junk in out.glob("wandb/latest-run"):
        junk.unlink()
    for junk in ["logs", "tmp", "files/requirements.txt"]:
        for path in out.glob(f"wandb/offline-run-*/{junk}"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in list(out.glob("wandb/debug*")):
        path.unlink()
    series = {"loss": [[step, 1 / (step + 1)] for step in range(30)] + [[30, math.nan]], "nested.acc": [[step, step / 30] for step in range(30)],
              "odd": [[30, math.inf]]}
    return {"offline run": {"series": series, "config": {**config, "late": 7}, "tags": ["a", "b"], "note": "some notes"}}


def main():
    kind, target = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    out = target / kind
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    save(target / f"{kind}.json", globals()[kind](out))


if __name__ == "__main__":
    main()
