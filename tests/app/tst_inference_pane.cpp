// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/inference_dialog.h"
#include "app/inference/speech_form.h"
#include "app/inference/text_input.h"
#include "app/inference/tokenizer_pane.h"
#include "engine/archive/nemo_editor.h"
#include "engine/archive/nemo_save.h"
#include "tests/app/inference_fixture.h"
#include "widgets/chip_flow.h"
#include "widgets/elided_label.h"
#include "widgets/empty_state.h"

#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QTabBar>
#include <QTemporaryDir>
#include <QVBoxLayout>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;

using State = ModelSession::State;

namespace {

QString golden(const char* name) {
    return QStringLiteral(FATHOM_TEST_DATA "/nemo/") + QString::fromLatin1(name);
}

} // namespace

class TestInferencePane : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void restore_isCancelledAndBegunAgain();
    void modelThatCannotBeRestored_saysWhyAndWhatToDo();
    void dropBeforeTheModelIsThere_isKept();
    void hiddenPane_letsTheModelGoAndComesBack();
    void modelOfNoFamily_isSaid();
    void keyboard_goesThroughTheForm();
    void closedWhileWorking_endsQuietly();
    void tokenizers_areFound_data();
    void tokenizers_areFound();
    void specialTokens_areThoseOfTheConfig();
    void text_isTakenApartAndPutTogether();
    void piece_andItsTextAreMarkedTogether();
    void ids_areDecoded();
    void longText_isTokenizedInTheBackground();
    void dialog_triesAnotherFile();
};

void TestInferencePane::restore_isCancelledAndBegunAgain() {
    InferenceFixture f;
    f.model.hold();
    f.pane->setFile("net.nemo");
    f.pane->show();
    QCOMPARE(f.pane->session().state(), State::Restoring);
    QTRY_COMPARE(f.pane->session().stage(), QStringLiteral("Restoring a double"));
    QTest::mouseClick(f.button(QStringLiteral("Cancel")), Qt::LeftButton);
    QCOMPARE(f.pane->session().state(), State::Empty);
    f.model.letOn();
    QTest::mouseClick(f.button(QStringLiteral("Restore and try")), Qt::LeftButton);
    QTRY_VERIFY(f.pane->form());
    QTRY_COMPARE(f.model.alive.load(), 1); // the one that was given up is gone
}

void TestInferencePane::modelThatCannotBeRestored_saysWhyAndWhatToDo() {
    InferenceFixture f;
    f.model.restoreError = Error{.kind = ErrorKind::Usage,
                                 .what = "Cannot restore the model",
                                 .why = "the engine has no RNNT",
                                 .remedy = "Give a plugin"};
    f.pane->setFile("net.nemo");
    f.pane->show();
    QTRY_COMPARE(f.pane->session().state(), State::Failed);
    const auto* const state = f.child<widgets::EmptyState>();
    QVERIFY(state->isVisible());
    QVERIFY(state->accessibleDescription().contains(QStringLiteral("no RNNT")));
    QVERIFY(state->accessibleDescription().contains(QStringLiteral("Give a plugin")));
    QTest::mouseClick(f.button(QStringLiteral("Copy details")), Qt::LeftButton);
    QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("no RNNT")));
    f.model.restoreError.reset();
    QTest::mouseClick(f.button(QStringLiteral("Try again")), Qt::LeftButton);
    QTRY_VERIFY(f.pane->form());
    QVERIFY(!f.button(QStringLiteral("Copy details"))->isVisible());
}

void TestInferencePane::dropBeforeTheModelIsThere_isKept() {
    InferenceFixture f;
    f.model.hold();
    f.pane->setFile("net.nemo");
    f.pane->show();
    QMimeData dropped;
    dropped.setUrls({QUrl::fromLocalFile(f.clip("early.wav"))});
    QVERIFY(f.pane->takes(dropped));
    f.pane->take(dropped);
    f.model.letOn();
    QTRY_VERIFY(f.pane->form());
    QTRY_COMPARE(f.form<SpeechForm>()->transcripts().count(Recording::State::Done), 1);
    QMimeData archive;
    archive.setUrls({QUrl::fromLocalFile(QStringLiteral("/x/other.nemo"))});
    QVERIFY(!f.pane->takes(archive)); // the page opens it
}

