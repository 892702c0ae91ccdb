// SPDX-License-Identifier: GPL-3.0-or-later
// `fathom --screenshot DIR`: every page drawn to DIR/<page>.png.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>

#include <memory>
#include <vector>

namespace fathom::app {

class MainWindow;
class Page;

/// Goes through the pages, waits for each to be settled, saves it, and ends the program: exit code 0, or 1
/// when a file cannot be written.
class ScreenshotRun : public QObject {
    Q_OBJECT
public:
    ScreenshotRun(MainWindow& window, const std::vector<std::unique_ptr<Page>>& pages, QString folder);
    void start();

private:
    void step();
    MainWindow& m_window;
    const std::vector<std::unique_ptr<Page>>& m_pages;
    QString m_folder;
    std::size_t m_index = 0;
    QElapsedTimer m_waiting;
    QElapsedTimer m_settledSince;
};

} // namespace fathom::app
