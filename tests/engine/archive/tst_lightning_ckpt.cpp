// SPDX-License-Identifier: GPL-3.0-or-later
// A checkpoint that Lightning wrote for a NeMo model, with OmegaConf's objects in its pickle: all of it as
// data.
#include "engine/base/checksum.h"
#include "engine/base/file.h"
#include "tests/engine/archive/archive_testing.h"

#include <QRegularExpression>

using namespace fathom;
using namespace fathom::testing;

namespace {

const Value& golden() {
    static const Value value = [] {
        const auto text = readFile(FATHOM_TEST_DATA "/lightning/lightning_run.json");
        // Python writes NaN and Infinity, which JSON does not have; toJson() writes them as {"$float": …}.
        static const QRegularExpression bare(QStringLiteral("([:\\[,]\\s*)(-?)(NaN|Infinity)"));
        QString json = QString::fromStdString(text.value_or(""));
        json.replace(bare, QStringLiteral("\\1{\"$float\": \"\\2\\3\"}"))
            .replace(QStringLiteral("NaN\"}"), QStringLiteral("nan\"}"))
            .replace(QStringLiteral("Infinity\"}"), QStringLiteral("inf\"}"));
        return fromJson(json.toStdString()).value_or(Value{});
    }();
    return value;
}

Result<archive::Checkpoint> opened() {
    return archive::Checkpoint::open(FATHOM_TEST_DATA "/lightning/quartznet_tiny-last.ckpt");
}

} // namespace

class TestLightningCkpt : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tensors_areThoseOfTheStateDict();
    void plainParts_equalPythons_data();
    void plainParts_equalPythons();
    void hyperParameters_areThePlainConfig();
    void optimizerStates_giveTensors();
    void globals_areAllKnownData();
};

void TestLightningCkpt::tensors_areThoseOfTheStateDict() {
    const auto checkpoint = opened();
    VERIFY_RESULT(checkpoint);
    const Value::List& expected = golden().at("ckpt_tensors")->asList();
    QCOMPARE(checkpoint->tensors().size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        QCOMPARE(checkpoint->tensors()[i].name, expected[i].at("name")->asString());
        QCOMPARE(md5Hex(checkpoint->tensors()[i].contiguousBytes()), expected[i].at("md5")->asString());
    }
    VERIFY_RESULT(checkpoint->verify());
}

void TestLightningCkpt::plainParts_equalPythons_data() {
    QTest::addColumn<QString>("key");
    for (const char* key :
         {"epoch", "global_step", "pytorch-lightning_version", "loops", "lr_schedulers", "hparams_name"})
        QTest::newRow(key) << QString::fromLatin1(key);
}

void TestLightningCkpt::plainParts_equalPythons() {
    QFETCH(QString, key);
    const auto checkpoint = opened();
    VERIFY_RESULT(checkpoint);
    const auto part = checkpoint->root().find(key.toStdString());
    QVERIFY(part.has_value());
    const auto value = archive::toValue(*part);
    VERIFY_RESULT(value);
    const Value* expected = golden().asMap().find("ckpt_structure")->asMap().find(key.toStdString());
    QVERIFY(expected != nullptr);
    QCOMPARE(QString::fromStdString(toJson(*value)), QString::fromStdString(toJson(*expected)));
}

void TestLightningCkpt::hyperParameters_areThePlainConfig() {
    const auto checkpoint = opened();
    VERIFY_RESULT(checkpoint);
    const auto part = checkpoint->root().find("hyper_parameters");
    QVERIFY(part.has_value());
    QCOMPARE(std::string(part->className()), std::string("omegaconf.dictconfig.DictConfig"));
    const auto value = archive::toValue(*part);
    VERIFY_RESULT(value);
    const Value* expected = golden().at("ckpt_structure.hyper_parameters.value");
    QVERIFY(expected != nullptr);
    QCOMPARE(QString::fromStdString(toJson(*value)), QString::fromStdString(toJson(*expected)));
}

void TestLightningCkpt::optimizerStates_giveTensors() {
    const auto checkpoint = opened();
    VERIFY_RESULT(checkpoint);
    const auto states = checkpoint->root().find("optimizer_states");
    QVERIFY(states.has_value() && states->size() == 1);
    const auto state = states->at(0).find("state");
    QVERIFY(state.has_value() && state->size() > 0);
    QCOMPARE(state->keyAt(0).toInt(), std::optional<std::int64_t>(0));
    const auto average = state->at(0).find("exp_avg");
    QVERIFY(average.has_value() && average->tensor() != nullptr);
    QCOMPARE(average->tensor()->shape, (std::vector<std::int64_t>{64, 1, 11}));
    const auto step = state->at(0).find("step");
    QVERIFY(step.has_value() && step->tensor() != nullptr);
    float value = 0;
    std::memcpy(&value, step->tensor()->bytes.data(), sizeof value);
    QCOMPARE(value, 200.0F);
}

void TestLightningCkpt::globals_areAllKnownData() {
    const auto checkpoint = opened();
    VERIFY_RESULT(checkpoint);
    QVERIFY2(checkpoint->opaqueGlobals().empty(),
             checkpoint->opaqueGlobals().empty() ? "" : checkpoint->opaqueGlobals().front().c_str());
}

QTEST_APPLESS_MAIN(TestLightningCkpt)
#include "tst_lightning_ckpt.moc"
