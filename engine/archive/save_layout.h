// SPDX-License-Identifier: Apache-2.0
// How an edited archive lies in the file to be: which records stay as they are, which are new, and whether
// what is new fits where the old was. Internal to saving.
#pragma once

#include "engine/archive/nemo_state.h"
#include "engine/archive/patch_journal.h"
#include "engine/archive/state_dict_writer.h"
#include "engine/archive/tar_writer.h"

namespace fathom::archive {

struct SavePiece {
    enum class Kind {
        Record,  ///< headers and content of the opened tar, byte for byte
        Content, ///< new headers and `content`
        Weights, ///< new headers and the state_dict to be
    };
    Kind kind = Kind::Record;
    TarEntry entry{};                     ///< of a Record: for its name and size
    std::uint64_t offset = 0;             ///< Record: in the opened tar
    std::uint64_t bytes = 0;              ///< in the new file, headers and padding included
    std::span<const std::byte> content{}; ///< the draft keeps it alive
};

class SaveLayout {
public:
    /// `now` becomes the time of what is new, in seconds since the Unix epoch. The draft must outlive it.
    [[nodiscard]] static Result<SaveLayout> make(const NemoDraft& draft, double now);
    ~SaveLayout();
    SaveLayout(SaveLayout&& other) noexcept;
    SaveLayout& operator=(SaveLayout&&) = delete;

    [[nodiscard]] const std::vector<SavePiece>& pieces() const { return m_pieces; }
    [[nodiscard]] const std::optional<TorchFileWriter>& weights() const { return m_weights; }
    /// Size of the new file.
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }
    /// Where everything new fits into its old place: what to write there.
    [[nodiscard]] const std::optional<std::vector<Patch>>& patches() const { return m_patches; }
    /// Of the opened tar, for copying in the kernel; -1 where its file is not there any more.
    [[nodiscard]] int sourceDescriptor() const { return m_source; }

private:
    SaveLayout() = default;
    [[nodiscard]] Status prepareWeights(const NemoDraft& draft);
    void addPieces(const NemoDraft& draft, double now);
    void findPatches(const NemoDraft& draft);
    void openSource(const Nemo& original);

    std::vector<SavePiece> m_pieces{};
    std::optional<TorchFileWriter> m_weights{};
    std::optional<std::vector<Patch>> m_patches{};
    std::uint64_t m_bytes = 0;
    int m_source = -1;
};

} // namespace fathom::archive
