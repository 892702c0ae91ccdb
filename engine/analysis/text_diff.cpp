// SPDX-License-Identifier: Apache-2.0
#include "engine/analysis/text_diff.h"

#include "engine/analysis/sequence_diff.h"

#include <algorithm>
#include <unordered_map>

namespace fathom::analysis {

namespace {

using Parts = std::vector<std::string_view>;

Parts linesOf(std::string_view text) {
    Parts lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

bool isWordByte(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || byte == '_';
}

/// Words, stretches of blanks, and single other characters.
Parts wordsOf(std::string_view line) {
    Parts words;
    for (std::size_t first = 0; first < line.size();) {
        std::size_t end = first + 1;
        if (isWordByte(line[first]))
            while (end < line.size() && isWordByte(line[end]))
                ++end;
        else if (line[first] == ' ')
            while (end < line.size() && line[end] == ' ')
                ++end;
        words.push_back(line.substr(first, end - first));
        first = end;
    }
    return words;
}

std::vector<Edit> diffParts(const Parts& before, const Parts& after) {
    std::unordered_map<std::string_view, std::uint32_t> numbers;
    const auto number = [&](const Parts& parts) {
        std::vector<std::uint32_t> result;
        result.reserve(parts.size());
        for (const std::string_view part : parts)
            result.push_back(numbers.emplace(part, static_cast<std::uint32_t>(numbers.size())).first->second);
        return result;
    };
    const auto left = number(before);
    return diffSequences(left, number(after));
}

/// Marks what changed between two lines, unless they share too little.
void markWords(DiffLine& removed, DiffLine& added) {
    const Parts left = wordsOf(removed.text);
    const Parts right = wordsOf(added.text);
    std::size_t same = 0;
    std::vector<TextMark> leftMarks;
    std::vector<TextMark> rightMarks;
    const auto mark = [](std::vector<TextMark>& marks, std::size_t first, std::size_t count) {
        if (!marks.empty() && marks.back().first + marks.back().count == first)
            marks.back().count += count;
        else
            marks.push_back({first, count});
    };
    const auto place = [](std::string_view part, const std::string& line) {
        return static_cast<std::size_t>(part.data() - line.data());
    };
    for (const Edit& edit : diffParts(left, right)) {
        if (edit.kind == EditKind::Removed)
            mark(leftMarks, place(left[edit.before], removed.text), left[edit.before].size());
        else if (edit.kind == EditKind::Added)
            mark(rightMarks, place(right[edit.after], added.text), right[edit.after].size());
        else
            same += left[edit.before].front() == ' ' ? 0 : left[edit.before].size();
    }
    if (3 * same < std::max(removed.text.size(), added.text.size())) return;
    removed.marks = std::move(leftMarks);
    added.marks = std::move(rightMarks);
}

/// Pairs the removed lines of a stretch with its added ones, in order.
void markStretches(std::vector<DiffLine>& lines) {
    using Kind = DiffLine::Kind;
    for (std::size_t i = 0; i < lines.size();) {
        const auto countOf = [&](Kind kind, std::size_t from) {
            std::size_t count = 0;
            while (from + count < lines.size() && lines[from + count].kind == kind)
                ++count;
            return count;
        };
        const std::size_t removed = countOf(Kind::Removed, i);
        const std::size_t added = countOf(Kind::Added, i + removed);
        for (std::size_t pair = 0; pair < std::min(removed, added); ++pair)
            markWords(lines[i + pair], lines[i + removed + pair]);
        i += std::max<std::size_t>(removed + added, 1);
    }
}

std::vector<DiffHunk> cut(std::vector<DiffLine> lines, int context) {
    std::vector<DiffHunk> hunks;
    const auto around = context < 0 ? lines.size() : static_cast<std::size_t>(context);
    std::size_t taken = 0; // lines before this are in a hunk or left out
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].kind == DiffLine::Kind::Same) continue;
        const std::size_t first = std::max(taken, i - std::min(i, around));
        if (hunks.empty() || first > taken) hunks.emplace_back();
        std::size_t last = i;
        for (std::size_t next = i; next < lines.size() && next - last <= around + 1; ++next)
            if (lines[next].kind != DiffLine::Kind::Same) last = next;
        const std::size_t end = last + std::min(around, lines.size() - 1 - last) + 1;
        auto& into = hunks.back().lines;
        into.insert(into.end(), std::make_move_iterator(lines.begin() + static_cast<std::ptrdiff_t>(first)),
                    std::make_move_iterator(lines.begin() + static_cast<std::ptrdiff_t>(end)));
        taken = end;
        i = end - 1;
    }
    return hunks;
}

