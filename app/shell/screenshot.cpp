// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/screenshot.h"

#include "app/shell/main_window.h"
#include "app/shell/page.h"

#include <QCoreApplication>
#include <QDir>
#include <QPixmap>
#include <QTimer>

#include <cstdio>

namespace fathom::app {

namespace {
constexpr int kTickMs = 50;
constexpr int kLeastMs = 300; // a settled page still has its last frame to draw
constexpr int kMostMs = 5000;
} // namespace

ScreenshotRun::ScreenshotRun(MainWindow& window, const std::vector<std::unique_ptr<Page>>& pages,
                             QString folder)
    : m_window(window), m_pages(pages), m_folder(std::move(folder)) {}

void ScreenshotRun::start() {
    if (!QDir().mkpath(m_folder)) {
        std::fprintf(stderr, "fathom: cannot make the folder %s\n", qPrintable(m_folder));
        return QCoreApplication::exit(1);
    }
    auto* timer = new QTimer(this);
    timer->setInterval(kTickMs);
    connect(timer, &QTimer::timeout, this, &ScreenshotRun::step);
    timer->start();
    m_window.showPage(m_pages[0]->id());
    m_waiting.start();
}

void ScreenshotRun::step() {
    const Page& page = *m_pages[m_index];
    if (!m_settledSince.isValid() && page.isSettled()) m_settledSince.start();
    const bool drawn = m_settledSince.isValid() && m_settledSince.elapsed() >= kLeastMs;
    if (!drawn && m_waiting.elapsed() < kMostMs) return;
    const QString file = QDir(m_folder).filePath(page.id() + QStringLiteral(".png"));
    if (!m_window.grab().save(file)) {
        std::fprintf(stderr, "fathom: cannot write %s\n", qPrintable(file));
        return QCoreApplication::exit(1);
    }
    std::printf("%s\n", qPrintable(file));
    if (++m_index == m_pages.size()) return QCoreApplication::exit(0);
    m_window.showPage(m_pages[m_index]->id());
    m_waiting.restart();
    m_settledSince.invalidate();
}

} // namespace fathom::app
