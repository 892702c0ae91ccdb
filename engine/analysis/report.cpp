// SPDX-License-Identifier: Apache-2.0
#include "engine/analysis/report.h"

#include "engine/base/file.h"

#include <string_view>
#include <system_error>

namespace fathom::analysis {

namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --line: #d0d4da; --muted: #5b6470; --raised: #f3f5f8; --add: #dff3e3;
  --remove: #fbe3e4; --mark-add: #9fdcae; --mark-remove: #f2adb2; }
@media (prefers-color-scheme: dark) { :root { --line: #3a414b; --muted: #a0a9b5; --raised: #20252c;
  --add: #16301f; --remove: #3a1c20; --mark-add: #2c6b40; --mark-remove: #7f3138; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem; border-bottom: 1px solid var(--line); }
th { background: var(--raised); font-weight: 600; }
td { overflow-wrap: anywhere; min-width: 4rem; }
figure { margin: 1rem 0; background: #fff; border: 1px solid var(--line); padding: .5rem; color: #222; }
figure svg { max-width: 100%; height: auto; }
figcaption { color: #5b6470; }
pre { background: var(--raised); padding: .6rem; overflow-x: auto; line-height: 1.35; }
pre span { display: block; min-height: 1.35em; }
.add { background: var(--add); } .remove { background: var(--remove); }
.hunk { color: var(--muted); }
.add mark { background: var(--mark-add); color: inherit; } .remove mark { background: var(--mark-remove); color: inherit; }
)";

std::string escaped(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (const char c : text) {
        switch (c) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        default:
            result += c;
        }
    }
    return result;
}

/// Without the XML declaration and document type, which HTML does not take.
std::string_view svgElement(std::string_view svg) {
    const std::size_t start = svg.find("<svg");
    return start == std::string_view::npos ? std::string_view() : svg.substr(start);
}

std::string lineHtml(const DiffLine& line) {
    std::string text;
    std::size_t done = 0;
    const std::string_view whole = line.text;
    for (const TextMark& mark : line.marks) {
        text += escaped(whole.substr(done, mark.first - done));
        text += "<mark>" + escaped(whole.substr(mark.first, mark.count)) + "</mark>";
        done = mark.first + mark.count;
    }
    text += escaped(whole.substr(done));
    switch (line.kind) {
    case DiffLine::Kind::Added:
        return "<span class=\"add\">+" + text + "</span>";
    case DiffLine::Kind::Removed:
        return "<span class=\"remove\">-" + text + "</span>";
    case DiffLine::Kind::Same:
        break;
    }
    return "<span> " + text + "</span>";
}

struct HtmlWriter {
    std::string& out;

    void operator()(const ReportText& part) const { out += "<p>" + escaped(part.text) + "</p>\n"; }
    void operator()(const ReportTable& part) const {
        out += "<div class=\"wide\"><table><thead><tr>";
        for (const std::string& cell : part.header)
            out += "<th>" + escaped(cell) + "</th>";
        out += "</tr></thead><tbody>\n";
        for (const auto& row : part.rows) {
            out += "<tr>";
            for (const std::string& cell : row)
                out += "<td>" + escaped(cell) + "</td>";
            out += "</tr>\n";
        }
        out += "</tbody></table></div>\n";
    }
    void operator()(const ReportFigure& part) const {
        out += "<figure role=\"img\" aria-label=\"" + escaped(part.caption) + "\">";
        out += svgElement(part.svg);
        out += "<figcaption>" + escaped(part.caption) + "</figcaption></figure>\n";
    }
    void operator()(const ReportDiff& part) const {
        out += "<h3>" + escaped(part.title) + "</h3>\n<pre>";
        for (std::size_t i = 0; i < part.hunks.size(); ++i) {
            if (i > 0) out += "<span class=\"hunk\">…</span>";
            for (const DiffLine& line : part.hunks[i].lines)
                out += lineHtml(line);
        }
        out += "</pre>\n";
    }
};

/// Nothing of the text means something to Markdown, and it stays on one line.
std::string inlineMarkdown(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (std::string_view("\\`*_{}[]<>#|~").find(c) != std::string_view::npos) result += '\\';
        result += c == '\n' || c == '\r' ? ' ' : c;
    }
    return result;
}

/// A fence longer than any in the text.
std::string fenceFor(std::string_view text) {
    std::string fence = "```";
    while (text.find(fence) != std::string_view::npos)
        fence += '`';
    return fence;
}

struct MarkdownWriter {
    std::string& out;
    const std::string& figureFolder;

    void operator()(const ReportText& part) const { out += inlineMarkdown(part.text) + "\n\n"; }
    void operator()(const ReportTable& part) const {
        const auto addRow = [&](const std::vector<std::string>& cells) {
            out += '|';
            for (const std::string& cell : cells)
                out += ' ' + inlineMarkdown(cell) + " |";
            out += '\n';
        };
        addRow(part.header);
        out += '|';
        for (std::size_t i = 0; i < part.header.size(); ++i)
            out += " --- |";
        out += '\n';
        for (const auto& row : part.rows)
            addRow(row);
        out += '\n';
    }
    void operator()(const ReportFigure& part) const {
        out += "![" + inlineMarkdown(part.caption) + "](<" + figureFolder + '/' + part.name + ".svg>)\n\n";
    }
    void operator()(const ReportDiff& part) const {
        const std::string text = unifiedText(part.hunks);
        const std::string fence = fenceFor(text);
        out += "### " + inlineMarkdown(part.title) + "\n\n" + fence + "diff\n" + text + fence + "\n\n";
    }
};

Status writeFigures(const Report& report, const std::filesystem::path& folder) {
    for (const ReportSection& section : report.sections) {
        for (const ReportPart& part : section.parts) {
            const auto* figure = std::get_if<ReportFigure>(&part);
            if (figure == nullptr) continue;
            std::error_code error;
            std::filesystem::create_directories(folder, error);
            if (error)
                return fail({.what = "Cannot make the folder for the report's figures",
                             .why = error.message(),
                             .remedy = "Write the report into another folder",
                             .file = folder.string()});
            if (Status written = writeFileAtomically(folder / (figure->name + ".svg"), figure->svg); !written)
                return written;
        }
    }
    return {};
}

} // namespace

std::string toHtml(const Report& report) {
    std::string out = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
                      escaped(report.title) + "</title>\n<style>" + std::string(kStyle) +
                      "</style></head><body>\n<h1>" + escaped(report.title) + "</h1>\n";
    for (const ReportSection& section : report.sections) {
        out += "<h2>" + escaped(section.heading) + "</h2>\n";
        for (const ReportPart& part : section.parts)
            std::visit(HtmlWriter{out}, part);
    }
    return out + "</body></html>\n";
}

std::string toMarkdown(const Report& report, const std::string& figureFolder) {
    std::string out = "# " + inlineMarkdown(report.title) + "\n\n";
    for (const ReportSection& section : report.sections) {
        out += "## " + inlineMarkdown(section.heading) + "\n\n";
        for (const ReportPart& part : section.parts)
            std::visit(MarkdownWriter{out, figureFolder}, part);
    }
    return out;
}

Status writeReport(const Report& report, const std::filesystem::path& file) {
    if (file.extension() != ".md") return writeFileAtomically(file, toHtml(report));
    const std::string folder = file.stem().string() + "_figures";
    if (Status written = writeFigures(report, file.parent_path() / folder); !written) return written;
    return writeFileAtomically(file, toMarkdown(report, folder));
}

} // namespace fathom::analysis
