// SPDX-License-Identifier: GPL-3.0-or-later
// Archives whose weights are not one file (tests/oracle/make_distributed.py): listed, described, and refused
// with a remedy where one file is asked for.
#include "engine/archive/inspect.h"
#include "engine/archive/statistics.h"
#include "engine/base/file.h"
#include "tests/engine/archive/archive_testing.h"

#include <QTemporaryDir>
#include <filesystem>

using namespace fathom;
using namespace fathom::testing;
using archive::WeightKind;
namespace fs = std::filesystem;

namespace {

std::string moreFile(const QString& name) {
    return FATHOM_TEST_DATA "/nemo_more/" + name.toStdString();
}

std::string listing(const archive::Nemo& nemo, const archive::WeightPart& part) {
    std::string text;
    const auto tensors = nemo.listTensors(part).value();
    for (const archive::ListedTensor& tensor : tensors) {
        text += tensor.name + ' ' + tensor.dtype;
        for (const std::int64_t extent : tensor.shape)
            text += ' ' + std::to_string(extent);
        text += " in " + std::to_string(tensor.pieces) + '\n';
    }
    return text;
}

bool mentions(const std::vector<archive::Finding>& findings, archive::Severity severity, const char* text) {
    for (const archive::Finding& finding : findings)
        if (finding.severity == severity && finding.text.find(text) != std::string::npos) return true;
    return false;
}

} // namespace

class TestWeightParts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void golden_isOneCheckpoint();
    void torchDistributed_isListed_data();
    void torchDistributed_isListed();
    void torchDistributed_withoutItsFiles_isBroken();
    void zarr_isListed();
    void ranks_areOpenedOneByOne_data();
    void ranks_areOpenedOneByOne();
    void rankFolders_areTold();
    void diff_comparesRanksByTensors();
    void metadata_ofSomethingElse_isAnError();
    void zarray_refusesNonsense();
};

void TestWeightParts::golden_isOneCheckpoint() {
    const auto nemo = archive::Nemo::open(goldenFile(QStringLiteral("quartznet_char.nemo")));
    VERIFY_RESULT(nemo);
    const auto parts = nemo->weightParts();
    QCOMPARE(parts.size(), std::size_t{1});
    QVERIFY(parts.front().kind == WeightKind::Checkpoint);
    QCOMPARE(parts.front().name, std::string("model_weights.ckpt"));
    QCOMPARE((*nemo->weights(parts.front()))->tensors().size(), std::size_t{44});
    QCOMPARE(nemo->listTensors(parts.front())->size(), std::size_t{44});
}

void TestWeightParts::torchDistributed_isListed_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("part");
    QTest::newRow("tar") << QStringLiteral("torch_dist.nemo") << QStringLiteral("model_weights");
    QTest::newRow("folder") << QStringLiteral("torch_dist_folder") << QStringLiteral("model_weights");
    QTest::newRow("its weights alone")
        << QStringLiteral("torch_dist_folder/model_weights") << QStringLiteral(".");
}

void TestWeightParts::torchDistributed_isListed() {
    QFETCH(QString, file);
    QFETCH(QString, part);
    const auto nemo = archive::Nemo::open(moreFile(file));
    VERIFY_RESULT(nemo);
    const auto parts = nemo->weightParts();
    QCOMPARE(parts.size(), std::size_t{1});
    QVERIFY(parts.front().kind == WeightKind::TorchDistributed);
    QCOMPARE(QString::fromStdString(parts.front().name), part);
    QVERIFY(parts.front().bytes > 6312);
    QVERIFY(parts.front().description.find("1 file") != std::string::npos);
    QCOMPARE(listing(*nemo, parts.front()),
             std::string("model.embedding.word_embeddings.weight float32 6 4 in 1\n"
                         "model.decoder.layers.self_attention.linear_qkv.weight bfloat16 2 4 12 in 1\n"
                         "model.step int64 in 1\n"));
    const auto weights = nemo->weights();
    QVERIFY(!weights.has_value());
    QCOMPARE(weights.error().exitCode(), 3);
    QVERIFY(weights.error().message().find("distributed checkpoint of torch") != std::string::npos);
    QVERIFY(weights.error().remedy.find("NeMo") != std::string::npos);
    QVERIFY(!nemo->weights(parts.front()).has_value());
    if (file.endsWith(QStringLiteral("model_weights"))) return; // without a config
    const auto findings = archive::verify(*nemo);
    QCOMPARE(findings.size(), std::size_t{1});
    QVERIFY(mentions(findings, archive::Severity::Warning, "distributed"));
}

void TestWeightParts::torchDistributed_withoutItsFiles_isBroken() {
    QTemporaryDir folder;
    const fs::path copy = folder.filePath(QStringLiteral("copy")).toStdString();
    fs::copy(moreFile(QStringLiteral("torch_dist_folder")), copy, fs::copy_options::recursive);
    fs::resize_file(copy / "model_weights/__0_0.distcp", 2000);
    QVERIFY(
        mentions(archive::verify(archive::Nemo::open(copy).value()), archive::Severity::Error, "shorter"));
    fs::rename(copy / "model_weights/__0_0.distcp", copy / "model_weights/__1_0.distcp");
    QVERIFY(mentions(archive::verify(archive::Nemo::open(copy).value()), archive::Severity::Error,
                     "__0_0.distcp, which is missing"));
}

