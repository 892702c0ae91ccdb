// SPDX-License-Identifier: GPL-3.0-or-later
// ModelPT.restore_from and save_to: strictness, another config, devices, artifacts, weights that are views of
// the file.
#include "engine/archive/inspect.h"
#include "engine/archive/nemo_save.h"
#include "engine/base/checksum.h"
#include "engine/base/file.h"
#include "engine/config/yaml_writer.h"
#include "engine/model/model.h"
#include "engine/model/named_arrays.h"
#include "engine/nn/weights.h"

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>

using namespace fathom;

namespace {

namespace fs = std::filesystem;

const std::string kGolden = std::string(FATHOM_TEST_DATA) + "/nemo/quartznet_char.nemo";

archive::Nemo open(const fs::path& path) {
    auto nemo = archive::Nemo::open(path);
    if (!nemo) qFatal("%s", nemo.error().message().c_str());
    return *nemo;
}

std::string digest(const fs::path& path) {
    return sha256Hex((*MappedFile::open(path))->bytes());
}

} // namespace

class TestRestore : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); }
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void weights_areViewsOfTheFile_thatTrainingDoesNotChange();
    void looseRestore_reportsWhatItLetPass();
    void overrideConfig_replacesTheWhole();
    void returnConfig_needsNoModel();
    void mapLocation_isADevice();
    void artifacts_areSavedAgain();
    void missingArtifact_isAnError();
    void olderArchive_isReadByTodaysRules_data();
    void olderArchive_isReadByTodaysRules();

