// SPDX-License-Identifier: GPL-3.0-or-later
// What `fathom-cli tokenizer train|encode|decode|show` print, and what they say of bad input.
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

Outcome tokenizer(const QStringList& arguments, const QByteArray& input = {}) {
    QProcess process;
    process.setWorkingDirectory(QStringLiteral(FATHOM_TEST_DATA));
    process.start(qEnvironmentVariable("FATHOM_CLI"), QStringList{QStringLiteral("tokenizer")} + arguments);
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished()) qFatal("fathom-cli does not end");
    return {process.exitCode(), process.readAllStandardOutput().toStdString(),
            process.readAllStandardError().toStdString()};
}

QStringList words(const char* text) {
    return QString::fromUtf8(text).split(QLatin1Char(' '));
}

} // namespace

class TestTokenizerCommand : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;

    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(qEnvironmentVariableIsSet("FATHOM_CLI"), "FATHOM_CLI has to name fathom-cli");
    }

    void encode_printsIdsPiecesAndJson() {
        const Outcome ids = tokenizer(words("encode text/vocab.txt it's ##x"));
        QCOMPARE(ids.code, 0);
        QCOMPARE(std::ranges::count(ids.out, '\n'), std::ptrdiff_t{2});
        const Outcome pieces = tokenizer(words("encode text/vocab.txt --pieces"), "[CLS] cat\r\n\n");
        QCOMPARE(pieces.out, std::string("[CLS] cat\n\n"));
        const Outcome encoded = tokenizer({QStringLiteral("encode"), QStringLiteral("text/bpe.model"),
                                           QStringLiteral("cat 𒀀"), QStringLiteral("--json")});
        const Value json = fromJson(encoded.out).value();
        QCOMPARE(json.asMap().find("text")->asString(), std::string("cat 𒀀"));
        QCOMPARE(json.asMap().find("unknown")->asList().size(), std::size_t{1});
        QCOMPARE(json.asMap().find("ids")->asList().size(), json.asMap().find("bytes")->asList().size());
    }

    void decode_undoesEncode() {
        const Outcome ids = tokenizer({QStringLiteral("encode"), QStringLiteral("text/unigram.model")},
                                      "hello world\nthe cat\n");
        const Outcome texts =
            tokenizer(words("decode text/unigram.model"), QByteArray::fromStdString(ids.out));
        QCOMPARE(texts.out, std::string("hello world\nthe cat\n"));
        const Outcome wrong = tokenizer(words("decode text/unigram.model"), "5\n5 cat\n");
        QCOMPARE(wrong.code, 3);
        QVERIFY(wrong.err.find("standard input:2") != std::string::npos);
        QCOMPARE(tokenizer(words("decode text/unigram.model 5 99999")).code, 3);
    }

    void show_namesTheSpecialIds() {
        const Outcome shown = tokenizer(words("show text/bpe.model --json"));
        const Value json = fromJson(shown.out).value();
        QCOMPARE(json.asMap().find("special_ids")->asMap().find("unk")->asInt(), std::int64_t{3});
        QCOMPARE(static_cast<std::int64_t>(json.asMap().find("vocabulary")->asList().size()),
                 json.asMap().find("vocab_size")->asInt());
        QCOMPARE(tokenizer(words("show text/unigram.jsonl")).code, 3);
    }

    void train_writesWhatEncodeReads() {
        QByteArray corpus;
        for (int i = 0; i < 60; ++i)
            corpus += "the cat sat on the mat and the dog ran\nnewer lower slower\n";
        QVERIFY(writeFileAtomically(path("corpus.txt").toStdString(), corpus.toStdString()).has_value());
        const Outcome trained =
            tokenizer({QStringLiteral("train"), path("corpus.txt"), QStringLiteral("-o"), path("bpe"),
                       QStringLiteral("--type"), QStringLiteral("bpe"), QStringLiteral("--vocab-size"),
                       QStringLiteral("40"), QStringLiteral("--json")});
        QCOMPARE(trained.code, 0);
        QCOMPARE(fromJson(trained.out)->asMap().find("vocab_size")->asInt(), std::int64_t{40});
        QCOMPARE(tokenizer({QStringLiteral("encode"), path("bpe"), QStringLiteral("cat"),
                            QStringLiteral("--pieces")})
                     .out,
                 std::string("▁cat\n"));
        QVERIFY(QFile::exists(path("bpe/tokenizer.vocab")) && QFile::exists(path("bpe/vocab.txt")));
        const Outcome refused = tokenizer({QStringLiteral("train"), path("corpus.txt"), QStringLiteral("-o"),
                                           path("x"), QStringLiteral("--type"), QStringLiteral("wpe"),
                                           QStringLiteral("--vocab-size"), QStringLiteral("9")});
        QCOMPARE(refused.code, 2);
        QVERIFY(!QFile::exists(path("x")));
    }
};

QTEST_GUILESS_MAIN(TestTokenizerCommand)
#include "tst_tokenizer_command.moc"