void TestInferencePane::hiddenPane_letsTheModelGoAndComesBack() {
    InferenceFixture f;
    f.pane->setPatience(1);
    QVERIFY(f.open(run::Task::Transcribe));
    auto* const form = f.form<SpeechForm>();
    f.pane->hide();
    QTRY_COMPARE(f.model.alive.load(), 0);
    f.pane->show();
    QCOMPARE(f.form<SpeechForm>(), form); // with what is in it
    form->add({f.clip("again.wav")});
    QTRY_COMPARE(form->transcripts().count(Recording::State::Done), 1);
    QCOMPARE(f.model.restored.load(), 2);
    QTest::mouseClick(f.button(QStringLiteral("Let go")), Qt::LeftButton);
    QTRY_COMPARE(f.model.alive.load(), 0);
    QVERIFY(f.form<SpeechForm>());
}

void TestInferencePane::modelOfNoFamily_isSaid() {
    InferenceFixture f;
    f.model.task = run::Task::Unknown;
    f.pane->setFile("net.nemo");
    f.pane->show();
    QTRY_COMPARE(f.pane->session().state(), State::Ready);
    QVERIFY(!f.pane->form());
    QVERIFY(f.child<widgets::EmptyState>()->accessibleDescription().contains(
        QStringLiteral("fathom-cli forward")));
}

void TestInferencePane::keyboard_goesThroughTheForm() {
    QWidget window; // with something behind the pane
    auto* const layout = new QVBoxLayout(&window);
    InferenceFixture f;
    auto* const behind = new QPushButton(QStringLiteral("behind"));
    layout->addWidget(f.pane.get());
    layout->addWidget(behind);
    window.show();
    f.pane->setFocus();
    QVERIFY(f.open(run::Task::Translate));
    auto* const input = f.child<TextInput>(QStringLiteral("Text"));
    QTRY_VERIFY(input->hasFocus()); // who asked for the form types at once
    QWidget* widget = f.pane->tabs().tabBar();
    while (widget != behind && widget != input)
        widget = widget->nextInFocusChain();
    QVERIFY(widget == input); // before what stands behind the pane
    f.pane->setParent(nullptr);
}

void TestInferencePane::closedWhileWorking_endsQuietly() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Transcribe));
    f.model.hold();
    f.form<SpeechForm>()->add({f.clip("one.wav")});
    QTRY_COMPARE(f.model.asked.load(), 1);
    f.pane.reset();
    QTRY_COMPARE(f.model.alive.load(), 0);
    QCOMPARE(f.model.stopped.load(), 1);
}

void TestInferencePane::tokenizers_areFound_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QStringList>("kinds");
    QTest::newRow("characters") << QStringLiteral("quartznet_char.nemo")
                                << QStringList{QStringLiteral("Characters")};
    QTest::newRow("SentencePiece") << QStringLiteral("conformer_ctc_spe.nemo")
                                   << QStringList{QStringLiteral("SentencePiece")};
    QTest::newRow("WordPiece") << QStringLiteral("conformer_ctc_wpe.nemo")
                               << QStringList{QStringLiteral("WordPiece")};
    QTest::newRow("BERT") << QStringLiteral("text_classification_bert.nemo")
                          << QStringList{QStringLiteral("WordPiece")};
    QTest::newRow("two") << QStringLiteral("mt_aayn_tiny.nemo")
                         << QStringList{QStringLiteral("SentencePiece"), QStringLiteral("SentencePiece")};
}

void TestInferencePane::tokenizers_areFound() {
    QFETCH(const QString, file);
    QFETCH(const QStringList, kinds);
    const auto found = readTokenizers(golden(qPrintable(file)).toStdString());
    QVERIFY(found);
    QStringList all;
    for (const NamedTokenizer& it : *found)
        all.append(it.kind);
    QCOMPARE(all, kinds);
    QVERIFY(!readTokenizers("/nonexistent.nemo"));
}

