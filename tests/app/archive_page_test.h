// SPDX-License-Identifier: GPL-3.0-or-later
// The Archive page on a workspace of its own, with archives that may be written.
#pragma once

#include "app/pages/archive/archive_page.h"
#include "app/pages/archive/archive_view.h"
#include "tests/app/page_fixture.h"

#include <QFile>
#include <QTabWidget>
#include <QTest>

namespace fathom::app {

struct ArchivePageTest {
    PageFixture fixture;
    ArchivePage page{fixture.context};

    ArchivePageTest() {
        qputenv("XDG_CACHE_HOME",
                fixture.folder.path().toLocal8Bit()); // what gzip archives are expanded into
        page.widget()->resize(1200, 800);
        page.widget()->show();
    }
    ~ArchivePageTest() { delete page.widget(); }

    [[nodiscard]] static QString golden(const char* name) {
        return QStringLiteral(FATHOM_TEST_DATA "/nemo/") + QString::fromLatin1(name);
    }
    /// A copy that the test may change.
    [[nodiscard]] QString copyOf(const char* name) const {
        const QString copy = fixture.folder.filePath(QString::fromLatin1(name));
        QFile::copy(golden(name), copy);
        QFile::setPermissions(copy, QFile::ReadOwner | QFile::WriteOwner);
        return copy;
    }
    [[nodiscard]] bool settle() {
        return QTest::qWaitFor([this] { return page.isSettled() && fixture.jobs.pending() == 0; }, 20000);
    }
    [[nodiscard]] bool open(const QString& file) {
        page.open(file);
        return settle();
    }
    [[nodiscard]] ArchiveView* view() { return qobject_cast<ArchiveView*>(tabs()->currentWidget()); }
    [[nodiscard]] QTabWidget* tabs() { return child<QTabWidget>(page.widget()); }
    [[nodiscard]] QAction* action(const char* id) {
        return fixture.actions.find(QStringLiteral("archive.") + QString::fromLatin1(id));
    }
    template <class T> [[nodiscard]] T* child() { return child<T>(tabs()->currentWidget()); }
    template <class T> [[nodiscard]] static T* child(QWidget* parent) {
        return parent ? parent->findChild<T*>() : nullptr;
    }
    /// Presses a standard button of the dialog that is, or will be, open.
    template <class Dialog, class Use> void whenOpen(Use use) {
        auto* const timer = new QTimer(page.widget());
        QObject::connect(timer, &QTimer::timeout, page.widget(), [timer, use] {
            for (QWidget* const top : QApplication::topLevelWidgets()) {
                auto* const dialog = qobject_cast<Dialog*>(top);
                if (!dialog || !dialog->isVisible()) continue;
                timer->stop();
                timer->deleteLater();
                return use(dialog);
            }
        });
        timer->start(5);
    }
};

} // namespace fathom::app