void TestWeightParts::zarr_isListed() {
    const auto nemo = archive::Nemo::open(moreFile(QStringLiteral("zarr.nemo")));
    VERIFY_RESULT(nemo);
    const auto parts = nemo->weightParts();
    QCOMPARE(parts.size(), std::size_t{1});
    QVERIFY(parts.front().kind == WeightKind::Zarr);
    QCOMPARE(parts.front().name, std::string("model_weights"));
    QCOMPARE(listing(*nemo, parts.front()), std::string("model.bias float16 5 in 1\n"
                                                        "model.embedding.word_embeddings.weight float32 6 4 "
                                                        "in 1\n"));
    QVERIFY(!nemo->weights().has_value());
}

void TestWeightParts::ranks_areOpenedOneByOne_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("second");
    QTest::newRow("tensor parallel") << QStringLiteral("mp_rank.nemo")
                                     << QStringLiteral("mp_rank_01/model_weights.ckpt");
    QTest::newRow("pipeline parallel")
        << QStringLiteral("tp_pp_rank.nemo") << QStringLiteral("tp_rank_00_pp_rank_001/model_weights.ckpt");
}

void TestWeightParts::ranks_areOpenedOneByOne() {
    QFETCH(QString, file);
    QFETCH(QString, second);
    const auto nemo = archive::Nemo::open(moreFile(file));
    VERIFY_RESULT(nemo);
    const auto parts = nemo->weightParts();
    QCOMPARE(parts.size(), std::size_t{2});
    QVERIFY(parts[1].kind == WeightKind::ModelParallelRank);
    QCOMPARE(QString::fromStdString(parts[1].name), second);
    const auto weights = nemo->weights(parts[1]);
    VERIFY_RESULT(weights);
    QCOMPARE((*weights)->tensors().size(), std::size_t{2});
    QCOMPARE(archive::elementValue(archive::DType::Float32, (*weights)->find("model.weight")->bytes), 1.0);
    const auto whole = nemo->weights();
    QVERIFY(!whole.has_value());
    QVERIFY(whole.error().message().find("model-parallel rank of 2") != std::string::npos);
    QVERIFY(whole.error().remedy.find("megatron_change_num_partitions.py") != std::string::npos);
}

void TestWeightParts::rankFolders_areTold() {
    for (const char* name : {"mp_rank_00", "tp_rank_01_pp_rank_002", "mp_rank_00_fsdp_shard_00001",
                             "tp_rank_00_pp_rank_000_fsdp_shard_00000", "fsdp_shard_00000"})
        QVERIFY2(archive::isRankFolder(name), name);
    for (const char* name : {"", "mp_rank_", "mp_rank_0x", "tp_rank_00", "model_weights", "my_mp_rank_00",
                             "mp_rank_00_x", "tp_rank_00_pp_rank_", "_fsdp_shard_0"})
        QVERIFY2(!archive::isRankFolder(name), name);
}

void TestWeightParts::diff_comparesRanksByTensors() {
    const auto nemo = archive::Nemo::open(moreFile(QStringLiteral("mp_rank.nemo")));
    const auto other = archive::Nemo::open(moreFile(QStringLiteral("tp_pp_rank.nemo")));
    const auto none = archive::diff(*nemo, *nemo);
    VERIFY_RESULT(none);
    QVERIFY(none->isEmpty());
    QCOMPARE(none->counts.identical, std::int64_t{4});
    const auto all = archive::diff(*nemo, *other);
    VERIFY_RESULT(all);
    QCOMPARE(all->members.size(), std::size_t{4});
    const auto sharded = archive::Nemo::open(moreFile(QStringLiteral("torch_dist.nemo")));
    const auto files = archive::diff(*sharded, *archive::Nemo::open(moreFile(QStringLiteral("zarr.nemo"))));
    VERIFY_RESULT(files);
    QVERIFY(!files->members.empty() && files->tensors.empty());
}

void TestWeightParts::metadata_ofSomethingElse_isAnError() {
    const std::string text = "\x80\x02}.";
    const auto read = archive::readTorchDistributed(std::as_bytes(std::span(text)), "x");
    QVERIFY(!read.has_value());
    QCOMPARE(read.error().exitCode(), 3);
}

void TestWeightParts::zarray_refusesNonsense() {
    for (const char* json :
         {"", "[]", "{}", "{\"shape\":1,\"dtype\":\"<f4\"}",
          "{\"shape\":[9223372036854775807,9223372036854775807],\"dtype\":\"<f4\",\"chunks\":[1,1]}"}) {
        const std::string text = json;
        QVERIFY2(!archive::readZarray("x", std::as_bytes(std::span(text)), "x").has_value(), json);
    }
    const std::string good = "{\"shape\":[10,3],\"dtype\":\"<x9\",\"chunks\":[4,3]}";
    const auto tensor = archive::readZarray("x", std::as_bytes(std::span(good)), "x");
    VERIFY_RESULT(tensor);
    QCOMPARE(tensor->pieces, std::int64_t{3});
    QCOMPARE(tensor->dtype, std::string("<x9"));
}

QTEST_APPLESS_MAIN(TestWeightParts)
#include "tst_weight_parts.moc"
