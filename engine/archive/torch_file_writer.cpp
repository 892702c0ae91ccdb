// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/torch_file_writer.h"

#include "engine/archive/float_convert.h"
#include "engine/archive/torch_pickler.h"
#include "engine/archive/torch_zip_writer.h"

#include <algorithm>

namespace fathom::archive {

namespace {

/// As torch's zip writer names it for a path; Python hands it a stream where the path is not ASCII.
std::string archiveNameOf(const std::filesystem::path& path) {
    std::string stem = path.stem().string();
    const bool isAscii = std::ranges::all_of(stem, [](char c) { return static_cast<signed char>(c) > 0; });
    return stem.empty() || !isAscii ? "archive" : stem;
}

} // namespace

Result<TorchFileWriter> TorchFileWriter::prepare(const TorchObject& root, std::string archiveName) {
    TorchPickler pickler;
    auto pickle = pickler.pickle(root);
    if (!pickle) return fail(pickle.error());
    TorchFileWriter writer;
    writer.m_archiveName = std::move(archiveName);
    writer.m_pickle = std::move(*pickle);
    writer.m_storages = std::move(pickler.storages());
    return writer;
}

Status TorchFileWriter::run(TorchZipWriter& zip) const {
    if (auto added = zip.add("data.pkl", asBytes(m_pickle)); !added) return added;
    if (auto added = zip.add(".format_version", asBytes("1")); !added) return added;
    if (auto added = zip.add(".storage_alignment", asBytes("64")); !added) return added;
    if (auto added = zip.add("byteorder", asBytes("little")); !added) return added;
    for (std::size_t i = 0; i < m_storages.size(); ++i) {
        const Storage& storage = m_storages[i];
        const std::uint64_t bytes = storage.bytes.size() / itemSize(storage.from) * itemSize(storage.to);
        const auto produce = [&](const Sink& sink) {
            return convertFloats(storage.bytes, storage.from, storage.to, sink);
        };
        const std::uint64_t whole = storage.from == storage.to ? storage.bytes.size() : bytes;
        if (auto added = zip.add("data/" + std::to_string(i), whole, produce); !added) return added;
    }
    return zip.finish();
}

std::uint64_t TorchFileWriter::bytes() const {
    TorchZipWriter zip(m_archiveName, {});
    (void)run(zip); // counting cannot fail
    return zip.size();
}

Status TorchFileWriter::write(const Sink& sink) const {
    TorchZipWriter zip(m_archiveName, sink);
    return run(zip);
}

Status writeTorchFile(const std::filesystem::path& path, const TorchObject& root,
                      AtomicFile::Durability durability) {
    const auto writer = TorchFileWriter::prepare(root, archiveNameOf(path));
    if (!writer) {
        Error error = writer.error();
        error.file = path.string();
        return fail(std::move(error));
    }
    auto file = AtomicFile::create(path);
    if (!file) return fail(file.error());
    BufferedSink buffer(*file);
    const auto written = writer->write([&](std::span<const std::byte> bytes) { return buffer.write(bytes); });
    if (!written) return written;
    if (auto flushed = buffer.flush(); !flushed) return flushed;
    return file->commit(durability);
}

} // namespace fathom::archive
