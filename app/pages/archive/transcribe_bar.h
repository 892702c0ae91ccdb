// SPDX-License-Identifier: GPL-3.0-or-later
// Restores the archive's model and transcribes recordings that are dropped here. LibTorch is loaded on first
// use.
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace fathom::app {

class JobRunner;

class TranscribeBar : public QWidget {
    Q_OBJECT
public:
    TranscribeBar(QString archive, JobRunner& jobs, QWidget* parent = nullptr);
    void transcribe(const QStringList& clips);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void chooseClips();
    QString m_archive;
    JobRunner& m_jobs;
    QPushButton* m_choose = nullptr;
    QLabel* m_result = nullptr;
};

} // namespace fathom::app
