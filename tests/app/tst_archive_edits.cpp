// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/config_view/config_tree_view.h"
#include "app/models/config_model.h"
#include "app/pages/archive/archive_config_pane.h"
#include "app/pages/archive/artifact_dialog.h"
#include "app/pages/archive/artifact_view.h"
#include "app/pages/archive/parts_tree.h"
#include "app/pages/archive/safety_view.h"
#include "app/pages/archive/save_dialog.h"
#include "app/pages/archive/tensor_edit_dialog.h"
#include "app/pages/archive/tensor_view.h"
#include "engine/base/file.h"
#include "engine/store/manifest.h"
#include "engine/store/recorder.h"
#include "tests/app/archive_page_test.h"
#include "widgets/notice_bar.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDragEnterEvent>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QTreeView>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;

class TestArchiveEdits : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_test = std::make_unique<ArchivePageTest>(); }
    void cleanup() { m_test.reset(); }
    void editedKey_isShownAsEditedAndSavedAndReadAgain();
    void undoAndRedo_nameWhatTheyDo();
    void wrongEdit_isRefusedWithItsReason();
    void droppedFile_replacesTheArtifact();
    void removedArtifact_leavesItsKeyNull();
    void addedArtifact_comesFromAFileOrAnotherArchive();
    void editWhileAFileIsRead_isKeptToo();
    void renamedMember_isFollowedByItsKey();
    void tensors_areConvertedWhereThePatternMatches();
    void savePreview_listsEveryChange();
    void danglingReference_isNotSaved();
    void editWhileSaving_isRefused();
    void changedOnDisk_offersReloadAndKeepsTheFile();
    void closingWithEdits_asks();
    void savedArchive_isKnownToTheRunStore();
    void checkpoint_isShownAndNotEdited();

private:
    void save();
    [[nodiscard]] QString configOf(const QString& file) const;
    std::unique_ptr<ArchivePageTest> m_test;
};

namespace {

ArchiveDocument& documentOf(ArchivePageTest& test) {
    return test.view()->document();
}

void drop(PartsTree* tree, const QString& part, const QString& file) {
    QTreeWidgetItem* item = nullptr;
    for (QTreeWidgetItemIterator it(tree); *it; ++it)
        if ((*it)->data(0, Qt::UserRole).toString() == part) item = *it;
    QVERIFY(item);
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(file)});
    const QPoint position = tree->visualItemRect(item).center();
    QDragEnterEvent enter(position, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(tree->viewport(), &enter);
    QVERIFY(enter.isAccepted());
    QDragMoveEvent move(position, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(tree->viewport(), &move);
    QVERIFY(move.isAccepted());
    QDropEvent event(position, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(tree->viewport(), &event);
    QVERIFY(event.isAccepted());
}

} // namespace

/// Ctrl+S, waits for the preview, agrees.
void TestArchiveEdits::save() {
    m_test->whenOpen<SaveDialog>([](SaveDialog* dialog) {
        auto* const button = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Save);
        QVERIFY(QTest::qWaitFor([button] { return button->isEnabled(); }, 10000));
        button->click();
    });
    QSignalSpy saved(&m_test->view()->saver(), &ArchiveSaver::saved);
    m_test->action("save")->trigger();
    QVERIFY(saved.wait(20000));
    QVERIFY(m_test->settle());
}

QString TestArchiveEdits::configOf(const QString& file) const {
    const auto nemo = archive::Nemo::open(file.toStdString());
    return nemo && nemo->configYaml() ? QString::fromStdString(*nemo->configYaml()) : QString();
}

void TestArchiveEdits::editedKey_isShownAsEditedAndSavedAndReadAgain() {
    const QString file = m_test->copyOf("quartznet_char.nemo");
    QVERIFY(m_test->open(file));
    m_test->view()->showPart(QStringLiteral("config"));
    auto* const pane = m_test->child<ArchiveConfigPane>();
    QVERIFY(pane && pane->tree()->selectPath(QStringLiteral("optim.lr")));
    QAbstractItemModel* const model = pane->tree()->model();
    const QModelIndex value = pane->tree()->currentIndex().siblingAtColumn(ConfigModel::ValueColumn);
    QVERIFY(model->setData(value, QStringLiteral("0.0375"), Qt::EditRole));
    QTRY_VERIFY(documentOf(*m_test).isModified());
    QVERIFY(m_test->settle());
    const QModelIndex key = pane->tree()->currentSource();
    QCOMPARE(key.data(ConfigModel::PathRole).toString(), QStringLiteral("optim.lr")); // it kept its place
    QCOMPARE(key.data(ConfigModel::LayerRole).toInt(), static_cast<int>(config::Layer::Edited));
    QVERIFY(key.model()->rowCount(key) > 0); // what it beat
    QCOMPARE(m_test->view()->unsavedText(), QStringLiteral("● unsaved: optim.lr"));
    QVERIFY(m_test->tabs()->tabText(0).startsWith(QStringLiteral("● ")));
    QCOMPARE(m_test->page.badge(), QStringLiteral("●"));
    save();
    QVERIFY(!documentOf(*m_test).isModified());
    QCOMPARE(m_test->view()->unsavedText(), QString());
    QCOMPARE(m_test->page.badge(), QString());
    QCOMPARE(pane->tree()->currentPath(), QStringLiteral("optim.lr"));
    QVERIFY(configOf(file).contains(QStringLiteral("lr: 0.0375")));
    const auto again = archive::Nemo::open(file.toStdString());
    QVERIFY(again && archive::verify(*again).empty());
}

