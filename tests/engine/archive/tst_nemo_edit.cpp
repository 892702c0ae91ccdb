// SPDX-License-Identifier: GPL-3.0-or-later
// Edits of an archive in memory: what each does, and that undo takes it back.
#include "engine/archive/glob.h"
#include "engine/archive/nemo_editor.h"
#include "engine/base/checksum.h"
#include "tests/engine/archive/archive_testing.h"

using namespace fathom;
using namespace fathom::testing;
using archive::NemoEditor;

namespace {

NemoEditor open(const char* name) {
    auto editor = NemoEditor::open(goldenFile(QLatin1String(name) + QLatin1String(".nemo")));
    if (!editor) qFatal("%s", editor.error().message().c_str());
    return std::move(*editor);
}

std::string text(const NemoEditor& editor, const char* key) {
    const Value config = *editor.config();
    const Value* value = config.at(key);
    return value == nullptr ? "(none)" : toJson(*value);
}

bool holds(const NemoEditor& editor, const std::string& member) {
    return editor.bytes(member).has_value();
}

std::string hashed(const std::string& content, const std::string& name) {
    return md5Hex(std::as_bytes(std::span(content.data(), content.size()))) + '_' + name;
}

} // namespace

class TestNemoEdit : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void config_isSetAddedAndRemoved();
    void undo_takesEachEditBack();
    void artifact_isReplaced();
    void artifact_namedTwice_staysForTheOtherKey();
    void artifact_comesBackWithItsKey();
    void artifact_ofAnotherArchive();
    void removedArtifact_leavesNull();
    void member_isRenamed_andTheConfigFollows();
    void member_thatIsNamed_isNotRemoved();
    void wrongEdits_changeNothing();
    void tensors_areConvertedDroppedAndRenamed();
    void glob_data();
    void glob();
    void lint_saysWhatARestoreStumblesOver();
};

void TestNemoEdit::config_isSetAddedAndRemoved() {
    NemoEditor editor = open("quartznet_char");
    QVERIFY(!editor.isModified());
    VERIFY_RESULT(editor.setConfig("optim.lr=0.5"));
    VERIFY_RESULT(editor.setConfig("+optim.extra={a:1}"));
    VERIFY_RESULT(editor.setConfig("~optim.sched"));
    QVERIFY(editor.isModified());
    QCOMPARE(text(editor, "optim.lr"), "0.5");
    QCOMPARE(text(editor, "optim.extra.a"), "1");
    QCOMPARE(text(editor, "optim.sched"), "(none)");
    const auto changes = editor.changes();
    QCOMPARE(changes.front().name, "optim.lr");
    QCOMPARE(changes.front().before, "0.01");
    QCOMPARE(changes.front().after, "0.5");
    for (const archive::PlannedChange& change : changes)
        QVERIFY(change.part == archive::PlannedChange::Part::Config);
}

void TestNemoEdit::undo_takesEachEditBack() {
    NemoEditor editor = open("conformer_ctc_spe");
    const std::string before = editor.configYaml();
    QVERIFY(!editor.canUndo());
    VERIFY_RESULT(editor.setConfig("optim.lr=0.5"));
    VERIFY_RESULT(editor.putArtifact("tokenizer.vocab_path", {"vocab.txt", "a\nb\n"}));
    QVERIFY(editor.convertTensors("*", archive::DType::BFloat16).has_value());
    QCOMPARE(editor.undoText(), "convert to bfloat16");
    editor.undo();
    QCOMPARE(editor.undoText(), "replace tokenizer.vocab_path");
    QCOMPARE(editor.redoText(), "convert to bfloat16");
    editor.undo();
    QCOMPARE(QString::fromStdString(editor.undoText()), QStringLiteral("set optim.lr"));
    editor.undo();
    QVERIFY(!editor.canUndo());
    QVERIFY(!editor.isModified());
    QVERIFY(editor.changes().empty());
    QCOMPARE(editor.configYaml(), before);
    editor.redo();
    editor.redo();
    editor.redo();
    QVERIFY(!editor.canRedo());
    QVERIFY(editor.state().tensors != nullptr);
    editor.undo();
    VERIFY_RESULT(editor.setConfig("optim.lr=0.7")); // a new edit ends what could be redone
    QVERIFY(!editor.canRedo());
}

void TestNemoEdit::artifact_isReplaced() {
    NemoEditor editor = open("conformer_ctc_spe");
    const std::string old = editor.artifacts().at(0).member;
    QCOMPARE(editor.artifacts().at(0).key, "tokenizer.model_path");
    const std::string name = hashed("new", "other.model");
    VERIFY_RESULT(editor.putArtifact("tokenizer.model_path", {"some/folder/other.model", "new", 0600}));
    QCOMPARE(text(editor, "tokenizer.model_path"), "\"nemo:" + name + "\"");
    QVERIFY(holds(editor, name));
    QVERIFY(!holds(editor, old));
    QCOMPARE(editor.artifacts().at(0).member, name);
    // A member's random prefix is not kept as part of its name.
    VERIFY_RESULT(editor.putArtifact("tokenizer.model_path", {old, "newer"}));
    QVERIFY(holds(editor, hashed("newer", old.substr(33))));
    QVERIFY(!holds(editor, name));
}

