// SPDX-License-Identifier: GPL-3.0-or-later
// What `fathom-cli classify` says of texts, and of what is no text or no such model.
#include "engine/base/value.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <fstream>

using namespace fathom;

namespace {

struct Outcome {
    int code = -1;
    std::string out{};
    std::string err{};
};

Outcome classify(const QStringList& arguments, const QByteArray& input = {}) {
    QProcess process;
    process.setWorkingDirectory(QStringLiteral(FATHOM_TEST_DATA));
    process.start(qEnvironmentVariable("FATHOM_CLI"), QStringList{QStringLiteral("classify")} + arguments);
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(300'000)) qFatal("fathom-cli does not end");
    return {process.exitCode(), process.readAllStandardOutput().toStdString(),
            process.readAllStandardError().toStdString()};
}

const QString kModel = QStringLiteral("nemo/text_classification_bert.nemo");

} // namespace

class TestClassifyCommand : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(qEnvironmentVariableIsSet("FATHOM_CLI"), "FATHOM_CLI has to name fathom-cli");
    }

    void json_hasClassAndProbabilities() {
        const Outcome outcome = classify({kModel, QStringLiteral("-"), QStringLiteral("--json")},
                                         "hello world\t2\n\nthe cat sat\n");
        QVERIFY2(outcome.code == 0, outcome.err.c_str());
        const std::size_t end = outcome.out.find('\n');
        const auto first = fromJson(outcome.out.substr(0, end));
        const auto second = fromJson(outcome.out.substr(end + 1));
        QVERIFY(first && second);
        QCOMPARE(first->at("text")->asString(), std::string("hello world"));
        QCOMPARE(first->at("expected")->asInt(), 2);
        QVERIFY(!second->at("expected"));
        double sum = 0;
        for (const Value& share : first->at("probabilities")->asList())
            sum += share.toDouble();
        QVERIFY(std::abs(sum - 1) < 1e-6);
        const std::vector<std::string> names{"negative", "positive", "neutral"};
        QCOMPARE(first->at("class")->asString(),
                 names[static_cast<std::size_t>(first->at("label")->asInt())]);
        QVERIFY2(outcome.err.find("of 1 labelled texts are right") != std::string::npos, outcome.err.c_str());
    }

    void brokenUtf8_isAnErrorWithItsLine() {
        const QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("t.txt"));
        std::ofstream(file.toStdString(), std::ios::binary) << "fine\ncaf\xE9\n";
        const Outcome outcome = classify({kModel, file});
        QCOMPARE(outcome.code, 3);
        QVERIFY2(outcome.err.find("t.txt:2") != std::string::npos, outcome.err.c_str());
    }

    void speechModel_isRefused() {
        const Outcome outcome =
            classify({QStringLiteral("nemo/quartznet_char.nemo"), QStringLiteral("-")}, "hello\n");
        QCOMPARE(outcome.code, 2);
        QVERIFY2(outcome.err.find("fathom-cli transcribe") != std::string::npos, outcome.err.c_str());
    }
};

QTEST_GUILESS_MAIN(TestClassifyCommand)
#include "tst_classify_command.moc"
