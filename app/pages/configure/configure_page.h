// SPDX-License-Identifier: GPL-3.0-or-later
// Configure: a YAML file as a tree that shows who set each value, and the overrides on it.
#pragma once

#include "app/shell/page.h"

#include <QPointer>
#include <QStringList>

namespace fathom::app {

class AppContext;
class ConfigDocument;
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
    [[nodiscard]] bool isSettled() const override;

    /// Opens a YAML file; it heads the list of recent files.
    void open(const QString& file);
    [[nodiscard]] ConfigDocument& document() { return *m_document; }

private:
    void train();
    /// One line about the bundled example, until the first training.
    void showHint();
    AppContext& m_context;
    ConfigDocument* m_document;
    QPointer<ConfigureView> m_view;
    QStringList m_recent;
    bool m_hasTrained = false;
};

} // namespace fathom::app
