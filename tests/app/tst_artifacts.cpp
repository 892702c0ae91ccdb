// SPDX-License-Identifier: GPL-3.0-or-later
// What the Archive page makes of an archive's members and of the values of a tensor.
#include "app/models/artifact_preview.h"
#include "app/models/tensor_slice.h"
#include "app/models/tensor_value_model.h"
#include "engine/archive/nemo.h"
#include "engine/base/file.h"

#include <QAbstractItemModelTester>
#include <QRandomGenerator>
#include <QtTest>

#include <cmath>

using namespace fathom;
using namespace fathom::app;
using Kind = ArtifactPreview::Kind;

namespace {

std::span<const std::byte> bytesOf(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

archive::Nemo open(const char* name) {
    auto nemo = archive::Nemo::open(std::string(FATHOM_TEST_DATA "/nemo/") + name);
    return nemo.value();
}

std::string memberEnding(const archive::Nemo& nemo, std::string_view ending) {
    for (const archive::Member& member : nemo.members())
        if (member.name.ends_with(ending)) return member.name;
    return {};
}

archive::Tensor tensorOf(const std::vector<float>& values, std::vector<std::int64_t> shape) {
    archive::Tensor tensor;
    tensor.stride = archive::contiguousStride(shape);
    tensor.shape = std::move(shape);
    tensor.bytes = std::as_bytes(std::span(values));
    return tensor;
}

} // namespace

class TestArtifacts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sentencePieces_areThoseOfTheVocabularyBesideThem();
    void cutOrDamagedModel_isRefused();
    void vocabulary_keepsTabsWithoutScores();
    void kinds_areToldByContentAndName();
    void audio_hasItsShape();
    void vocabularyModel_sortsByNumbers();
    void slice_indexesAsPythonDoes();
    void heatCells_hideNoExtreme();
    void exactText_tellsNeighboursApart();
    void valueModel_asksForBlocksAndShowsThem();
};

void TestArtifacts::sentencePieces_areThoseOfTheVocabularyBesideThem() {
    const archive::Nemo nemo = open("conformer_ctc_spe.nemo");
    const auto model = nemo.bytes(memberEnding(nemo, "tokenizer.model"));
    const auto vocabulary = nemo.bytes(memberEnding(nemo, "tokenizer.vocab"));
    QVERIFY(model && vocabulary);
    const auto pieces = parseSentencePieces(*model);
    const auto lines = parseVocabulary(*vocabulary);
    QVERIFY(pieces && lines);
    QVERIFY(pieces->size() > 10);
    QCOMPARE(pieces->size(), lines->size());
    for (std::size_t i = 0; i < pieces->size(); ++i) {
        QCOMPARE((*pieces)[i].token, (*lines)[i].token);
        QVERIFY(std::abs(*(*pieces)[i].score - *(*lines)[i].score) <= 1e-4 * std::abs(*(*lines)[i].score));
    }
    QCOMPARE((*pieces)[0].type, QStringLiteral("unknown"));
    QCOMPARE((*pieces).back().type, QStringLiteral("normal"));
}

void TestArtifacts::cutOrDamagedModel_isRefused() {
    const archive::Nemo nemo = open("conformer_ctc_spe.nemo");
    const auto model = nemo.bytes(memberEnding(nemo, "tokenizer.model"));
    QVERIFY(model);
    const std::string whole(reinterpret_cast<const char*>(model->data()), model->size());
    QVERIFY(!parseSentencePieces(bytesOf(whole.substr(0, 7))));
    QVERIFY(!parseSentencePieces({}));
    QVERIFY(!parseSentencePieces(bytesOf("just some text\n")));
    QRandomGenerator random(7);
    for (int round = 0; round < 2000; ++round) {
        std::string damaged = whole.substr(0, random.bounded(static_cast<int>(whole.size())));
        for (int i = 0; i < 4 && !damaged.empty(); ++i)
            damaged[static_cast<std::size_t>(random.bounded(static_cast<int>(damaged.size())))] =
                static_cast<char>(random.bounded(256));
        const auto pieces = parseSentencePieces(bytesOf(damaged)); // must stay within the bytes
        if (pieces) QVERIFY(pieces->size() <= damaged.size());
    }
}