void TestArchiveEdits::undoAndRedo_nameWhatTheyDo() {
    QVERIFY(m_test->open(m_test->copyOf("quartznet_char.nemo")));
    QVERIFY(!m_test->action("undo")->isEnabled());
    documentOf(*m_test).editKey(QStringLiteral("optim.lr"), QStringLiteral("0.5"));
    documentOf(*m_test).addKey(QStringLiteral("note"), QStringLiteral("two words"));
    QVERIFY(m_test->settle());
    QVERIFY(m_test->action("undo")->text().contains(QStringLiteral("note")));
    m_test->action("undo")->trigger();
    QVERIFY(m_test->settle());
    QCOMPARE(m_test->view()->unsavedText(), QStringLiteral("● unsaved: optim.lr"));
    QVERIFY(m_test->action("redo")->text().contains(QStringLiteral("note")));
    m_test->action("redo")->trigger();
    QCOMPARE(documentOf(*m_test).unsaved().size(), qsizetype{2});
    m_test->action("revert")->trigger();
    QVERIFY(m_test->settle());
    QVERIFY(!documentOf(*m_test).isModified());
    QVERIFY(!m_test->action("save")->isEnabled());
}

void TestArchiveEdits::wrongEdit_isRefusedWithItsReason() {
    QVERIFY(m_test->open(m_test->copyOf("quartznet_char.nemo")));
    documentOf(*m_test).addKey(QStringLiteral("optim.lr"), QStringLiteral("1")); // it is there already
    QVERIFY(m_test->settle());
    QVERIFY(!documentOf(*m_test).isModified());
    QVERIFY(m_test->view()->notice()->isVisible());
    QVERIFY(m_test->view()->notice()->text().contains(QStringLiteral("optim.lr")));
}

void TestArchiveEdits::droppedFile_replacesTheArtifact() {
    const QString file = m_test->copyOf("conformer_ctc_wpe.nemo");
    QVERIFY(m_test->open(file));
    const QString text = m_test->fixture.folder.filePath(QStringLiteral("words.txt"));
    QVERIFY(writeFileAtomically(text.toStdString(), "alpha\nbeta\ngamma\n"));
    auto* const parts = m_test->child<PartsTree>();
    QString member;
    for (const archive::Member& each : documentOf(*m_test).contents().nemo->members())
        if (each.name.ends_with("vocab.txt")) member = QString::fromStdString(each.name);
    const QString key = documentOf(*m_test).keyOf(member);
    QVERIFY(!key.isEmpty());
    drop(parts, QStringLiteral("artifact ") + member, text);
    QTRY_VERIFY(documentOf(*m_test).isModified());
    QVERIFY(m_test->settle());
    QVERIFY(m_test->view()->unsavedText().contains(QStringLiteral("words.txt")));
    save();
    const auto nemo = archive::NemoEditor::open(file.toStdString());
    QVERIFY(nemo.has_value());
    const auto artifacts = nemo->artifacts();
    const auto artifact =
        std::ranges::find(artifacts, key.toStdString(), &archive::NemoEditor::Artifact::key);
    QVERIFY(artifact != artifacts.end());
    QVERIFY(artifact->member.ends_with("_words.txt"));
    const auto bytes = nemo->bytes(artifact->member);
    QCOMPARE(bytes->size(), std::size_t{17});
}

