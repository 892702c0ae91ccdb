// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/inference_pane.h"
#include "app/inference/model_session.h"
#include "app/pages/archive/artifact_view.h"
#include "app/pages/archive/diff_view.h"
#include "app/pages/archive/parts_tree.h"
#include "app/pages/archive/tensor_detail.h"
#include "app/pages/archive/tensor_view.h"
#include "app/pages/archive/weight_parts_view.h"
#include "engine/archive/nemo_save.h"
#include "tests/app/archive_page_test.h"
#include "widgets/elided_label.h"
#include "widgets/heat_map.h"
#include "widgets/hex_view.h"

#include <QComboBox>
#include <QDragEnterEvent>
#include <QElapsedTimer>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QStackedWidget>
#include <QTreeView>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;

namespace {

/// A ustar header.
QByteArray header(const char* name, qint64 bytes) {
    QByteArray block(512, '\0');
    const auto put = [&block](qsizetype at, const QByteArray& text) { block.replace(at, text.size(), text); };
    put(0, name);
    put(100, "0000644");
    put(108, "0000000");
    put(116, "0000000");
    put(124, QByteArray::number(bytes, 8).rightJustified(11, '0'));
    put(136, "00000000000");
    put(148, "        ");
    put(156, "0");
    put(257, QByteArray("ustar\00000", 8));
    unsigned sum = 0;
    for (const char byte : block)
        sum += static_cast<unsigned char>(byte);
    put(148, QByteArray::number(sum, 8).rightJustified(6, '0') + '\0');
    return block;
}

} // namespace

class TestArchivePage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_test = std::make_unique<ArchivePageTest>(); }
    void cleanup() { m_test.reset(); }
    void golden_opensWithEveryPart_data();
    void golden_opensWithEveryPart();
    void vocabulary_isShownAsATable();
    void distributedWeights_areListedPartByPart_data();
    void distributedWeights_areListedPartByPart();
    void everyDtype_isShown();
    void model_isTriedAsItWasSaved();
    void droppedRecording_isForTheModel();
    void sameFile_isOpenedOnce();
    void damagedFile_saysWhyAndLeavesThePageUsable();
    void openFiles_survivesARestart();
    void heatMap_readsOutTheElementUnderThePointer();
    void oneGigabyteMember_isShownAsBytesAtOnce();
    void diff_listsWhatDiffers();
    void diffOfSomethingElse_saysWhy();

private:
    std::unique_ptr<ArchivePageTest> m_test;
};