void TestNemoEdit::artifact_namedTwice_staysForTheOtherKey() {
    NemoEditor editor = open("conformer_ctc_spe");
    const std::string name = hashed("text", "v.txt");
    VERIFY_RESULT(editor.putArtifact("tokenizer.vocab_path", {"v.txt", "text"}));
    VERIFY_RESULT(editor.putArtifact("extra.file", {"v.txt", "text"}));
    VERIFY_RESULT(editor.removeArtifact("tokenizer.vocab_path"));
    QVERIFY(holds(editor, name));
    VERIFY_RESULT(editor.removeArtifact("extra.file"));
    QVERIFY(!holds(editor, name));
}

void TestNemoEdit::artifact_comesBackWithItsKey() {
    NemoEditor editor = open("conformer_ctc_spe");
    const auto before = editor.state().members;
    const std::string old = editor.artifacts().at(1).member;
    VERIFY_RESULT(editor.removeArtifact(editor.artifacts().at(1).key));
    QVERIFY(!holds(editor, old));
    VERIFY_RESULT(editor.setConfigEdits({}, "reset"));
    QVERIFY(editor.state().members == before);
}

void TestNemoEdit::artifact_ofAnotherArchive() {
    NemoEditor editor = open("quartznet_char");
    const auto other = archive::Nemo::open(goldenFile(QStringLiteral("conformer_ctc_wpe.nemo")));
    VERIFY_RESULT(other);
    VERIFY_RESULT(editor.mergeArtifact("tokenizer.vocab_path", *other, "tokenizer.vocab_path"));
    const std::string member = editor.artifacts().at(0).member;
    const auto theirs = NemoEditor::edit(*other)->artifacts();
    const auto it = std::find_if(theirs.begin(), theirs.end(),
                                 [](const auto& a) { return a.key == "tokenizer.vocab_path"; });
    QVERIFY(it != theirs.end());
    const auto ours = *editor.bytes(member);
    const auto original = *other->bytes(it->member);
    QVERIFY(std::equal(ours.begin(), ours.end(), original.begin(), original.end()));
    QVERIFY(!editor.mergeArtifact("a.b", *other, "optim.lr").has_value());
}

void TestNemoEdit::removedArtifact_leavesNull() {
    NemoEditor editor = open("conformer_ctc_spe");
    VERIFY_RESULT(editor.removeArtifact("tokenizer.vocab_path"));
    QCOMPARE(text(editor, "tokenizer.vocab_path"), "null");
    QVERIFY(!editor.removeArtifact("tokenizer.vocab_path").has_value());
    QVERIFY(!editor.removeArtifact("optim.lr").has_value());
}

void TestNemoEdit::member_isRenamed_andTheConfigFollows() {
    NemoEditor editor = open("conformer_ctc_spe");
    const std::string old = editor.artifacts().at(0).member;
    VERIFY_RESULT(editor.renameMember(old, "tokenizer.model"));
    QCOMPARE(text(editor, "tokenizer.model_path"), "\"nemo:tokenizer.model\"");
    QVERIFY(holds(editor, "tokenizer.model"));
    QVERIFY(!holds(editor, old));
    for (const char* name : {"", "..", "a/b", "model_config.yaml", "tokenizer.model"})
        QVERIFY2(!editor.renameMember("tokenizer.model", name).has_value(), name);
    QVERIFY(!editor.renameMember("model_weights.ckpt", "w").has_value());
}

void TestNemoEdit::member_thatIsNamed_isNotRemoved() {
    NemoEditor editor = open("conformer_ctc_spe");
    const std::string member = editor.artifacts().at(0).member;
    const auto removed = editor.removeMember(member);
    QVERIFY(!removed.has_value());
    QVERIFY(removed.error().message().find("tokenizer.model_path") != std::string::npos);
    QVERIFY(!editor.removeMember("model_config.yaml").has_value());
    QVERIFY(!editor.removeMember("nothing").has_value());
    QVERIFY(!editor.isModified());
    VERIFY_RESULT(editor.replaceMember(member, "new bytes"));
    QCOMPARE(editor.changes().size(), std::size_t{1});
    QCOMPARE(editor.changes()[0].after, "9 bytes");
}

void TestNemoEdit::wrongEdits_changeNothing() {
    NemoEditor editor = open("quartznet_char");
    for (const char* override : {"nothing.there=1", "optim.lr", "~nothing", "optim.lr=choice(1,2)", "a=["})
        QVERIFY2(!editor.setConfig(override).has_value(), override);
    QVERIFY(!editor.putArtifact("optim", {"a", "b"}).has_value());
    QVERIFY(!editor.putArtifact("optim.lr", {"..", "b"}).has_value());
    QVERIFY(!editor.convertTensors("*", archive::DType::Int8).has_value());
    QVERIFY(!editor.renameTensors("encoder.*", "enc").has_value());
    QVERIFY(!editor.renameTensors("*", "same?").has_value());
    QCOMPARE(editor.dropTensors("no.such.*").value(), std::size_t{0});
    QVERIFY(!editor.isModified());
    QVERIFY(!editor.canUndo());
}

