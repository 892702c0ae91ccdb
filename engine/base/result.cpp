// SPDX-License-Identifier: Apache-2.0
#include "engine/base/result.h"

#include <cerrno>
#include <system_error>

namespace fathom {

namespace {

std::string position(const Error& error) {
    std::string text = error.file;
    if (!text.empty() && error.line > 0) {
        text += ':' + std::to_string(error.line);
        if (error.column > 0) text += ':' + std::to_string(error.column);
    }
    return text;
}

void appendSentence(std::string& text, const std::string& sentence, const char* separator) {
    if (sentence.empty()) return;
    if (!text.empty()) text += separator;
    text += sentence;
}

} // namespace

std::string Error::message() const {
    std::string text = position(*this);
    appendSentence(text, what, ": ");
    if (!key.empty() && what.find(key) == std::string::npos && why.find(key) == std::string::npos)
        appendSentence(text, key, ": ");
    appendSentence(text, why, ": ");
    const bool ended = text.empty() || text.back() == '.' || text.back() == '?' || text.back() == '!';
    appendSentence(text, remedy, ended ? " " : ". ");
    for (char& c : text)
        if (c == '\n' || c == '\r') c = ' ';
    return text;
}

int Error::exitCode() const {
    switch (kind) {
    case ErrorKind::Failed:
        return 1;
    case ErrorKind::Usage:
        return 2;
    case ErrorKind::BadInput:
        return 3;
    case ErrorKind::Interrupted:
        return 130;
    }
    return 1;
}

Error systemError(ErrorKind kind, std::string what, const std::string& file, std::string remedy) {
    Error error;
    error.kind = kind;
    error.what = std::move(what);
    error.why = std::generic_category().message(errno);
    error.remedy = std::move(remedy);
    error.file = file;
    return error;
}

} // namespace fathom
