// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/forms.h"

#include "app/inference/classify_form.h"
#include "app/inference/speech_form.h"
#include "app/inference/translate_form.h"

#include <QCoreApplication>

#include <algorithm>
#include <vector>

namespace fathom::app {

namespace {

QString text(const char* source) {
    return QCoreApplication::translate("fathom::app::InferenceForm", source);
}

template <class Form> InferenceForm* make(const FormServices& services) {
    return new Form(services);
}

} // namespace

const FormKind* formFor(run::Task task) {
    static const std::vector<FormKind> kinds{
        {run::Task::Transcribe, text("Transcribe"), QStringLiteral("microphone"), &make<SpeechForm>},
        {run::Task::Classify, text("Classify"), QStringLiteral("tag"), &make<ClassifyForm>},
        {run::Task::Translate, text("Translate"), QStringLiteral("compare"), &make<TranslateForm>},
    };
    const auto kind =
        std::find_if(kinds.begin(), kinds.end(), [&](const FormKind& it) { return it.task == task; });
    return kind == kinds.end() ? nullptr : &*kind;
}

} // namespace fathom::app
