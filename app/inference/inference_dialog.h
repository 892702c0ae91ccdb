// SPDX-License-Identifier: GPL-3.0-or-later
// A window of its own for trying a model that a run wrote: one of its files is chosen and asked.
#pragma once

#include "app/inference/restore_model.h"

#include <QDialog>

#include <vector>

class QComboBox;

namespace fathom::app {

class InferencePane;
class JobRunner;

struct ModelFile {
    QString label{}; ///< "quartznet.nemo", "last checkpoint, step 1,404"
    std::filesystem::path path{};
};

class InferenceDialog : public QDialog {
    Q_OBJECT
public:
    /// `files` is not empty; the first one is tried.
    InferenceDialog(JobRunner& jobs, const QString& title, std::vector<ModelFile> files,
                    RestoreModel restore = restoreByTorch(), QWidget* parent = nullptr);
    [[nodiscard]] InferencePane& pane() const { return *m_pane; }

Q_SIGNALS:
    void statusMessage(const QString& text);

private:
    void choose(int index);
    std::vector<ModelFile> m_files;
    InferencePane* m_pane;
    QComboBox* m_choice;
};

} // namespace fathom::app
