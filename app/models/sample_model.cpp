// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/sample_model.h"

#include "widgets/number_format.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fathom::app {

namespace {

constexpr int kAlignmentsKept = 2000;

QString text(const std::string& utf8) {
    return QString::fromStdString(utf8);
}

QString rateText(double rate) {
    return std::isfinite(rate) ? widgets::formatNumber(rate, 3) : QStringLiteral("∞");
}

bool isTextColumn(int column) {
    return column == SampleModel::Pair || column == SampleModel::Before || column == SampleModel::Clip;
}

bool haveSameClips(const SampleSet& a, const SampleSet& b) {
    return a.kind == b.kind && !a.samples.empty() &&
           std::equal(a.samples.begin(), a.samples.end(), b.samples.begin(), b.samples.end(),
                      [](const store::Sample& x, const store::Sample& y) {
                          return x.index == y.index && x.source == y.source && x.reference == y.reference;
                      });
}

} // namespace

SampleModel::SampleModel(QObject* parent) : QAbstractTableModel(parent), m_alignments(kAlignmentsKept) {}

void SampleModel::set(SampleSetPtr set, Order order) {
    m_keepsOrder = order == Order::Keep && set && m_set && haveSameClips(*set, *m_set);
    if (!m_keepsOrder) beginResetModel();
    m_set = std::move(set);
    m_analysis.reset();
    m_before.reset();
    m_changes.reset();
    m_alignments.clear();
    if (m_keepsOrder) return valuesChanged();
    m_filter.among.reset(); // was about other samples
    m_rows = sorted(filtered());
    endResetModel();
}

void SampleModel::setAnalysis(SampleAnalysisPtr analysis) {
    m_analysis = std::move(analysis);
    if (!m_keepsOrder && (m_sortColumn == Error || m_sortColumn == CharacterError)) reorder(sorted(m_rows));
    valuesChanged();
}

void SampleModel::setBefore(SampleSetPtr before, SampleChangesPtr changes) {
    m_before = std::move(before);
    m_changes = std::move(changes);
    m_alignments.clear();
    if (!m_keepsOrder && (m_sortColumn == Change || m_sortColumn == Before)) reorder(sorted(m_rows));
    valuesChanged();
}

