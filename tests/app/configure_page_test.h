// SPDX-License-Identifier: GPL-3.0-or-later
// A Configure page with a config of its own for each test.
#pragma once

#include "app/pages/configure/config_document.h"
#include "app/config_view/config_tree_view.h"
#include "app/pages/configure/configure_page.h"
#include "tests/app/page_fixture.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QtTest>

namespace fathom::app {

class ConfigurePageTest : public QObject {
protected:
    void setUp() {
        m_fixture = std::make_unique<PageFixture>();
        m_page = std::make_unique<ConfigurePage>(m_fixture->context);
        m_page->widget()->resize(1200, 800);
        m_page->widget()->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_page->widget()));
    }
    void tearDown() {
        delete m_page->widget();
        m_page.reset();
        m_fixture.reset();
    }
    [[nodiscard]] bool awaitComposed() const {
        return QTest::qWaitFor([this] { return m_page->isSettled(); }, 10000);
    }
    void write(const QString& name, const QByteArray& text) const {
        const QString path = m_fixture->folder.filePath(name);
        QVERIFY(QDir().mkpath(QFileInfo(path).path()));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    }
    void openConfig(const QByteArray& text = "name: tiny\nmodel:\n  lr: 0.01\n  flag: true\n") {
        write(QStringLiteral("c.yaml"), text);
        Q_EMIT m_fixture->context.configFileOpened(m_fixture->folder.filePath(QStringLiteral("c.yaml")));
        QVERIFY(awaitComposed());
    }
    [[nodiscard]] QAction* action(const char* id) const {
        return m_fixture->actions.find(QStringLiteral("configure.") + QLatin1String(id));
    }
    [[nodiscard]] std::vector<std::string> overrides() const {
        return m_page->document().state().overrides.items;
    }
    template <class T> [[nodiscard]] T* child() const { return m_page->widget()->findChild<T*>(); }
    [[nodiscard]] ConfigTreeView* tree() const { return child<ConfigTreeView>(); }
    [[nodiscard]] QString cell(const QString& path, int column) const {
        if (!tree()->selectPath(path)) return QStringLiteral("(hidden)");
        return tree()->currentIndex().siblingAtColumn(column).data().toString();
    }

    std::unique_ptr<PageFixture> m_fixture;
    std::unique_ptr<ConfigurePage> m_page;
};

} // namespace fathom::app
