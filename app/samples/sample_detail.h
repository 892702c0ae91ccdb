// SPDX-License-Identifier: GPL-3.0-or-later
// One sample: its whole texts, and its recording where it is one.
#pragma once

#include <QWidget>

#include <filesystem>
#include <vector>

class QLabel;
class QScrollArea;

namespace fathom::app {

class AlignedText;
class ClipPane;
class JobRunner;
class SampleModel;

class SampleDetail : public QWidget {
    Q_OBJECT
public:
    explicit SampleDetail(JobRunner& jobs, QWidget* parent = nullptr);
    /// Of the model; −1 for none. Relative sources are looked for in `folders`.
    void show(const SampleModel& model, int sample, const std::vector<std::filesystem::path>& folders);
    [[nodiscard]] ClipPane& clip() const { return *m_clip; }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    /// The texts get the height they need, up to half of what there is.
    void fitTexts();
    QLabel* m_title;
    AlignedText* m_now;
    QLabel* m_beforeTitle;
    AlignedText* m_before;
    QScrollArea* m_texts;
    ClipPane* m_clip;
};

} // namespace fathom::app
