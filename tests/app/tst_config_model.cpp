// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/config_filter.h"
#include "app/models/config_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;

namespace {

/// Rows from indented text, two blanks a level: `key = value`, `key` for a map, `!text` a problem; `@e` at
/// the end of a line makes the value edited, otherwise it comes from c.yaml and its line there.
ConfigItem tree(const QString& text) {
    ConfigItem root;
    root.kind = ConfigKind::Map;
    std::vector<ConfigItem*> open{&root};
    int lineNumber = 0;
    for (QString line : text.split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
        ++lineNumber;
        std::size_t depth = 0;
        while (line.startsWith(QStringLiteral("  "))) {
            line.remove(0, 2);
            ++depth;
        }
        const bool isEdited = line.endsWith(QStringLiteral(" @e"));
        if (isEdited) line.chop(3);
        ConfigItem item;
        const QStringList parts = line.split(QStringLiteral(" = "));
        item.kind = line.startsWith(QLatin1Char('!')) ? ConfigKind::Problem
                    : parts.size() > 1                ? ConfigKind::Scalar
                                                      : ConfigKind::Map;
        item.isLeaf = item.kind == ConfigKind::Scalar;
        item.key = parts[0];
        item.value = parts.size() > 1 ? parts[1] : line.startsWith(QLatin1Char('!')) ? line : QString();
        open.resize(depth + 1);
        const QString& above = open[depth]->path;
        item.path = above.isEmpty() ? item.key : above + QLatin1Char('.') + item.key;
        item.origin = ConfigOrigin{isEdited ? config::Layer::Edited : config::Layer::Yaml,
                                   isEdited ? QString() : QStringLiteral("c.yaml"),
                                   isEdited ? 0 : lineNumber,
                                   -1,
                                   {}};
        open[depth]->children.push_back(item);
        open.push_back(&open[depth]->children.back());
    }
    return root;
}

QString shown(const QAbstractItemModel& model, const QModelIndex& parent = {}) {
    QString text;
    for (int row = 0; row < model.rowCount(parent); ++row) {
        const QModelIndex index = model.index(row, 0, parent);
        const QString value = index.siblingAtColumn(ConfigModel::ValueColumn).data().toString();
        text += index.data().toString() + (value.isEmpty() ? QString() : QStringLiteral("=") + value);
        if (model.rowCount(index) > 0) text += QLatin1Char('{') + shown(model, index) + QLatin1Char('}');
        if (row + 1 < model.rowCount(parent)) text += QLatin1Char(' ');
    }
    return text;
}

} // namespace

class TestConfigModel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void setTree_changesOnlyWhatDiffers();
    void setTree_keepsPersistentIndexes();
    void setTree_followsANewOrder();
    void indexOf_findsNestedKeys();
    void pathAtLine_findsTheKeyAtOrBeforeTheLine();
    void editing_asksAndLeavesTheDataAlone();
    void filter_matchesKeysValuesAndLayers_data();
    void filter_matchesKeysValuesAndLayers();
};

void TestConfigModel::setTree_changesOnlyWhatDiffers() {
    ConfigModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setTree(tree(QStringLiteral("name = a\nmodel\n  lr = 1\n  betas = [1]\n")));
    QCOMPARE(shown(model), QStringLiteral("name=a model{lr=1 betas=[1]}"));

    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
    QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
    model.setTree(tree(QStringLiteral("name = a\nmodel\n  lr = 2\n  betas = [1]\n")));
    QCOMPARE(changed.size(), 1);
    QVERIFY(inserted.isEmpty() && removed.isEmpty());
    model.setTree(tree(QStringLiteral("name = a\nmodel\n  lr = 2\n    !bad\n")));
    QCOMPARE(shown(model), QStringLiteral("name=a model{lr=2{!bad}}"));
    model.setTree({});
    QCOMPARE(model.rowCount(), 0);
}

void TestConfigModel::setTree_keepsPersistentIndexes() {
    ConfigModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setTree(tree(QStringLiteral("model\n  a = 1\n  c = 3\n")));
    const QPersistentModelIndex kept = model.indexOf(QStringLiteral("model.c"));
    model.setTree(tree(QStringLiteral("first = 0\nmodel\n  a = 1\n  b = 2\n  c = 4\n")));
    QVERIFY(kept.isValid());
    QCOMPARE(kept.row(), 2);
    QCOMPARE(kept.data(ConfigModel::PathRole).toString(), QStringLiteral("model.c"));
}

