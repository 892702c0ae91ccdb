// SPDX-License-Identifier: GPL-3.0-or-later
// What people do with a restored model of one family. forms.cpp lists the families; the panes that show a
// form know only this.
#pragma once

#include "app/inference/archive_tokenizers.h"

#include <QWidget>

class QMimeData;

namespace fathom::app {

class JobRunner;
class ModelSession;

/// What a form works with; both outlive it. The session's model is ready.
struct FormServices {
    ModelSession& session;
    JobRunner& jobs;
};

class InferenceForm : public QWidget {
    Q_OBJECT
public:
    using QWidget::QWidget;

    /// Whether it can do something with what is dragged over it.
    [[nodiscard]] virtual bool takes(const QMimeData& mime) const = 0;
    virtual void take(const QMimeData& mime) = 0;
    /// The tokenizers of the archive, for showing what a text is to the model.
    virtual void setTokenizers(const NamedTokenizers& tokenizers) { Q_UNUSED(tokenizers) }

Q_SIGNALS:
    /// One line for the status bar.
    void statusMessage(const QString& text);
};

} // namespace fathom::app
