// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/classify_form.h"
#include "app/inference/problem_bar.h"
#include "app/inference/text_input.h"
#include "app/inference/text_lines.h"
#include "app/inference/translate_form.h"
#include "tests/app/inference_fixture.h"
#include "widgets/chip_flow.h"
#include "widgets/share_bars.h"

#include <QClipboard>
#include <QDoubleSpinBox>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QSpinBox>
#include <QTreeView>
#include <QTreeWidget>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;

namespace {

QString golden(const char* name) {
    return QStringLiteral(FATHOM_TEST_DATA "/nemo/") + QString::fromLatin1(name);
}

} // namespace

class TestTextForms : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void typedSentence_isClassifiedLive();
    void enter_keepsTheSentence();
    void pastedLines_areClassifiedInBatches();
    void linesWithLabels_giveAnAccuracy();
    void textThatIsNoUtf8_isRefusedWithItsLine();
    void tokens_areShownBelowTheSentence();
    void typedText_isTranslatedWithAlternatives();
    void changedLine_aloneIsTranslatedAgain();
    void options_reachTheModel();
    void stoppedTranslation_goesOnWhenAsked();
    void problem_isSaidInPlace();
};

void TestTextForms::typedSentence_isClassifiedLive() {
    InferenceFixture f;
    f.model.classes = {"negative", "positive"};
    QVERIFY(f.open(run::Task::Classify));
    auto* const input = f.child<TextInput>(QStringLiteral("Sentence"));
    auto* const bars = f.child<widgets::ShareBars>();
    QTest::keyClicks(input, QStringLiteral("abc"));
    QVERIFY(bars->isStale());
    QTRY_COMPARE(bars->shares().size(), std::size_t{2});
    QCOMPARE(bars->shares()[1].name, QStringLiteral("positive"));
    QCOMPARE(bars->shares()[1].part, 0.75);
    QVERIFY(!bars->isStale());
    const int asked = f.model.asked;
    QVERIFY(asked < 3); // not for each key
    QTest::keyClicks(input, QStringLiteral("d"));
    QTRY_COMPARE(bars->shares()[1].part, 0.25);
    QCOMPARE(f.form<ClassifyForm>()->sentences().size(), 0); // nothing is kept unasked
}

void TestTextForms::enter_keepsTheSentence() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Classify));
    auto* const input = f.child<TextInput>(QStringLiteral("Sentence"));
    QTest::keyClicks(input, QStringLiteral("a fine film"));
    QTest::keyClick(input, Qt::Key_Return);
    auto* const form = f.form<ClassifyForm>();
    QTRY_COMPARE(form->sentences().doneCount(), 1);
    QVERIFY(input->toPlainText().isEmpty());
    QCOMPARE(form->sentences().at(0).text, QStringLiteral("a fine film"));
    QCOMPARE(form->sentences().index(0, SentenceModel::ClassColumn).data().toString(),
             QStringLiteral("class 1"));
    QTRY_COMPARE(f.child<widgets::ShareBars>()->shares().size(), std::size_t{2}); // of the row
    QTest::keyClick(input, Qt::Key_Return);                                       // nothing to keep
    QCOMPARE(form->sentences().size(), 1);
}

void TestTextForms::pastedLines_areClassifiedInBatches() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Classify));
    QStringList lines;
    for (int i = 0; i < 1000; ++i)
        lines.append(QStringLiteral("sentence %1").arg(i));
    QGuiApplication::clipboard()->setText(lines.join(QStringLiteral("\r\n")) + QStringLiteral("\n\n"));
    auto* const input = f.child<TextInput>(QStringLiteral("Sentence"));
    input->paste();
    auto* const form = f.form<ClassifyForm>();
    QCOMPARE(form->sentences().size(), 1000);
    QVERIFY(input->toPlainText().isEmpty());
    QTRY_COMPARE_WITH_TIMEOUT(form->sentences().doneCount(), 1000, 60000);
    QCOMPARE(f.model.largest(), 16);
    QTest::mouseClick(f.button(QStringLiteral("Copy")), Qt::LeftButton);
    const QString table = QGuiApplication::clipboard()->text();
    QVERIFY(table.startsWith(QStringLiteral("sentence 0\tclass 0\t0.75\n")));
    QCOMPARE(table.count(QLatin1Char('\n')), qsizetype{1000});
    QTest::mouseClick(f.button(QStringLiteral("Clear")), Qt::LeftButton);
    QCOMPARE(form->sentences().size(), 0);
}