void TestArtifacts::vocabulary_keepsTabsWithoutScores() {
    const auto scored = parseVocabulary(bytesOf("<unk>\t0\n▁the\t-1.5\n"));
    QVERIFY(scored);
    QCOMPARE(*scored, (Vocabulary{{QStringLiteral("<unk>"), 0.0, {}}, {QStringLiteral("▁the"), -1.5, {}}}));
    const auto plain = parseVocabulary(bytesOf("a\t1\r\nb\n\nc"));
    QVERIFY(plain);
    QCOMPARE(plain->size(), std::size_t{4});
    QCOMPARE((*plain)[0].token, QStringLiteral("a\t1"));
    QVERIFY(!(*plain)[0].score);
    QCOMPARE((*plain)[2].token, QString());
    QVERIFY(!parseVocabulary(bytesOf("\xff\xfe")));
    QVERIFY(!parseVocabulary(bytesOf("a\n\xe2\x96"))); // torn within a character
    QCOMPARE(previewArtifact(QStringLiteral("vocab.txt"), bytesOf("a\n\xe2\x96")).kind,
             ArtifactPreview::Kind::Binary);
}

void TestArtifacts::kinds_areToldByContentAndName() {
    const auto kind = [](const char* name, std::string_view text) {
        return previewArtifact(QString::fromLatin1(name), bytesOf(text)).kind;
    };
    QCOMPARE(kind("./0123456789abcdef0123456789abcdef_vocab.txt", "a\nb\n"), Kind::Tokens);
    QCOMPARE(kind("x.json", "{}"), Kind::Json);
    QCOMPARE(kind("x.yaml", "a: 1"), Kind::Yaml);
    QCOMPARE(kind("label_ids.csv", "0\n1\n"), Kind::Text);
    QCOMPARE(kind("x.model", "not a model"), Kind::Text);
    QCOMPARE(kind("x.bin", std::string_view("a\0b", 3)), Kind::Binary);
    QCOMPARE(kind("fake.wav", "RIFF....WAVEnothing"), Kind::Text);
    const std::string large(5'000'000, 'x');
    const auto cut = previewArtifact(QStringLiteral("long.txt"), bytesOf(large + "\n"));
    QVERIFY(cut.isCut);
    QCOMPARE(artifactName(QStringLiteral("./0123456789abcdef0123456789abcdef_vocab.txt")),
             QStringLiteral("vocab.txt"));
}

void TestArtifacts::audio_hasItsShape() {
    const QStringList files{QStringLiteral(FATHOM_TEST_DATA "/nemo/audio/utt0.wav"),
                            QStringLiteral(FATHOM_SOURCE_DIR "/resources/examples/speech_prompts/audio/"
                                                             "to-call-this-number.flac")};
    for (const QString& file : files) {
        const auto content = readFile(file.toStdString());
        QVERIFY(content);
        const ArtifactPreview preview = previewArtifact(QFileInfo(file).fileName(), bytesOf(*content));
        QCOMPARE(preview.kind, Kind::Audio);
        QVERIFY(preview.audio.seconds > 0.1);
        QVERIFY(preview.audio.rate >= 8000);
        QCOMPARE(preview.audio.channels, 1);
        QVERIFY(preview.audio.peaks.size() > 10 && preview.audio.peaks.size() <= 8192);
        QVERIFY(preview.audio.peaks.front().valid());
        // Cut in the middle it is what can be decoded of it, or no recording; never more.
        const auto half = previewArtifact(QFileInfo(file).fileName(),
                                          bytesOf(std::string_view(*content).substr(0, content->size() / 2)));
        QVERIFY(half.audio.seconds < preview.audio.seconds);
    }
}