void TestArchiveEdits::removedArtifact_leavesItsKeyNull() {
    QVERIFY(m_test->open(m_test->copyOf("text_classification_bert.nemo")));
    QString member;
    for (const archive::Member& each : documentOf(*m_test).contents().nemo->members())
        if (each.name.ends_with("label_ids.csv")) member = QString::fromStdString(each.name);
    const QString key = documentOf(*m_test).keyOf(member);
    m_test->view()->showPart(QStringLiteral("artifact ") + member);
    QVERIFY(m_test->settle());
    QVERIFY(m_test->child<ArtifactView>()->isVisible());
    QVERIFY(m_test->action("remove")->isEnabled());
    m_test->action("remove")->trigger();
    QVERIFY(m_test->settle());
    QVERIFY(!m_test->view()->part().contains(QStringLiteral("label_ids"))); // it went from the tree
    const auto& config = documentOf(*m_test).composition().config;
    QVERIFY(config && config->unresolved(key.toStdString()).isNull());
}

void TestArchiveEdits::addedArtifact_comesFromAFileOrAnotherArchive() {
    QVERIFY(m_test->open(m_test->copyOf("quartznet_char.nemo")));
    const QString text = m_test->fixture.folder.filePath(QStringLiteral("words.txt"));
    QVERIFY(writeFileAtomically(text.toStdString(), "alpha\n"));
    const auto add = [this](const QString& key, const QString& source) {
        m_test->whenOpen<ArtifactDialog>([key, source](ArtifactDialog* dialog) {
            auto* const button = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
            QVERIFY(!button->isEnabled());
            dialog->findChild<QComboBox*>()->setCurrentText(key);
            dialog->setFile(source);
            QVERIFY(QTest::qWaitFor([button] { return button->isEnabled(); }, 10000));
            button->click();
        });
        m_test->action("addArtifact")->trigger();
    };
    add(QStringLiteral("words"), text);
    QTRY_COMPARE(documentOf(*m_test).editor().artifacts().size(), std::size_t{1});
    add(QStringLiteral("pieces"), ArchivePageTest::golden("conformer_ctc_spe.nemo"));
    QTRY_COMPARE(documentOf(*m_test).editor().artifacts().size(), std::size_t{2});
    QVERIFY(m_test->settle());
    save();
    const auto& editor = documentOf(*m_test).editor();
    QCOMPARE(editor.artifacts().size(), std::size_t{2});
    for (const auto& artifact : editor.artifacts()) {
        QVERIFY(!artifact.isMissing);
        QVERIFY(artifact.key == "words" || artifact.key == "pieces");
    }
}

void TestArchiveEdits::editWhileAFileIsRead_isKeptToo() {
    QVERIFY(m_test->open(m_test->copyOf("quartznet_char.nemo")));
    const QString text = m_test->fixture.folder.filePath(QStringLiteral("words.txt"));
    QVERIFY(writeFileAtomically(text.toStdString(), "alpha\n"));
    documentOf(*m_test).putArtifact(QStringLiteral("words"), text);
    documentOf(*m_test).editKey(QStringLiteral("optim.lr"), QStringLiteral("0.5"));
    QVERIFY(m_test->settle());
    const QStringList unsaved = documentOf(*m_test).unsaved();
    QVERIFY(unsaved.contains(QStringLiteral("optim.lr")) && unsaved.contains(QStringLiteral("words.txt")));
    documentOf(*m_test).putArtifact(QStringLiteral("words"), QStringLiteral("/no/such/file"));
    QVERIFY(m_test->settle());
    QVERIFY(m_test->view()->notice()->isVisible());
    QCOMPARE(documentOf(*m_test).unsaved(), unsaved);
}

void TestArchiveEdits::renamedMember_isFollowedByItsKey() {
    QVERIFY(m_test->open(m_test->copyOf("text_classification_bert.nemo")));
    QString member;
    for (const archive::Member& each : documentOf(*m_test).contents().nemo->members())
        if (each.name.ends_with("label_ids.csv")) member = QString::fromStdString(each.name);
    const QString key = documentOf(*m_test).keyOf(member);
    m_test->view()->showPart(QStringLiteral("artifact ") + member);
    m_test->whenOpen<QInputDialog>([](QInputDialog* dialog) {
        dialog->setTextValue(QStringLiteral("labels.csv"));
        dialog->accept();
    });
    m_test->action("rename")->trigger();
    QTRY_VERIFY(documentOf(*m_test).isModified());
    QVERIFY(m_test->settle());
    QCOMPARE(documentOf(*m_test).keyOf(QStringLiteral("./labels.csv")), key);
}

