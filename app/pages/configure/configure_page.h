// SPDX-License-Identifier: GPL-3.0-or-later
// Configure: a YAML file as a tree that shows who set each value, and the overrides on it.
#pragma once

#include "app/shell/page.h"
#include "engine/run/request.h"

#include <QPointer>
#include <QStringList>

#include <deque>

namespace fathom::app {

class AppContext;
class ConfigComparison;
class ConfigDocument;
class ConfigSaver;
class ConfigureView;

class ConfigurePage : public Page {
    Q_OBJECT
public:
    explicit ConfigurePage(AppContext& context, QObject* parent = nullptr);

    [[nodiscard]] QString id() const override { return QStringLiteral("configure"); }
    [[nodiscard]] QString title() const override { return tr("Configure"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("configure"); }
    [[nodiscard]] QWidget* widget() override;
    [[nodiscard]] QString badge() const override;
    void activated() override;
    void saveState(QSettings& settings) const override;
    void restoreState(QSettings& settings) override;
    /// Asks when runs of a sweep still wait: they are forgotten with the window.
    [[nodiscard]] bool mayClose() override;
    [[nodiscard]] bool isSettled() const override;

    /// Opens a YAML file, with the overrides that it had when it was last open; it heads the list of recent
    /// files.
    void open(const QString& file);
    /// Opens the config that a command line names, with its overrides.
    void openCommand(const QString& command);
    [[nodiscard]] ConfigDocument& document() { return *m_document; }
    [[nodiscard]] ConfigComparison& comparison() { return *m_comparison; }

private:
    void train();
    /// Starts the next run of a sweep when nothing is under way.
    void trainNext();
    void dropWaiting();
    void showWaiting();
    void saveDraft();
    /// One line about the bundled example, until the first training.
    void showHint();
    AppContext& m_context;
    ConfigDocument* m_document;
    ConfigComparison* m_comparison;
    ConfigSaver* m_saver;
    QPointer<ConfigureView> m_view;
    QStringList m_recent;
    std::deque<run::RunRequest> m_queue; ///< runs of a sweep that wait for their turn
    bool m_isStarting = false;           ///< a run was asked for and is not under way yet
    bool m_hasTrained = false;
    bool m_isRestoring = false;
};

} // namespace fathom::app
