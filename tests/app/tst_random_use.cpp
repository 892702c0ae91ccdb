// SPDX-License-Identifier: GPL-3.0-or-later
// The whole program under somebody who does anything: nothing may crash, hang or make Qt complain. Under a
// sanitizer it says more. FATHOM_RANDOM_USE=N[,SEED] does N things more than the few of every day, and
// FATHOM_RANDOM_USE_TRACE=1 tells each.
#include "app/shell/import_actions.h"
#include "app/shell/import_bar.h"
#include "app/shell/main_window.h"
#include "app/shell/page.h"
#include "app/shell/pages.h"
#include "app/shell/theme_actions.h"
#include "engine/exchange/importer.h"
#include "tests/app/page_fixture.h"
#include "tests/app/random_user.h"
#include "tests/app/run_fixture.h"
#include "widgets/theme.h"

#include <QDesktopServices>

#include <filesystem>

using namespace fathom;
using namespace fathom::app;

namespace {

QStringList g_complaints;

void collect(QtMsgType type, const QMessageLogContext&, const QString& text) {
    if (text.startsWith(QLatin1String("This plugin does not support"))) return; // offscreen
    if (type == QtWarningMsg || type == QtCriticalMsg) g_complaints.append(text);
    std::fprintf(stderr, "%s\n", qPrintable(text));
}

/// Takes the place of the desktop.
class NoDesktop : public QObject {
    Q_OBJECT
public:
    NoDesktop() {
        for (const char* scheme : {"file", "http", "https"})
            QDesktopServices::setUrlHandler(QLatin1String(scheme), this, "open");
    }
    ~NoDesktop() override {
        for (const char* scheme : {"file", "http", "https"})
            QDesktopServices::unsetUrlHandler(QLatin1String(scheme));
    }
public Q_SLOTS:
    void open(const QUrl&) {}
};

QString copied(const QTemporaryDir& folder, const char* file) {
    const QString target = folder.filePath(QFileInfo(QLatin1String(file)).fileName());
    QFile::copy(QStringLiteral(FATHOM_SOURCE_DIR "/") + QLatin1String(file), target);
    QFile::setPermissions(target, QFile::ReadOwner | QFile::WriteOwner);
    return target;
}

/// Runs with curves, samples, configs and texts of every kind.
void fill(const std::filesystem::path& workspace) {
    const std::filesystem::path data = FATHOM_TEST_DATA "/exchange";
    for (const char* source : {"tensorboard", "wandb", "lightning", "mlflow/mlruns"})
        if (!exchange::importRuns(workspace, data / source, {})) qFatal("cannot import %s", source);
    auto recorder = store::Recorder::open(workspace);
    for (int i = 0; i < 3; ++i)
        recordRun(**recorder)->state(store::RunState::Completed);
}

} // namespace

class TestRandomUse : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        qputenv("HOME", m_home.path().toUtf8()); // what is written without a folder goes there
        QVERIFY(QDir::setCurrent(m_home.path()));
        widgets::applyTheme(*qApp, widgets::ThemeMode::Light);
    }

    void nothingBreaks_data() {
        QTest::addColumn<int>("count");
        QTest::addColumn<quint32>("seed");
        QTest::newRow("of every day") << 400 << 1U;
        const QStringList more = qEnvironmentVariable("FATHOM_RANDOM_USE").split(QLatin1Char(','));
        if (const int count = more.front().toInt(); count > 0)
            QTest::newRow("more") << count << more.value(1, QStringLiteral("2")).toUInt();
    }

    void nothingBreaks() {
        QFETCH(int, count);
        QFETCH(quint32, seed);
        PageFixture f;
        fill(f.context.workspace());
        NoDesktop noDesktop;
        g_complaints.clear();
        const QtMessageHandler before = qInstallMessageHandler(collect);
        QString story;
        {
            ThemeActions themes(f.actions, f.settings, &f.context);
            std::vector<std::unique_ptr<Page>> pages = makePages(f.context);
            MainWindow window(f.context, pages);
            ImportActions imports(f.context, &window);
            window.addBar(imports.bar());
            window.resize(1280, 800);
            window.show();
            f.engine.open();
            for (const auto& page : pages)
                window.showPage(page->id());
            window.openFile(copied(f.folder, "tests/data/nemo/quartznet_char.nemo"));
            window.openFile(copied(f.folder, "configs/asr/quartznet_prompts.yaml"));
            QTRY_COMPARE(f.jobs.pending(), 0);
            RandomUser user(window, f.actions, seed);
            user.act(count);
            story = user.story();
        }
        qInstallMessageHandler(before);
        QVERIFY2(g_complaints.isEmpty(),
                 qPrintable(g_complaints.join(QLatin1Char('\n')) + QStringLiteral("\nafter\n") + story));
    }

private:
    QTemporaryDir m_home;
};

QTEST_MAIN(TestRandomUse)
#include "tst_random_use.moc"
