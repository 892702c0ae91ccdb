// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/samples/sample_caption.h"

#include "widgets/number_format.h"

#include <QCoreApplication>

#include <cmath>

namespace fathom::app {

namespace {

constexpr std::ptrdiff_t kRecordedSamples =
    5000; ///< train::kSampleLimit, which is behind the border to LibTorch

QString tr(const char* text) {
    return QCoreApplication::translate("SampleCaption", text);
}

QString number(double value) {
    return std::isfinite(value) ? widgets::formatNumber(value, 3) : QStringLiteral("∞");
}

QString count(std::int64_t value) {
    return widgets::formatCount(value);
}

QString wordsSentence(const ErrorTotals& totals) {
    const QString errors =
        totals.wordEdits() == 1 ? tr("1 error") : tr("%1 errors").arg(count(totals.wordEdits()));
    const QString words = totals.words == 1 ? tr("1 word") : tr("%1 words").arg(count(totals.words));
    return tr("WER %1: %2 in %3 (%4 replaced, %5 missing, %6 extra)   CER %7   %8 of %9 without an error")
        .arg(number(totals.wordErrorRate()), errors, words, count(totals.substituted), count(totals.deleted),
             count(totals.inserted), number(totals.characterErrorRate()), count(totals.flawless),
             count(totals.samples));
}

/// The figure that stands for all.
QString headline(const SampleAnalysis& analysis) {
    switch (analysis.kind) {
    case SampleKind::Words:
        return number(analysis.totals.wordErrorRate());
    case SampleKind::Classes:
        return number(analysis.classes.accuracy());
    case SampleKind::Translation:
        return QString::number(text::corpusBleu(analysis.bleuTotals), 'f', 1);
    }
    return {};
}

QString headlineName(SampleKind kind) {
    switch (kind) {
    case SampleKind::Words:
        return tr("WER");
    case SampleKind::Classes:
        return tr("Accuracy");
    case SampleKind::Translation:
        return tr("BLEU");
    }
    return {};
}

QString sentenceOf(const SampleAnalysis& analysis) {
    const ClassFigures& classes = analysis.classes;
    switch (analysis.kind) {
    case SampleKind::Words:
        return wordsSentence(analysis.totals);
    case SampleKind::Classes:
        return tr("Accuracy %1: %2 of %3 right   F1 %4 macro, %5 weighted   %6 classes")
            .arg(number(classes.accuracy()), count(classes.correct), count(classes.samples),
                 number(classes.macroF1()), number(classes.weightedF1()),
                 count(static_cast<std::int64_t>(classes.labels.size())));
    case SampleKind::Translation:
        return tr("BLEU %1 of the corpus, by 13a tokens   %2")
            .arg(headline(analysis), analysis.totals.samples == 1
                                         ? tr("1 sentence")
                                         : tr("%1 sentences").arg(count(analysis.totals.samples)));
    }
    return {};
}

} // namespace

QString corpusSentence(const SampleSet& set, const SampleAnalysis& analysis) {
    const auto count = std::ssize(set.samples);
    const bool isCut = count == store::kOldSamples || count == kRecordedSamples;
    const QString sentence = sentenceOf(analysis);
    return isCut ? tr("first %1:   %2").arg(widgets::formatCount(count), sentence) : sentence;
}

QString changeSentence(const SampleChanges& changes, const SampleAnalysis& before,
                       const SampleAnalysis& now) {
    QString counts = tr("%1 better, %2 worse, %3 the same")
                         .arg(count(changes.better), count(changes.worse), count(changes.same));
    if (changes.unmatched > 0) counts += tr(", %1 not in both").arg(count(changes.unmatched));
    return tr("%1   %2 %3 → %4").arg(counts, headlineName(now.kind), headline(before), headline(now));
}

} // namespace fathom::app
