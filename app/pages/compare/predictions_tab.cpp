// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/predictions_tab.h"

#include "app/models/clip_source.h"
#include "app/pages/compare/pinned_table.h"
#include "app/pages/compare/prediction_delegate.h"
#include "app/samples/clip_pane.h"
#include "widgets/empty_state.h"
#include "widgets/icon.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStackedWidget>
#include <QTextBrowser>
#include <QToolButton>
#include <QVBoxLayout>

namespace fathom::app {

using widgets::kGrid;

namespace {

class ClipFilter : public QSortFilterProxyModel {
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;
    void set(const QString& text, bool onlyDifferences) {
        m_words = text.toLower().split(QLatin1Char(' '), Qt::SkipEmptyParts);
        m_onlyDifferences = onlyDifferences;
        invalidateFilter();
    }

protected:
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex& parent) const override {
        const QModelIndex index = sourceModel()->index(row, 0, parent);
        if (m_onlyDifferences && !index.data(PredictionModel::DiffersRole).toBool()) return false;
        if (m_words.isEmpty()) return true;
        const QString text = index.data(PredictionModel::SearchRole).toString();
        return std::all_of(m_words.begin(), m_words.end(),
                           [&](const QString& word) { return text.contains(word); });
    }

private:
    QStringList m_words;
    bool m_onlyDifferences = false;
};

QString wordsHtml(const PredictedWords& words, const widgets::Colors& c) {
    QString html;
    for (const PredictedWord& word : words) {
        QString text = word.text.toHtmlEscaped();
        if (word.isOwn) text = QStringLiteral("<b>%1</b>").arg(text);
        switch (word.match) {
        case WordMatch::Same:
            break;
        case WordMatch::Substituted:
            text = QStringLiteral("<u style=\"color:%1\">%2</u>").arg(c.error.name(), text);
            break;
        case WordMatch::Deleted:
            text = QStringLiteral("<s style=\"color:%1\">%2</s>").arg(c.muted.name(), text);
            break;
        case WordMatch::Inserted:
            text = QStringLiteral("<span style=\"color:%1\">+%2</span>").arg(c.warning.name(), text);
            break;
        }
        html += text + QLatin1Char(' ');
    }
    return html;
}

} // namespace

PredictionsTab::PredictionsTab(JobRunner& jobs, std::filesystem::path workspace, QWidget* parent)
    : QWidget(parent),
      m_workspace(std::move(workspace)),
      m_model(new PredictionModel(this)),
      m_sorted(new ClipFilter(this)),
      m_search(new QLineEdit),
      m_onlyDifferences(new QToolButton),
      m_summary(new QLabel),
      m_stack(new QStackedWidget),
      m_message(new widgets::EmptyState) {
    m_sorted->setSourceModel(m_model);
    m_sorted->setSortRole(PredictionModel::SortRole);
    m_table = new PinnedTable(m_sorted, new PredictionDelegate(this), PredictionModel::FirstRunColumn + 1);
    m_clip = new QTextBrowser;
    m_sound = new ClipPane(jobs);
    m_sound->hide();
    build();
    const auto filter = [this] {
        static_cast<ClipFilter*>(m_sorted)->set(m_search->text(), m_onlyDifferences->isChecked());
        updateSummary();
    };
    connect(m_search, &QLineEdit::textChanged, this, filter);
    connect(m_onlyDifferences, &QToolButton::toggled, this, filter);
    connect(m_table, &PinnedTable::currentChanged, this, &PredictionsTab::showClip);
    connect(m_table, &PinnedTable::spacePressed, m_sound, [this] {
        if (!m_sound->isHidden()) m_sound->togglePlay();
    });
    updateSummary();
}

void PredictionsTab::build() {
    m_search->setPlaceholderText(tr("Search words of references and predictions"));
    m_search->setAccessibleName(tr("Search predictions"));
    m_search->setClearButtonEnabled(true);
    m_search->addAction(widgets::icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    m_onlyDifferences->setText(tr("Only what differs"));
    m_onlyDifferences->setCheckable(true);
    m_onlyDifferences->setToolTip(tr("Hide clips of which all runs predict the same"));
    m_summary->setFont(widgets::captionFont(font()));
    const int letter = fontMetrics().averageCharWidth();
    m_table->setColumnWidths({36 * letter, 15 * letter, 48 * letter}, 48 * letter);
    m_table->enableSorting();
    m_table->showRows();
    m_table->setAccessibleNames(tr("Predictions"));
    m_clip->setFrameShape(QFrame::NoFrame);
    m_clip->setAccessibleName(tr("The chosen clip, one line for each run"));
    auto* const bar = new QHBoxLayout;
    bar->addWidget(m_search, 1);
    bar->addWidget(m_summary);
    bar->addWidget(m_onlyDifferences);
    auto* const split = new QSplitter(Qt::Vertical);
    split->addWidget(m_table);
    auto* const chosen = new QSplitter(Qt::Horizontal);
    chosen->addWidget(m_clip);
    chosen->addWidget(m_sound);
    chosen->setStretchFactor(0, 3);
    chosen->setStretchFactor(1, 2);
    chosen->setChildrenCollapsible(false);
    split->addWidget(chosen);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 1);
    split->setChildrenCollapsible(false);
    m_stack->addWidget(split);
    m_stack->addWidget(m_message);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, kGrid, 0, 0);
    layout->setSpacing(kGrid);
    layout->addLayout(bar);
    layout->addWidget(m_stack, 1);
    setFocusProxy(m_table);
}

