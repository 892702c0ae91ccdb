// SPDX-License-Identifier: Apache-2.0
#include "engine/run/inference.h"

namespace fathom::run {
namespace {

const char* deedOf(Task task) {
    switch (task) {
    case Task::Transcribe:
        return "it transcribes recordings";
    case Task::Classify:
        return "it classifies texts";
    case Task::Translate:
        return "it translates texts";
    case Task::Unknown:
        break;
    }
    return "it answers with arrays only";
}

const char* commandOf(Task task) {
    switch (task) {
    case Task::Transcribe:
        return "Use fathom-cli transcribe";
    case Task::Classify:
        return "Use fathom-cli classify";
    case Task::Translate:
        return "Use fathom-cli translate";
    case Task::Unknown:
        break;
    }
    return "Use fathom-cli forward";
}

} // namespace

tl::unexpected<Error> Inference::refuse(const char* what, const char* models) const {
    return fail({.kind = ErrorKind::Usage,
                 .what = what,
                 .why = target() + " is no " + models + " model: " + deedOf(task()),
                 .remedy = commandOf(task())});
}

Result<std::vector<Transcript>> Inference::transcribe(const std::vector<std::filesystem::path>&,
                                                      const TranscribeOptions&, std::stop_token) {
    return refuse("Cannot transcribe", "speech");
}

Result<std::vector<Classification>> Inference::classify(const std::vector<std::string>&, std::stop_token) {
    return refuse("Cannot classify", "classification");
}

Result<std::vector<Translation>> Inference::translate(const std::vector<std::string>&,
                                                      const TranslateOptions&, std::stop_token) {
    return refuse("Cannot translate", "translation");
}

} // namespace fathom::run