void TestNemoEdit::tensors_areConvertedDroppedAndRenamed() {
    NemoEditor editor = open("quartznet_char");
    const auto before = (*editor.tensors())->size();
    QVERIFY(editor.dropTensors("decoder.*").value() > 0);
    QVERIFY(editor.renameTensors("encoder.encoder.*", "enc.*").value() > 0);
    QVERIFY(editor.convertTensors("enc.*.weight", archive::DType::Float16).value() > 0);
    const auto tensors = *editor.tensors();
    QVERIFY(tensors->size() < before);
    for (const archive::EditedTensor& tensor : *tensors) {
        QVERIFY(!tensor.name.starts_with("encoder.encoder.") && !tensor.name.starts_with("decoder."));
        const bool isHalf = tensor.dtype == archive::DType::Float16;
        QCOMPARE(isHalf, tensor.name.starts_with("enc.") && tensor.name.ends_with(".weight"));
    }
    // Two names that would become one.
    QVERIFY(!editor.renameTensors("enc.*.running_mean", "x").has_value());
    QVERIFY(!editor.renameTensors("enc.0*.running_mea?", "enc.0*.running_va?").has_value() ||
            (*editor.tensors())->size() == tensors->size());
}

void TestNemoEdit::glob_data() {
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("matches");
    QTest::addColumn<QString>("replaced"); // with the pattern's wildcards between bars
    QTest::newRow("all") << "*"
                         << "a.b" << true << "a.b";
    QTest::newRow("empty") << "*"
                           << "" << true << "";
    QTest::newRow("middle") << "a.*.c"
                            << "a.b.x.c" << true << "b.x";
    QTest::newRow("two stars") << "*.b.*"
                               << "a.b.c" << true << "a|c";
    QTest::newRow("least first") << "*.*"
                                 << "a.b.c" << true << "a|b.c";
    QTest::newRow("question") << "a?c"
                              << "abc" << true << "b";
    QTest::newRow("star then question") << "a*?"
                                        << "abcd" << true << "bc|d";
    QTest::newRow("not whole") << "a"
                               << "ab" << false << "";
    QTest::newRow("too short") << "a?"
                               << "a" << false << "";
    QTest::newRow("back again") << "*ab"
                                << "aab" << true << "a";
    QTest::newRow("no match") << "*x*"
                              << "abc" << false << "";
    QTest::newRow("literal dots") << "a.b"
                                  << "axb" << false << "";
}

void TestNemoEdit::glob() {
    QFETCH(QString, pattern);
    QFETCH(QString, text);
    QFETCH(bool, matches);
    QFETCH(QString, replaced);
    const std::string subject = text.toStdString();
    const auto match = archive::Glob(pattern.toStdString()).match(subject);
    QCOMPARE(match.has_value(), matches);
    if (!match) return;
    QStringList parts;
    for (const std::string_view part : *match)
        parts.append(QString::fromUtf8(part.data(), static_cast<qsizetype>(part.size())));
    QCOMPARE(parts.join(QLatin1Char('|')), replaced);
    QCOMPARE(archive::Glob::replace(pattern.toStdString(), *match), subject);
}

void TestNemoEdit::lint_saysWhatARestoreStumblesOver() {
    NemoEditor editor = open("conformer_ctc_spe");
    const auto has = [&](const char* part, archive::Severity severity) {
        const auto findings = archive::lint(editor.draft());
        return std::any_of(findings.begin(), findings.end(), [&](const archive::Finding& finding) {
            return finding.severity == severity && finding.text.find(part) != std::string::npos;
        });
    };
    using enum archive::Severity;
    VERIFY_RESULT(editor.setConfig("+some.file='nemo:not_there.txt'"));
    QVERIFY(has("not_there.txt", Error));
    VERIFY_RESULT(editor.setConfig("+some.path=/data/train.json"));
    QVERIFY(has("/data/train.json", Warning));
    VERIFY_RESULT(editor.setConfig("+some.open='${nothing.here}'"));
    QVERIFY(has("some.open", Warning));
    VERIFY_RESULT(editor.setConfig("+some.missing='\?\?\?'"));
    QVERIFY(has("some.missing", Warning));
    QVERIFY(!has("names no class", Warning));
    VERIFY_RESULT(editor.setConfig("target=os.system"));
    QVERIFY(has("os.system", Warning));
    VERIFY_RESULT(editor.setConfig("~target"));
    QVERIFY(has("names no class", Warning));
    VERIFY_RESULT(editor.setConfig("+model.x=1"));
    QVERIFY(has("`model`", Error));
    for (const char* name :
         {"quartznet_char", "conformer_ctc_wpe", "mt_aayn_tiny", "text_classification_bert"})
        for (const archive::Finding& finding : archive::lint(open(name).draft()))
            QVERIFY2(finding.severity == Warning, finding.text.c_str());
}

QTEST_GUILESS_MAIN(TestNemoEdit)
#include "tst_nemo_edit.moc"