void TestArchiveEdits::tensors_areConvertedWhereThePatternMatches() {
    const QString file = m_test->copyOf("quartznet_char.nemo");
    QVERIFY(m_test->open(file));
    auto* const tensors = m_test->child<TensorView>();
    QVERIFY(tensors->selectTensor(QStringLiteral("decoder.decoder_layers.0.weight")));
    QCOMPARE(tensors->currentPattern(), QStringLiteral("decoder.decoder_layers.0.weight"));
    m_test->whenOpen<TensorEditDialog>([](TensorEditDialog* dialog) {
        auto* const pattern = dialog->findChild<QLineEdit*>();
        pattern->setText(QStringLiteral("no.such.*"));
        auto* const button = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
        QVERIFY(!button->isEnabled());
        pattern->setText(QStringLiteral("decoder.*"));
        QVERIFY(button->isEnabled());
        QVERIFY(dialog->findChild<QTreeView*>()->model()->rowCount() >= 2);
        button->click();
    });
    m_test->action("convert")->trigger();
    QTRY_VERIFY(documentOf(*m_test).isModified());
    QVERIFY(m_test->settle());
    const auto now = documentOf(*m_test).tensors();
    for (const archive::StateDictEntry& entry : *now) {
        const bool isDecoder = entry.tensor.name.starts_with("decoder.");
        QCOMPARE(entry.dtype == archive::DType::BFloat16, isDecoder);
    }
    save();
    const auto weights = archive::openWeights(file.toStdString());
    QCOMPARE((*weights)->find("decoder.decoder_layers.0.weight")->dtype, archive::DType::BFloat16);
    QCOMPARE((*weights)->find("encoder.encoder.0.mconv.0.conv.weight")->dtype, archive::DType::Float32);
}

void TestArchiveEdits::savePreview_listsEveryChange() {
    QVERIFY(m_test->open(m_test->copyOf("conformer_ctc_spe.nemo")));
    documentOf(*m_test).editKey(QStringLiteral("optim.lr"), QStringLiteral("0.25"));
    documentOf(*m_test).dropTensors(QStringLiteral("preprocessor.featurizer.window"));
    QVERIFY(m_test->settle());
    bool seen = false;
    m_test->whenOpen<SaveDialog>([&seen](SaveDialog* dialog) {
        auto* const changes = dialog->findChild<QTreeView*>()->model();
        QVERIFY(QTest::qWaitFor([changes] { return changes->rowCount() > 0; }, 10000));
        QCOMPARE(changes->rowCount(), 2);
        QCOMPARE(changes->index(0, 1).data().toString(), QStringLiteral("optim.lr"));
        QCOMPARE(changes->index(0, 3).data().toString(), QStringLiteral("0.25"));
        QCOMPARE(changes->index(1, 0).data().toString(), QStringLiteral("Tensor removed"));
        seen = true;
        dialog->reject();
    });
    m_test->action("save")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(seen, 10000);
    QVERIFY(documentOf(*m_test).isModified()); // nothing was saved
}

void TestArchiveEdits::danglingReference_isNotSaved() {
    QVERIFY(m_test->open(m_test->copyOf("quartznet_char.nemo")));
    documentOf(*m_test).addKey(QStringLiteral("words"), QStringLiteral("nemo:words.txt"));
    QVERIFY(m_test->settle());
    bool seen = false;
    m_test->whenOpen<SaveDialog>([&seen](SaveDialog* dialog) {
        auto* const changes = dialog->findChild<QTreeView*>()->model();
        QVERIFY(QTest::qWaitFor([changes] { return changes->rowCount() > 0; }, 10000));
        QVERIFY(!dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Save)->isEnabled());
        QVERIFY(dialog->findChild<QListWidget*>()->item(0)->text().contains(QStringLiteral("words.txt")));
        seen = true;
        dialog->reject();
    });
    m_test->action("save")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(seen, 10000);
}

void TestArchiveEdits::editWhileSaving_isRefused() {
    const QString file = m_test->copyOf("quartznet_char.nemo");
    QVERIFY(m_test->open(file));
    ArchiveDocument& document = documentOf(*m_test);
    document.editKey(QStringLiteral("optim.lr"), QStringLiteral("0.5"));
    QVERIFY(m_test->settle());
    QSignalSpy refused(&document, &ArchiveDocument::refused);
    QSignalSpy saved(&m_test->view()->saver(), &ArchiveSaver::saved);
    m_test->view()->saver().save(file);
    document.editKey(QStringLiteral("optim.lr"), QStringLiteral("0.75"));
    document.undo();
    QCOMPARE(refused.size(), qsizetype{2});
    QVERIFY(saved.wait(20000));
    QVERIFY(m_test->settle());
    QVERIFY(configOf(file).contains(QStringLiteral("lr: 0.5")));
    document.editKey(QStringLiteral("optim.lr"), QStringLiteral("0.75"));
    QVERIFY(document.isModified());
}

