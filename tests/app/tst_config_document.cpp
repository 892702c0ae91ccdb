// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/job_runner.h"
#include "app/models/config_model.h"
#include "app/pages/configure/config_document.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;

namespace {

constexpr const char* kYaml = R"(name: tiny
model:
  lr: 0.01
  betas: [0.8, 0.5]
  twice: ${model.lr}
  opt:
    name: adam
    eps: ???
)";

const ConfigItem* find(const ConfigItem& item, const QString& path) {
    if (item.path == path && item.kind != ConfigKind::Beat && item.kind != ConfigKind::Problem) return &item;
    for (const ConfigItem& child : item.children) {
        if (const ConfigItem* const found = find(child, path)) return found;
    }
    return nullptr;
}

} // namespace

class TestConfigDocument : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void open_composesAndSaysWhereValuesAreFrom();
    void edit_becomesAnOverrideAndCanBeUndone();
    void remove_keepsTheKeyAsRemoved();
    void add_appearsAsEdited();
    void error_leavesTheOthersInForce();
    void fix_isOneUndoStep();
    void section_isEditedAsText();
    void commandLine_isTheSameList();
    void reset_goesBackToTheLayerBelow();
    void fileOnDisk_isNoticedAndOffered();
    void commentOnDisk_isTakenAtOnce();
    void brokenFileOnDisk_isFollowedUntilItComposes();
    void pastedCommand_isApplied();
    void sweep_givesARequestForEachRun();
    void unreadableFile_isAProblemWithoutTree();
    void request_hasTheOverrides();

private:
    void write(const char* text) const;
    [[nodiscard]] bool awaitComposed() const;
    [[nodiscard]] const ConfigItem* item(const char* path) const {
        return find(m_document->tree().root, QString::fromLatin1(path));
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<JobRunner> m_jobs;
    std::unique_ptr<ConfigDocument> m_document;
};

void TestConfigDocument::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    m_jobs = std::make_unique<JobRunner>();
    m_document = std::make_unique<ConfigDocument>(*m_jobs, nullptr);
    write(kYaml);
    m_document->open(m_folder->filePath(QStringLiteral("c.yaml")));
    QVERIFY(awaitComposed());
}

void TestConfigDocument::cleanup() {
    m_document.reset();
    m_jobs.reset();
    m_folder.reset();
}

