// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/app_context.h"

namespace fathom::app {

AppContext::AppContext(const Services& services, std::filesystem::path workspace, QObject* parent)
    : QObject(parent), m_services(services), m_workspace(std::move(workspace)) {}

} // namespace fathom::app