void TestArchiveEdits::changedOnDisk_offersReloadAndKeepsTheFile() {
    const QString file = m_test->copyOf("quartznet_char.nemo");
    QVERIFY(m_test->open(file));
    documentOf(*m_test).editKey(QStringLiteral("optim.lr"), QStringLiteral("0.5"));
    auto other = archive::NemoEditor::open(file.toStdString());
    QVERIFY(other && other->setConfig("optim.lr=0.125"));
    QVERIFY(archive::saveNemo(other->draft(), file.toStdString(), {.allowInPlace = false}).has_value());
    QTRY_VERIFY(m_test->view()->notice()->isVisible());
    QVERIFY(m_test->view()->notice()->text().contains(QStringLiteral("changed on disk")));
    QSignalSpy failed(&m_test->view()->saver(), &ArchiveSaver::failed);
    m_test->view()->saver().save(file);
    QVERIFY(failed.wait(10000));
    QVERIFY(failed[0][1].toBool());
    QVERIFY(configOf(file).contains(QStringLiteral("lr: 0.125")));
    Q_EMIT m_test->view()->notice()->firstClicked(); // Reload
    QTRY_VERIFY(!documentOf(*m_test).isModified());
    QVERIFY(m_test->settle());
    QVERIFY(documentOf(*m_test).contents().configYaml.contains(QStringLiteral("lr: 0.125")));
}

void TestArchiveEdits::closingWithEdits_asks() {
    const QString file = m_test->copyOf("quartznet_char.nemo");
    QVERIFY(m_test->open(file));
    QVERIFY(m_test->page.mayClose());
    documentOf(*m_test).editKey(QStringLiteral("optim.lr"), QStringLiteral("0.5"));
    const auto answer = [this](QMessageBox::StandardButton button) {
        m_test->whenOpen<QMessageBox>([button](QMessageBox* box) { box->button(button)->click(); });
    };
    answer(QMessageBox::Cancel);
    QVERIFY(!m_test->page.mayClose());
    answer(QMessageBox::Discard);
    QVERIFY(m_test->page.mayClose());
    QVERIFY(!configOf(file).contains(QStringLiteral("lr: 0.5")));
    answer(QMessageBox::Save);
    QVERIFY(m_test->page.mayClose());
    QVERIFY(configOf(file).contains(QStringLiteral("lr: 0.5")));
    documentOf(*m_test).editKey(QStringLiteral("optim.lr"), QStringLiteral("0.75"));
    answer(QMessageBox::Cancel);
    m_test->action("close")->trigger();
    QTest::qWait(50);
    QCOMPARE(m_test->tabs()->count(), 1);
    answer(QMessageBox::Discard);
    m_test->action("close")->trigger();
    QTRY_COMPARE(m_test->tabs()->count(), 0);
}

void TestArchiveEdits::savedArchive_isKnownToTheRunStore() {
    const std::filesystem::path workspace = m_test->fixture.folder.path().toStdString();
    QVERIFY(store::Recorder::open(workspace).has_value()); // makes the store
    const QString file = m_test->copyOf("quartznet_char.nemo");
    QVERIFY(m_test->open(file));
    documentOf(*m_test).editKey(QStringLiteral("optim.lr"), QStringLiteral("0.5"));
    save();
    const auto manifest = store::readManifest(workspace, file.toStdString());
    QVERIFY(manifest && !manifest->empty());
    // A byte that someone else changes is told by it.
    auto other = archive::NemoEditor::open(file.toStdString());
    QVERIFY(other && other->setConfig("optim.lr=0.125"));
    QVERIFY(archive::saveNemo(other->draft(), file.toStdString()).has_value());
    m_test->view()->saver().reload();
    QVERIFY(m_test->settle());
    m_test->view()->showPart(QStringLiteral("safety"));
    const auto& findings = m_test->child<SafetyView>()->findings();
    QVERIFY(findings && !findings->empty());
    QVERIFY(QString::fromStdString(findings->front().text).contains(QStringLiteral("model_config.yaml")));
}

void TestArchiveEdits::checkpoint_isShownAndNotEdited() {
    QVERIFY(m_test->open(QStringLiteral(FATHOM_TEST_DATA "/lightning/quartznet_tiny-last.ckpt")));
    QVERIFY(m_test->view());
    QVERIFY(!documentOf(*m_test).isEditable());
    QCOMPARE(m_test->view()->part(), QStringLiteral("weights"));
    for (const char* const id : {"save", "saveAs", "revert", "convert", "add", "remove", "undo"})
        QVERIFY(!m_test->action(id)->isEnabled());
    QVERIFY(m_test->action("diff")->isEnabled());
}

QTEST_MAIN(TestArchiveEdits)
#include "tst_archive_edits.moc"
