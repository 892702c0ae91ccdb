// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/pages.h"

#include "app/pages/archive/archive_page.h"
#include "app/pages/compare/compare_page.h"
#include "app/pages/configure/configure_page.h"
#include "app/pages/runs/runs_page.h"
#include "app/pages/train/train_page.h"

namespace fathom::app {

std::vector<std::unique_ptr<Page>> makePages(AppContext& context) {
    std::vector<std::unique_ptr<Page>> pages;
    pages.push_back(std::make_unique<ConfigurePage>(context));
    pages.push_back(std::make_unique<TrainPage>(context));
    pages.push_back(std::make_unique<RunsPage>(context));
    pages.push_back(std::make_unique<ComparePage>(context));
    pages.push_back(std::make_unique<ArchivePage>(context));
    return pages;
}

} // namespace fathom::app
