// SPDX-License-Identifier: Apache-2.0
// The globals whose meaning is known: what REDUCE and NEWOBJ make of them, as data.
#pragma once

#include "engine/archive/pickle_document.h"

#include <optional>
#include <string_view>

namespace fathom::archive {

/// Data or a harmless type; everything else is listed as opaque.
[[nodiscard]] bool isKnownGlobal(std::string_view name);

/// What a known callable makes of its arguments (a Tuple node); nothing when it is not known or the arguments
/// do not fit, and the caller makes an opaque object. Never runs anything.
[[nodiscard]] std::optional<NodeId> makeKnown(PickleDocument& document, NodeId callable, NodeId arguments);

/// ("storage", <class>, key, location, count[, None]) as a Storage node, or nothing.
[[nodiscard]] std::optional<NodeId> makeStorage(PickleDocument& document, NodeId persistentId);

} // namespace fathom::archive
