// SPDX-License-Identifier: GPL-3.0-or-later
// `fathom-cli config` against real processes of NeMo's hydra_runner (tests/data/hydra/cli_cases.jsonl): the
// same files, the same arguments, the same config or error.
#include "engine/base/file.h"
#include "engine/base/value.h"

#include <QDir>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <sstream>

using namespace fathom;

namespace {

const Value& at(const Value& map, std::string_view key) {
    static const Value null;
    const Value* found = map.isMap() ? map.asMap().find(key) : nullptr;
    return found ? *found : null;
}

std::vector<Value> cases() {
    std::vector<Value> out;
    std::istringstream text(readFile(std::string(FATHOM_TEST_DATA) + "/hydra/cli_cases.jsonl").value());
    for (std::string line; std::getline(text, line);)
        out.push_back(fromJson(line).value());
    return out;
}

/// The dataclasses of the application, in the format of --schema-file.
constexpr const char* kSchemas = R"({"enums": {}, "classes": {
"Optim": {"bases": [], "fields": [{"name": "name", "type": "str", "default": "sgd"}, {"name": "lr", "type": "float", "default": 0.5}, {"name": "betas", "type": "Any", "default": null}]},
"Cfg": {"bases": [], "fields": [{"name": "name", "type": "str", "default": "from_dataclass"}, {"name": "epochs", "type": "int", "default": 1}, {"name": "batch", "type": "int", "default": 8}, {"name": "req", "type": "int", "default": "???"}, {"name": "optim", "type": "Optim", "default": {"$dataclass": "Optim"}}]}}})";

struct Output {
    int exitCode = -1;
    QString out;
    QString err;
};

struct Translated {
    QStringList arguments{QStringLiteral("config")};
    bool isPlain = false; ///< --cfg job: YAML instead of JSON
    bool isSweep = false;
};

/// Hydra's options as ours; the application's own config path and name where none are given.
Translated translated(const Value& item) {
    Translated out;
    bool hasPath = false, hasName = false, isOver = false;
    const Value::List& argv = at(item, "argv").asList();
    QStringList own;
    for (std::size_t i = 0; i < argv.size(); ++i) {
        QString word = QString::fromStdString(argv[i].asString());
        if (word == QStringLiteral("-cp")) word = QStringLiteral("--config-path");
        if (word == QStringLiteral("-cn")) word = QStringLiteral("--config-name");
        hasPath = hasPath || word.startsWith(QStringLiteral("--config-path"));
        hasName = hasName || word.startsWith(QStringLiteral("--config-name"));
        out.isSweep = out.isSweep || word == QStringLiteral("-m");
        isOver = isOver || word == QStringLiteral("--");
        if (word == QStringLiteral("--cfg")) {
            out.isPlain = true;
            ++i;
        } else {
            own.append(word);
        }
    }
    if (!hasPath) out.arguments << QStringLiteral("--config-path") << QStringLiteral("conf");
    if (!hasName) out.arguments << QStringLiteral("--config-name") << QStringLiteral("config");
    if (!out.isPlain) out.arguments << QStringLiteral("--json");
    if (!out.isPlain && !out.isSweep) out.arguments << QStringLiteral("--resolve");
    if (!at(item, "schema").isNull())
        out.arguments << QStringLiteral("--schema-file") << QStringLiteral("schemas.json")
                      << QStringLiteral("--autoschema")
                      << QString::fromStdString(at(item, "schema").asString());
    out.arguments << own;
    return out;
}

} // namespace

class HydraCliTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;

    QString real(std::string text) const {
        const QString folder = QDir(m_folder.path()).canonicalPath();
        return QString::fromStdString(text)
            .replace(QStringLiteral("ABS_CONF2"), folder + QStringLiteral("/app/conf2"))
            .replace(QStringLiteral("APP_PARENT/"), QStringLiteral("../"))
            .replace(QStringLiteral("APP_DIR/"), QString());
    }
    Output run(const QStringList& arguments) const {
        QProcess process;
        process.setWorkingDirectory(m_folder.filePath(QStringLiteral("app")));
        process.start(qEnvironmentVariable("FATHOM_CLI"), arguments);
        process.closeWriteChannel();
        Output output;
        if (process.waitForFinished(30'000)) output.exitCode = process.exitCode();
        output.out = QString::fromUtf8(process.readAllStandardOutput());
        output.err = QString::fromUtf8(process.readAllStandardError());
        return output;
    }
    void write(const QString& name, const std::string& content) const {
        const QString path = m_folder.filePath(QStringLiteral("app/") + name);
        QDir().mkpath(QFileInfo(path).path());
        QFile file(path);
        QVERIFY2(file.open(QIODevice::WriteOnly), qPrintable(path));
        file.write(QByteArray::fromStdString(content));
    }

private Q_SLOTS:
    void initTestCase();
    void answersAsHydraDoes_data();
    void answersAsHydraDoes();
};

void HydraCliTest::initTestCase() {
    const Value application = cases().front();
    for (const auto& [path, content] : at(application, "files").asMap())
        write(QString::fromStdString(path), content.asString());
    write(QStringLiteral("schemas.json"), kSchemas);
}

void HydraCliTest::answersAsHydraDoes_data() {
    QTest::addColumn<int>("index");
    const std::vector<Value> all = cases();
    for (std::size_t i = 1; i < all.size(); ++i)
        QTest::newRow(at(all[i], "id").asString().c_str()) << static_cast<int>(i);
}

void HydraCliTest::answersAsHydraDoes() {
    QFETCH(int, index);
    const Value item = cases()[static_cast<std::size_t>(index)];
    Translated call = translated(item);
    for (QString& argument : call.arguments)
        argument = real(argument.toStdString());
    const Output output = run(call.arguments);
    const bool isFine = at(item, "exit_code") == Value(0);
    QVERIFY2((output.exitCode == 0) == isFine, qPrintable(output.out + output.err));
    if (call.isPlain) {
        QStringList lines;
        for (const Value& line : at(item, "stdout_other").asList())
            lines.append(QString::fromStdString(line.asString()));
        QCOMPARE(output.out.trimmed(), lines.join(QLatin1Char('\n')));
        return;
    }
    if (!isFine) {
        if (at(item, "exit_code") == Value(2)) return; // argparse's own usage text
        const Value error = fromJson(output.out.toStdString()).value();
        const QString message = QString::fromStdString(at(at(error, "error"), "message").asString());
        for (const Value& each : at(item, "stderr").asList()) {
            QString line = real(each.asString());
            if (line.startsWith(QStringLiteral("    ")) ||
                line.startsWith(QStringLiteral("Set the environment")) ||
                line.startsWith(QStringLiteral("See https")))
                continue;
            line.remove(QLatin1Char('\\'))
                .remove(QStringLiteral("ERROR "))
                .replace(QStringLiteral("file://"), QString());
            QVERIFY2(QString(message).replace(QStringLiteral("file://"), QString()).contains(line.trimmed()),
                     qPrintable(message + QStringLiteral(" lacks ") + line));
        }
        return;
    }
    const Value got = fromJson(output.out.toStdString()).value();
    const Value::List& results = at(item, "results").asList();
    if (call.isSweep) {
        QCOMPARE(at(got, "jobs").asList().size(), results.size());
        return;
    }
    QCOMPARE(toJson(at(got, "config")), toJson(at(results.front(), "cfg")));
}

QTEST_GUILESS_MAIN(HydraCliTest)
#include "tst_hydra_cli.moc"
