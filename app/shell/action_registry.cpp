// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/action_registry.h"

#include "widgets/icon.h"

namespace fathom::app {

namespace {
constexpr const char* kPageProperty = "fathomPage";

/// The shortcut of a page's action works wherever the focus is while that page is the visible one: the shell
/// adds the action to the page's widget, and a hidden widget has no shortcuts. A plain key (Delete, Insert)
/// is meant for what has the focus on the page.
Qt::ShortcutContext contextOf(const ActionSpec& spec) {
    if (spec.page.isEmpty() || spec.shortcut.isEmpty()) return Qt::WindowShortcut;
    const QKeyCombination first = spec.shortcut[0];
    const bool isFunctionKey = first.key() >= Qt::Key_F1 && first.key() <= Qt::Key_F35;
    const bool isPlain = first.keyboardModifiers() == Qt::NoModifier && !isFunctionKey;
    return isPlain ? Qt::WidgetWithChildrenShortcut : Qt::WindowShortcut;
}
} // namespace

QAction* ActionRegistry::add(const ActionSpec& spec, QObject* context, std::function<void()> run) {
    Q_ASSERT_X(find(spec.id) == nullptr, "ActionRegistry::add", "id used twice");
    auto* action = new QAction(spec.text, this);
    action->setObjectName(spec.id);
    if (!spec.icon.isEmpty()) action->setIcon(widgets::icon(spec.icon));
    action->setShortcut(spec.shortcut);
    action->setShortcutContext(contextOf(spec));
    action->setStatusTip(spec.tip);
    const QString keys = spec.shortcut.toString(QKeySequence::NativeText);
    const QString tip = spec.tip.isEmpty() ? spec.text : spec.tip;
    action->setToolTip(keys.isEmpty() ? tip : tr("%1 (%2)").arg(tip, keys));
    action->setCheckable(spec.checkable);
    action->setProperty(kPageProperty, spec.page);
    connect(action, &QAction::triggered, context, [run = std::move(run)] { run(); });
    m_actions.append(action);
    Q_EMIT added(action);
    return action;
}

QAction* ActionRegistry::find(const QString& id) const {
    for (QAction* action : m_actions)
        if (action->objectName() == id) return action;
    return nullptr;
}

QString ActionRegistry::pageOf(const QAction* action) {
    return action->property(kPageProperty).toString();
}

} // namespace fathom::app
