// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/recording_files.h"

#include "app/models/clip_source.h"
#include "engine/base/file.h"
#include "engine/base/value.h"

#include <QCoreApplication>
#include <QDirIterator>
#include <QFileInfo>
#include <QMimeData>
#include <QUrl>

#include <algorithm>

namespace fathom::app {

namespace {

bool isManifest(const QString& path) {
    return path.endsWith(QStringLiteral(".json"), Qt::CaseInsensitive) ||
           path.endsWith(QStringLiteral(".jsonl"), Qt::CaseInsensitive);
}

QStringList below(const QString& folder, const std::stop_token& stop) {
    QStringList found;
    QDirIterator it(folder, QDir::Files, QDirIterator::Subdirectories);
    while (it.hasNext() && !stop.stop_requested())
        if (const QString file = it.next(); namesRecording(file.toStdString())) found.append(file);
    found.sort();
    return found;
}

/// A relative path is looked for beside the manifest first, as NeMo does.
Result<QStringList> named(const QString& manifest) {
    const auto text = readFile(manifest.toStdString());
    if (!text) return fail(text.error());
    const QDir beside = QFileInfo(manifest).dir();
    QStringList found;
    int number = 0;
    for (const QByteArray& line : QByteArray::fromStdString(*text).split('\n')) {
        ++number;
        if (line.trimmed().isEmpty()) continue;
        const auto entry = fromJson(line.toStdString());
        const Value* const path = entry && entry->isMap() ? entry->asMap().find("audio_filepath") : nullptr;
        if (!path || !path->isString())
            return fail({.kind = ErrorKind::BadInput,
                         .what = "Cannot read the manifest",
                         .why = entry ? "the line has no audio_filepath" : entry.error().why,
                         .remedy = "Correct the line",
                         .file = manifest.toStdString(),
                         .line = number});
        const QString name = QString::fromStdString(path->asString());
        found.append(QFileInfo::exists(beside.filePath(name)) ? beside.filePath(name) : name);
    }
    return found;
}

} // namespace

QStringList recordingPathsIn(const QMimeData& data) {
    QStringList paths;
    for (const QUrl& url : data.urls()) {
        const QString path = url.toLocalFile();
        if (path.isEmpty()) continue;
        if (namesRecording(path.toStdString()) || isManifest(path) || QFileInfo(path).isDir())
            paths.append(path);
    }
    return paths;
}

bool hasRecordings(const QMimeData& data) {
    const QList<QUrl> urls = data.urls();
    return !urls.isEmpty() && std::all_of(urls.begin(), urls.end(), [](const QUrl& url) {
        return url.isLocalFile() && namesRecording(url.toLocalFile().toStdString());
    });
}

Result<QStringList> findRecordings(const QStringList& paths, const std::stop_token& stop) {
    QStringList found;
    for (const QString& path : paths) {
        if (QFileInfo(path).isDir()) {
            found += below(path, stop);
        } else if (isManifest(path)) {
            const auto listed = named(path);
            if (!listed) return fail(listed.error());
            found += *listed;
        } else {
            found.append(path);
        }
    }
    if (found.isEmpty())
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Nothing to listen to",
                     .why = "there is no recording in it",
                     .remedy = "Choose files that libsndfile reads: WAV, FLAC, Ogg, Opus, MP3, AIFF",
                     .file = paths.value(0).toStdString()});
    return found;
}

QString recordingFilter() {
    return QCoreApplication::translate(
        "fathom::app::RecordingFiles",
        "Recordings and manifests (*.wav *.flac *.ogg *.opus *.mp3 *.aif *.aiff *.au *.sph *.json "
        "*.jsonl);;All files (*)");
}

} // namespace fathom::app