std::string range(const DiffHunk& hunk, int DiffLine::*side) {
    int first = 0;
    int count = 0;
    for (const DiffLine& line : hunk.lines) {
        if (line.*side == 0) continue;
        if (count++ == 0) first = line.*side;
    }
    return std::to_string(first) + (count == 1 ? "" : ',' + std::to_string(count));
}

} // namespace

std::vector<DiffHunk> diffText(std::string_view before, std::string_view after,
                               const TextDiffOptions& options) {
    const Parts left = linesOf(before);
    const Parts right = linesOf(after);
    std::vector<DiffLine> lines;
    for (const Edit& edit : diffParts(left, right)) {
        const bool added = edit.kind == EditKind::Added;
        const bool removed = edit.kind == EditKind::Removed;
        lines.push_back({.kind = added     ? DiffLine::Kind::Added
                                 : removed ? DiffLine::Kind::Removed
                                           : DiffLine::Kind::Same,
                         .before = added ? 0 : static_cast<int>(edit.before) + 1,
                         .after = removed ? 0 : static_cast<int>(edit.after) + 1,
                         .text = std::string(added ? right[edit.after] : left[edit.before])});
    }
    markStretches(lines);
    return cut(std::move(lines), options.context);
}

std::string unifiedText(const std::vector<DiffHunk>& hunks) {
    std::string text;
    for (const DiffHunk& hunk : hunks) {
        text += "@@ -" + range(hunk, &DiffLine::before) + " +" + range(hunk, &DiffLine::after) + " @@\n";
        for (const DiffLine& line : hunk.lines) {
            text += line.kind == DiffLine::Kind::Same ? ' ' : line.kind == DiffLine::Kind::Added ? '+' : '-';
            text += line.text + '\n';
        }
    }
    return text;
}

std::vector<PatchFile> patchFiles(std::string_view patch) {
    constexpr std::string_view kFile = "diff --git ";
    std::vector<PatchFile> files;
    for (const std::string_view line : linesOf(patch)) {
        if (line.starts_with(kFile)) {
            const std::size_t path = line.rfind(" b/");
            files.push_back({.path = std::string(path == std::string_view::npos ? line.substr(kFile.size())
                                                                                : line.substr(path + 3))});
        }
        if (files.empty()) files.emplace_back();
        if (line.starts_with("index ")) continue; // of blobs: equal changes on other commits differ here
        files.back().text += std::string(line) + '\n';
    }
    return files;
}

std::vector<PatchDifference> diffPatches(std::string_view before, std::string_view after) {
    const std::vector<PatchFile> left = patchFiles(before);
    const std::vector<PatchFile> right = patchFiles(after);
    const auto find = [](const std::vector<PatchFile>& files, const std::string& path) {
        const auto file =
            std::find_if(files.begin(), files.end(), [&](const PatchFile& one) { return one.path == path; });
        return file == files.end() ? std::string() : file->text;
    };
    std::vector<PatchDifference> differences;
    const auto add = [&](const std::string& path, const std::string& from, const std::string& to) {
        if (from != to) differences.push_back({path, from, to, diffText(from, to)});
    };
    for (const PatchFile& file : left)
        add(file.path, file.text, find(right, file.path));
    for (const PatchFile& file : right)
        if (find(left, file.path).empty()) add(file.path, {}, file.text);
    return differences;
}

} // namespace fathom::analysis
