// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/board_files.h"

#include "engine/base/file.h"

#include <QUrl>

#include <algorithm>

namespace fathom::app {

namespace fs = std::filesystem;

namespace {
fs::path folderOf(const fs::path& workspace) {
    return workspace / ".fathom" / "boards";
}
} // namespace

fs::path boardFile(const fs::path& workspace, const QString& name) {
    QByteArray file = QUrl::toPercentEncoding(name, " ", ".");
    return folderOf(workspace) / (file.toStdString() + ".json");
}

StoredBoards loadBoards(const fs::path& workspace) {
    StoredBoards stored;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folderOf(workspace), ignored)) {
        if (entry.path().extension() != ".json") continue;
        const auto text = readFile(entry.path());
        auto board = text ? boardFromJson(QByteArray::fromStdString(*text)) : fail(text.error());
        if (!board) {
            board.error().file = entry.path().string();
            stored.errors.push_back(board.error());
            continue;
        }
        // The file's name counts: it may have been copied.
        board->name = QUrl::fromPercentEncoding(QByteArray::fromStdString(entry.path().stem().string()));
        stored.boards.push_back(std::move(*board));
    }
    std::sort(stored.boards.begin(), stored.boards.end(),
              [](const BoardSpec& a, const BoardSpec& b) { return a.name.localeAwareCompare(b.name) < 0; });
    return stored;
}

Status saveBoard(const fs::path& workspace, const BoardSpec& board) {
    std::error_code error;
    fs::create_directories(folderOf(workspace), error);
    if (error)
        return fail({.what = "Cannot keep the board of plots",
                     .why = error.message(),
                     .remedy = "Make the workspace writable",
                     .file = folderOf(workspace).string()});
    return writeFileAtomically(boardFile(workspace, board.name), toJson(board).toStdString());
}

Status removeBoard(const fs::path& workspace, const QString& name) {
    std::error_code error;
    fs::remove(boardFile(workspace, name), error);
    if (error)
        return fail({.what = "Cannot remove the board of plots",
                     .why = error.message(),
                     .remedy = "Make the workspace writable",
                     .file = boardFile(workspace, name).string()});
    return {};
}

} // namespace fathom::app
