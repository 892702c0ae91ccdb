// SPDX-License-Identifier: GPL-3.0-or-later
// One member of an archive in the view that suits it: text, tokens, a recording, or bytes. Text and bytes can
// be chosen for each.
#pragma once

#include "app/models/artifact_preview.h"
#include "app/pages/archive/member_source.h"

#include <QWidget>

class QAction;
class QComboBox;
class QHBoxLayout;
class QStackedWidget;

namespace fathom::widgets {
class CodeView;
class ElidedLabel;
} // namespace fathom::widgets

namespace fathom::app {

class AudioPane;
class HexPane;
class JobRunner;
class VocabularyPane;

class ArtifactView : public QWidget {
    Q_OBJECT
public:
    explicit ArtifactView(JobRunner& jobs, QWidget* parent = nullptr);

    /// Reads the member in the background and shows it. `name` as stored.
    void show(const QString& name, MemberSource source);
    using QWidget::show;
    [[nodiscard]] const QString& name() const { return m_name; }
    /// The kind on screen; Binary until the member was read.
    [[nodiscard]] ArtifactPreview::Kind kind() const { return m_preview.kind; }
    [[nodiscard]] bool isSettled() const { return !m_isReading; }
    /// Puts a button of this action below the member.
    void addButton(QAction* action);
    void focusFilter();

Q_SIGNALS:
    void statusMessage(const QString& text);

private:
    enum Page { TextPage, TokensPage, AudioPage, HexPage };
    void present(ArtifactPreview preview);
    void showPage(int page);
    void saveCopy();

    JobRunner& m_jobs;
    QString m_name;
    MemberSource m_source;
    ArtifactPreview m_preview;
    bool m_isReading = false;
    widgets::ElidedLabel* m_title;
    QComboBox* m_choice;
    QStackedWidget* m_stack;
    widgets::CodeView* m_text;
    VocabularyPane* m_tokens;
    AudioPane* m_audio;
    HexPane* m_hex;
    QHBoxLayout* m_buttons;
};

} // namespace fathom::app
