// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/member_model.h"
#include "app/models/tensor_model.h"
#include "engine/archive/nemo.h"

#include <QAbstractItemModelTester>
#include <QtTest>

#include <cmath>

using namespace fathom;
using namespace fathom::app;

class TestTensorModel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void grouped_sumsModules();
    void flat_hasOneRowForEachTensor();
    void summary_fillsTheColumns();
    void histogram_countsEveryFiniteValue();
    void members_areListed();

private:
    std::optional<archive::Nemo> m_nemo;
    std::shared_ptr<const archive::Checkpoint> m_weights;
};

void TestTensorModel::initTestCase() {
    auto nemo = archive::Nemo::open(FATHOM_TEST_DATA "/nemo/quartznet_char.nemo");
    QVERIFY(nemo.has_value());
    m_nemo = *nemo;
    const auto weights = m_nemo->weights();
    QVERIFY(weights.has_value());
    m_weights = *weights;
}

void TestTensorModel::grouped_sumsModules() {
    TensorModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setTensors(entriesOf(*m_weights));
    QVERIFY(model.rowCount() < model.tensorCount());
    qint64 elements = 0;
    for (int row = 0; row < model.rowCount(); ++row) {
        elements += model.index(row, TensorModel::CountColumn).data(TensorModel::SortRole).toLongLong();
    }
    qint64 expected = 0;
    for (const archive::Tensor& tensor : m_weights->tensors())
        expected += tensor.elementCount();
    QCOMPARE(elements, expected);
}

void TestTensorModel::flat_hasOneRowForEachTensor() {
    TensorModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setTensors(entriesOf(*m_weights));
    model.setGrouped(false);
    QCOMPARE(model.rowCount(), model.tensorCount());
    QCOMPARE(model.index(0, 0).data().toString(), QString::fromStdString(m_weights->tensors()[0].name));
    QCOMPARE(model.index(0, 0).data(TensorModel::TensorRole).toInt(), 0);
}

void TestTensorModel::summary_fillsTheColumns() {
    TensorModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setTensors(entriesOf(*m_weights));
    model.setGrouped(false);
    QVERIFY(!model.index(0, TensorModel::MeanColumn).data().isValid());
    const auto summary = summarize(m_weights->tensors()[0], {});
    QVERIFY(summary.has_value());
    model.setSummary(0, *summary);
    QVERIFY(model.index(0, TensorModel::MeanColumn).data().isValid());
    QCOMPARE(model.index(0, TensorModel::MaxColumn).data(TensorModel::SortRole).toDouble(),
             summary->statistics.maximum);
}

void TestTensorModel::histogram_countsEveryFiniteValue() {
    const std::vector<float> values{0, 1, 2, 3, std::nanf(""), INFINITY};
    archive::Tensor tensor;
    tensor.shape = {static_cast<std::int64_t>(values.size())};
    tensor.stride = {1};
    tensor.bytes = std::as_bytes(std::span(values));
    const auto summary = summarize(tensor, {});
    QVERIFY(summary.has_value());
    std::int64_t counted = 0;
    for (const std::int64_t count : summary->histogram)
        counted += count;
    QCOMPARE(counted, std::int64_t{4});
    QCOMPARE(summary->histogram.front(), std::int64_t{1});
    QCOMPARE(summary->histogram.back(), std::int64_t{1});
    QVERIFY(std::abs(summary->norm - std::sqrt(14.0)) < 1e-9);
    std::stop_source stopped;
    stopped.request_stop();
    QVERIFY(!summarize(tensor, stopped.get_token()).has_value());
}

void TestTensorModel::members_areListed() {
    MemberModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setMembers(m_nemo->members());
    QCOMPARE(model.rowCount(), static_cast<int>(m_nemo->members().size()));
    QCOMPARE(model.index(1, MemberModel::NameColumn).data().toString(),
             QStringLiteral("./model_config.yaml"));
    QCOMPARE(model.index(1, MemberModel::TypeColumn).data().toString(), QStringLiteral("file"));
}

QTEST_GUILESS_MAIN(TestTensorModel)
#include "tst_tensor_model.moc"