/// As the model itself opens it: the token gets an id behind the vocabulary, and is the one that is not
/// known.
void TestInferencePane::specialTokens_areThoseOfTheConfig() {
    const QString original = golden("text_classification_bert.nemo");
    const auto before = readTokenizers(original.toStdString());
    auto editor = archive::NemoEditor::open(original.toStdString());
    QVERIFY(before && editor);
    QVERIFY(editor->setConfig("tokenizer.special_tokens={mask_token: '<mask>'}"));
    QTemporaryDir folder;
    const std::filesystem::path edited = folder.filePath(QStringLiteral("edited.nemo")).toStdString();
    QVERIFY(archive::saveNemo(editor->draft(), edited));
    const auto after = readTokenizers(edited);
    QVERIFY(after);
    const text::Tokenizer& tokenizer = *after->front().tokenizer;
    const auto mask = tokenizer.maskId();
    QVERIFY(mask && mask != before->front().tokenizer->maskId());
    QCOMPARE(tokenizer.piece(*mask), std::string("<mask>"));
    editor->undo(); // a map would be merged
    QVERIFY(editor->setConfig("tokenizer.special_tokens={first_token: '<x>'}"));
    QVERIFY(archive::saveNemo(editor->draft(), edited));
    const auto refused = readTokenizers(edited);
    QVERIFY(!refused);
    QCOMPARE(refused.error().key, std::string("tokenizer.special_tokens.first_token"));
}

void TestInferencePane::text_isTakenApartAndPutTogether() {
    const auto found = readTokenizers(golden("conformer_ctc_spe.nemo").toStdString());
    QVERIFY(found);
    const text::Tokenizer& tokenizer = *found->front().tokenizer;
    const QString text = QStringLiteral("hello world\nthe cat");
    const TokenizedText taken = tokenize(tokenizer, text, {});
    QCOMPARE(taken.words, qsizetype{4});
    QCOMPARE(taken.characters, text.size() - 1); // without the end of the line
    QCOMPARE(taken.chips.size(), taken.ids.size());
    const auto first = tokenizer.encode("hello world").ids;
    QVERIFY(std::equal(first.begin(), first.end(), taken.ids.begin()));
    QVERIFY(taken.chips[first.size() - 1].breaksLine);
    QVERIFY(taken.isEqual);
    QVERIFY(summaryOf(taken).startsWith(QStringLiteral("%1 tokens").arg(taken.ids.size())));
    // An emoji is two UTF-16 units and four bytes: what is behind it stays in its place.
    const QString rare = QStringLiteral("\U0001F600 cat");
    const TokenizedText marked = tokenize(tokenizer, rare, {});
    QVERIFY(!marked.unknown.isEmpty());
    QVERIFY(std::any_of(marked.chips.begin(), marked.chips.end(),
                        [](const auto& chip) { return chip.isMarked; }));
    QCOMPARE(marked.ranges.back().end, rare.size());
}

void TestInferencePane::piece_andItsTextAreMarkedTogether() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Transcribe, golden("conformer_ctc_spe.nemo")));
    QCOMPARE(f.pane->tabs().count(), 2);
    f.pane->tabs().setCurrentIndex(1);
    TokenizerPane& pane = f.pane->tokenizers();
    auto* const input = pane.findChild<TextInput*>();
    QTest::keyClicks(input, QStringLiteral("hello world"));
    QTRY_VERIFY(!pane.shown().ids.empty());
    auto* const chips = pane.findChild<widgets::ChipFlow*>();
    const int last = static_cast<int>(chips->chips().size()) - 1;
    QTest::mouseClick(chips->viewport(), Qt::LeftButton, {}, chips->chipRect(last).center());
    const auto marks = input->extraSelections();
    QCOMPARE(marks.size(), qsizetype{1});
    QCOMPARE(marks.front().cursor.selectionEnd(), 11);
    QVERIFY(QStringLiteral("hello world").endsWith(marks.front().cursor.selectedText()));
    input->setFocus();
    QTRY_VERIFY(input->hasFocus());
    input->moveCursor(QTextCursor::Start);
    const auto& ranges = pane.shown().ranges; // a piece that is only a word's beginning covers nothing
    QVERIFY(chips->current() >= 0);
    QVERIFY(ranges[static_cast<std::size_t>(chips->current())].begin == 0);
    QVERIFY(ranges[static_cast<std::size_t>(chips->current())].end > 0);
}

