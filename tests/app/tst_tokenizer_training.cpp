// SPDX-License-Identifier: GPL-3.0-or-later
// Trains with the real fathom-cli.
#include "app/bridge/job_runner.h"
#include "app/inference/tokenizer_dialog.h"
#include "app/inference/tokenizer_pane.h"
#include "app/inference/tokenizer_training_dialog.h"
#include "widgets/elided_label.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFile>
#include <QPushButton>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;

namespace {

QString cli() {
    return qEnvironmentVariable("FATHOM_CLI");
}

/// Some hundred different sentences.
QByteArray corpus(int sentences) {
    static const char* const words[] = {"the",    "cat",   "sat",   "on",   "a",     "mat",
                                        "while",  "rain",  "fell",  "over", "green", "hills",
                                        "and",    "bees",  "flew",  "home", "slow",  "river",
                                        "stones", "shine", "under", "moon", "light", "softly"};
    QByteArray text;
    quint32 state = 1;
    for (int i = 0; i < sentences; ++i) {
        for (int word = 0; word < 8; ++word) {
            state = state * 1664525 + 1013904223;
            text += QByteArray(words[(state >> 16) % 24]) + (word < 7 ? " " : "\n");
        }
    }
    return text;
}

QPushButton* button(QWidget& parent, const QString& text) {
    for (QPushButton* const it : parent.findChildren<QPushButton*>())
        if (it->text() == text) return it;
    return nullptr;
}

} // namespace

class TestTokenizerTraining : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void settings_becomeArguments();
    void training_writesATokenizerThatIsTried();
    void vocabularyThatDoesNotFit_saysWhy();
    void cancel_endsTheProcessAndWritesNothing();
    void programThatIsMissing_isSaid();

private:
    [[nodiscard]] QString file(const char* name, const QByteArray& content) const {
        QFile written(m_folder->filePath(QString::fromLatin1(name)));
        return written.open(QIODevice::WriteOnly) && written.write(content) == content.size()
                   ? written.fileName()
                   : QString();
    }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestTokenizerTraining::init() {
    QVERIFY(!cli().isEmpty()); // CTest sets it
    m_folder = std::make_unique<QTemporaryDir>();
}

void TestTokenizerTraining::settings_becomeArguments() {
    TokenizerTrainingDialog dialog(cli());
    dialog.show();
    auto* const train = button(dialog, QStringLiteral("Train"));
    QVERIFY(!train->isEnabled()); // on nothing
    dialog.addFiles({QStringLiteral("/x/-odd.txt"), QStringLiteral("/x/-odd.txt")});
    QVERIFY(train->isEnabled());
    QCOMPARE(dialog.settings().files.size(), qsizetype{1});
    QCOMPARE(dialog.settings().folder,
             QStringLiteral("/x/tokenizer_spe_bpe_v1024")); // as NeMo's scripts call it
    dialog.findChild<QSpinBox*>()->setValue(500);
    dialog.findChildren<QCheckBox*>()[1]->setChecked(true);
    QCOMPARE(dialog.settings().folder, QStringLiteral("/x/tokenizer_spe_bpe_v500"));
    const QStringList arguments = trainingArguments(dialog.settings());
    QVERIFY(arguments.contains(QStringLiteral("500")));
    QVERIFY(arguments.contains(QStringLiteral("--bos")));
    QCOMPARE(arguments.mid(arguments.size() - 2),
             (QStringList{QStringLiteral("--"), QStringLiteral("/x/-odd.txt")}));
    auto* const kind = dialog.findChild<QComboBox*>();
    kind->setCurrentIndex(kind->findData(QStringLiteral("wpe")));
    QVERIFY(!trainingArguments(dialog.settings())
                 .contains(QStringLiteral("--bos"))); // BERT's own are always there
    QVERIFY(!trainingArguments(dialog.settings()).contains(QStringLiteral("--coverage")));
}

void TestTokenizerTraining::training_writesATokenizerThatIsTried() {
    TokenizerTrainingDialog dialog(cli());
    QSignalSpy trained(&dialog, &TokenizerTrainingDialog::trained);
    dialog.show();
    dialog.addFiles({file("corpus.txt", corpus(400))});
    dialog.findChild<QSpinBox*>()->setValue(60);
    dialog.setFolder(m_folder->filePath(QStringLiteral("out")));
    QTest::mouseClick(button(dialog, QStringLiteral("Train")), Qt::LeftButton);
    QVERIFY(dialog.isRunning());
    QVERIFY(button(dialog, QStringLiteral("Cancel training"))->isVisible());
    QVERIFY2(trained.wait(60000), qPrintable(dialog.said()));
    QCOMPARE(dialog.said(), QStringLiteral("60 pieces from 400 sentences, in %1/out").arg(m_folder->path()));
    JobRunner jobs;
    TokenizerDialog tried(jobs);
    tried.setAttribute(Qt::WA_DeleteOnClose, false);
    tried.show();
    tried.pane().openTokenizer(trained.first().first().toString());
    tried.pane().setText(QStringLiteral("the cat"));
    QTRY_VERIFY(!tried.pane().shown().ids.empty());
    QVERIFY(tried.pane().shown().isEqual);
    QVERIFY(
        tried.pane().findChild<widgets::ElidedLabel*>()->text().startsWith(QStringLiteral("SentencePiece")));
}

void TestTokenizerTraining::vocabularyThatDoesNotFit_saysWhy() {
    TokenizerTrainingDialog dialog(cli());
    dialog.show();
    dialog.addFiles({file("corpus.txt", corpus(50))});
    dialog.findChild<QSpinBox*>()->setValue(8); // fewer than there are characters
    dialog.setFolder(m_folder->filePath(QStringLiteral("out")));
    QTest::mouseClick(button(dialog, QStringLiteral("Train")), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!dialog.isRunning(), 60000);
    QVERIFY(dialog.said().size() > 20);
    QVERIFY(!dialog.said().startsWith(QStringLiteral("Training for")));
    QVERIFY(!QFile::exists(m_folder->filePath(QStringLiteral("out/tokenizer.model"))));
    QVERIFY(button(dialog, QStringLiteral("Train"))->isEnabled()); // to be tried with more
}

void TestTokenizerTraining::cancel_endsTheProcessAndWritesNothing() {
    TokenizerTrainingDialog dialog(cli());
    dialog.show();
    dialog.addFiles({file("corpus.txt", corpus(200'000))});
    dialog.setFolder(m_folder->filePath(QStringLiteral("out")));
    QTest::mouseClick(button(dialog, QStringLiteral("Train")), Qt::LeftButton);
    QVERIFY(dialog.isRunning());
    QTest::mouseClick(button(dialog, QStringLiteral("Cancel training")), Qt::LeftButton);
    QTRY_VERIFY(!dialog.isRunning());
    QVERIFY(dialog.said().startsWith(QStringLiteral("Cancelled")));
    QVERIFY(!QFile::exists(m_folder->filePath(QStringLiteral("out"))));
}

void TestTokenizerTraining::programThatIsMissing_isSaid() {
    TokenizerTrainingDialog dialog(QStringLiteral("/nonexistent/fathom-cli"));
    dialog.show();
    dialog.addFiles({file("corpus.txt", corpus(10))});
    QTest::mouseClick(button(dialog, QStringLiteral("Train")), Qt::LeftButton);
    QTRY_VERIFY(dialog.said().contains(QStringLiteral("cannot be started")));
    QVERIFY(!dialog.isRunning());
}

QTEST_MAIN(TestTokenizerTraining)
#include "tst_tokenizer_training.moc"
