// SPDX-License-Identifier: GPL-3.0-or-later
// The whole window on a small display, such as 1600 × 1000 pixels at 200 %.
#include "app/shell/main_window.h"
#include "app/shell/page.h"
#include "app/shell/pages.h"
#include "app/shell/theme_actions.h"
#include "engine/store/bulk_writer.h"
#include "tests/app/page_fixture.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QLabel>
#include <QTabWidget>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;

namespace {

constexpr QSize kSmall(800, 500);

/// The widgets that need the most, a line each.
QString largest(const QWidget& widget, int depth = 0) {
    const QSize least = widget.minimumSizeHint().expandedTo(widget.minimumSize());
    if (least.width() <= kSmall.width() / 4 && least.height() <= kSmall.height() / 4) return {};
    QString text = QString(2 * depth, QLatin1Char(' ')) +
                   QStringLiteral("%1 '%2' needs %3 × %4\n")
                       .arg(QLatin1String(widget.metaObject()->className()), widget.accessibleName())
                       .arg(least.width())
                       .arg(least.height());
    for (const QObject* const child : widget.children())
        if (const auto* const inside = qobject_cast<const QWidget*>(child); inside && !inside->isWindow())
            text += largest(*inside, depth + 1);
    return text;
}

} // namespace

class TestSmallWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { widgets::applyTheme(*qApp, widgets::ThemeMode::Light); }
    void everyPage_fits();
    void everyTabOfAComparison_fits();
    void runThatFailed_fits();
};

void TestSmallWindow::everyPage_fits() {
    PageFixture f;
    ThemeActions themes(f.actions, f.settings, &f.context);
    std::vector<std::unique_ptr<Page>> pages = makePages(f.context);
    MainWindow window(f.context, pages);
    window.resize(kSmall);
    window.show();
    window.openFile(QStringLiteral(FATHOM_TEST_DATA "/nemo/quartznet_char.nemo"));
    QTRY_COMPARE(f.jobs.pending(), 0);
    for (const auto& page : pages) {
        window.showPage(page->id());
        QTRY_COMPARE(f.jobs.pending(), 0);
        QCoreApplication::processEvents();
        const QSize least = page->widget()->minimumSizeHint();
        const QString needs = page->id() + QLatin1Char('\n') + largest(*page->widget());
        QVERIFY2(window.size() == kSmall, qPrintable(needs));
        QVERIFY2(least.width() <= kSmall.width() - 96, qPrintable(needs)); // beside the rail
    }
}

void TestSmallWindow::everyTabOfAComparison_fits() {
    PageFixture f;
    {
        auto writer = store::BulkWriter::open(f.context.workspace());
        QVERIFY(writer);
        for (int i = 1; i <= 3; ++i)
            QVERIFY(writer->addRun({.run = {.name = "a_name_of_some_length",
                                            .leaves = {{"model.optim.lr", 0.1 * i, "command line", ""}}}}));
    }
    ThemeActions themes(f.actions, f.settings, &f.context);
    std::vector<std::unique_ptr<Page>> pages = makePages(f.context);
    MainWindow window(f.context, pages);
    window.resize(kSmall);
    window.show();
    Q_EMIT f.context.compareRequested({1, 2, 3});
    QTRY_COMPARE(f.jobs.pending(), 0);
    auto* const page = window.findChild<QTabWidget*>(QStringLiteral("comparison"));
    QVERIFY(page);
    QTRY_VERIFY(page->isVisible());
    for (int tab = 0; tab < page->count(); ++tab) {
        page->setCurrentIndex(tab);
        QTRY_COMPARE(f.jobs.pending(), 0);
        QCoreApplication::processEvents();
        const QWidget* const whole = page->parentWidget();
        const QString needs = page->tabText(tab) + QLatin1Char('\n') + largest(*whole);
        QVERIFY2(window.size() == kSmall, qPrintable(needs));
        QVERIFY2(whole->minimumSizeHint().width() <= kSmall.width() - 96, qPrintable(needs));
    }
}

void TestSmallWindow::runThatFailed_fits() {
    PageFixture f;
    {
        auto writer = store::BulkWriter::open(f.context.workspace());
        QVERIFY(writer);
        QVERIFY(writer->addRun({.run = {.name = "a_name_of_some_length"},
                                .state = store::RunState::Failed,
                                .error = "/data/train.json: Cannot read the manifest: No such file or "
                                         "directory. Correct manifest_filepath"}));
    }
    ThemeActions themes(f.actions, f.settings, &f.context);
    std::vector<std::unique_ptr<Page>> pages = makePages(f.context);
    MainWindow window(f.context, pages);
    window.resize(kSmall);
    window.show();
    window.showPage(QStringLiteral("train"));
    QWidget* const page = pages[1]->widget();
    f.engine.open();
    const auto shown = [page] {
        for (const QLabel* const label : page->findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains(QStringLiteral("train.json"))) return true;
        return false;
    };
    QTRY_VERIFY_WITH_TIMEOUT(shown(), 20'000);
    QTRY_COMPARE(f.jobs.pending(), 0);
    QCoreApplication::processEvents();
    QVERIFY2(window.size() == kSmall, qPrintable(largest(*page)));
    QVERIFY2(page->minimumSizeHint().width() <= kSmall.width() - 96, qPrintable(largest(*page)));
}

QTEST_MAIN(TestSmallWindow)
#include "tst_small_window.moc"
