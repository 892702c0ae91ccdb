// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/transcript_export.h"

#include "engine/base/value.h"

#include <QFileInfo>

#include <filesystem>

namespace fathom::app {

namespace {

std::string seconds(double value) {
    return QString::number(value, 'f', 2).toStdString();
}

std::string manifestLine(const run::Transcript& transcript) {
    Value::Map line{{"audio_filepath", transcript.audioFile}, {"text", transcript.text}};
    if (!transcript.words.empty()) {
        Value::List words;
        for (const run::Word& word : transcript.words)
            words.emplace_back(
                Value::Map{{"word", word.text}, {"start_time", word.start}, {"end_time", word.end}});
        line.set("words", Value(std::move(words)));
    }
    return toJson(Value(std::move(line))) + '\n';
}

} // namespace

std::string formatTranscripts(const std::vector<run::Transcript>& transcripts, TranscriptFormat format) {
    std::string out;
    for (const run::Transcript& transcript : transcripts) {
        switch (format) {
        case TranscriptFormat::Manifest:
            out += manifestLine(transcript);
            break;
        case TranscriptFormat::Tsv:
            out += transcript.audioFile + '\t' + transcript.text + '\n';
            break;
        case TranscriptFormat::Ctm:
            const std::string name = std::filesystem::path(transcript.audioFile).stem().string();
            for (const run::Word& word : transcript.words)
                out += name + " 1 " + seconds(word.start) + ' ' + seconds(word.end - word.start) + ' ' +
                       word.text + '\n';
            break;
        }
    }
    return out;
}

TranscriptFormat transcriptFormatOf(const QString& file) {
    const QString ending = QFileInfo(file).suffix().toLower();
    if (ending == QStringLiteral("ctm")) return TranscriptFormat::Ctm;
    return ending == QStringLiteral("tsv") || ending == QStringLiteral("txt") ? TranscriptFormat::Tsv
                                                                              : TranscriptFormat::Manifest;
}

} // namespace fathom::app
