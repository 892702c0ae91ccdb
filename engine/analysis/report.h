// SPDX-License-Identifier: Apache-2.0
// A document of headings, tables, figures and diffs, written as one HTML file or as Markdown with its figures
// beside it.
#pragma once

#include "engine/analysis/text_diff.h"
#include "engine/base/result.h"

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

namespace fathom::analysis {

struct ReportText {
    std::string text{};
};

struct ReportTable {
    std::vector<std::string> header{};
    std::vector<std::vector<std::string>> rows{}; ///< as long as the header
};

struct ReportFigure {
    std::string name{};    ///< of its file, without ending
    std::string caption{}; ///< also what a reader hears who does not see it
    std::string svg{};     ///< a whole SVG document
};

struct ReportDiff {
    std::string title{};
    std::vector<DiffHunk> hunks{};
};

using ReportPart = std::variant<ReportText, ReportTable, ReportFigure, ReportDiff>;

struct ReportSection {
    std::string heading{};
    std::vector<ReportPart> parts{};
};

struct Report {
    std::string title{};
    std::vector<ReportSection> sections{};
};

/// One file that needs no other: style and figures are in it. Light or dark as the reader's system.
[[nodiscard]] std::string toHtml(const Report& report);
/// GitHub's Markdown. Figures are linked as `<figureFolder>/<name>.svg`.
[[nodiscard]] std::string toMarkdown(const Report& report, const std::string& figureFolder);

/// By the ending: .md is Markdown with the figures in `<stem>_figures/` beside it, all else HTML. Each file
/// is replaced atomically, the document last. Waits for the disk.
[[nodiscard]] Status writeReport(const Report& report, const std::filesystem::path& file);

} // namespace fathom::analysis
