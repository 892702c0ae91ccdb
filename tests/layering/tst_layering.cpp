// SPDX-License-Identifier: GPL-3.0-or-later
// The architecture as a test: who may include whom, where Qt and torch may appear, and how long a file may
// be.
#include <QTest>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

using Layers = std::set<std::string>;

/// What each folder may include besides itself.
const std::map<std::string, Layers>& allowed() {
    static const Layers core{"engine/base", "engine/config", "engine/store", "engine/archive",
                             "engine/schedule"};
    const auto with = [](Layers base, std::initializer_list<const char*> more) {
        for (const char* layer : more)
            base.insert(layer);
        return base;
    };
    static const Layers torchPart =
        with(core, {"engine/text", "engine/plugin", "engine/run", "engine/kernels", "engine/data",
                    "engine/nn", "engine/optim", "engine/model"});
    static const Layers app =
        with(core, {"engine/analysis", "engine/query", "engine/text", "engine/plugin", "engine/run",
                    "widgets", "app/models", "app/bridge", "app/config_view"});
    static const std::map<std::string, Layers> rules{
        {"engine/base", {}},
        {"engine/config", {"engine/base"}},
        {"engine/store", {"engine/base"}},
        {"engine/query", {"engine/base", "engine/store"}},
        {"engine/exchange", {"engine/base", "engine/config", "engine/store"}},
        {"engine/archive", {"engine/base", "engine/config"}},
        {"engine/analysis", {"engine/base", "engine/archive"}},
        {"engine/schedule", {"engine/base", "engine/config"}},
        {"engine/plugin", {"engine/base", "engine/config", "engine/schedule"}},
        {"engine/run", with(core, {"engine/plugin"})},
        {"engine/kernels", {"engine/base"}},
        {"engine/text", {"engine/base"}},
        {"engine/decode", {"engine/base", "engine/text"}},
        {"engine/data", with(core, {"engine/text", "engine/kernels"})},
        {"engine/nn", with(core, {"engine/kernels", "engine/data"})},
        {"engine/optim", with(core, {"engine/plugin", "engine/kernels", "engine/nn"})},
        {"engine/model", with(core, {"engine/text", "engine/decode", "engine/plugin", "engine/run",
                                     "engine/kernels", "engine/data", "engine/nn", "engine/optim"})},
        {"engine/train", torchPart},
        {"widgets", {}},
        {"app/models", with(core, {"engine/query", "engine/text", "widgets"})},
        {"app/config_view", with(core, {"widgets", "app/models"})},
        {"app/bridge", with(core, {"engine/plugin", "engine/run", "engine/query", "widgets", "app/models"})},
        {"app/plots", with(app, {"app/shell"})},
        {"app/samples", with(app, {"app/shell"})},
        {"app/inference", with(app, {"app/samples"})},
        {"app/pages", with(app, {"app/shell", "app/plots", "app/samples", "app/inference"})},
        {"app/shell", with(app, {"app/pages", "engine/exchange"})},
        {"app/cli", with(core, {"engine/analysis", "engine/query", "engine/exchange", "engine/plugin",
                                "engine/run", "engine/text", "engine/data"})},
    };
    return rules;
}

bool isTorchPart(const std::string& layer) {
    static const Layers part{"engine",       "engine/kernels", "engine/data", "engine/nn",
                             "engine/optim", "engine/model",   "engine/train"};
    return part.contains(layer);
}

/// "engine/config" of "engine/config/compose.h", "widgets" of "widgets/theme.h".
std::string layerOf(const std::string& path) {
    if (path.starts_with("widgets/")) return "widgets";
    const std::size_t first = path.find('/');
    const std::size_t second = path.find('/', first + 1);
    return second == std::string::npos ? path.substr(0, first) : path.substr(0, second);
}

struct Source {
    std::string path;
    std::vector<std::string> lines;
};