private:
    [[nodiscard]] fs::path path(const char* name) const {
        return fs::path(m_folder->path().toStdString()) / name;
    }
    /// The golden archive after edits.
    template <class Edit> fs::path edited(const Edit& edit) const {
        auto editor = archive::NemoEditor::open(kGolden);
        if (!editor) qFatal("%s", editor.error().message().c_str());
        edit(*editor);
        const auto saved = archive::saveNemo(editor->draft(), path("edited.nemo"));
        if (!saved) qFatal("%s", saved.error().message().c_str());
        return path("edited.nemo");
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestRestore::weights_areViewsOfTheFile_thatTrainingDoesNotChange() {
    fs::copy_file(kGolden, path("a.nemo"));
    const std::string before = digest(path("a.nemo"));
    const archive::Nemo nemo = open(path("a.nemo"));
    const auto restored = model::restoreModel(nemo, {.mapLocation = "cpu"});
    QVERIFY2(restored, restored ? "" : restored.error().message().c_str());
    QVERIFY(restored->report.missing.empty() && restored->report.unexpected.empty());
    const torch::NoGradGuard noGrad;
    for (const nn::NamedTensor& item : nn::stateDict(restored->model->module())) {
        const archive::Tensor* stored = (*nemo.weights())->find(item.name);
        QVERIFY(stored != nullptr);
        QVERIFY2(item.tensor.const_data_ptr() == stored->bytes.data(), item.name.c_str());
        item.tensor.add_(1);
    }
    QCOMPARE(digest(path("a.nemo")), before);
    const auto again = model::restoreModel(open(path("a.nemo")), {.mapLocation = "cpu"});
    const auto changed = restored->model->module().named_parameters();
    for (const auto& item : again->model->module().named_parameters())
        QVERIFY(torch::equal(item.value() + 1, changed[item.key()]));
}

void TestRestore::looseRestore_reportsWhatItLetPass() {
    const fs::path file = edited([](archive::NemoEditor& editor) {
        QVERIFY(editor.dropTensors("decoder.*.bias").value() == 1);
        QVERIFY(editor.renameTensors("*.mconv.1.conv.weight", "*.other.weight").value() > 0);
    });
    const auto strict = model::restoreModel(open(file), {.mapLocation = "cpu"});
    QVERIFY(!strict.has_value());
    QVERIFY(strict.error().why.find("Missing key(s) in state_dict: \"encoder") != std::string::npos);
    QVERIFY(strict.error().why.find("Unexpected key(s) in state_dict: ") != std::string::npos);
    const auto loose = model::restoreModel(open(file), {.strict = false, .mapLocation = "cpu"});
    QVERIFY2(loose, loose ? "" : loose.error().message().c_str());
    QCOMPARE(loose->report.missing.back(), std::string("decoder.decoder_layers.0.bias"));
    QCOMPARE(loose->report.missing.size(), loose->report.unexpected.size() + 1);
    // What the archive does not have is initialised, not left undefined.
    const auto parameters = loose->model->module().named_parameters();
    QVERIFY(parameters["decoder.decoder_layers.0.bias"].isfinite().all().item<bool>());
}

void TestRestore::overrideConfig_replacesTheWhole() {
    const std::string yaml = *open(kGolden).configYaml();
    std::string indented = "model:\n";
    for (std::size_t at = 0; at < yaml.size();) {
        const std::size_t end = yaml.find('\n', at) + 1;
        indented += "  " + yaml.substr(at, end - at);
        at = end;
    }
    for (const std::string& text : {yaml, indented + "trainer:\n  max_epochs: 3\n"}) {
        QVERIFY(writeFileAtomically(path("other.yaml"), text).has_value());
        auto changed = *readFile(path("other.yaml"));
        const std::size_t at = changed.find("pad_to: 16");
        QVERIFY(at != std::string::npos);
        changed.replace(at, 10, "pad_to: 32");
        QVERIFY(writeFileAtomically(path("other.yaml"), changed).has_value());
        const auto restored = model::restoreModel(
            open(kGolden), {.overrideConfigPath = path("other.yaml"), .mapLocation = "cpu"});
        QVERIFY2(restored, restored ? "" : restored.error().message().c_str());
        QVERIFY(restored->model->configYaml()->find("pad_to: 32") != std::string::npos);
        QVERIFY(restored->model->configYaml()->find("trainer") == std::string::npos);
    }
    QVERIFY(writeFileAtomically(path("other.yaml"),
                                "target: nemo.collections.asr.models.ctc_models.EncDecCTCModel\n"));
    QVERIFY(!model::restoreModel(open(kGolden), {.overrideConfigPath = path("other.yaml")}).has_value());
    QVERIFY(!model::restoreModel(open(kGolden), {.overrideConfigPath = path("none.yaml")}).has_value());
}

void TestRestore::returnConfig_needsNoModel() {
    const auto config = archive::modelConfig(open(std::string(FATHOM_TEST_DATA) + "/nemo/mt_aayn_tiny.nemo"));
    QVERIFY(config.has_value());
    QVERIFY(config->at("target")->asString().ends_with("MTEncDecModel"));
}

void TestRestore::mapLocation_isADevice() {
    for (const char* name : {"gpu", "cuda:x", "cuda:-1", "cpu:0x"}) {
        const auto refused = model::restoreModel(open(kGolden), {.mapLocation = name});
        QVERIFY2(!refused.has_value(), name);
        QCOMPARE(refused.error().exitCode(), 2);
    }
}

void TestRestore::artifacts_areSavedAgain() {
    const fs::path file = edited([](archive::NemoEditor& editor) {
        QVERIFY(editor.putArtifact("extra.notes", {"notes.txt", "keep me"}).has_value());
    });
    const auto restored = model::restoreModel(open(file), {.mapLocation = "cpu"});
    QVERIFY2(restored, restored ? "" : restored.error().message().c_str());
    QVERIFY(model::saveModel(*restored->model, path("saved.nemo")).has_value());
    const archive::Nemo saved = open(path("saved.nemo"));
    const Value config = *archive::modelConfig(saved);
    QVERIFY(config.at("extra.notes")->asString().starts_with("nemo:"));
    const auto bytes = saved.bytes(config.at("extra.notes")->asString().substr(5));
    QVERIFY(bytes.has_value());
    QCOMPARE(bytes->size(), std::size_t{7});
    QVERIFY(archive::verify(saved).empty());
}

void TestRestore::missingArtifact_isAnError() {
    archive::NemoContents contents{.configYaml = *open(kGolden).configYaml() + "extra: nemo:gone.txt\n"};
    contents.tensors = (*open(kGolden).weights())->tensors();
    QVERIFY(archive::writeNemo(path("broken.nemo"), contents).has_value());
    const auto refused = model::restoreModel(open(path("broken.nemo")), {.mapLocation = "cpu"});
    QVERIFY(!refused.has_value());
    QVERIFY(refused.error().message().find("gone.txt") != std::string::npos);
}

void TestRestore::olderArchive_isReadByTodaysRules_data() {
    QTest::addColumn<QString>("version");
    QTest::addColumn<bool>("hasParams");
    QTest::newRow("before the padding of 2.5") << "1.23.0" << false;
    QTest::newRow("before 1.9") << "" << false;
    QTest::newRow("before 1.0") << "" << true;
}

// NeMo 3.0.0 restores each of these with outputs that are bit for bit those of the archive as it is.
void TestRestore::olderArchive_isReadByTodaysRules() {
    QFETCH(QString, version);
    QFETCH(bool, hasParams);
    const archive::Nemo golden = open(kGolden);
    Value config = *archive::modelConfig(golden);
    config.asMap().erase("nemo_version");
    if (!version.isEmpty()) config.asMap().set("nemo_version", version.toStdString());
    for (const char* name : {"preprocessor", "spec_augment", "encoder", "decoder"}) {
        Value& section = *config.asMap().find(name);
        if (!hasParams || !section.isMap()) continue;
        Value::Map params = section.asMap();
        const Value target = *params.find("_target_");
        params.erase("_target_");
        section = Value::Map{{"cls", target}, {"params", params}};
    }
    if (hasParams)
        config.asMap().find("preprocessor")->asMap().find("params")->asMap().set("stft_conv", true);
    archive::NemoContents contents{.configYaml = config::writeYaml(config)};
    contents.tensors = (*golden.weights())->tensors();
    QVERIFY(archive::writeNemo(path("older.nemo"), contents).has_value());

    const auto outputOf = [](const archive::Nemo& nemo) {
        const auto restored = model::restoreModel(nemo, {.mapLocation = "cpu"});
        if (!restored) return qWarning("%s", restored.error().message().c_str()), torch::Tensor();
        const torch::Tensor signal = torch::linspace(-1, 1, 16000).sin().view({2, 8000});
        const auto outputs = restored->model->forward(
            {model::namedArray("audio_signal", signal),
             model::namedArray("length", torch::tensor({8000, 5000}, torch::kInt64))});
        return nn::viewOf(model::findArray(*outputs, "log_probs")->tensor).clone();
    };
    const torch::Tensor older = outputOf(open(path("older.nemo")));
    QVERIFY(older.defined());
    QVERIFY(torch::equal(older, outputOf(golden)));
    // Saved again it has today's form and the version it had.
    const auto again = model::restoreModel(open(path("older.nemo")), {.mapLocation = "cpu"});
    const std::string yaml = *again->model->configYaml();
    QVERIFY(yaml.find("params:") == std::string::npos && yaml.find("cls:") == std::string::npos);
    QVERIFY(yaml.find("_target_: nemo.collections.asr.modules.ConvASREncoder") != std::string::npos);
    QVERIFY(version.isEmpty() || yaml.find("nemo_version: 1.23.0") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestRestore)
#include "tst_restore.moc"