void TestTextForms::linesWithLabels_giveAnAccuracy() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Classify));
    auto* const form = f.form<ClassifyForm>();
    form->addFiles({f.text("test.tsv", "ab\t0\nabc\t1\nabcd\t1\nno label\n")});
    QTRY_COMPARE(form->sentences().doneCount(), 4);
    QCOMPARE(form->sentences().labelledCount(), 3);
    QCOMPARE(form->sentences().rightCount(), 2);
    QCOMPARE(form->sentences().at(0).text, QStringLiteral("ab"));
    const auto labels = form->findChildren<QLabel*>();
    QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel* it) {
        return it->text().contains(QStringLiteral("accuracy 66.7 % of 3"));
    }));
    QVERIFY(!f.child<QTreeView>(QStringLiteral("Sentences"))->isColumnHidden(SentenceModel::ExpectedColumn));
}

void TestTextForms::textThatIsNoUtf8_isRefusedWithItsLine() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Classify));
    const QString file = f.text("latin1.txt", "fine\ncaf\xe9\n");
    f.form<ClassifyForm>()->addFiles({file});
    auto* const notice = f.pane->form()->findChild<ProblemBar*>();
    QTRY_VERIFY(notice->isVisible());
    QVERIFY2(notice->text().contains(QStringLiteral("latin1.txt:2")), qPrintable(notice->text()));
    QCOMPARE(f.form<ClassifyForm>()->sentences().size(), 0);
    QVERIFY(!readTextLines({f.folder.filePath(QStringLiteral("none.txt"))}));
    const auto lines = readTextLines({f.text("bom.txt", "\xef\xbb\xbfone\r\n\r\ntwo")});
    QVERIFY(lines);
    QCOMPARE(*lines, (QStringList{QStringLiteral("one"), QStringLiteral("two")}));
}

void TestTextForms::tokens_areShownBelowTheSentence() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Classify, golden("text_classification_bert.nemo")));
    QTest::keyClicks(f.child<TextInput>(QStringLiteral("Sentence")), QStringLiteral("a good film"));
    auto* const tokens = f.child<widgets::ChipFlow>(QStringLiteral("Tokens"));
    QTRY_VERIFY(tokens->isVisible());
    QVERIFY(tokens->chips().size() >= 3);
}

void TestTextForms::typedText_isTranslatedWithAlternatives() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Translate));
    auto* const input = f.child<TextInput>(QStringLiteral("Text"));
    QTest::keyClicks(input, QStringLiteral("good"));
    auto* const target = f.child<QPlainTextEdit>(QStringLiteral("Translation"));
    QTRY_COMPARE(target->toPlainText(), QStringLiteral("[] good"));
    auto* const others = f.child<QTreeWidget>(QStringLiteral("Alternatives"));
    QCOMPARE(others->topLevelItemCount(), f.model.translateOptions().alternatives);
    QCOMPARE(others->topLevelItem(1)->text(0), QStringLiteral("-1.5"));
    QCOMPARE(others->topLevelItem(1)->text(1), QStringLiteral("[] good!"));
    QTest::mouseClick(f.button(QStringLiteral("Copy")), Qt::LeftButton);
    QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("[] good"));
}

