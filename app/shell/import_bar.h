// SPDX-License-Identifier: GPL-3.0-or-later
// The line above the status bar that tells how an import goes, and in the end what it brought.
#pragma once

#include <QStringList>
#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;

namespace fathom::widgets {
class ElidedLabel;
} // namespace fathom::widgets

namespace fathom::app {

/// Hidden until begin(), and again when the user closes it.
class ImportBar : public QWidget {
    Q_OBJECT
public:
    explicit ImportBar(QWidget* parent = nullptr);

    void begin(const QString& text);
    /// `done` of `of` runs; with one run the bar only shows that something goes on.
    void setProgress(int done, int of, const QString& text);
    /// What came in, and what did not: a line each, behind a button.
    void finish(const QString& summary, const QStringList& problems);

    [[nodiscard]] bool isBusy() const { return m_isBusy; }
    [[nodiscard]] QString text() const;
    [[nodiscard]] const QStringList& problems() const { return m_problems; }

Q_SIGNALS:
    void cancelRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    void showProblems();
    void applyColors();

    bool m_isBusy = false;
    QStringList m_problems;
    QLabel* m_icon;
    widgets::ElidedLabel* m_text;
    QProgressBar* m_bar;
    QPushButton* m_details;
    QPushButton* m_end; ///< cancels while busy, closes afterwards
};

} // namespace fathom::app
