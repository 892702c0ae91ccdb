// SPDX-License-Identifier: GPL-3.0-or-later
// The configs of configs/ compose, resolve and check without an error, each key can be explained, and what we
// write of them is read as the same by yaml-cpp, a YAML parser that is not ours.
#include "engine/config/diagnostics.h"
#include "engine/config/explain.h"
#include "engine/config/schemas/catalog.h"

#include <QTest>

#include <filesystem>
#include <yaml-cpp/yaml.h>

using namespace fathom;

namespace {

/// The path of the first difference below `path`, "" for none.
std::string differenceAt(const std::string& path, const Value& ours, const YAML::Node& theirs) {
    const std::string here = path.empty() ? "(root)" : path;
    if (ours.isMap()) {
        if (!theirs.IsMap() || theirs.size() != ours.asMap().size()) return here;
        for (const auto& [key, value] : ours.asMap()) {
            if (!theirs[key]) return here + '.' + key;
            if (auto found = differenceAt(path + '.' + key, value, theirs[key]); !found.empty()) return found;
        }
        return {};
    }
    if (ours.isList()) {
        if (!theirs.IsSequence() || theirs.size() != ours.asList().size()) return here;
        for (std::size_t i = 0; i < ours.asList().size(); ++i)
            if (auto found = differenceAt(path + '.' + std::to_string(i), ours.asList()[i], theirs[i]);
                !found.empty())
                return found;
        return {};
    }
    const bool same = ours.isNull()    ? theirs.IsNull()
                      : ours.isBool()  ? theirs.as<bool>() == ours.asBool()
                      : ours.isInt()   ? theirs.as<std::int64_t>() == ours.asInt()
                      : ours.isFloat() ? theirs.as<double>() == ours.asFloat()
                                       : theirs.as<std::string>() == ours.asString();
    return same ? std::string() : here;
}

} // namespace

class TestShippedConfigs : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void checkCleanly_data();
    void checkCleanly();
    void writtenYaml_isReadTheSameByYamlCpp_data() { checkCleanly_data(); }
    void writtenYaml_isReadTheSameByYamlCpp();
};

void TestShippedConfigs::checkCleanly_data() {
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("model");
    const std::map<std::string, const char*> models{{"quartznet_15x5", "EncDecCTCModel"},
                                                    {"quartznet_prompts", "EncDecCTCModel"},
                                                    {"quartznet_prompts_augmented", "EncDecCTCModel"},
                                                    {"jasper_10x5dr", "EncDecCTCModel"},
                                                    {"citrinet_256", "EncDecCTCModelBPE"},
                                                    {"conformer_ctc_bpe", "EncDecCTCModelBPE"},
                                                    {"fast_conformer_ctc_bpe", "EncDecCTCModelBPE"},
                                                    {"conformer_prompts", "EncDecCTCModel"},
                                                    {"text_classification", "TextClassificationModel"},
                                                    {"sentiment_movies", "TextClassificationModel"},
                                                    {"aayn_small_en_fr", "MTEncDecModel"},
                                                    {"aayn_base", "MTEncDecModel"}};
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::string(FATHOM_SOURCE_DIR) + "/configs")) {
        if (entry.path().extension() != ".yaml") continue;
        const std::string name = entry.path().stem().string();
        const auto model = models.find(name);
        QTest::newRow(name.c_str()) << QString::fromStdString(entry.path().parent_path().string())
                                    << QString::fromLatin1(model == models.end() ? "?" : model->second);
    }
}

void TestShippedConfigs::checkCleanly() {
    QFETCH(QString, folder);
    QFETCH(QString, model);
    const config::Diagnosis found = config::diagnose(
        config::ComposeRequest{.configPath = folder.toStdString(), .configName = QTest::currentDataTag()});
    QVERIFY(found.composes);
    std::string report;
    for (const config::Diagnostic& each : found.diagnostics) {
        // What the user has to give, files that are not shipped, and what one config changes of the one that
        // it builds upon are not the config's fault.
        const bool isOfBase = !each.error.file.ends_with(std::string(QTest::currentDataTag()) + ".yaml");
        const bool isExpected = each.finding == config::Finding::MissingValue ||
                                (each.finding == config::Finding::Shadowed && isOfBase) ||
                                each.finding == config::Finding::MissingPath ||
                                (each.finding == config::Finding::BrokenInterpolation &&
                                 each.severity == config::Severity::Warning);
        if (!isExpected || each.severity == config::Severity::Error) report += each.error.message() + "\n";
    }
    QVERIFY2(report.empty(), report.c_str());
    const config::Description* description = schemas::descriptionAt(*found.config, "model");
    QCOMPARE(QString::fromStdString(description ? description->name : "?"), model);
    for (const std::string& key : config::allKeys(*found.config))
        QVERIFY2(config::explain(*found.config, key).has_value(), key.c_str());
}

void TestShippedConfigs::writtenYaml_isReadTheSameByYamlCpp() {
    QFETCH(QString, folder);
    const auto config =
        config::compose({.configPath = folder.toStdString(), .configName = QTest::currentDataTag()});
    QVERIFY(config.has_value());
    const auto text = config->toYaml("", false);
    QVERIFY(text.has_value());
    QCOMPARE(differenceAt("", config->unresolved(), YAML::Load(*text)), std::string());
}

QTEST_GUILESS_MAIN(TestShippedConfigs)
#include "tst_shipped_configs.moc"
