// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/config_composition.h"
#include "app/models/config_diff.h"
#include "app/models/config_model.h"
#include "engine/schedule/schedule.h"

#include <QAbstractItemModelTester>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;

namespace {

constexpr const char* kYaml = R"(name: tiny
model:
  lr: 0.01
  twice: ${model.lr}
  opt:
    name: adam
    betas: [0.9, 0.99]
)";

} // namespace

class TestConfigComposition : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void badOverrides_areAllReportedAndLeftOut();
    void fixes_areWhatAPersonWouldDo_data();
    void fixes_areWhatAPersonWouldDo();
    void brokenFile_isAnErrorWithoutArgument();
    void interpolations_knowBothEnds();
    void frozenText_hidesTheDisk();
    void groups_offerTheirOptions();
    void sweep_isExpandedAndShowsOneRun();
    void missingFile_isMarked();
    void schemas_giveDefaultsTypesAndChoices();
    void compare_findsWhatDiffers();
    void schedule_isWhatTrainingSets_data();
    void schedule_isWhatTrainingSets();
    void schedule_saysWhyThereIsNoCurve();

private:
    void write(const QString& name, const QByteArray& text) const;
    [[nodiscard]] ConfigState state(std::vector<std::string> overrides = {}) const {
        return {m_folder->path(), QStringLiteral("c"), {std::move(overrides), 0}};
    }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestConfigComposition::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    write(QStringLiteral("c.yaml"), kYaml);
}

