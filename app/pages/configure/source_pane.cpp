// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/source_pane.h"

#include "widgets/code_view.h"
#include "widgets/line_plot.h"
#include "widgets/theme.h"

#include <QComboBox>
#include <QLabel>
#include <QSignalBlocker>
#include <QVBoxLayout>

namespace fathom::app {

SourcePane::SourcePane(QWidget* parent)
    : QWidget(parent), m_files(new QComboBox), m_code(new widgets::CodeView), m_note(new QLabel) {
    m_files->setAccessibleName(tr("Source file"));
    m_files->setToolTip(tr("The files that this config is made of"));
    m_files->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_files->setMinimumContentsLength(12);
    m_code->setAccessibleName(tr("Source text"));
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kGrid);
    layout->addWidget(m_files);
    layout->addWidget(m_code, 1);
    m_note->setWordWrap(true);
    m_note->setFont(widgets::captionFont(font()));
    m_note->hide();
    layout->addWidget(m_note);
    connect(m_files, &QComboBox::currentTextChanged, this, [this](const QString& file) {
        show(file);
        m_code->markLine(0);
    });
    connect(m_code, &widgets::CodeView::lineChosen, this,
            [this](int line) { Q_EMIT lineChosen(m_files->currentText(), line); });
}

void SourcePane::setSources(const std::map<QString, QString>& sources, const QString& primary) {
    m_sources = sources;
    QStringList names;
    if (sources.contains(primary)) names.append(primary);
    for (const auto& [name, text] : sources) {
        if (name != primary) names.append(name);
    }
    const QString shown = m_files->currentText();
    const QSignalBlocker blocker(m_files);
    m_files->clear();
    m_files->addItems(names);
    m_files->setCurrentText(names.contains(shown) ? shown : names.value(0));
    show(m_files->currentText());
}

void SourcePane::mark(const QString& file, int line) {
    if (!m_sources.contains(file)) return clearMark();
    if (m_files->currentText() != file) {
        const QSignalBlocker blocker(m_files);
        m_files->setCurrentText(file);
        show(file);
    }
    m_code->markLine(line);
}

void SourcePane::clearMark() {
    m_code->markLine(0);
}

void SourcePane::setSchedule(const SchedulePreview& preview) {
    m_note->setText(preview.points.empty() ? preview.note : tr("Learning rate: %1").arg(preview.note));
    m_note->setVisible(!preview.note.isEmpty());
    if (!preview.points.empty() && !m_plot) {
        m_plot = new widgets::LinePlot;
        m_plot->setTitle(tr("Learning rate"));
        m_plot->setXLabel(tr("step"));
        m_plot->setFixedHeight(22 * widgets::kGrid);
        layout()->addWidget(m_plot);
    }
    if (m_plot) m_plot->setVisible(!preview.points.empty());
    if (preview.points == m_points) return;
    m_points = preview.points;
    if (!m_plot) return;
    m_plot->clearCurves();
    m_plot->append(m_plot->addCurve({.name = tr("learning rate")}), m_points);
}

void SourcePane::focusCode() {
    m_code->setFocus();
}

void SourcePane::show(const QString& file) {
    const auto found = m_sources.find(file);
    m_code->setCode(found == m_sources.end() ? QString() : found->second, widgets::CodeView::Language::Yaml);
}

} // namespace fathom::app
