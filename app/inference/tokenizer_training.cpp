// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/tokenizer_training.h"

#include "engine/base/value.h"

#include <QCoreApplication>

namespace fathom::app {

namespace {

QString textAt(const Value& value, std::string_view path) {
    const Value* const found = value.at(path);
    return found && found->isString() ? QString::fromStdString(found->asString()) : QString();
}

qint64 countAt(const Value& value, std::string_view path) {
    const Value* const found = value.at(path);
    return found && found->isInt() ? found->asInt() : 0;
}

/// Of the last line that is not empty.
Result<Value> lastDocument(const QByteArray& output) {
    return fromJson(output.trimmed().split('\n').last().toStdString());
}

} // namespace

QStringList trainingArguments(const TrainingSettings& settings) {
    QStringList arguments{QStringLiteral("tokenizer"),
                          QStringLiteral("train"),
                          QStringLiteral("--json"),
                          QStringLiteral("-o"),
                          settings.folder,
                          QStringLiteral("--type"),
                          settings.type,
                          QStringLiteral("--vocab-size"),
                          QString::number(settings.vocabSize)};
    if (settings.type != QStringLiteral("wpe"))
        arguments << QStringLiteral("--coverage") << QString::number(settings.coverage, 'g', 8);
    if (settings.lowerCase) arguments << QStringLiteral("--lower-case");
    if (settings.bos) arguments << QStringLiteral("--bos");
    if (settings.eos) arguments << QStringLiteral("--eos");
    if (settings.pad) arguments << QStringLiteral("--pad");
    return arguments << QStringLiteral("--") << settings.files;
}

TokenizerTraining::TokenizerTraining(const QString& program, QObject* parent)
    : QObject(parent),
      m_program(program.isEmpty() ? QCoreApplication::applicationDirPath() + QStringLiteral("/fathom-cli")
                                  : program) {
    connect(&m_process, &QProcess::finished, this, &TokenizerTraining::finish);
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error != QProcess::FailedToStart) return; // finish() tells of the others
        Q_EMIT runningChanged(false);
        Q_EMIT failed(tr("%1 cannot be started: %2. Install Fathom as a whole.")
                          .arg(m_program, m_process.errorString()));
    });
}

TokenizerTraining::~TokenizerTraining() {
    m_process.disconnect(this);
    m_process.kill();
    m_process.waitForFinished(1000); // a killed process is gone at once
}

void TokenizerTraining::start(const TrainingSettings& settings) {
    if (isRunning()) return;
    m_isCancelled = false;
    m_process.start(m_program, trainingArguments(settings), QIODevice::ReadOnly);
    if (isRunning()) Q_EMIT runningChanged(true);
}

void TokenizerTraining::cancel() {
    m_isCancelled = true;
    m_process.kill();
}

void TokenizerTraining::finish(int code) {
    Q_EMIT runningChanged(false);
    if (m_isCancelled) return;
    const auto said = lastDocument(m_process.readAllStandardOutput());
    if (code == 0 && m_process.exitStatus() == QProcess::NormalExit && said)
        return Q_EMIT trained(textAt(*said, "folder"), countAt(*said, "vocab_size"),
                              countAt(*said, "sentences"));
    const QString message = said ? textAt(*said, "error.message") : QString();
    const QString error = QString::fromUtf8(m_process.readAllStandardError()).trimmed();
    if (!message.isEmpty()) return Q_EMIT failed(message);
    if (!error.isEmpty()) return Q_EMIT failed(error.section(QLatin1Char('\n'), -1));
    Q_EMIT failed(tr("The training ended with %1").arg(m_process.errorString()));
}

} // namespace fathom::app
