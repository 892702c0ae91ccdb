// SPDX-License-Identifier: GPL-3.0-or-later
// An inference pane with a double in the place of a restored model.
#pragma once

#include "app/bridge/job_runner.h"
#include "app/inference/inference_form.h"
#include "app/inference/inference_pane.h"
#include "app/inference/model_session.h"
#include "tests/app/model_double.h"
#include "tests/app/wave_fixture.h"

#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>

namespace fathom::app {

struct InferenceFixture {
    ModelDouble model;
    QTemporaryDir folder;
    JobRunner jobs;
    std::unique_ptr<InferencePane> pane = std::make_unique<InferencePane>(jobs, model.restore());

    ~InferenceFixture() {
        model.letOn();
        pane.reset();
    }
    /// Shows the pane, and with it restores the model.
    [[nodiscard]] bool open(run::Task task, const QString& file = QStringLiteral("net.nemo")) {
        model.task = task;
        pane->setFile(file.toStdString());
        pane->resize(1000, 700);
        pane->show();
        return QTest::qWaitFor([this] { return pane->form() != nullptr && jobs.pending() == 0; }, 20000);
    }
    [[nodiscard]] bool settle() {
        return QTest::qWaitFor([this] { return !pane->session().isBusy() && jobs.pending() == 0; }, 20000);
    }
    template <class T> [[nodiscard]] T* form() const { return qobject_cast<T*>(pane->form()); }
    template <class T> [[nodiscard]] T* child(const QString& accessibleName = {}) const {
        for (T* const it : pane->findChildren<T*>())
            if (accessibleName.isEmpty() || it->accessibleName() == accessibleName) return it;
        return nullptr;
    }
    [[nodiscard]] QPushButton* button(const QString& text) const {
        for (QPushButton* const it : pane->findChildren<QPushButton*>())
            if (it->text() == text) return it;
        return nullptr;
    }
    /// A recording of that name.
    [[nodiscard]] QString clip(const char* name) const {
        const QString file = folder.filePath(QString::fromLatin1(name));
        return writeFile(file, waveOfTone(1)) ? file : QString();
    }
    [[nodiscard]] QString text(const char* name, const QByteArray& content) const {
        const QString file = folder.filePath(QString::fromLatin1(name));
        return writeFile(file, content) ? file : QString();
    }
};

} // namespace fathom::app
