// SPDX-License-Identifier: GPL-3.0-or-later
// Parallel text as translation models read it, beside what NeMo 2.2.1 does with the same lengths.
#include "engine/base/file.h"
#include "engine/base/value.h"
#include "engine/config/compose.h"
#include "engine/model/nmt/mt_params.h"
#include "engine/model/nmt/token_batches.h"
#include "engine/model/nmt/translation_dataset.h"
#include "engine/text/char_tokenizer.h"

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

using namespace fathom;
using namespace fathom::model;

namespace {

class Folder {
public:
    std::filesystem::path write(const char* name, std::string_view text) const {
        const std::filesystem::path path = m_folder.filePath(QString::fromUtf8(name)).toStdString();
        std::ofstream(path, std::ios::binary) << text;
        return path;
    }

private:
    QTemporaryDir m_folder;
};

/// Ids of letters from 3 on: pad 0, bos 1, eos 2.
TokenSides letterSides() {
    std::vector<std::string> labels = {"<pad>", "<s>", "</s>", " "};
    for (char c = 'a'; c <= 'z'; ++c)
        labels.emplace_back(1, c);
    const auto tokenizer = std::make_shared<text::CharTokenizer>(text::CharTokenizer::create(labels).value());
    return {{tokenizer, 0, 1, 2}, {tokenizer, 0, 1, 2}};
}

Result<std::optional<TranslationDataParams>> paramsOf(const std::string& yaml) {
    const auto config = config::compose({.configName = "data", .files = {{"data.yaml", yaml}}});
    return readTranslationData(*config, "train_ds");
}

} // namespace

class TestTranslationData : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void batches_areNemos();
    void clean_keepsWhatNemoKeeps();
    void batch_hasNemosTuple();
    void reversedBatch_swapsTheSides();
    void limits_areCountedWithTheirLine();
    void unequalFiles_areRefusedWithBothCounts();
    void brokenUtf8_isRefusedWithItsLine();
    void emptyAndMissingFiles_areRefused();
    void tarredSets_areRefused();
    void lists_needAsManyTargetsAsSources();
};

void TestTranslationData::batches_areNemos() {
    const auto cases =
        fromJson(readFile(std::string(FATHOM_TEST_DATA) + "/translation/batches.json").value()).value();
    for (const Value& one : cases.asList()) {
        std::vector<PairLength> pairs;
        for (const Value& pair : one.at("pairs")->asList())
            pairs.push_back({pair.asList()[0].asInt(), pair.asList()[1].asInt()});
        const auto found = packIntoBatches(pairs, one.at("tokens")->asInt());
        const Value::List& expected = one.at("batches")->asList();
        QCOMPARE(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
            std::vector<std::int64_t> batch;
            for (const Value& index : expected[i].asList())
                batch.push_back(index.asInt());
            QCOMPARE(found[i], batch);
        }
    }
}

void TestTranslationData::clean_keepsWhatNemoKeeps() {
    const PairLimits limits{
        .clean = true, .minLength = 3, .maxLength = 10, .maxDifference = 5, .maxRatio = 2};
    QVERIFY(keepsPair(5, 5, limits));
    QVERIFY(!keepsPair(2, 5, limits));
    QVERIFY(!keepsPair(5, 11, limits));
    QVERIFY(!keepsPair(3, 9, limits)); // difference
    QVERIFY(!keepsPair(4, 8, limits)); // (4 - 2) : (8 - 2) is below a half
    QVERIFY(keepsPair(4, 6, limits));
    QVERIFY(keepsPair(2, 500, {.clean = false}));
}

void TestTranslationData::batch_hasNemosTuple() {
    const Folder folder;
    const auto source = folder.write("a.en", "ab\nabcd\n");
    const auto target = folder.write("a.fr", "xyz\nx");
    TranslationDataParams params;
    params.corpora = {{source, target}};
    const auto data = TranslationDataset::open(params, letterSides());
    QVERIFY2(data.has_value(), data ? "" : data.error().message().c_str());
    QCOMPARE((*data)->size(), 1);
    const auto batch = (*data)->load(std::vector<std::int64_t>{0});
    QVERIFY(batch.has_value());
    QCOMPARE(batch->sources, (std::vector{source.string() + ":1", source.string() + ":2"}));
    const auto expect = [&](std::size_t i, std::vector<std::int64_t> numbers, std::int64_t columns) {
        return torch::equal(batch->tensors[i], torch::tensor(numbers, torch::kInt64).view({2, columns}));
    };
    QVERIFY(expect(0, {1, 4, 5, 2, 0, 0, 1, 4, 5, 6, 7, 2}, 6));
    QVERIFY(expect(1, {1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1}, 6));
    QVERIFY(expect(2, {1, 27, 28, 29, 1, 27, 2, 0}, 4));
    QVERIFY(expect(3, {1, 1, 1, 1, 1, 1, 1, 0}, 4));
    QVERIFY(expect(4, {27, 28, 29, 2, 27, 2, 0, 0}, 4));
    QCOMPARE(batch->elements, 20);
    QCOMPARE(batch->padding, 20 - (4 + 6 + 5 + 3 - 2));
    QVERIFY((*data)->summary().find("padding") != std::string::npos);
}