void TestConfigComposition::write(const QString& name, const QByteArray& text) const {
    const QString path = m_folder->filePath(name);
    QVERIFY(QDir().mkpath(QFileInfo(path).path()));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

void TestConfigComposition::badOverrides_areAllReportedAndLeftOut() {
    const Composition made = composeState(
        state({"model.lrr=1", "model.lr=0.5", "model.opt.betas=[1,", "~nothing", "model.opt.name=sgd"}));
    QVERIFY(made.config);
    QCOMPARE(made.errors.size(), std::size_t{3});
    QCOMPARE(made.errors[0].argument, 0);
    QCOMPARE(made.errors[1].argument, 2);
    QCOMPARE(made.errors[2].argument, 3);
    const ConfigItem* const lr = findKey(made.tree.root, QStringLiteral("model.lr"));
    QVERIFY(lr);
    QCOMPARE(lr->value, QStringLiteral("0.5"));
    QCOMPARE(lr->origin->argument, 1);
    QCOMPARE(lr->origin->text, QStringLiteral("override 2: model.lr=0.5"));
    QCOMPARE(findKey(made.tree.root, QStringLiteral("model.opt.name"))->origin->argument, 4);
}

void TestConfigComposition::fixes_areWhatAPersonWouldDo_data() {
    QTest::addColumn<std::string>("item");
    QTest::addColumn<std::string>("fixed");
    QTest::newRow("misspelt") << std::string("model.lrr=1") << std::string("model.lr=1");
    QTest::newRow("in another section")
        << std::string("model.betas=[1]") << std::string("model.opt.betas=[1]");
    QTest::newRow("new key") << std::string("trainer=1") << std::string("+trainer=1");
    QTest::newRow("added twice") << std::string("+model.lr=1") << std::string("model.lr=1");
    QTest::newRow("open bracket") << std::string("model.lr=[1,") << std::string();
    QTest::newRow("nothing to remove") << std::string("~zzzzzzzzz") << std::string();
}

void TestConfigComposition::fixes_areWhatAPersonWouldDo() {
    QFETCH(const std::string, item);
    QFETCH(const std::string, fixed);
    const Composition made = composeState(state({item}));
    QCOMPARE(made.errors.size(), std::size_t{1});
    QVERIFY(!made.errors[0].fixes.empty());
    QCOMPARE(made.errors[0].fixes.front().replacement, fixed);
    QCOMPARE(made.errors[0].fixes.back().replacement, std::string()); // drop it
    if (!fixed.empty()) QVERIFY(composeState(state({fixed})).errors.empty());
}

void TestConfigComposition::brokenFile_isAnErrorWithoutArgument() {
    write(QStringLiteral("c.yaml"), "a: [1\nb: 2\n");
    const Composition made = composeState(state({"a=1"}));
    QVERIFY(!made.config);
    QCOMPARE(made.errors.size(), std::size_t{1});
    QCOMPARE(made.errors[0].argument, -1);
    QVERIFY(made.errors[0].error.line > 0);
    QVERIFY(made.sources.contains(made.primaryFile));
    write(QStringLiteral("c.yaml"), "");
    const Composition empty = composeState(state());
    QVERIFY(empty.config);
    QVERIFY(empty.tree.root.children.empty());
}

void TestConfigComposition::interpolations_knowBothEnds() {
    const Composition made = composeState(state());
    QCOMPARE(findKey(made.tree.root, QStringLiteral("model.twice"))->references,
             QStringList{QStringLiteral("model.lr")});
    QCOMPARE(findKey(made.tree.root, QStringLiteral("model.lr"))->dependents,
             QStringList{QStringLiteral("model.twice")});
}

void TestConfigComposition::frozenText_hidesTheDisk() {
    const Composition before = composeState(state());
    write(QStringLiteral("c.yaml"), "name: other\n");
    const Composition frozen = composeState(state(), {.frozen = before.sources, .sweepJob = 0});
    QCOMPARE(findKey(frozen.tree.root, QStringLiteral("name"))->value, QStringLiteral("tiny"));
    QCOMPARE(frozen.sources, before.sources);
    QCOMPARE(findKey(composeState(state()).tree.root, QStringLiteral("name"))->value,
             QStringLiteral("other"));
}

void TestConfigComposition::groups_offerTheirOptions() {
    write(QStringLiteral("c.yaml"),
          "defaults:\n  - model: small\n  - optim@model.opt: adam\n  - _self_\nname: x\n");
    write(QStringLiteral("model/small.yaml"), "width: 8\n");
    write(QStringLiteral("model/large.yaml"), "width: 64\n");
    write(QStringLiteral("optim/adam.yaml"), "name: adam\n");
    write(QStringLiteral("optim/sgd.yaml"), "name: sgd\n");
    const Composition made = composeState(state());
    QVERIFY(made.errors.empty());
    const ConfigItem* const model = findKey(made.tree.root, QStringLiteral("model"));
    QCOMPARE(model->value, QStringLiteral("small"));
    QCOMPARE(model->field.groupKey, QStringLiteral("model"));
    QCOMPARE(model->field.choices, (QStringList{QStringLiteral("large"), QStringLiteral("small")}));
    const ConfigItem* const optim = findKey(made.tree.root, QStringLiteral("model.opt"));
    QCOMPARE(optim->field.groupKey, QStringLiteral("optim@model.opt"));
    const Composition other = composeState(state({"model=large", "optim@model.opt=sgd"}));
    QVERIFY(other.errors.empty());
    QCOMPARE(findKey(other.tree.root, QStringLiteral("model.width"))->value, QStringLiteral("64"));
    QCOMPARE(findKey(other.tree.root, QStringLiteral("model.opt"))->value, QStringLiteral("sgd"));
}

void TestConfigComposition::sweep_isExpandedAndShowsOneRun() {
    const std::vector<std::string> overrides{"name=x", "model.lr=0.1,0.01",
                                             "model.opt.name=choice(adam,sgd)"};
    const Composition made = composeState(state(overrides), {.frozen = {}, .sweepJob = 2});
    QVERIFY(made.errors.empty());
    QCOMPARE(made.sweep.keys, (QStringList{QStringLiteral("model.lr"), QStringLiteral("model.opt.name")}));
    QCOMPARE(made.sweep.jobs.size(), std::size_t{4});
    QCOMPARE(made.sweep.jobs[2].overrides,
             (std::vector<std::string>{"name=x", "model.lr=0.01", "model.opt.name=adam"}));
    const ConfigItem* const lr = findKey(made.tree.root, QStringLiteral("model.lr"));
    QCOMPARE(lr->value, QStringLiteral("0.1,0.01"));
    QCOMPARE(lr->resolved, QStringLiteral("0.01"));
    QCOMPARE(findKey(made.tree.root, QStringLiteral("model.twice"))->resolved, QStringLiteral("0.01"));
    QVERIFY(!composeState(state()).sweep.isSweep());
}

void TestConfigComposition::missingFile_isMarked() {
    write(QStringLiteral("data.json"), "{}");
    write(QStringLiteral("c.yaml"),
          "a_filepath: " + m_folder->filePath(QStringLiteral("data.json")).toUtf8() +
              "\nb_filepath: /no/such/file\nc_path: null\nd_file: ???\n");
    const Composition made = composeState(state());
    QCOMPARE(made.tree.problems.size(),
             std::size_t{1}); // d_file is open; no schema says that b_filepath is a file
    QVERIFY(findKey(made.tree.root, QStringLiteral("b_filepath"))->field.isMissingFile);
    QVERIFY(!findKey(made.tree.root, QStringLiteral("a_filepath"))->field.isMissingFile);
    QCOMPARE(QString::fromStdString(made.tree.problems[0].error.key), QStringLiteral("d_file"));
}

void TestConfigComposition::schemas_giveDefaultsTypesAndChoices() {
    write(QStringLiteral("c.yaml"),
          "trainer:\n  max_epochs: 3\nmodel:\n  optim:\n    name: novograd\n    lr: 0.1\n"
          "    betas: [0.8, 0.5]\n");
    const Composition made = composeState(state());
    const auto row = [&](const char* path) { return findKey(made.tree.root, QLatin1String(path)); };
    QVERIFY(row("trainer.accumulate_grad_batches"));
    QVERIFY(row("trainer.accumulate_grad_batches")->isDefault);
    QVERIFY(row("trainer.accumulate_grad_batches")->origin->layer == config::Layer::Dataclass);
    QVERIFY(!row("trainer.max_epochs")->isDefault);
    QCOMPARE(row("trainer.max_epochs")->children.size(), std::size_t{1}); // it beats the default
    QVERIFY(row("model.optim.name")->field.choices.contains(QStringLiteral("adamw")));
    QVERIFY(row("model.optim.name")->field.switchesSection);
    QVERIFY(row("model.optim.luc")->isDefault);
    QVERIFY(!row("model.optim.luc")->field.help.isEmpty());
    QVERIFY(row("model.optim.betas")->origin->layer == config::Layer::Yaml);
    const Composition wrong = composeState(state({"model.optim.name=adamm"}));
    QCOMPARE(wrong.tree.problems.size(), std::size_t{1});
    QCOMPARE(wrong.tree.problems[0].fixes.front().replacement, std::string("model.optim.name=adam"));
    QCOMPARE(row("model.optim")->text, QStringLiteral("{name: novograd, lr: 0.1, betas: [0.8, 0.5]}"));
}

void TestConfigComposition::compare_findsWhatDiffers() {
    const Composition left = composeState(state({"model.lr=0.5", "+model.extra=1", "~model.opt"}));
    const Composition right = composeState(state());
    const auto found = compareConfigs(left.tree.root, right.tree.root);
    QStringList paths;
    for (const ConfigDifference& each : found)
        paths.append(each.path);
    QCOMPARE(paths, (QStringList{QStringLiteral("model.lr"), QStringLiteral("model.twice"),
                                 QStringLiteral("model.extra"), QStringLiteral("model.opt.name"),
                                 QStringLiteral("model.opt.betas")}));
    QCOMPARE(found[0].left.value, QStringLiteral("0.5"));
    QCOMPARE(found[0].right.value, QStringLiteral("0.01"));
    QVERIFY(!found[2].right.has && !found[3].left.has);
    ConfigDiffModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setDifferences(found, QStringLiteral("a"), QStringLiteral("b"));
    QCOMPARE(model.index(1, ConfigDiffModel::LeftColumn).data().toString(),
             QStringLiteral("${model.lr} → 0.5"));
    QCOMPARE(model.index(2, ConfigDiffModel::RightColumn).data().toString(), QStringLiteral("(absent)"));
    QVERIFY(compareConfigs(right.tree.root, right.tree.root).empty());
}

void TestConfigComposition::schedule_isWhatTrainingSets_data() {
    QTest::addColumn<QByteArray>("yaml");
    QTest::addColumn<int>("steps");
    QTest::addColumn<double>("middle"); // rate at half the steps
    const QByteArray optim = "optim:\n  lr: 0.1\n  sched:\n    name: CosineAnnealing\n    min_lr: 0.0\n";
    QTest::newRow("sched.max_steps") << optim + "    max_steps: 100\n" << 100 << 0.05;
    QTest::newRow("trainer.max_steps goes first") << optim + "    max_steps: 100\ntrainer:\n  max_steps: 50\n"
                                                  << 50 << 0.05;
    QTest::newRow("sched.max_steps -1 is no schedule")
        << QByteArray(optim + "    max_steps: -1\nmodel:\n  train_ds:\n    batch_size: 1\n") << -1 << 0.1;
    QTest::newRow("no schedule") << QByteArray("optim:\n  lr: 0.1\ntrainer:\n  max_steps: 10\n") << 10 << 0.1;
}

void TestConfigComposition::schedule_isWhatTrainingSets() {
    QFETCH(const QByteArray, yaml);
    QFETCH(const int, steps);
    QFETCH(const double, middle);
    write(QStringLiteral("c.yaml"), yaml);
    const SchedulePreview preview = composeState(state()).schedule;
    QCOMPARE(preview.points.empty(), steps < 0);
    QVERIFY(!preview.note.isEmpty());
    if (steps < 0) return;
    QCOMPARE(preview.points.back().x(), static_cast<double>(steps));
    QCOMPARE(preview.points.front().y(), 0.1);
    QVERIFY(std::abs(preview.points[preview.points.size() / 2].y() - middle) < 1e-9);
}

void TestConfigComposition::schedule_saysWhyThereIsNoCurve() {
    QVERIFY(!composeState(state()).schedule.note.isEmpty()); // model.optim has no lr
    write(QStringLiteral("c.yaml"),
          "optim:\n  lr: 0.1\n  sched:\n    name: NoSuchSchedule\n    max_steps: 10\n");
    const SchedulePreview preview = composeState(state()).schedule;
    QVERIFY(preview.points.empty());
    QVERIFY(preview.note.contains(QStringLiteral("NoSuchSchedule")));
}

QTEST_GUILESS_MAIN(TestConfigComposition)
#include "tst_config_composition.moc"
