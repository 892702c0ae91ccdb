// SPDX-License-Identifier: GPL-3.0-or-later
// What `fathom-cli nemo ls|show|tensors|verify|diff` say: golden numbers on standard output, problems with a
// remedy on standard error, exit codes.
#include "engine/base/file.h"
#include "engine/base/value.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace fathom;

namespace {

struct Outcome {
    int code = -1;
    std::string out{};
    std::string err{};
};

Outcome nemo(const QStringList& arguments) {
    QProcess process;
    process.setWorkingDirectory(QStringLiteral(FATHOM_TEST_DATA));
    process.start(qEnvironmentVariable("FATHOM_CLI"), QStringList{QStringLiteral("nemo")} + arguments);
    if (!process.waitForFinished()) qFatal("fathom-cli does not end");
    return {process.exitCode(), process.readAllStandardOutput().toStdString(),
            process.readAllStandardError().toStdString()};
}

Value json(const QStringList& arguments) {
    const Outcome outcome = nemo(arguments + QStringList{QStringLiteral("--json")});
    const auto value = fromJson(outcome.out);
    return value ? *value : Value{};
}

QStringList words(const char* text) {
    return QString::fromLatin1(text).split(QLatin1Char(' '));
}

} // namespace

class TestNemoCommand : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(qEnvironmentVariableIsSet("FATHOM_CLI"), "FATHOM_CLI has to name fathom-cli");
    }

    void tensors_areTheGoldenOnes_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"quartznet_char", "quartznet_char_bfloat16", "quartznet_char_gz",
                                 "quartznet_char_legacypickle", "nested_artifacts", "mt_aayn_tiny"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }

    void tensors_areTheGoldenOnes() {
        QFETCH(QString, name);
        const Value printed = json({QStringLiteral("tensors"), QStringLiteral("nemo/%1.nemo").arg(name)});
        const auto golden = readFile(FATHOM_TEST_DATA "/nemo/" + name.toStdString() + ".json").value();
        QVERIFY(printed.isList() && !printed.asList().empty());
        for (const Value& tensor : printed.asList()) {
            for (const char* key : {"name", "dtype", "md5"}) // golden/README.md has them as such
                QVERIFY2(golden.find('"' + tensor.at(key)->asString() + '"') != std::string::npos, key);
            QVERIFY(tensor.at("shape")->isList() && tensor.at("stride")->isList() &&
                    tensor.at("bytes")->isInt());
        }
    }

    void statistics_arePrinted() {
        const Value printed = json(words("tensors nemo/nested_artifacts.nemo --stats"));
        const Value& view = printed.asList().at(6);
        QCOMPARE(view.at("name")->asString(), std::string("view"));
        QCOMPARE(view.at("stats.max")->toDouble(), 10.0);
        QCOMPARE(view.at("stats.mean")->toDouble(), 5.5);
        QVERIFY(std::abs(view.at("stats.norm")->toDouble() - 15.7162336) < 1e-6);
        const Outcome table = nemo(words("tensors nemo/nested_artifacts.nemo --stats"));
        QVERIFY(table.out.find("NORM") != std::string::npos);
    }

    void ls_saysHowItIsPackedAndWhatTheWeightsAre() {
        const Value plain = json(words("ls nemo/quartznet_char.nemo"));
        QCOMPARE(plain.at("compression")->asString(), std::string("none"));
        QCOMPARE(plain.at("weights")->asList().at(0).at("kind")->asString(), std::string("checkpoint"));
        const Value packed = json(words("ls nemo_more/nested_artifacts.zst.nemo"));
        QCOMPARE(packed.at("compression")->asString(), std::string("zstd"));
        const Value sharded = json(words("ls nemo_more/torch_dist.nemo"));
        QCOMPARE(sharded.at("weights")->asList().at(0).at("kind")->asString(), std::string("torch_dist"));
        const Outcome text = nemo(words("ls nemo_more/torch_dist.nemo"));
        QVERIFY(text.out.find("distributed checkpoint of torch") != std::string::npos);
        QCOMPARE(text.err, std::string()); // no progress where nobody watches
    }

    void tensors_ofDistributedWeights_areListed() {
        const Value listed = json(words("tensors nemo_more/torch_dist.nemo"));
        QCOMPARE(listed.asList().size(), std::size_t{3});
        QCOMPARE(listed.asList()[1].at("dtype")->asString(), std::string("bfloat16"));
        const Value ranks = json(words("tensors nemo_more/mp_rank.nemo"));
        QCOMPARE(ranks.asList().size(), std::size_t{4});
        QCOMPARE(ranks.asList()[3].at("part")->asString(), std::string("mp_rank_01/model_weights.ckpt"));
    }

    void diff_hasSummaryAndNumbers() {
        const Value same = json(words("diff nemo/quartznet_char.nemo nemo/quartznet_char_gz.nemo"));
        QCOMPARE(same.at("equal")->asBool(), true);
        QCOMPARE(same.at("summary.identical")->asInt(), std::int64_t{44});
        const Value half = json(words("diff nemo/quartznet_char.nemo nemo/quartznet_char_float16.nemo"));
        QCOMPARE(half.at("summary.changed")->asInt(), std::int64_t{38});
        const Value& first = half.at("tensors")->asList().at(0);
        QCOMPARE(first.at("change")->asString(), std::string("changed"));
        QVERIFY(first.at("norm_diff")->toDouble() > 0 && first.at("cosine")->toDouble() > 0.999 &&
                first.at("max_abs_diff")->toDouble() > 0);
        const Outcome text = nemo(words("diff nemo/quartznet_char.nemo nemo/quartznet_char_float16.nemo"));
        QCOMPARE(text.code, 0);
        QVERIFY(text.out.starts_with("tensors: 38 changed, 0 added, 0 removed, 6 identical\n"));
        QCOMPARE(nemo(words("diff nemo/quartznet_char.nemo nemo/quartznet_char.nemo")).out,
                 std::string("no differences\n"));
    }

    void verify_tellsByExitCode_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("said");
        const auto row = [](const char* file, int code, const char* said) {
            QTest::newRow(file) << QString::fromLatin1(file) << code << QString::fromLatin1(said);
        };
        row("nemo/quartznet_char.nemo", 0, "");
        row("nemo_more/all_dtypes.safetensors", 0, "");
        row("nemo_more/nested_artifacts.xz.nemo", 0, "warning: it is compressed by xz");
        row("hostile/config_target.nemo", 0, "NeMo 3.0 blocks it");
        row("hostile/pickle_reduce_os_system.ckpt", 3, "error: the pickle names os.system");
        row("hostile/zip_overlap.ckpt", 3, "Do not trust the file");
        row("hostile/tar_size_beyond_end.nemo", 3, "Copy or download it again");
    }

    void verify_tellsByExitCode() {
        QFETCH(QString, file);
        QFETCH(int, code);
        QFETCH(QString, said);
        const Outcome outcome = nemo({QStringLiteral("verify"), file});
        QCOMPARE(outcome.code, code);
        QVERIFY2(outcome.err.find(said.toStdString()) != std::string::npos, outcome.err.c_str());
        QCOMPARE(said.isEmpty(), outcome.err.empty());
        QCOMPARE(outcome.out.empty(), code != 0);
    }

    void aCheckpointAsArchive_isAnErrorWithARemedy() {
        const Outcome outcome = nemo(words("ls nemo_more/all_dtypes.safetensors"));
        QCOMPARE(outcome.code, 3);
        QVERIFY(outcome.err.find("nemo tensors") != std::string::npos);
        QVERIFY(outcome.out.empty());
    }
};

QTEST_GUILESS_MAIN(TestNemoCommand)
#include "tst_nemo_command.moc"
