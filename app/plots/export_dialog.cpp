// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/export_dialog.h"

#include "widgets/form_labels.h"
#include "widgets/icon.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace fathom::app {

namespace {
using widgets::FigureFormat;
constexpr FigureFormat kFormats[] = {FigureFormat::Svg, FigureFormat::Pdf, FigureFormat::Png,
                                     FigureFormat::Csv, FigureFormat::Pgf};
} // namespace

ExportDialog::ExportDialog(const QString& name, QWidget* parent)
    : QDialog(parent), m_isFolder(name.isEmpty()) {
    setWindowTitle(m_isFolder ? tr("Export all plots") : tr("Export “%1”").arg(name));
    m_format = new QComboBox(this);
    m_format->addItems({tr("SVG – vector graphics"), tr("PDF – vector graphics"), tr("PNG – image, 300 dpi"),
                        tr("CSV – every point"), tr("PGF – LaTeX with pgfplots")});
    m_format->setAccessibleName(tr("Format"));
    m_points = new QComboBox(this);
    m_points->addItems({tr("The shown part of x"), tr("All of x")});
    m_points->setAccessibleName(tr("Points"));
    m_path = new QLineEdit(this);
    m_path->setAccessibleName(m_isFolder ? tr("Folder") : tr("File"));
    m_path->setMinimumWidth(m_path->fontMetrics().averageCharWidth() * 48);
    auto* browse = new QToolButton(this);
    browse->setIcon(widgets::icon(QStringLiteral("folder")));
    browse->setToolTip(tr("Choose"));
    browse->setAccessibleName(tr("Choose"));
    auto* row = new QHBoxLayout;
    row->addWidget(m_path, 1);
    row->addWidget(browse);
    m_buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel, this);
    auto* form = new QFormLayout;
    form->addRow(tr("F&ormat"), m_format);
    form->addRow(tr("&Points"), m_points);
    auto* pathLabel = new QLabel(m_isFolder ? tr("&Folder") : tr("&File"), this);
    pathLabel->setBuddy(m_path);
    form->addRow(pathLabel, row);
    widgets::centerLabels(*form);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(m_buttons);
    m_path->setText(QDir::home().filePath(m_isFolder ? tr("plots") : name));
    formatChanged();
    connect(m_format, &QComboBox::activated, this, &ExportDialog::formatChanged);
    connect(m_path, &QLineEdit::textChanged, this, &ExportDialog::check);
    connect(browse, &QToolButton::clicked, this, &ExportDialog::browse);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    check();
}

/// The file's ending follows the format; the picture of a plot shows what is seen, so only CSV may have more.
void ExportDialog::formatChanged() {
    m_points->setEnabled(format() == FigureFormat::Csv && !m_isFolder);
    if (m_isFolder) return;
    QString path = m_path->text();
    if (const auto known = widgets::formatOf(path)) path.chop(widgets::suffixOf(*known).size() + 1);
    m_path->setText(path + QLatin1Char('.') + widgets::suffixOf(format()));
}

void ExportDialog::browse() {
    const QString chosen = m_isFolder ? QFileDialog::getExistingDirectory(this, windowTitle(), m_path->text())
                                      : QFileDialog::getSaveFileName(this, windowTitle(), m_path->text());
    if (chosen.isEmpty()) return;
    if (const auto known = widgets::formatOf(chosen); known && !m_isFolder)
        m_format->setCurrentIndex(static_cast<int>(*known));
    m_path->setText(chosen);
    formatChanged();
}

void ExportDialog::check() {
    const QFileInfo info(m_path->text());
    const bool legal =
        m_isFolder ? info.isDir() || info.dir().exists() : info.dir().exists() && !info.isDir();
    m_buttons->button(QDialogButtonBox::Save)->setEnabled(legal && !m_path->text().trimmed().isEmpty());
}

QString ExportDialog::file() const {
    const QString path = m_path->text().trimmed();
    if (m_isFolder || widgets::formatOf(path) == format()) return path;
    return path + QLatin1Char('.') + widgets::suffixOf(format());
}

FigureFormat ExportDialog::format() const {
    return kFormats[m_format->currentIndex()];
}

widgets::FigurePoints ExportDialog::points() const {
    const bool all = m_points->currentIndex() == 1 || (m_isFolder && format() == FigureFormat::Csv);
    return all ? widgets::FigurePoints::All : widgets::FigurePoints::Shown;
}

} // namespace fathom::app
