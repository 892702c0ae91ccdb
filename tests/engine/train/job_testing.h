// SPDX-License-Identifier: GPL-3.0-or-later
// A whole job on eight short recordings, in a folder of its own.
#pragma once

#include "tests/engine/train/train_testing.h"

#include "engine/base/file.h"
#include "engine/nn/weights.h"
#include "engine/train/job.h"

#include <QStringList>
#include <QTemporaryDir>

namespace fathom::testing {

inline const std::string kData = std::string(FATHOM_TEST_DATA) + "/nemo/";

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

/// A job in a folder of its own.
struct Job {
    QTemporaryDir folder{};
    MemoryWriter writer{};
    MemoryLog log{};
    std::stop_source stop{};
    run::CommandQueue commands{};
    std::string manifest = kData + "manifest.json";

    [[nodiscard]] std::string path(const std::string& name) const {
        return folder.path().toStdString() + '/' + name;
    }
    [[nodiscard]] config::Config config(const std::vector<std::string>& overrides) const {
        const auto text = readFile(std::string(FATHOM_TEST_DATA) + "/train/tiny.yaml");
        return configOf(replaced(replaced(text.value_or(std::string{}), "MANIFEST", manifest), "EXPDIR",
                                 path("exp")),
                        overrides)
            .value();
    }
    Result<run::TrainEnd> run(const std::vector<std::string>& overrides = {},
                              run::Mode mode = run::Mode::Train) {
        const config::Config composed = config(overrides);
        return train::runJob({composed, mode, writer, log, stop.get_token(), &commands});
    }
    /// What the names of the run's .ckpt files say besides the metric, sorted.
    [[nodiscard]] QStringList checkpoints() const {
        QStringList names;
        for (const auto& entry : std::filesystem::directory_iterator(writer.folder / "checkpoints")) {
            const QString name = QString::fromStdString(entry.path().filename().string());
            if (name.endsWith(QLatin1String(".ckpt")))
                names << name.mid(name.indexOf(QLatin1String("-epoch")));
        }
        names.sort();
        return names;
    }
    /// One manifest line about a copy of a recording, or of whatever `audio` is.
    void useManifest(const std::string& text) {
        manifest = path("manifest.json");
        (void)writeFileAtomically(manifest, text);
    }
};

} // namespace fathom::testing
