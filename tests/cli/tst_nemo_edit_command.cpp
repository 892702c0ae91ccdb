// SPDX-License-Identifier: GPL-3.0-or-later
// `fathom-cli nemo`: the commands that change archives, and what verify says of them afterwards.
#include "engine/base/file.h"
#include "engine/base/value.h"
#include "engine/store/recorder.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace fathom;

class NemoEditCommandTest : public QObject {
    Q_OBJECT
    struct Outcome {
        int code;
        QByteArray out;
        QByteArray err;
        [[nodiscard]] Value json() const {
            auto value = fromJson(out.toStdString());
            return value ? *value : Value();
        }
    };

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_archive;

    [[nodiscard]] QString path(const char* name) const { return m_folder->filePath(QLatin1String(name)); }
    static Outcome nemo(const QStringList& arguments) {
        QProcess process;
        process.start(qEnvironmentVariable("FATHOM_CLI"), QStringList{QStringLiteral("nemo")} + arguments);
        if (!process.waitForFinished()) qFatal("fathom-cli does not end");
        return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
    }
    /// The arguments as a command line without quotes; FILE stands for the archive.
    Outcome edit(const char* line) const {
        QStringList arguments = QString::fromLatin1(line).split(QLatin1Char(' '));
        arguments.replaceInStrings(QStringLiteral("FILE"), m_archive);
        return nemo(arguments);
    }
    std::string config(const char* key) const {
        const Value shown = edit("show FILE --json").json();
        const Value* value = shown.at("config")->at(key);
        return value == nullptr ? "(none)" : toJson(*value);
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(qEnvironmentVariableIsSet("FATHOM_CLI"), "FATHOM_CLI has to name fathom-cli");
    }

    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_archive = path("a.nemo");
        QFile::copy(QStringLiteral(FATHOM_TEST_DATA "/nemo/conformer_ctc_spe.nemo"), m_archive);
        QFile::setPermissions(m_archive, QFile::ReadOwner | QFile::WriteOwner);
        QVERIFY(writeFileAtomically(path("new.txt").toStdString(), "one\ntwo\n").has_value());
    }

    void set_changesAddsAndRemoves() {
        const Outcome done = edit("set FILE optim.lr=0.125 +a.b=[1,2] ~optim.sched --json");
        QCOMPARE(done.code, 0);
        const Value report = done.json();
        QVERIFY(report.at("saved")->asBool());
        QVERIFY(report.at("in_place")->asBool());
        QCOMPARE(report.at("changes.0.name")->asString(), std::string("optim.lr"));
        QCOMPARE(report.at("changes.0.after")->asString(), std::string("0.125"));
        QCOMPARE(config("optim.lr"), std::string("0.125"));
        QCOMPARE(config("a.b"), std::string("[1, 2]"));
        QCOMPARE(config("optim.sched"), std::string("(none)"));
    }

    void dryRun_savesNothing() {
        const auto before = readFile(m_archive.toStdString());
        const Outcome done = edit("set FILE optim.lr=0.125 --dry-run --json");
        QCOMPARE(done.code, 0);
        QVERIFY(!done.json().at("saved")->asBool());
        QVERIFY(*readFile(m_archive.toStdString()) == *before);
    }

    void output_leavesTheFile() {
        const auto before = readFile(m_archive.toStdString());
        QCOMPARE(nemo({QStringLiteral("set"), m_archive, QStringLiteral("optim.lr=0.5"), QStringLiteral("-o"),
                       path("b.nemo")})
                     .code,
                 0);
        QVERIFY(*readFile(m_archive.toStdString()) == *before);
        m_archive = path("b.nemo");
        QCOMPARE(config("optim.lr"), std::string("0.5"));
    }

    void artifacts_areAddedReplacedAndRemoved() {
        const QString file = path("new.txt");
        // printf 'one\ntwo\n' | md5sum
        const std::string name = "\"nemo:c11baeb8174a1b8b6f7cb4dcd6d2ac44_new.txt\"";
        QCOMPARE(nemo({QStringLiteral("add"), m_archive, QStringLiteral("extra.notes"), file}).code, 0);
        const std::string added = config("extra.notes");
        QVERIFY(added.starts_with("\"nemo:") && added.ends_with("_new.txt\""));
        QCOMPARE(added.size(), name.size());
        QCOMPARE(nemo({QStringLiteral("add"), m_archive, QStringLiteral("extra.notes"), file}).code, 2);
        QCOMPARE(
            nemo({QStringLiteral("replace"), m_archive, QStringLiteral("tokenizer.vocab_path"), file}).code,
            0);
        QCOMPARE(config("tokenizer.vocab_path"), added);
        QCOMPARE(nemo({QStringLiteral("replace"), m_archive, QStringLiteral("no.such"), file}).code, 2);
        QCOMPARE(edit("rm FILE tokenizer.vocab_path").code, 0);
        QCOMPARE(config("tokenizer.vocab_path"), std::string("null"));
        QCOMPARE(edit("rm FILE optim.lr").code, 2);
        QCOMPARE(edit("verify FILE").code, 0);
        const Outcome taken = nemo({QStringLiteral("add"), m_archive, QStringLiteral("from.other"),
                                    QStringLiteral("tokenizer.vocab_path"), QStringLiteral("--from"),
                                    QStringLiteral(FATHOM_TEST_DATA "/nemo/conformer_ctc_wpe.nemo")});
        QCOMPARE(taken.code, 0);
        QVERIFY(config("from.other").starts_with("\"nemo:"));
    }

    void rename_convert_keepTheArchiveWhole() {
        const QString member = QString::fromStdString(config("tokenizer.vocab_path")).mid(6).chopped(1);
        QCOMPARE(nemo({QStringLiteral("rename"), m_archive, member, QStringLiteral("vocab.txt")}).code, 0);
        QCOMPARE(config("tokenizer.vocab_path"), std::string("\"nemo:vocab.txt\""));
        QCOMPARE(edit("convert FILE --dtype float16 --rename encoder.*=enc.* --drop decoder.*").code, 0);
        const Value tensors = edit("tensors FILE --json").json();
        QVERIFY(!tensors.asList().empty());
        for (const Value& tensor : tensors.asList()) {
            const std::string& name = tensor.at("name")->asString();
            QVERIFY(!name.starts_with("encoder.") && !name.starts_with("decoder."));
            if (name.ends_with(".weight")) QCOMPARE(tensor.at("dtype")->asString(), std::string("float16"));
        }
        QCOMPARE(edit("convert FILE --drop no.such.*").code, 2);
        QCOMPARE(edit("convert FILE --dtype int8").code, 2);
        QCOMPARE(edit("verify FILE").code, 0);
    }

    void extract_saysWhatItWrote() {
        const Outcome done = nemo({QStringLiteral("extract"), m_archive, QStringLiteral("model_config.yaml"),
                                   QStringLiteral("-C"), path("out"), QStringLiteral("--json")});
        QCOMPARE(done.code, 0);
        QCOMPARE(done.json().at("written.0")->asString(), std::string("./model_config.yaml"));
        QVERIFY(done.json().at("skipped")->asList().empty());
        QVERIFY(QFile::exists(path("out/model_config.yaml")));
    }

    void errors_haveTheirExitCodes() {
        QCOMPARE(edit("set FILE optm.lr=1").code, 2);
        QCOMPARE(edit("set FILE a=nemo:x").code, 2);
        QCOMPARE(edit("set FILE +a='nemo:not_there'").code, 2);
        QCOMPARE(nemo({QStringLiteral("set"), path("none.nemo"), QStringLiteral("a=1")}).code, 3);
        const Outcome json = edit("set FILE optm.lr=1 --json");
        QVERIFY(json.json().at("error.message") != nullptr);
        QVERIFY(json.err.isEmpty());
    }

    void verify_tellsWhatChangedSinceFathomWroteIt() {
        QVERIFY(!edit("verify FILE --json").json().at("has_manifest")->asBool());
        QVERIFY(store::Recorder::open(m_folder->path().toStdString()).has_value());
        QCOMPARE(edit("convert FILE --dtype bfloat16").code, 0);
        const Value known = edit("verify FILE --json").json();
        QVERIFY(known.at("has_manifest")->asBool() && known.at("ok")->asBool());
        QFile file(m_archive);
        QVERIFY(file.open(QFile::ReadWrite));
        const qint64 at = file.readAll().indexOf("optim:");
        QVERIFY(at > 0 && file.seek(at) && file.write("optik:") == 6);
        file.close();
        const Outcome changed = edit("verify FILE");
        QCOMPARE(changed.code, 3);
        QVERIFY(changed.err.contains("model_config.yaml changed since Fathom wrote"));
    }
};

QTEST_GUILESS_MAIN(NemoEditCommandTest)
#include "tst_nemo_edit_command.moc"
