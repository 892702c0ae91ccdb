// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

namespace fathom::app {

class AppContext;
class Page;

/// Every page of the program, in the order of the rail. The one place where pages are named.
[[nodiscard]] std::vector<std::unique_ptr<Page>> makePages(AppContext& context);

} // namespace fathom::app