void SampleModel::valuesChanged() {
    if (!m_rows.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
}

void SampleModel::setFilter(const SampleFilter& filter) {
    beginResetModel();
    m_filter = filter;
    m_keepsOrder = false;
    m_rows = sorted(filtered());
    endResetModel();
}

void SampleModel::sort(int column, Qt::SortOrder order) {
    m_sortColumn = column;
    m_sortOrder = order;
    m_keepsOrder = false;
    reorder(sorted(column < 0 ? filtered() : m_rows));
}

void SampleModel::reorder(std::vector<int> rows) {
    Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    std::vector<int> places(static_cast<std::size_t>(sampleCount()), -1);
    for (std::size_t row = 0; row < rows.size(); ++row)
        places[static_cast<std::size_t>(rows[row])] = static_cast<int>(row);
    QModelIndexList after;
    for (const QModelIndex& old : before) {
        const int place = places[static_cast<std::size_t>(sampleAt(old.row()))];
        after.append(place < 0 ? QModelIndex() : index(place, old.column()));
    }
    m_rows = std::move(rows);
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

std::vector<int> SampleModel::filtered() const {
    std::vector<int> rows;
    if (!m_set) return rows;
    if (m_filter.among) {
        rows = *m_filter.among;
    } else {
        rows.resize(m_set->samples.size());
        std::iota(rows.begin(), rows.end(), 0);
    }
    const std::string wanted = m_filter.text.trimmed().toLower().toStdString();
    if (wanted.empty() && !m_filter.onlyErrors) return rows;
    std::erase_if(rows, [&](int sample) {
        const auto i = static_cast<std::size_t>(sample);
        if (m_filter.onlyErrors && m_set->samples[i].reference == m_set->samples[i].prediction) return true;
        return !wanted.empty() && m_set->folded[i].find(wanted) == std::string::npos;
    });
    return rows;
}

std::vector<double> SampleModel::sortKeys() const {
    std::vector<double> keys(m_set->samples.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (m_sortColumn == Change)
            keys[i] = m_changes ? m_changes->change[i] : 0;
        else if (m_sortColumn == CharacterError)
            keys[i] =
                m_analysis && i < m_analysis->errors.size() ? m_analysis->errors[i].characterErrorRate() : 0;
        else if (m_analysis)
            keys[i] = errorOf(*m_set, *m_analysis, i);
        else
            keys[i] =
                m_set->kind == SampleKind::Translation ? -m_set->samples[i].score : m_set->samples[i].score;
    }
    return keys;
}

std::vector<int> SampleModel::sorted(std::vector<int> rows) const {
    if (m_sortColumn < 0 || !m_set) return rows;
    const bool ascending = m_sortOrder == Qt::AscendingOrder;
    if (isTextColumn(m_sortColumn)) {
        const auto textOf = [&](int sample) -> std::string_view {
            const store::Sample& s = m_set->samples[static_cast<std::size_t>(sample)];
            if (m_sortColumn == Pair) return s.reference;
            if (m_sortColumn == Clip) return s.source;
            const store::Sample* then = before(sample);
            return then ? std::string_view(then->prediction) : std::string_view();
        };
        std::stable_sort(rows.begin(), rows.end(), [&](int a, int b) {
            return ascending ? textOf(a) < textOf(b) : textOf(b) < textOf(a);
        });
        return rows;
    }
    const std::vector<double> keys = sortKeys();
    std::stable_sort(rows.begin(), rows.end(), [&](int a, int b) {
        const double x = keys[static_cast<std::size_t>(a)];
        const double y = keys[static_cast<std::size_t>(b)];
        if (std::isnan(x) || std::isnan(y)) return std::isnan(y) && !std::isnan(x); // last, both ways
        return ascending ? x < y : y < x;
    });
    return rows;
}

bool SampleModel::hasColumn(int column) const {
    if (column == CharacterError) return !m_set || m_set->kind == SampleKind::Words;
    if (column == Change || column == Before) return m_before != nullptr;
    return true;
}

int SampleModel::sampleAt(int row) const {
    return m_rows[static_cast<std::size_t>(row)];
}

int SampleModel::rowOf(int sample) const {
    const auto found = std::find(m_rows.begin(), m_rows.end(), sample);
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

int SampleModel::sampleCount() const {
    return m_set ? static_cast<int>(m_set->samples.size()) : 0;
}

int SampleModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int SampleModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

const store::Sample* SampleModel::before(int sample) const {
    if (!m_before || !m_changes) return nullptr;
    const int match = m_changes->matches[static_cast<std::size_t>(sample)];
    return match < 0 ? nullptr : &m_before->samples[static_cast<std::size_t>(match)];
}

QString SampleModel::errorText(int sample) const {
    const auto i = static_cast<std::size_t>(sample);
    const store::Sample& s = m_set->samples[i];
    switch (m_set->kind) {
    case SampleKind::Words:
        if (m_analysis) return rateText(m_analysis->errors[i].wordErrorRate());
        return std::isfinite(s.score) ? rateText(s.score) : QString();
    case SampleKind::Classes:
        return s.reference == s.prediction ? tr("✓ right") : tr("✗ wrong");
    case SampleKind::Translation:
        if (m_analysis) return QString::number(m_analysis->bleu[i], 'f', 1);
        return std::isfinite(s.score) ? QString::number(s.score, 'f', 1) : QString();
    }
    return {};
}

QString SampleModel::changeText(int sample) const {
    if (!m_changes) return {};
    const double change = m_changes->change[static_cast<std::size_t>(sample)];
    if (std::isnan(change)) return QStringLiteral("–"); // not recorded there
    if (change == 0) return QStringLiteral("=");
    const QString mark = change < 0 ? QStringLiteral("▼") : QStringLiteral("▲");
    switch (m_set->kind) {
    case SampleKind::Words:
        return QStringLiteral("%1 %2").arg(mark, rateText(std::abs(change)));
    case SampleKind::Classes:
        return change < 0 ? tr("▼ now right") : tr("▲ now wrong");
    case SampleKind::Translation: // the other way round: more is better
        return QStringLiteral("%1 %2").arg(change < 0 ? QStringLiteral("▲") : QStringLiteral("▼"),
                                           QString::number(std::abs(change), 'f', 1));
    }
    return {};
}

QString SampleModel::errorDetails(int sample) const {
    if (!m_analysis || m_analysis->errors.empty()) return {};
    const SampleErrors& errors = m_analysis->errors[static_cast<std::size_t>(sample)];
    const auto errorCount = [](auto count) {
        return count == 1 ? tr("1 error") : tr("%1 errors").arg(count);
    };
    return tr("%1 in %2: %3 replaced, %4 missing, %5 extra; %6 in %7")
        .arg(errorCount(errors.wordEdits()))
        .arg(errors.words == 1 ? tr("1 word") : tr("%1 words").arg(errors.words))
        .arg(errors.substituted)
        .arg(errors.deleted)
        .arg(errors.inserted)
        .arg(errorCount(errors.characterEdits))
        .arg(errors.characters == 1 ? tr("1 character") : tr("%1 characters").arg(errors.characters));
}

QVariant SampleModel::display(int sample, int column) const {
    const auto i = static_cast<std::size_t>(sample);
    const store::Sample& s = m_set->samples[i];
    switch (column) {
    case Error:
        return errorText(sample);
    case CharacterError:
        if (!m_analysis || i >= m_analysis->errors.size()) return {};
        return rateText(m_analysis->errors[i].characterErrorRate());
    case Change:
        return changeText(sample);
    case Pair:
        return QStringLiteral("%1 → %2").arg(text(s.reference), text(s.prediction));
    case Before:
        if (const store::Sample* then = before(sample)) return text(then->prediction);
        return {};
    case Clip:
        return m_set->kind == SampleKind::Words ? text(s.source).section(QLatin1Char('/'), -1)
                                                : text(s.source);
    default:
        return {};
    }
}

QVariant SampleModel::alignment(int sample, int column) const {
    const store::Sample* const shown =
        column == Before ? before(sample) : &m_set->samples[static_cast<std::size_t>(sample)];
    if (!shown) return {};
    const qint64 key = 2 * static_cast<qint64>(sample) + (column == Before ? 1 : 0);
    if (const WordAlignment* known = m_alignments.object(key)) return QVariant::fromValue(*known);
    const auto align = m_set->kind == SampleKind::Classes ? alignWhole : alignWords;
    auto aligned = std::make_unique<WordAlignment>(align(text(shown->reference), text(shown->prediction)));
    QVariant value = QVariant::fromValue(*aligned);
    m_alignments.insert(key, aligned.release());
    return value;
}

QVariant SampleModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const int sample = sampleAt(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return display(sample, index.column());
    case Qt::TextAlignmentRole:
        return static_cast<int>((isTextColumn(index.column()) ? Qt::AlignLeft : Qt::AlignRight) |
                                Qt::AlignVCenter);
    case Qt::ToolTipRole:
        if (index.column() == Clip) return text(m_set->samples[static_cast<std::size_t>(sample)].source);
        if (index.column() == Error) return errorDetails(sample);
        return {};
    case SampleRole:
        return sample;
    case AlignmentRole:
        if (index.column() != Pair && index.column() != Before) return {};
        return alignment(sample, index.column());
    default:
        return {};
    }
}

QVariant SampleModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((isTextColumn(section) ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == Qt::InitialSortOrderRole && !isTextColumn(section))
        return static_cast<int>(Qt::DescendingOrder); // the worst first
    if (role != Qt::DisplayRole) return {};
    const SampleKind kind = m_set ? m_set->kind : SampleKind::Words;
    switch (section) {
    case Error:
        return kind == SampleKind::Words     ? tr("WER")
               : kind == SampleKind::Classes ? tr("Result")
                                             : tr("BLEU");
    case CharacterError:
        return tr("CER");
    case Change:
        return tr("Change");
    case Pair:
        return kind == SampleKind::Classes ? tr("Class and prediction") : tr("Reference and prediction");
    case Before:
        return tr("Compared with");
    case Clip:
        return kind == SampleKind::Words ? tr("Clip") : tr("Source");
    default:
        return {};
    }
}

} // namespace fathom::app