void PredictionsTab::setComparison(const ComparisonPtr& comparison) {
    const bool isFirst = !m_model->comparison();
    const QModelIndex chosen = m_sorted->mapToSource(m_table->currentIndex());
    const std::string source = chosen.isValid() ? m_model->at(chosen.row()).source : std::string();
    m_model->setComparison(comparison);
    if (isFirst) m_table->sortBy(PredictionModel::DifferenceColumn, Qt::DescendingOrder);
    for (int row = 0; !source.empty() && row < m_model->rowCount(); ++row) {
        if (m_model->at(row).source != source) continue;
        const QModelIndex again =
            m_sorted->mapFromSource(m_model->index(row, PredictionModel::ReferenceColumn));
        if (again.isValid()) m_table->setCurrentIndex(again);
        break;
    }
    updateSummary();
    showClip();
}

void PredictionsTab::setOnlyDifferences(bool only) {
    m_onlyDifferences->setChecked(only);
}

void PredictionsTab::focusSearch() {
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

void PredictionsTab::updateSummary() {
    const int all = m_model->rowCount();
    const int shown = m_sorted->rowCount();
    m_summary->setText(
        shown == all ? (all == 1 ? tr("1 clip") : tr("%1 clips").arg(widgets::formatCount(all)))
                     : tr("%1 of %2 clips").arg(widgets::formatCount(shown), widgets::formatCount(all)));
    if (all == 0)
        m_message->set(QStringLiteral("compare"), tr("No predictions"),
                       tr("None of these runs has kept samples of a validation."));
    else if (shown == 0)
        m_message->set(QStringLiteral("search"), tr("Nothing left"),
                       tr("No clip has these words, or all runs predict the same of them."));
    m_stack->setCurrentIndex(shown == 0 ? 1 : 0);
}

void PredictionsTab::showClip() {
    const QModelIndex current = m_sorted->mapToSource(m_table->currentIndex());
    const widgets::Colors& c = widgets::colorsFor(this);
    showSound(current.isValid() ? m_model->at(current.row()).source : std::string());
    if (!current.isValid()) {
        m_clip->setHtml(
            QStringLiteral("<p style=\"color:%1\">%2</p>")
                .arg(c.muted.name(),
                     tr("Choose a clip to read it in full. <u>Wrong</u> words are underlined, missing "
                        "ones <s>struck through</s>, added ones have a plus; <b>bold</b> words are not "
                        "the baseline's.")));
        return;
    }
    const analysis::ComparedPrediction& clip = m_model->at(current.row());
    QString html =
        QStringLiteral("<p style=\"color:%1\">%2</p><table cellspacing=\"4\"><tr><td><i>%3</i></td><td></td>"
                       "<td>%4</td></tr>")
            .arg(c.muted.name(), QString::fromStdString(clip.source).toHtmlEscaped(), tr("reference"),
                 QString::fromStdString(clip.reference).toHtmlEscaped());
    for (int column = PredictionModel::FirstRunColumn; column < m_model->columnCount(); ++column)
        html +=
            QStringLiteral("<tr><td>%1</td><td align=\"right\">&nbsp;%2&nbsp;</td><td>%3</td></tr>")
                .arg(m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString().toHtmlEscaped(),
                     m_model->errorText(current.row(), column),
                     wordsHtml(m_model->words(current.row(), column), c));
    m_clip->setHtml(html + QStringLiteral("</table>"));
}

void PredictionsTab::showSound(const std::string& source) {
    const bool isRecording = namesRecording(source);
    m_sound->setVisible(isRecording);
    m_sound->setClip(isRecording ? source : std::string(),
                     isRecording ? folders() : std::vector<std::filesystem::path>());
}

/// Where relative sources may lie: where the runs were started, the baseline first, the workspace, the runs'
/// folders.
std::vector<std::filesystem::path> PredictionsTab::folders() const {
    std::vector<std::filesystem::path> all;
    const Comparison& comparison = *m_model->comparison();
    for (std::size_t column = 0; column < comparison.order.size(); ++column)
        if (const auto& folder = comparison.run(column).startedIn; !folder.empty()) all.push_back(folder);
    all.push_back(m_workspace);
    for (std::size_t column = 0; column < comparison.order.size(); ++column)
        all.emplace_back(comparison.run(column).run.directory);
    return all;
}

void PredictionsTab::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) showClip();
}

} // namespace fathom::app