void TestConfigModel::setTree_followsANewOrder() {
    ConfigModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setTree(tree(QStringLiteral("a = 1\nb = 2\nc = 3\n")));
    model.setTree(tree(QStringLiteral("c = 3\na = 1\nb = 2\n")));
    QCOMPARE(shown(model), QStringLiteral("c=3 a=1 b=2"));
}

void TestConfigModel::indexOf_findsNestedKeys() {
    ConfigModel model;
    model.setTree(tree(QStringLiteral("m\n  o\n    lr = 1\nmm = 2\n")));
    QCOMPARE(model.indexOf(QStringLiteral("m.o.lr")).data().toString(), QStringLiteral("lr"));
    QCOMPARE(model.indexOf(QStringLiteral("mm")).row(), 1);
    QVERIFY(!model.indexOf(QStringLiteral("m.x")).isValid());
}

void TestConfigModel::pathAtLine_findsTheKeyAtOrBeforeTheLine() {
    ConfigModel model;
    model.setTree(tree(QStringLiteral("a = 1\nm\n  b = 2\n  c = 3\n")));
    QCOMPARE(model.pathAtLine(QStringLiteral("c.yaml"), 3), QStringLiteral("m.b"));
    QCOMPARE(model.pathAtLine(QStringLiteral("c.yaml"), 9), QStringLiteral("m.c"));
    QCOMPARE(model.pathAtLine(QStringLiteral("d.yaml"), 3), QString());
}

void TestConfigModel::editing_asksAndLeavesTheDataAlone() {
    ConfigModel model;
    model.setTree(tree(QStringLiteral("m\n  b = 2\n")));
    QSignalSpy asked(&model, &ConfigModel::editRequested);
    const QModelIndex value = model.indexOf(QStringLiteral("m.b")).siblingAtColumn(ConfigModel::ValueColumn);
    QVERIFY(model.flags(value) & Qt::ItemIsEditable);
    QVERIFY(!(model.flags(value.siblingAtColumn(0)) & Qt::ItemIsEditable));
    QVERIFY(!(model.flags(model.index(0, ConfigModel::ValueColumn)) & Qt::ItemIsEditable));
    QVERIFY(model.setData(value, QStringLiteral("2"), Qt::EditRole));
    QVERIFY(asked.isEmpty());
    QVERIFY(model.setData(value, QStringLiteral(" 3 "), Qt::EditRole));
    QCOMPARE(asked.size(), 1);
    QCOMPARE(asked[0][0].toString(), QStringLiteral("m.b"));
    QCOMPARE(asked[0][1].toString(), QStringLiteral("3"));
    QCOMPARE(value.data().toString(), QStringLiteral("2"));
}

void TestConfigModel::filter_matchesKeysValuesAndLayers_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("show");
    QTest::addColumn<QString>("expected");
    const int all = static_cast<int>(ConfigFilter::Show::All);
    QTest::newRow("nothing") << QString() << all << QStringLiteral("name=adam m{lr=1 o{x=2}} z=9");
    QTest::newRow("key of a map keeps what is in it")
        << QStringLiteral("o") << all << QStringLiteral("m{o{x=2}}");
    QTest::newRow("value") << QStringLiteral("ADAM") << all << QStringLiteral("name=adam");
    QTest::newRow("layer") << QStringLiteral("layer:edited") << all << QStringLiteral("m{o{x=2}}");
    QTest::newRow("two words") << QStringLiteral("m layer:yaml") << all
                               << QStringLiteral("name=adam m{lr=1}");
    QTest::newRow("overrides") << QString() << static_cast<int>(ConfigFilter::Show::Overrides)
                               << QStringLiteral("m{o{x=2}}");
}

void TestConfigModel::filter_matchesKeysValuesAndLayers() {
    QFETCH(const QString, text);
    QFETCH(const int, show);
    QFETCH(const QString, expected);
    ConfigModel model;
    model.setTree(tree(QStringLiteral("name = adam\nm\n  lr = 1\n  o\n    x = 2 @e\nz = 9\n")));
    ConfigFilter filter;
    QAbstractItemModelTester tester(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
    filter.setSourceModel(&model);
    filter.setText(text);
    filter.setShow(static_cast<ConfigFilter::Show>(show));
    QCOMPARE(shown(filter), expected);
    model.setTree(tree(QStringLiteral("name = adam\nm\n  lr = 1\n  o\n    x = 2 @e\n    y = 3\nz = 9\n")));
}

QTEST_GUILESS_MAIN(TestConfigModel)
#include "tst_config_model.moc"
