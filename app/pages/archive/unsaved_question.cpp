// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/unsaved_question.h"

#include "app/pages/archive/archive_view.h"

#include <QEventLoop>
#include <QFileInfo>
#include <QMessageBox>
#include <QPushButton>

namespace fathom::app {

namespace {

QMessageBox* makeQuestion(ArchiveView& view) {
    const QString name = QFileInfo(view.document().contents().path).fileName();
    auto* const box =
        new QMessageBox(QMessageBox::Question, QMessageBox::tr("Unsaved edits"),
                        QMessageBox::tr("%1 has edits that are not saved: %2")
                            .arg(name, view.document().unsaved().join(QStringLiteral(", ")).left(400)),
                        QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, &view);
    box->setDefaultButton(QMessageBox::Save);
    return box;
}

/// Calls `done(true)` when the archive is saved, `done(false)` when it was not.
void save(ArchiveView& view, std::function<void(bool)> done) {
    auto* const once = new QObject(&view);
    QObject::connect(&view.saver(), &ArchiveSaver::saved, once, [once, done] {
        once->deleteLater();
        done(true);
    });
    QObject::connect(&view.saver(), &ArchiveSaver::failed, once, [once, done] {
        once->deleteLater();
        done(false);
    });
    view.saver().save(view.document().contents().path);
}

} // namespace

void askAboutUnsaved(ArchiveView& view, std::function<void()> leave) {
    if (!view.document().isModified()) return leave();
    QMessageBox* const box = makeQuestion(view);
    box->setAttribute(Qt::WA_DeleteOnClose);
    QObject::connect(box, &QMessageBox::finished, &view, [&view, leave = std::move(leave)](int answer) {
        if (answer == QMessageBox::Discard) return leave();
        if (answer != QMessageBox::Save) return;
        save(view, [leave](bool isSaved) {
            if (isSaved) leave();
        });
    });
    box->open();
}

bool mayLeave(ArchiveView& view) {
    if (!view.document().isModified()) return true;
    const std::unique_ptr<QMessageBox> box(makeQuestion(view));
    const int answer = box->exec();
    if (answer != QMessageBox::Save) return answer == QMessageBox::Discard;
    QEventLoop loop;
    bool isSaved = false;
    save(view, [&](bool done) {
        isSaved = done;
        loop.quit();
    });
    loop.exec();
    return isSaved;
}

} // namespace fathom::app
