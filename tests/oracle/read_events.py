#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a run's event files with TensorBoard itself and prints what it finds as JSON.

    python tests/oracle/read_events.py RUN_FOLDER [EXPECTED_EVENT_FILE]

With a second file (say tests/data/lightning/events.out.tfevents.golden) it also says which scalar tags only one of the two
has, and whether those of both have the same steps. Needs the package tensorboard.
"""
import io
import json
import sys
import wave

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata

KEEP_ALL = {"scalars": 0, "tensors": 0, "audio": 0}


def load(path):
    events = EventAccumulator(path, size_guidance=KEEP_ALL)
    events.Reload()
    return events


def steps(events, tag):
    return [each.step for each in events.Scalars(tag)]


def report(events):
    tags = events.Tags()
    out = {"scalars": {}, "text": {}, "audio": {}, "hparams": {}}
    for tag in tags["scalars"]:
        values = events.Scalars(tag)
        out["scalars"][tag] = {"count": len(values), "steps": [v.step for v in values[:5]], "last": values[-1].value}
    for tag in tags["tensors"]:
        plugin = events.summary_metadata[tag].plugin_data.plugin_name
        if plugin == "text":
            out["text"][tag] = [t.tensor_proto.string_val[0].decode() for t in events.Tensors(tag)][-1]
    for tag in tags["audio"]:
        clip = events.Audio(tag)[0]
        with wave.open(io.BytesIO(clip.encoded_audio_string)) as reader:
            out["audio"][tag] = {"frames": reader.getnframes(), "rate": reader.getframerate(), "says": clip.sample_rate}
    try:
        plugin = events.PluginTagToContent("hparams")
    except KeyError:
        plugin = {}
    for tag, content in plugin.items():
        if tag == metadata.SESSION_START_INFO_TAG:
            values = metadata.parse_session_start_info_plugin_data(content).hparams
            out["hparams"] = {k: v.number_value if v.HasField("number_value") else v.string_value for k, v in sorted(values.items())}
        elif tag == metadata.EXPERIMENT_TAG:
            out["metrics"] = [m.name.tag for m in metadata.parse_experiment_plugin_data(content).metric_infos]
    return out


def main():
    events = load(sys.argv[1])
    out = report(events)
    if len(sys.argv) > 2:
        other = load(sys.argv[2])
        ours, theirs = set(events.Tags()["scalars"]), set(other.Tags()["scalars"])
        out["compared"] = {
            "only here": sorted(ours - theirs),
            "only there": sorted(theirs - ours),
            "other steps": sorted(t for t in ours & theirs if steps(events, t) != steps(other, t)),
            "other hparams": sorted(set(report(other)["hparams"]) ^ set(out["hparams"])),
        }
    json.dump(out, sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