void TestTextForms::changedLine_aloneIsTranslatedAgain() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Translate));
    QMimeData dropped;
    QStringList lines;
    for (int i = 0; i < 100; ++i)
        lines.append(QStringLiteral("line %1").arg(i));
    dropped.setText(lines.join(QLatin1Char('\n')) + QStringLiteral("\n\nlast"));
    f.pane->take(dropped);
    auto* const form = f.form<TranslateForm>();
    const auto isDone = [form] {
        const auto& all = form->translations();
        return std::all_of(all.begin(), all.end(), [](const auto& it) { return it.has_value(); });
    };
    QTRY_VERIFY_WITH_TIMEOUT(form->translations().size() == 102 && isDone(), 20000);
    QCOMPARE(form->translations()[100]->text, std::string()); // an empty line stays one
    QVERIFY(f.model.largest() <= 8);
    const int asked = f.model.asked;
    auto* const input = f.child<TextInput>(QStringLiteral("Text"));
    input->moveCursor(QTextCursor::End);
    QTest::keyClicks(input, QStringLiteral("s"));
    QTest::keyClick(input, Qt::Key_Return, Qt::ControlModifier); // now
    QTRY_VERIFY(isDone());
    QCOMPARE(form->translations()[101]->text, std::string("[] lasts"));
    QCOMPARE(f.model.asked.load(), asked + 1);
}

void TestTextForms::options_reachTheModel() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Translate));
    QTest::keyClicks(f.child<TextInput>(QStringLiteral("Text")), QStringLiteral("x"));
    QTRY_COMPARE(f.model.asked.load(), 1);
    QCOMPARE(f.model.translateOptions().beamSize, 0);
    QVERIFY(std::isnan(f.model.translateOptions().lengthPenalty));
    QCOMPARE(f.model.translateOptions().maxGenerationDelta, -1);
    QTest::mouseClick(f.button(QStringLiteral("Options")), Qt::LeftButton);
    f.child<QSpinBox>()->setValue(7);
    f.child<QDoubleSpinBox>()->setValue(0.6);
    for (QLineEdit* const line : f.pane->form()->findChildren<QLineEdit*>())
        if (line->toolTip().startsWith(QStringLiteral("Language of the translation"))) {
            line->setFocus();
            QTest::keyClicks(line, QStringLiteral("fr"));
            QTest::keyClick(line, Qt::Key_Return);
        }
    QTRY_COMPARE(f.child<QPlainTextEdit>(QStringLiteral("Translation"))->toPlainText(),
                 QStringLiteral("[fr] x"));
    QCOMPARE(f.model.translateOptions().beamSize, 7);
    QVERIFY(std::abs(f.model.translateOptions().lengthPenalty - 0.6) < 1e-9);
}

void TestTextForms::stoppedTranslation_goesOnWhenAsked() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Translate));
    f.model.hold();
    QTest::keyClicks(f.child<TextInput>(QStringLiteral("Text")), QStringLiteral("word"));
    QTRY_VERIFY(f.button(QStringLiteral("Stop"))->isVisible());
    QTRY_COMPARE(f.model.asked.load(), 1);
    QTest::mouseClick(f.button(QStringLiteral("Stop")), Qt::LeftButton);
    QTRY_COMPARE(f.model.stopped.load(), 1);
    f.model.letOn();
    QVERIFY(f.settle());
    QVERIFY(!f.form<TranslateForm>()->translations().front());
    QTest::mouseClick(f.button(QStringLiteral("Translate")), Qt::LeftButton);
    QTRY_VERIFY(f.form<TranslateForm>()->translations().front());
}

void TestTextForms::problem_isSaidInPlace() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Translate));
    f.model.error =
        Error{.kind = ErrorKind::Usage, .what = "Cannot translate", .why = "no", .remedy = "Train it"};
    QTest::keyClicks(f.child<TextInput>(QStringLiteral("Text")), QStringLiteral("word"));
    auto* const notice = f.pane->form()->findChild<ProblemBar*>();
    QTRY_VERIFY(notice->isVisible());
    QVERIFY(notice->text().contains(QStringLiteral("Train it")));
    f.model.error.reset();
    QTest::mouseClick(f.button(QStringLiteral("Translate")), Qt::LeftButton);
    QTRY_VERIFY(!notice->isVisible());
}

QTEST_MAIN(TestTextForms)
#include "tst_text_forms.moc"