void TestInferencePane::ids_areDecoded() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Translate, golden("mt_aayn_tiny.nemo")));
    f.pane->tabs().setCurrentIndex(1);
    TokenizerPane& pane = f.pane->tokenizers();
    QVERIFY(pane.findChild<QComboBox*>()->isVisible()); // encoder and decoder
    pane.setText(QStringLiteral("hello"));
    auto* const ids = pane.findChild<QLineEdit*>();
    QTRY_VERIFY(!ids->text().isEmpty());
    const auto decoded = [&pane]() -> QString {
        for (QPlainTextEdit* const it : pane.findChildren<QPlainTextEdit*>())
            if (it->accessibleName() == QStringLiteral("Text of the ids")) return it->toPlainText();
        return {};
    };
    QTRY_VERIFY(!decoded().isEmpty());
    ids->selectAll();
    QTest::keyClicks(ids, QStringLiteral("999999"));
    QVERIFY2(decoded().contains(QStringLiteral("no id 999999")), qPrintable(decoded()));
    const auto found = readTokenizers(golden("mt_aayn_tiny.nemo").toStdString());
    const auto wanted = found->front().tokenizer->encode("die").ids;
    QStringList numbers;
    for (const std::int64_t id : wanted)
        numbers.append(QString::number(id));
    ids->selectAll();
    QTest::keyClicks(ids, numbers.join(QStringLiteral(", ")));
    QCOMPARE(decoded(), QString::fromStdString(found->front().tokenizer->decode(wanted)));
}

void TestInferencePane::longText_isTokenizedInTheBackground() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Transcribe, golden("conformer_ctc_spe.nemo")));
    f.pane->tabs().setCurrentIndex(1);
    QStringList lines;
    for (int i = 0; i < 5000; ++i)
        lines.append(QStringLiteral("a line of some words to be taken apart"));
    f.pane->tokenizers().setText(lines.join(QLatin1Char('\n')));
    QTRY_VERIFY_WITH_TIMEOUT(f.pane->tokenizers().shown().words == 45000, 60000);
    QVERIFY(f.pane->tokenizers().shown().chips.size() <= 20000);
    QVERIFY(summaryOf(f.pane->tokenizers().shown()).contains(QStringLiteral("are shown")));
}

void TestInferencePane::dialog_triesAnotherFile() {
    ModelDouble model;
    JobRunner jobs;
    auto dialog = std::make_unique<InferenceDialog>(
        jobs, QStringLiteral("net/7"),
        std::vector<ModelFile>{{QStringLiteral("best"), "best.nemo"}, {QStringLiteral("last"), "last.ckpt"}},
        model.restore());
    dialog->setAttribute(Qt::WA_DeleteOnClose, false);
    dialog->show();
    QTRY_VERIFY(dialog->pane().form());
    QCOMPARE(dialog->windowTitle(), QStringLiteral("Try net/7"));
    auto* const choice = dialog->findChild<QComboBox*>();
    QTest::keyClick(choice, Qt::Key_Down);
    QCOMPARE(dialog->pane().session().file(), std::filesystem::path("last.ckpt"));
    QTRY_COMPARE(model.restored.load(), 2);
    QTRY_COMPARE(model.alive.load(), 1);
    dialog.reset();
    QTRY_COMPARE(model.alive.load(), 0);
}

QTEST_MAIN(TestInferencePane)
#include "tst_inference_pane.moc"
