// SPDX-License-Identifier: GPL-3.0-or-later
// Offers the config's keys while `${` is being typed.
#pragma once

#include <QStringList>

#include <functional>

class QLineEdit;

namespace fathom::app {

/// From now on the line offers `keys()`, asked for when `${` first appears. A key that is taken is closed
/// with a brace. Relative keys (`${.`) and resolvers (`${oc.env:`) are left to the user.
void completeInterpolations(QLineEdit* line, std::function<QStringList()> keys);

} // namespace fathom::app
