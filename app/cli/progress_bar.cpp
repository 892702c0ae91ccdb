// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress_bar.h"

#include <algorithm>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

namespace fathom::cli {
namespace {

constexpr int kBarCells = 20;

std::string clock(double seconds) {
    const auto whole = static_cast<long>(seconds + 0.5);
    char text[48];
    if (whole >= 3600)
        std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    else
        std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
    return text;
}

std::string bar(double share) {
    const int full = static_cast<int>(share * kBarCells);
    std::string text;
    for (int i = 0; i < kBarCells; ++i)
        text += i < full ? "━" : i == full ? "╸" : " ";
    return text;
}

int terminalColumns() {
    winsize size{};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
}

/// Cuts to so many columns; every character here is one column wide.
std::string cut(const std::string& text, int columns) {
    int used = 0;
    std::size_t end = 0;
    while (end < text.size()) {
        if ((static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U && ++used > columns) break;
        ++end;
    }
    return text.substr(0, end);
}

} // namespace

std::string barText(const run::RunSnapshot& snapshot, int columns) {
    const store::Progress& progress = snapshot.progress;
    std::string text;
    char part[96];
    if (progress.totalSteps > 0) {
        const double share = std::clamp(
            static_cast<double>(progress.step) / static_cast<double>(progress.totalSteps), 0.0, 1.0);
        std::snprintf(part, sizeof part, "%3d%% ", static_cast<int>(share * 100));
        text += part + bar(share) + "  step " + std::to_string(progress.step) + '/' +
                std::to_string(progress.totalSteps);
    } else {
        text += "step " + std::to_string(progress.step);
    }
    if (progress.totalEpochs > 0)
        text += "  epoch " + std::to_string(progress.epoch) + '/' + std::to_string(progress.totalEpochs);
    if (progress.phase != "training") text += "  " + progress.phase;
    if (progress.stepsPerSecond > 0 && progress.phase != "paused") {
        std::snprintf(part, sizeof part, "  %.2f steps/s", progress.stepsPerSecond);
        text += part;
        if (progress.totalSteps > 0)
            text +=
                "  " +
                clock(static_cast<double>(progress.totalSteps - progress.step) / progress.stepsPerSecond) +
                " left";
    }
    for (const run::LatestValue& value : snapshot.latest) {
        if (value.name != "train_loss" && value.name != "val_wer") continue;
        std::snprintf(part, sizeof part, "  %s %.4g", value.name.c_str(), value.value);
        text += part;
    }
    return cut(text, columns);
}

ProgressBar::ProgressBar() : m_isTerminal(isatty(STDERR_FILENO) != 0) {}

ProgressBar::~ProgressBar() {
    finish();
}

void ProgressBar::draw() {
    if (!m_isTerminal || m_text.empty()) return;
    std::fputs(m_text.c_str(), stderr);
    std::fflush(stderr);
    m_drawn = true;
}

void ProgressBar::erase() {
    if (m_drawn) std::fputs("\r\x1b[2K", stderr);
    m_drawn = false;
}

void ProgressBar::show(const run::RunSnapshot& snapshot) {
    if (!m_isTerminal) return;
    const std::lock_guard lock(m_mutex);
    erase();
    m_text = barText(snapshot, terminalColumns() - 1);
    draw();
}

void ProgressBar::print(LogLevel level, std::string_view text) {
    const std::lock_guard lock(m_mutex);
    erase();
    const char* const prefix = level == LogLevel::Error     ? "error: "
                               : level == LogLevel::Warning ? "warning: "
                                                            : "";
    std::fprintf(stderr, "%s%.*s\n", prefix, static_cast<int>(text.size()), text.data());
    draw();
}

void ProgressBar::finish() {
    const std::lock_guard lock(m_mutex);
    if (m_drawn) std::fputc('\n', stderr);
    m_drawn = false;
    m_text.clear();
}

} // namespace fathom::cli
