// SPDX-License-Identifier: GPL-3.0-or-later
// Weights that many GPUs wrote: their parts, and the tensors of the chosen one, read where that is possible
// and listed where it is not.
#pragma once

#include "app/pages/archive/archive_contents.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QStackedWidget;

namespace fathom::app {

class JobRunner;
class ListedTensorModel;
class TensorView;

class WeightPartsView : public QWidget {
    Q_OBJECT
public:
    /// `contents` has no weights of one part.
    WeightPartsView(std::shared_ptr<const ArchiveContents> contents, JobRunner& jobs,
                    QWidget* parent = nullptr);

Q_SIGNALS:
    void statusMessage(const QString& text);

private:
    QWidget* makeList();
    void showPart(int part);
    std::shared_ptr<const ArchiveContents> m_contents;
    JobRunner& m_jobs;
    QComboBox* m_parts;
    QLabel* m_description;
    QStackedWidget* m_stack;
    TensorView* m_tensors;
    ListedTensorModel* m_list;
};

} // namespace fathom::app