void TestArtifacts::vocabularyModel_sortsByNumbers() {
    VocabularyModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    Vocabulary tokens;
    for (int i = 0; i < 10'000; ++i)
        tokens.push_back({QString::number(i), -i / 10.0, {}});
    model.setVocabulary(tokens);
    QVERIFY(model.hasScores() && !model.hasTypes());
    QCOMPARE(model.rowCount(), 10'000);
    QCOMPARE(model.index(1234, VocabularyModel::IndexColumn).data().toString(), QStringLiteral("1,234"));
    QCOMPARE(model.index(1234, VocabularyModel::IndexColumn).data(VocabularyModel::SortRole).toInt(), 1234);
}

void TestArtifacts::slice_indexesAsPythonDoes() {
    std::vector<float> values(2 * 3 * 4);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(i);
    archive::Tensor tensor = tensorOf(values, {2, 3, 4});
    const TensorSlice slice(tensor, {1});
    QCOMPARE(slice.rows(), qint64{3});
    QCOMPARE(slice.columns(), qint64{4});
    QCOMPARE(plottedValue(tensor.dtype, slice.bytes(2, 1)), 12.0 + 2 * 4 + 1);
    QCOMPARE(slice.indexText(2, 1), QStringLiteral("[1, 2, 1]"));
    // Transposed: rows are columns of memory.
    archive::Tensor turned = tensorOf(values, {4, 6});
    turned.stride = {1, 4};
    const TensorSlice columns(turned, {});
    QCOMPARE(plottedValue(turned.dtype, columns.bytes(3, 2)), 11.0);
    const TensorSlice wrapped(tensorOf(values, {24}), {}, 16);
    QCOMPARE(wrapped.rows(), qint64{2});
    QVERIFY(wrapped.has(1, 7) && !wrapped.has(1, 8));
    QCOMPARE(wrapped.indexText(1, 7), QStringLiteral("[23]"));
    QCOMPARE(TensorSlice(tensorOf({5.F}, {}), {}).indexText(0, 0), QStringLiteral("[]"));
    QCOMPARE(TensorSlice(tensorOf({}, {0, 4}), {}).rows(), qint64{0});
}

void TestArtifacts::heatCells_hideNoExtreme() {
    std::vector<float> values(1000 * 1000, 0.001F);
    values[777 * 1000 + 333] = -9;
    values[12 * 1000 + 990] = std::nanf("");
    const TensorSlice slice(tensorOf(values, {1000, 1000}), {});
    const widgets::HeatRegion region{0, 0, 1000, 1000, 30, 30};
    const auto cells = heatCells(slice, region, {});
    QCOMPARE(cells.cells.size(), std::size_t{900});
    const auto extreme = std::ranges::find_if(cells.cells, [](const auto& cell) { return cell.value == -9; });
    QVERIFY(extreme != cells.cells.end());
    QCOMPARE(extreme->row, qint64{777});
    QCOMPARE(extreme->column, qint64{333});
    QCOMPARE(std::ranges::count_if(cells.cells, [](const auto& cell) { return std::isnan(cell.value); }), 1);
    std::stop_source stopped;
    stopped.request_stop();
    QVERIFY(heatCells(slice, region, stopped.get_token()).cells.empty());
}

void TestArtifacts::exactText_tellsNeighboursApart() {
    const auto exact = [](archive::DType dtype, auto value) {
        return exactText(dtype, std::as_bytes(std::span(&value, 1)));
    };
    using archive::DType;
    QCOMPARE(exact(DType::Float32, 0.1F), QStringLiteral("0.1"));
    QCOMPARE(exact(DType::Float32, std::nextafter(0.1F, 1.F)), QStringLiteral("0.10000001"));
    QCOMPARE(exact(DType::Float64, 0.1), QStringLiteral("0.1"));
    QCOMPARE(exact(DType::Int64, std::int64_t{-9223372036854775807}), QStringLiteral("-9223372036854775807"));
    QCOMPARE(exact(DType::UInt64, ~std::uint64_t{0}), QStringLiteral("18446744073709551615"));
    QCOMPARE(exact(DType::Bool, std::uint8_t{1}), QStringLiteral("True"));
    QCOMPARE(exact(DType::Float32, std::nanf("")), QStringLiteral("NaN"));
    QCOMPARE(exact(DType::Complex64, std::array{1.F, -2.F}), QStringLiteral("1-2j"));
}

void TestArtifacts::valueModel_asksForBlocksAndShowsThem() {
    std::vector<float> values(200 * 100);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(i);
    TensorValueModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setSlice(TensorSlice(tensorOf(values, {200, 100}), {}));
    QSignalSpy wanted(&model, &TensorValueModel::blockWanted);
    const QModelIndex cell = model.index(150, 70);
    QCOMPARE(cell.data().toString(), QStringLiteral("…"));
    QCOMPARE(wanted.count(), 1);
    QCOMPARE(wanted[0][0].toLongLong(), qint64{128});
    QCOMPARE(wanted[0][1].toLongLong(), qint64{64});
    model.setBlock(readBlock(model.slice(), 128, 64));
    QCOMPARE(cell.data().toString(), QStringLiteral("15,070"));
    QCOMPARE(cell.data(TensorValueModel::ExactRole).toString(), QStringLiteral("15070"));
    QCOMPARE(cell.data(Qt::ToolTipRole).toString(), QStringLiteral("[150, 70] = 15070"));
}

QTEST_GUILESS_MAIN(TestArtifacts)
#include "tst_artifacts.moc"
