// SPDX-License-Identifier: GPL-3.0-or-later
// Configs: recomposing 2,000 leaves after an edit, checking and explaining them, opening a file of 100,000
// leaves, changing one scalar of it. Prints `name value unit` lines, the median of several runs. Run it on an
// idle machine.
#include "engine/config/diagnostics.h"
#include "engine/config/explain.h"
#include "engine/config/schemas/catalog.h"
#include "engine/config/yaml_edit.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

using namespace fathom;
using Clock = std::chrono::steady_clock;

namespace {

template <class Body> void measure(const char* name, int times, const Body& body) {
    std::vector<double> costs;
    for (int i = 0; i < times; ++i) {
        const auto begin = Clock::now();
        body(i);
        costs.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
    }
    std::ranges::sort(costs);
    std::printf("%s %.2f ms (worst %.2f of %d)\n", name, costs[costs.size() / 2], costs.back(), times);
}

/// A model with `blocks` blocks of ten leaves, three of them interpolations, below a real NeMo shape.
std::string modelYaml(int blocks) {
    std::string text =
        "name: bench\nrate: 16000\nmodel:\n  sample_rate: ${rate}\n  dropout: 0.1\n"
        "  optim: {name: novograd, lr: 0.01, betas: [0.8, 0.5], sched: {name: CosineAnnealing}}\n"
        "  blocks:\n";
    for (int i = 0; i < blocks; ++i)
        text += "    block" + std::to_string(i) +
                ":\n      filters: 256 # channels\n      repeat: 5\n      kernel: [33]\n      stride: [1]\n"
                "      dilation: [1]\n      dropout: ${model.dropout}\n      residual: true\n"
                "      rate: ${model.sample_rate}\n      name: \"${name}_" +
                std::to_string(i) + "\"\n      lr: 1e-3\n";
    return text + "trainer: {max_epochs: 5, devices: 1}\n";
}

void orExit(bool fine, const char* what) {
    if (fine) return;
    std::fprintf(stderr, "%s failed\n", what);
    std::exit(1);
}

void recomposition() {
    config::ComposeRequest request{.configName = "c", .files = {{"c.yaml", modelYaml(200)}}};
    const auto edited = [&](int i) { request.overrides = {"model.optim.lr=0.0" + std::to_string(i + 1)}; };
    measure("recompose_2000_leaves", 50, [&](int i) {
        edited(i);
        orExit(config::compose(request).has_value(), "compose");
    });
    const Result<config::Config> config = config::compose(request);
    measure("resolve_2000_leaves", 50, [&](int) { orExit(config->resolved().has_value(), "resolve"); });
    measure("diagnose_2000_leaves", 50, [&](int i) {
        edited(i);
        orExit(config::diagnose(request).composes, "diagnose");
    });
    measure("with_defaults_2000_leaves", 50, [&](int) { (void)schemas::withDefaults(*config); });
    measure("explain_2000_leaves", 50,
            [&](int) { orExit(config::explain(*config, "model.dropout").has_value(), "explain"); });
}

void largeFile() {
    const std::string text = modelYaml(10'000);
    measure("open_100000_leaves", 7, [&](int) {
        orExit(config::compose({.configName = "c", .files = {{"c.yaml", text}}}).has_value(), "open");
    });
    measure("edit_100000_leaves", 3, [&](int) {
        orExit(config::editYaml(text, "model.blocks.block9999.lr", Value(0.02)).has_value(), "edit");
    });
}

} // namespace

int main() {
    recomposition();
    largeFile();
    return 0;
}
