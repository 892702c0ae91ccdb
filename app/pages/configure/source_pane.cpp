// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/source_pane.h"

#include "widgets/code_view.h"
#include "widgets/theme.h"

#include <QComboBox>
#include <QKeyEvent>
#include <QSignalBlocker>
#include <QVBoxLayout>

namespace fathom::app {

SourcePane::SourcePane(QWidget* parent)
    : QWidget(parent), m_files(new QComboBox), m_code(new widgets::CodeView) {
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
    m_code->installEventFilter(this);
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

void SourcePane::focusCode() {
    m_code->setFocus();
}

bool SourcePane::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Escape || key == Qt::Key_Return || key == Qt::Key_Enter) {
            Q_EMIT leaveRequested();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void SourcePane::show(const QString& file) {
    const auto found = m_sources.find(file);
    m_code->setCode(found == m_sources.end() ? QString() : found->second, widgets::CodeView::Language::Yaml);
}

} // namespace fathom::app
