// SPDX-License-Identifier: GPL-3.0-or-later
// The configs of configs/ compose, resolve and check without an error, and each key can be explained.
#include "engine/config/diagnostics.h"
#include "engine/config/explain.h"
#include "engine/config/schemas/catalog.h"

#include <QTest>

#include <filesystem>

using namespace fathom;

class TestShippedConfigs : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void checkCleanly_data();
    void checkCleanly();
};

void TestShippedConfigs::checkCleanly_data() {
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("model");
    const std::map<std::string, const char*> models{{"quartznet_15x5", "EncDecCTCModel"},
                                                    {"quartznet_prompts", "EncDecCTCModel"},
                                                    {"jasper_10x5dr", "EncDecCTCModel"},
                                                    {"citrinet_256", "EncDecCTCModelBPE"},
                                                    {"conformer_ctc_bpe", "EncDecCTCModelBPE"},
                                                    {"text_classification", "TextClassificationModel"},
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
        // What the user has to give, and files that are not shipped, are not the config's fault.
        const bool isExpected = each.finding == config::Finding::MissingValue ||
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

QTEST_GUILESS_MAIN(TestShippedConfigs)
#include "tst_shipped_configs.moc"
