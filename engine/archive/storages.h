// SPDX-License-Identifier: Apache-2.0
// Puts the bytes of storages behind the tensors that a pickle describes, refusing whatever would reach
// outside them.
#pragma once

#include "engine/archive/pickle_document.h"
#include "engine/archive/zip_index.h"

#include <functional>

namespace fathom::archive {

/// The bytes of the storage with this key.
using StorageLookup = std::function<Result<ZipBytes>(const StorageSpec&)>;

/// Fills document.tensors. Each storage is looked up once and gets the next number. Errors are BadInput.
[[nodiscard]] Status bindTensors(PickleDocument& document, const StorageLookup& lookup,
                                 const std::string& label);

} // namespace fathom::archive
