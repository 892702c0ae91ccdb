// SPDX-License-Identifier: GPL-3.0-or-later
// Restores the archive's model and tries it on recordings that are dropped here. LibTorch is loaded on first
// use. Of a model that the engine does not have, it says so.
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace fathom::app {

class ArchiveDocument;
class JobRunner;

class TranscribeBar : public QWidget {
    Q_OBJECT
public:
    TranscribeBar(const ArchiveDocument& document, JobRunner& jobs, QWidget* parent = nullptr);
    void transcribe(const QStringList& clips);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void chooseClips();
    void refresh();
    const ArchiveDocument& m_document;
    QString m_shown; ///< class and file that the bar speaks of
    JobRunner& m_jobs;
    QPushButton* m_choose = nullptr;
    QLabel* m_result = nullptr;
};

} // namespace fathom::app