void TestArchivePage::golden_opensWithEveryPart_data() {
    QTest::addColumn<QString>("name");
    for (const char* const name :
         {"conformer_ctc_spe", "conformer_ctc_wpe", "mt_aayn_tiny", "nested_artifacts", "quartznet_char",
          "quartznet_char_bfloat16", "quartznet_char_float16", "quartznet_char_gz",
          "quartznet_char_legacypickle", "text_classification_bert"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void TestArchivePage::golden_opensWithEveryPart() {
    QFETCH(const QString, name);
    QVERIFY(m_test->open(ArchivePageTest::golden(qPrintable(name + QStringLiteral(".nemo")))));
    ArchiveView* const view = m_test->view();
    QVERIFY(view);
    QCOMPARE(view->part(), QStringLiteral("weights"));
    for (const QString& part : {QStringLiteral("config"), QStringLiteral("artifacts"),
                                QStringLiteral("members"), QStringLiteral("safety")}) {
        view->showPart(part);
        QCOMPARE(view->part(), part);
    }
    const ArchiveContents& contents = view->document().contents();
    QVERIFY(!contents.config.tree.root.children.empty());
    QVERIFY(contents.editor.has_value());
    QVERIFY(contents.parameters > 0);
    for (const archive::Member& member : contents.nemo->members()) {
        if (!isArtifact(member)) continue;
        view->showPart(QStringLiteral("artifact ") + QString::fromStdString(member.name));
        QVERIFY(m_test->settle());
        QCOMPARE(m_test->child<ArtifactView>()->name(), QString::fromStdString(member.name));
    }
    QVERIFY(!view->document().isModified()); // looking changes nothing
}

void TestArchivePage::vocabulary_isShownAsATable() {
    QVERIFY(m_test->open(ArchivePageTest::golden("conformer_ctc_spe.nemo")));
    for (const auto& [ending, kind] : {std::pair("vocab.txt", ArtifactPreview::Kind::Tokens),
                                       std::pair("tokenizer.model", ArtifactPreview::Kind::Pieces)}) {
        for (const archive::Member& member : m_test->view()->document().contents().nemo->members()) {
            if (!member.name.ends_with(ending)) continue;
            m_test->view()->showPart(QStringLiteral("artifact ") + QString::fromStdString(member.name));
        }
        QVERIFY(m_test->settle());
        auto* const artifact = m_test->child<ArtifactView>();
        QCOMPARE(artifact->kind(), kind);
        const auto* const table = artifact->findChild<QTreeView*>();
        QVERIFY(table && table->isVisible());
        QVERIFY(table->model()->rowCount() > 10);
    }
}

void TestArchivePage::distributedWeights_areListedPartByPart_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("page"); // of the stack: read, or listed
    QTest::newRow("tensor parallel") << QStringLiteral("mp_rank.nemo") << 0;
    QTest::newRow("tensor and pipeline parallel") << QStringLiteral("tp_pp_rank.nemo") << 0;
    QTest::newRow("torch_dist") << QStringLiteral("torch_dist.nemo") << 1;
    QTest::newRow("zarr") << QStringLiteral("zarr.nemo") << 1;
    QTest::newRow("folder") << QStringLiteral("torch_dist_folder") << 1;
}

void TestArchivePage::distributedWeights_areListedPartByPart() {
    QFETCH(const QString, name);
    QFETCH(const int, page);
    const QString file = QStringLiteral(FATHOM_TEST_DATA "/nemo_more/") + name;
    QVERIFY(m_test->open(file));
    auto* const parts = m_test->child<WeightPartsView>();
    QVERIFY(parts && parts->isVisible());
    QCOMPARE(parts->findChild<QStackedWidget*>()->currentIndex(), page);
    auto* const choice = parts->findChild<QComboBox*>();
    for (int part = 0; part < choice->count(); ++part) {
        choice->setCurrentIndex(part);
        QVERIFY(m_test->settle());
        for (const QTreeView* const table : parts->findChildren<QTreeView*>())
            if (table->isVisible()) QVERIFY(table->model()->rowCount() > 0);
    }
}

void TestArchivePage::everyDtype_isShown() {
    QVERIFY(m_test->open(QStringLiteral(FATHOM_TEST_DATA "/nemo_more/all_dtypes.safetensors")));
    auto* const tensors = m_test->child<TensorView>();
    tensors->detail()->showHeatMap();
    const auto entries = m_test->view()->document().tensors();
    QVERIFY(entries && entries->size() > 10);
    for (const archive::StateDictEntry& entry : *entries) {
        QVERIFY(tensors->selectTensor(QString::fromStdString(entry.tensor.name)));
        QVERIFY(m_test->settle());
        const bool isThere = tensors->detail()->heatMap()->pointAt(QPointF(1, 1)).has_value();
        QCOMPARE(isThere, entry.tensor.elementCount() > 0);
    }
}

/// Whether it can be restored depends on what engine this machine has; here that it is tried, and on what.
void TestArchivePage::model_isTriedAsItWasSaved() {
    const QString file = m_test->copyOf("quartznet_char.nemo");
    QVERIFY(m_test->open(file));
    QVERIFY(!m_test->child<InferencePane>()); // made when it is wanted
    QVERIFY(m_test->action("try")->isEnabled());
    m_test->action("try")->trigger();
    QCOMPARE(m_test->view()->part(), QStringLiteral("try"));
    auto* const pane = m_test->child<InferencePane>();
    QVERIFY(pane && pane->isVisible());
    QCOMPARE(pane->session().file(), std::filesystem::path(file.toStdString()));
    QVERIFY(pane->session().state() != ModelSession::State::Empty); // on its way
    QTRY_COMPARE_WITH_TIMEOUT(pane->tabs().count(), 2, 20000);      // the tokenizer needs no engine
    const auto says = [pane](const QString& text) {
        const auto labels = pane->findChildren<widgets::ElidedLabel*>();
        return std::any_of(labels.begin(), labels.end(),
                           [&](const widgets::ElidedLabel* it) { return it->text().contains(text); });
    };
    QVERIFY(!says(QStringLiteral("as it was saved")));
    m_test->view()->document().editKey(QStringLiteral("sample_rate"), QStringLiteral("8000"));
    QVERIFY(says(QStringLiteral("as it was saved")));
    QVERIFY(
        QTest::qWaitFor([pane] { return pane->session().state() != ModelSession::State::Restoring; }, 60000));
}

void TestArchivePage::droppedRecording_isForTheModel() {
    QVERIFY(m_test->open(ArchivePageTest::golden("quartznet_char.nemo")));
    const auto drop = [this](const QString& file) {
        QMimeData mime;
        mime.setUrls({QUrl::fromLocalFile(file)});
        QDragEnterEvent enter({10, 10}, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_test->view(), &enter);
        QDropEvent dropped(QPointF(10, 10), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_test->view(), &dropped);
    };
    ArchiveView* const view = m_test->view();
    drop(QStringLiteral("/x/other.nemo")); // the page's to open
    QVERIFY(m_test->settle());
    QVERIFY(!view->findChild<InferencePane*>());
    m_test->tabs()->setCurrentWidget(view);
    QCOMPARE(view->part(), QStringLiteral("weights"));
    drop(QStringLiteral("/x/clip.flac"));
    QCOMPARE(m_test->view()->part(), QStringLiteral("try"));
    auto* const pane = m_test->child<InferencePane>();
    QVERIFY(
        QTest::qWaitFor([pane] { return pane->session().state() != ModelSession::State::Restoring; }, 60000));
}

void TestArchivePage::sameFile_isOpenedOnce() {
    QVERIFY(m_test->open(ArchivePageTest::golden("quartznet_char.nemo")));
    QVERIFY(m_test->open(ArchivePageTest::golden("quartznet_char.nemo")));
    QCOMPARE(m_test->tabs()->count(), 1);
    QVERIFY(m_test->open(ArchivePageTest::golden("quartznet_char_gz.nemo")));
    QCOMPARE(m_test->tabs()->count(), 2);
}

void TestArchivePage::damagedFile_saysWhyAndLeavesThePageUsable() {
    QFile whole(ArchivePageTest::golden("quartznet_char.nemo"));
    QVERIFY(whole.open(QIODevice::ReadOnly));
    const QString path = m_test->fixture.folder.filePath(QStringLiteral("half.nemo"));
    QFile half(path);
    QVERIFY(half.open(QIODevice::WriteOnly));
    half.write(whole.read(whole.size() / 2));
    half.close();
    QVERIFY(m_test->open(path));
    QCOMPARE(m_test->tabs()->count(), 1);
    QVERIFY(!m_test->view());
    QVERIFY(m_test->open(ArchivePageTest::golden("quartznet_char.nemo")));
    QCOMPARE(m_test->tabs()->count(), 2);
    QVERIFY(m_test->view());
}

void TestArchivePage::openFiles_survivesARestart() {
    QVERIFY(m_test->open(ArchivePageTest::golden("quartznet_char.nemo")));
    m_test->page.saveState(m_test->fixture.settings);
    ArchivePageTest again;
    again.page.restoreState(m_test->fixture.settings);
    QVERIFY(again.settle());
    QVERIFY(again.view());
}

void TestArchivePage::heatMap_readsOutTheElementUnderThePointer() {
    QVERIFY(m_test->open(ArchivePageTest::golden("quartznet_char.nemo")));
    auto* const tensors = m_test->child<TensorView>();
    const QString name = QStringLiteral("decoder.decoder_layers.0.weight");
    QVERIFY(tensors->selectTensor(name));
    TensorDetail* const detail = tensors->detail();
    detail->showHeatMap();
    QVERIFY(m_test->settle());
    const archive::Tensor* const tensor =
        m_test->view()->document().contents().weights->find(name.toStdString());
    QVERIFY(tensor);
    widgets::HeatMap* const map = detail->heatMap();
    QTRY_VERIFY(map->pointAt(QPointF(3, 3)).has_value());
    QTest::mouseMove(map, QPoint(3, 3));
    const widgets::HeatCell cell = map->pointAt(QPointF(3, 3))->cell;
    QTRY_VERIFY(!detail->readout().isEmpty());
    const TensorSlice slice(*tensor, std::vector<qint64>(tensor->shape.size() - 2, 0));
    const QString expected = QStringLiteral("%1 = %2").arg(
        slice.indexText(cell.row, cell.column), exactText(tensor->dtype, slice.bytes(cell.row, cell.column)));
    QVERIFY2(detail->readout().startsWith(expected), qPrintable(detail->readout() + expected));
}

void TestArchivePage::oneGigabyteMember_isShownAsBytesAtOnce() {
    constexpr qint64 kBytes = qint64{1} << 30;
    const QString path = m_test->fixture.folder.filePath(QStringLiteral("large.nemo"));
    QFile file(path); // sparse: it takes a few blocks of the disk
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(header("./model_config.yaml", 8) + QByteArray("lr: 0.1\n").leftJustified(512, '\0'));
    file.write(header("./blob.bin", kBytes));
    const qint64 start = file.pos();
    QVERIFY(file.seek(start + kBytes - 4));
    file.write("tail");
    file.write(QByteArray(1024, '\0'));
    file.close();
    m_test->page.open(path);
    QVERIFY(QTest::qWaitFor([this] { return m_test->view() != nullptr; }, 10000));
    QElapsedTimer timer;
    timer.start();
    m_test->view()->showPart(QStringLiteral("artifact ./blob.bin"));
    QVERIFY(QTest::qWaitFor([this] { return m_test->child<ArtifactView>()->isSettled(); }, 10000));
    auto* const hex = m_test->child<widgets::HexView>();
    QVERIFY(hex->isVisible());
    QCOMPARE(hex->size(), kBytes);
    hex->goTo(kBytes - 1);
    hex->grab();
    qInfo("the end of 1 GiB shown after %lld ms", static_cast<long long>(timer.elapsed()));
    QVERIFY2(timer.elapsed() < 2000, qPrintable(QString::number(timer.elapsed())));
    QTRY_COMPARE(hex->selectedText(), QStringLiteral("6c")); // the "l" of "tail", read by a job
    QVERIFY(m_test->settle());
}

void TestArchivePage::diff_listsWhatDiffers() {
    const QString before = m_test->copyOf("quartznet_char.nemo");
    const QString after = m_test->fixture.folder.filePath(QStringLiteral("after.nemo"));
    auto editor = archive::NemoEditor::open(before.toStdString());
    QVERIFY(editor && editor->setConfig("optim.lr=0.5"));
    QVERIFY(editor->convertTensors("decoder.*", archive::DType::BFloat16).has_value());
    QVERIFY(archive::saveNemo(editor->draft(), after.toStdString()).has_value());
    m_test->page.diff(before, after);
    QVERIFY(m_test->settle());
    const auto* const diff = qobject_cast<DiffView*>(m_test->tabs()->currentWidget());
    QVERIFY(diff);
    QVERIFY2(diff->summary().contains(QStringLiteral("2 changed")), qPrintable(diff->summary()));
    const auto table = [diff](const QString& name) {
        for (const QTreeView* const each : diff->findChildren<QTreeView*>())
            if (each->accessibleName() == name) return each->model();
        return static_cast<QAbstractItemModel*>(nullptr);
    };
    const auto* const tensors = table(QStringLiteral("Tensors that differ"));
    QVERIFY(tensors && tensors->rowCount() == 2);
    QVERIFY(!tensors->index(0, 4).data().toString().isEmpty()); // norm of the difference
    const auto* const config = table(QStringLiteral("Config"));
    QVERIFY(config && config->rowCount() == 1);
    QCOMPARE(config->index(0, 1).data().toString(), QStringLiteral("optim.lr"));
    m_test->page.diff(before, before);
    QVERIFY(m_test->settle());
    QVERIFY(qobject_cast<DiffView*>(m_test->tabs()->currentWidget())
                ->summary()
                .contains(QStringLiteral("0 changed")));
    QCOMPARE(m_test->tabs()->count(), 2);
}

void TestArchivePage::diffOfSomethingElse_saysWhy() {
    const QString text = m_test->fixture.folder.filePath(QStringLiteral("notes.txt"));
    QFile file(text);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("no archive");
    file.close();
    m_test->page.diff(ArchivePageTest::golden("quartznet_char.nemo"), text);
    QVERIFY(m_test->settle());
    const auto* const diff = qobject_cast<DiffView*>(m_test->tabs()->currentWidget());
    QVERIFY(diff && diff->summary().isEmpty());
}

QTEST_MAIN(TestArchivePage)
#include "tst_archive_page.moc"