void TestConfigDocument::write(const char* text) const {
    QFile file(m_folder->filePath(QStringLiteral("c.yaml")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

bool TestConfigDocument::awaitComposed() const {
    return QTest::qWaitFor([this] { return !m_document->isComposing(); }, 10000);
}

void TestConfigDocument::open_composesAndSaysWhereValuesAreFrom() {
    QVERIFY(!m_document->hasError());
    const ConfigItem* const lr = item("model.lr");
    QVERIFY(lr);
    QCOMPARE(lr->value, QStringLiteral("0.01"));
    QVERIFY(lr->origin);
    QCOMPARE(lr->origin->line, 3);
    QVERIFY(lr->origin->layer == config::Layer::Yaml);
    QCOMPARE(originText(*lr), QStringLiteral("YAML :3"));
    QCOMPARE(item("model.betas")->value, QStringLiteral("[0.8, 0.5]"));
    QVERIFY(item("model.betas")->isLeaf);
    QCOMPARE(item("model.twice")->value, QStringLiteral("${model.lr}"));
    QCOMPARE(item("model.twice")->resolved, QStringLiteral("0.01"));
    QCOMPARE(item("model.opt")->value, QStringLiteral("adam"));
    QVERIFY(item("model.opt.eps")->isMissing);
    QCOMPARE(m_document->problems().size(), std::size_t{1});
    QCOMPARE(QString::fromStdString(m_document->problems()[0].error.key), QStringLiteral("model.opt.eps"));
    QVERIFY(m_document->composition()
                .sources.at(m_document->composition().primaryFile)
                .startsWith(QStringLiteral("name: tiny")));
    QCOMPARE(item("name")->origin->file, m_document->composition().primaryFile);
}

void TestConfigDocument::edit_becomesAnOverrideAndCanBeUndone() {
    m_document->edit(QStringLiteral("model.lr"), QStringLiteral("0.02"));
    QCOMPARE(m_document->state().overrides.items, std::vector<std::string>{"model.lr=0.02"});
    QVERIFY(awaitComposed());
    const ConfigItem* const lr = item("model.lr");
    QCOMPARE(lr->value, QStringLiteral("0.02"));
    QVERIFY(lr->origin->layer == config::Layer::Edited);
    QCOMPARE(lr->children.size(), std::size_t{1});
    QVERIFY(lr->children[0].kind == ConfigKind::Beat);
    QCOMPARE(lr->children[0].value, QStringLiteral("0.01"));
    QCOMPARE(lr->children[0].origin->line, 3);
    QCOMPARE(item("model.twice")->resolved, QStringLiteral("0.02"));
    QCOMPARE(m_document->overrideOf(QStringLiteral("model.lr")), QStringLiteral("model.lr=0.02"));

    m_document->undoStack().undo();
    QVERIFY(awaitComposed());
    QCOMPARE(item("model.lr")->value, QStringLiteral("0.01"));
    m_document->undoStack().redo();
    QVERIFY(awaitComposed());
    QCOMPARE(item("model.lr")->value, QStringLiteral("0.02"));
}

void TestConfigDocument::remove_keepsTheKeyAsRemoved() {
    m_document->remove(QStringLiteral("model.opt"));
    QVERIFY(awaitComposed());
    QVERIFY(!m_document->hasError());
    QVERIFY(item("model.opt"));
    QVERIFY(item("model.opt")->isRemoved);
    QVERIFY(m_document->problems().empty());
    m_document->reset(QStringLiteral("model.opt"));
    QVERIFY(awaitComposed());
    QVERIFY(!item("model.opt")->isRemoved);
    QVERIFY(item("model.opt.name"));
}

void TestConfigDocument::add_appearsAsEdited() {
    m_document->add(QStringLiteral("model.new"), QStringLiteral("a b"));
    QVERIFY(awaitComposed());
    QVERIFY(!m_document->hasError());
    QCOMPARE(m_document->state().overrides.items, std::vector<std::string>{"+model.new=a b"});
    QCOMPARE(item("model.new")->value, QStringLiteral("a b"));
    QVERIFY(item("model.new")->origin->layer == config::Layer::Edited);
}

void TestConfigDocument::error_leavesTheOthersInForce() {
    m_document->setCommandLine(m_document->commandLine() + QStringLiteral(" model.nosuch=1 model.lr=7"));
    QVERIFY(awaitComposed());
    QVERIFY(m_document->hasError());
    QCOMPARE(item("model.lr")->value, QStringLiteral("7"));
    QVERIFY(m_document->problems().front().isBlocking);
    const ConfigItem shown = withProblems(m_document->tree().root, m_document->problems());
    bool hasRow = false;
    const auto visit = [&](const auto& self, const ConfigItem& node) -> void {
        hasRow = hasRow || (node.kind == ConfigKind::Problem && node.isBroken);
        for (const ConfigItem& child : node.children)
            self(self, child);
    };
    visit(visit, shown);
    QVERIFY(hasRow);
    m_document->undoStack().undo();
    QVERIFY(awaitComposed());
    QVERIFY(!m_document->hasError());
}

void TestConfigDocument::fix_isOneUndoStep() {
    m_document->setCommandLine(QStringLiteral("model.lrr=3 model.opt.nam=sgd"));
    QVERIFY(awaitComposed());
    QCOMPARE(m_document->problems().size(), std::size_t{3}); // and eps is open
    m_document->applyMechanicalFixes();
    QVERIFY(awaitComposed());
    QCOMPARE(m_document->state().overrides.items,
             (std::vector<std::string>{"model.lr=3", "model.opt.name=sgd"}));
    QVERIFY(!m_document->hasError());
    m_document->undoStack().undo();
    QCOMPARE(m_document->state().overrides.items.front(), std::string("model.lrr=3"));
    // An unfinished list is not put into quotes.
    m_document->setCommandLine(QStringLiteral("'model.betas=[0.9,'"));
    QVERIFY(awaitComposed());
    QVERIFY(m_document->problems().front().fixes.size() == 1);
    QVERIFY(m_document->problems().front().fixes.front().replacement.empty());
}

void TestConfigDocument::section_isEditedAsText() {
    QCOMPARE(item("model.opt")->text, QStringLiteral("{name: adam, eps: ???}"));
    m_document->editSection(QStringLiteral("model.opt"),
                            QStringLiteral("{name: sgd, eps: ???, momentum: 0.9}"));
    QCOMPARE(m_document->state().overrides.items,
             (std::vector<std::string>{"model.opt.name=sgd", "+model.opt.momentum=0.9"}));
    QVERIFY(awaitComposed());
    QVERIFY(!m_document->hasError());
    QCOMPARE(item("model.opt.momentum")->value, QStringLiteral("0.9"));
}

void TestConfigDocument::commandLine_isTheSameList() {
    m_document->setCommandLine(QStringLiteral("model.lr=0.5 ~model.opt"));
    QCOMPARE(m_document->state().overrides.items, (std::vector<std::string>{"model.lr=0.5", "~model.opt"}));
    QVERIFY(awaitComposed());
    QVERIFY(item("model.lr")->origin->layer == config::Layer::CommandLine);
    QVERIFY(m_document->commandLine().endsWith(QStringLiteral("--config-name=c model.lr=0.5 ~model.opt")));
    m_document->setCommandLine(QStringLiteral("model.lr=0.6 ~model.opt"));
    QCOMPARE(m_document->undoStack().count(), 1); // one typing is one step
    m_document->endTyping();
    m_document->setCommandLine(QStringLiteral("model.lr=0.7"));
    QCOMPARE(m_document->undoStack().count(), 2);
}

void TestConfigDocument::reset_goesBackToTheLayerBelow() {
    m_document->setCommandLine(QStringLiteral("model.lr=0.5"));
    m_document->edit(QStringLiteral("model.lr"), QStringLiteral("0.7"));
    QVERIFY(awaitComposed());
    QCOMPARE(item("model.lr")->children.size(), std::size_t{2});
    m_document->reset(QStringLiteral("model.lr"));
    QVERIFY(awaitComposed());
    QCOMPARE(item("model.lr")->value, QStringLiteral("0.5"));
    m_document->reset(QStringLiteral("model.lr"));
    QVERIFY(awaitComposed());
    QCOMPARE(item("model.lr")->value, QStringLiteral("0.01"));
}

void TestConfigDocument::fileOnDisk_isNoticedAndOffered() {
    write("name: other\nmodel:\n  lr: 3\n");
    QVERIFY(QTest::qWaitFor([this] { return m_document->diskChange().has_value(); }, 10000));
    QCOMPARE(m_document->diskChange()->values, 6);
    m_document->edit(QStringLiteral("model.lr"), QStringLiteral("5"));
    QVERIFY(awaitComposed());
    QCOMPARE(item("name")->value, QStringLiteral("tiny")); // until it is asked for
    m_document->reload();
    QVERIFY(awaitComposed());
    QVERIFY(!m_document->diskChange());
    QCOMPARE(item("name")->value, QStringLiteral("other"));
    QCOMPARE(item("model.lr")->value, QStringLiteral("5"));
    QVERIFY(!item("model.opt"));
}

void TestConfigDocument::commentOnDisk_isTakenAtOnce() {
    write((std::string("# a comment\n") + kYaml).c_str());
    QVERIFY(QTest::qWaitFor(
        [this] { return m_document->composition().sources.begin()->second.startsWith(QLatin1Char('#')); },
        10000));
    QVERIFY(!m_document->diskChange());
    QVERIFY(awaitComposed());
    QCOMPARE(item("model.lr")->origin->line, 4);
}

void TestConfigDocument::brokenFileOnDisk_isFollowedUntilItComposes() {
    write("a: [1\n");
    m_document->open(m_folder->filePath(QStringLiteral("c.yaml")));
    QVERIFY(awaitComposed());
    QVERIFY(!m_document->hasTree());
    write("a: [1]\n");
    QVERIFY(QTest::qWaitFor([this] { return m_document->hasTree(); }, 10000));
    QVERIFY(!m_document->hasError());
}

void TestConfigDocument::pastedCommand_isApplied() {
    QVERIFY(!m_document->pasteCommand(QStringLiteral("just words")));
    QVERIFY(m_document->pasteCommand(QStringLiteral("python train.py model.lr=0.5 ~model.opt")));
    QCOMPARE(m_document->state().overrides.items, (std::vector<std::string>{"model.lr=0.5", "~model.opt"}));
    QVERIFY(m_document->pasteCommand(QStringLiteral("name=x")));
    QCOMPARE(m_document->state().overrides.items,
             (std::vector<std::string>{"model.lr=0.5", "~model.opt", "name=x"}));
    // A folder is looked for beside the script, as Hydra does.
    const QString script = m_folder->filePath(QStringLiteral("scripts/train.py"));
    QVERIFY(QDir(m_folder->path()).mkpath(QStringLiteral("conf")));
    QVERIFY(m_document->pasteCommand(
        QStringLiteral("python %1 --config-path ../conf --config-name c").arg(script)));
    QCOMPARE(QDir(m_document->state().configPath).canonicalPath(),
             QDir(m_folder->filePath(QStringLiteral("conf"))).canonicalPath());
    m_document->undoStack().undo();
    QVERIFY(awaitComposed());
    QVERIFY(m_document->hasTree());
}

void TestConfigDocument::sweep_givesARequestForEachRun() {
    m_document->edit(QStringLiteral("model.lr"), QStringLiteral("0.1,0.01"));
    QCOMPARE(m_document->state().overrides.items, std::vector<std::string>{"model.lr=0.1,0.01"});
    QVERIFY(awaitComposed());
    QVERIFY(!m_document->hasError());
    const auto requests = m_document->requests("w");
    QCOMPARE(requests.size(), std::size_t{2});
    QCOMPARE(requests[1].overrides, std::vector<std::string>{"model.lr=0.01"});
    m_document->showSweepJob(1);
    QVERIFY(awaitComposed());
    QCOMPARE(item("model.twice")->resolved, QStringLiteral("0.01"));
}

void TestConfigDocument::unreadableFile_isAProblemWithoutTree() {
    write("a: [1\nb: 2\n");
    m_document->open(m_folder->filePath(QStringLiteral("c.yaml")));
    QVERIFY(awaitComposed());
    QVERIFY(m_document->hasError());
    QVERIFY(m_document->tree().root.children.empty());
    QVERIFY(m_document->problems().front().error.line > 0);
    m_document->open(m_folder->filePath(QStringLiteral("missing.yaml")));
    QVERIFY(awaitComposed());
    QVERIFY(m_document->hasError());
}

void TestConfigDocument::request_hasTheOverrides() {
    m_document->edit(QStringLiteral("model.lr"), QStringLiteral("0.02"));
    const auto requests = m_document->requests("w");
    QCOMPARE(requests.size(), std::size_t{1});
    const run::RunRequest& request = requests.front();
    QCOMPARE(request.configName, std::string("c"));
    QCOMPARE(request.overrides, std::vector<std::string>{"model.lr=0.02"});
    QCOMPARE(request.workspace, std::filesystem::path("w"));
}

QTEST_GUILESS_MAIN(TestConfigDocument)
#include "tst_config_document.moc"
