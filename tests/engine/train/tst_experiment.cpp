// SPDX-License-Identifier: GPL-3.0-or-later
// The run's folder: where it is, and what lies in it.
#include "tests/engine/train/train_testing.h"

#include "engine/train/experiment.h"

#include <QTemporaryDir>
#include <QTest>

using namespace fathom;
using namespace fathom::testing;
using namespace fathom::train;

class TestExperiment : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void checkWritable_noPermission();
    void create_foldersDiffer();
    void create_explicitLogDir();
};

void TestExperiment::checkWritable_noPermission() {
    const auto config = configOf("exp_manager: {exp_dir: /proc/self/nowhere, name: x}\n");
    const auto params = readExpManagerParams(*config);
    QVERIFY(params);
    const Status fine = checkWritable(*params, *config);
    QVERIFY(!fine);
    QCOMPARE(fine.error().key, std::string("exp_manager.exp_dir"));
    QCOMPARE(fine.error().exitCode(), 2);
}

void TestExperiment::create_foldersDiffer() {
    const QTemporaryDir folder;
    const auto config = configOf("exp_manager: {exp_dir: " + folder.path().toStdString() + ", name: net}\n");
    const auto params = readExpManagerParams(*config);
    const auto first = Experiment::create(*params, *config);
    const auto second = Experiment::create(*params, *config);
    QVERIFY(first && second);
    QVERIFY((*first)->folder() != (*second)->folder());
    QCOMPARE((*first)->folder().parent_path(), std::filesystem::path(folder.path().toStdString()) / "net");
    QVERIFY(std::filesystem::is_directory((*first)->checkpoints()));
    MemoryLog next;
    (*first)->logTo(next).info("hello");
    QCOMPARE(next.lines.size(), std::size_t{1});
    QVERIFY(std::filesystem::file_size((*first)->folder() / "log.txt") > 5);
}

void TestExperiment::create_explicitLogDir() {
    const QTemporaryDir folder;
    const std::string path = folder.path().toStdString() + "/here";
    const auto config = configOf("exp_manager: {explicit_log_dir: " + path + "}\n");
    const auto experiment = Experiment::create(*readExpManagerParams(*config), *config);
    QVERIFY(experiment);
    QCOMPARE((*experiment)->folder(), std::filesystem::path(path));
}

QTEST_GUILESS_MAIN(TestExperiment)
#include "tst_experiment.moc"
