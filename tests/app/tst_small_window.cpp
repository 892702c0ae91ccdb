// SPDX-License-Identifier: GPL-3.0-or-later
// The whole window on a small display, such as 1600 × 1000 pixels at 200 %.
#include "app/shell/main_window.h"
#include "app/shell/page.h"
#include "app/shell/pages.h"
#include "app/shell/theme_actions.h"
#include "tests/app/page_fixture.h"
#include "widgets/theme.h"

#include <QApplication>
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

QTEST_MAIN(TestSmallWindow)
#include "tst_small_window.moc"
