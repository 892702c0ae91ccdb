// SPDX-License-Identifier: GPL-3.0-or-later
// The head of the side panel: what a run is and how it went, with its tags and its note to be edited.
#pragma once

#include "engine/store/types.h"

#include <QWidget>

class QFormLayout;
class QLabel;
class QLineEdit;
class QPlainTextEdit;

namespace fathom::widgets {
class StateChip;
}

namespace fathom::app {

class RunSummary : public QWidget {
    Q_OBJECT
public:
    explicit RunSummary(QWidget* parent = nullptr);

    /// Texts that are being edited stay as long as it is the same run.
    void show(const store::Run& run);
    /// Tells what was edited and not told yet.
    void commit();

Q_SIGNALS:
    void noteEdited(const fathom::store::Run& run, const QString& text);
    void tagsEdited(const fathom::store::Run& run, const QStringList& tags);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void addRow(const QString& title, const QString& text);

    store::Run m_run;
    QLabel* m_title;
    widgets::StateChip* m_chip;
    QLabel* m_error;
    QFormLayout* m_facts;
    QLineEdit* m_tags;
    QPlainTextEdit* m_note;
};

} // namespace fathom::app