std::vector<Source> sources() {
    std::vector<Source> found;
    const fs::path root = FATHOM_SOURCE_DIR;
    for (const char* folder : {"app", "engine", "widgets", "tests"}) {
        for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
            const std::string extension = entry.path().extension().string();
            if (extension != ".cpp" && extension != ".h" && extension != ".cu") continue;
            Source source{fs::relative(entry.path(), root).string(), {}};
            std::ifstream file(entry.path());
            for (std::string line; std::getline(file, line);)
                source.lines.push_back(line);
            found.push_back(std::move(source));
        }
    }
    return found;
}

/// Why this include is wrong in a file of this layer, or nothing.
std::string complaint(const std::string& path, const std::string& layer, const std::string& include) {
    static const std::regex torch("^(torch|ATen|c10|caffe2)/");
    static const std::regex qt("^(Q[A-Z][A-Za-z]*|Qt[A-Za-z]+/.*|qcustomplot\\.h)$");
    static const std::regex ours("^(app|engine|widgets)/");
    if (std::regex_search(include, torch))
        return isTorchPart(layer) ? "" : "torch header outside the torch part";
    if (std::regex_search(include, qt)) {
        if (layer.starts_with("engine") || layer == "app/cli")
            return "Qt header in the engine or the command line";
        return include == "qcustomplot.h" && layer != "widgets" ? "qcustomplot.h outside widgets" : "";
    }
    if (!std::regex_search(include, ours)) return "";
    const std::string target = layerOf(include);
    if (target == layer) {
        // Pages do not know each other: app/pages/train/… may include only its own folder and app/pages' own
        // files.
        if (layer != "app/pages") return "";
        const auto page = [](const std::string& p) {
            return p.substr(0, p.find('/', std::string("app/pages/").size()));
        };
        return page(include) == page(path) ? "" : "one page includes another";
    }
    const auto rule = allowed().find(layer);
    return rule != allowed().end() && rule->second.contains(target) ? ""
                                                                    : layer + " may not include " + target;
}

} // namespace

class LayeringTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyInclude_pointsDown() {
        static const std::regex includeLine("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"]");
        std::ostringstream problems;
        int checked = 0;
        for (const Source& source : sources()) {
            if (source.path.starts_with("tests/")) continue;
            for (std::size_t i = 0; i < source.lines.size(); ++i) {
                std::smatch match;
                if (!std::regex_search(source.lines[i], match, includeLine)) continue;
                ++checked;
                const std::string why = complaint(source.path, layerOf(source.path), match[1]);
                if (!why.empty())
                    problems << source.path << ':' << i + 1 << ": " << match[1] << ": " << why << '\n';
            }
        }
        QVERIFY(checked > 100);
        QVERIFY2(problems.str().empty(), problems.str().c_str());
    }

    void everyFile_isShortEnoughAndNamesItsLicence() {
        std::ostringstream problems;
        for (const Source& source : sources()) {
            if (source.lines.size() > 600)
                problems << source.path << ": " << source.lines.size() << " lines, limit 600\n";
            const bool apache = source.path.starts_with("engine/");
            const std::string wanted =
                apache ? "SPDX-License-Identifier: Apache-2.0" : "SPDX-License-Identifier: GPL-3.0-or-later";
            if (source.lines.empty() || source.lines.front().find(wanted) == std::string::npos)
                problems << source.path << ": first line must say " << wanted << '\n';
        }
        QVERIFY2(problems.str().empty(), problems.str().c_str());
    }

    void aWrongInclude_isRefused() {
        QVERIFY(!complaint("engine/base/x.h", "engine/base", "engine/config/config.h").empty());
        QVERIFY(!complaint("engine/store/x.h", "engine/store", "torch/torch.h").empty());
        QVERIFY(!complaint("engine/run/x.h", "engine/run", "QString").empty());
        QVERIFY(!complaint("widgets/x.h", "widgets", "engine/base/value.h").empty());
        QVERIFY(!complaint("app/pages/train/x.h", "app/pages", "app/pages/runs/y.h").empty());
        QVERIFY(complaint("app/pages/train/x.h", "app/pages", "app/pages/train/y.h").empty());
    }
};

QTEST_GUILESS_MAIN(LayeringTest)
#include "tst_layering.moc"