void TestTranslationData::reversedBatch_swapsTheSides() {
    const Folder folder;
    TranslationDataParams params;
    params.corpora = {{folder.write("a.en", "ab\n"), folder.write("a.fr", "xyz\n")}};
    params.reverse = true;
    const auto data = TranslationDataset::open(params, letterSides());
    const auto batch = (*data)->load(std::vector<std::int64_t>{0});
    QVERIFY(torch::equal(batch->tensors[0], torch::tensor({{1, 27, 28, 29, 2}}, torch::kInt64)));
    QVERIFY(torch::equal(batch->tensors[4], torch::tensor({{4, 5, 2}}, torch::kInt64)));
}

void TestTranslationData::limits_areCountedWithTheirLine() {
    const Folder folder;
    const ParallelFiles files{folder.write("a.en", "ab\nabcdefgh\nab\n"),
                              folder.write("a.fr", "ab\nab\nabcdefgh\n")};
    const auto corpus = readParallelText(files, letterSides(), {.clean = true, .maxLength = 6});
    QVERIFY(corpus.has_value());
    QCOMPARE(corpus->pairs.size(), std::size_t{1});
    QCOMPARE(corpus->leftOut, std::size_t{2});
    QCOMPARE(corpus->firstLeftOut, 2);
    QVERIFY(corpus->summary().find("2 left out by their lengths (the first is line 2)") != std::string::npos);
    const auto none = readParallelText(files, letterSides(), {.clean = true, .maxLength = 2});
    QCOMPARE(none.error().kind, ErrorKind::BadInput);
    const auto first = readParallelText(files, letterSides(), {.samples = 2});
    QCOMPARE(first->pairs.size(), std::size_t{2});
}

void TestTranslationData::unequalFiles_areRefusedWithBothCounts() {
    const Folder folder;
    const ParallelFiles files{folder.write("a.en", "ab\ncd\nef\n"), folder.write("a.fr", "ab\ncd\n")};
    const auto corpus = readParallelText(files, letterSides(), {});
    QVERIFY(!corpus.has_value());
    QCOMPARE(corpus.error().kind, ErrorKind::BadInput);
    QCOMPARE(corpus.error().className, std::string("ValueError"));
    QCOMPARE(corpus.error().line, 3);
    QVERIFY(corpus.error().why.starts_with("Source and target corpora have different lengths!"));
    QVERIFY(corpus.error().why.find("has 3 lines") != std::string::npos);
}

void TestTranslationData::brokenUtf8_isRefusedWithItsLine() {
    const Folder folder;
    const auto target = folder.write("a.fr", "ab\nc\xc3\nef\n");
    const ParallelFiles files{folder.write("a.en", "ab\ncd\nef\n"), target};
    const auto corpus = readParallelText(files, letterSides(), {});
    QVERIFY(!corpus.has_value());
    QCOMPARE(corpus.error().file, target.string());
    QCOMPARE(corpus.error().line, 2);
}

void TestTranslationData::emptyAndMissingFiles_areRefused() {
    const Folder folder;
    const auto empty = folder.write("a.en", "");
    QCOMPARE(readParallelText({empty, empty}, letterSides(), {}).error().kind, ErrorKind::BadInput);
    QCOMPARE(readParallelText({empty, "/nowhere.fr"}, letterSides(), {}).error().kind, ErrorKind::BadInput);
}

void TestTranslationData::tarredSets_areRefused() {
    const auto params =
        paramsOf("train_ds: {src_file_name: a, tgt_file_name: b, use_tarred_dataset: true}\n");
    QVERIFY(!params.has_value());
    QCOMPARE(params.error().kind, ErrorKind::Usage);
    QCOMPARE(params.error().key, std::string("train_ds.use_tarred_dataset"));
    QCOMPARE(params.error().line, 1);
    QVERIFY(!paramsOf("train_ds: null\n")->has_value());
    QVERIFY(!paramsOf("train_ds: {src_file_name: null, tgt_file_name: null}\n")->has_value());
}

void TestTranslationData::lists_needAsManyTargetsAsSources() {
    const auto both = paramsOf("train_ds: {src_file_name: [a, b], tgt_file_name: [c, d]}\n");
    QVERIFY2(both.has_value(), both ? "" : both.error().message().c_str());
    QCOMPARE((*both)->corpora.size(), std::size_t{2});
    const auto lacking = paramsOf("train_ds: {src_file_name: [a, b], tgt_file_name: c}\n");
    QVERIFY(!lacking.has_value());
    QCOMPARE(lacking.error().key, std::string("train_ds.tgt_file_name"));
    QVERIFY(!paramsOf("train_ds: {src_file_name: a, tgt_file_name: null}\n").has_value());
}

QTEST_GUILESS_MAIN(TestTranslationData)
#include "tst_translation_data.moc"
