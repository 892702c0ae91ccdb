// SPDX-License-Identifier: GPL-3.0-or-later
// fathom-cli tokenizer: trains vocabularies, and shows what tokenizers make of texts.
#pragma once

#include "app/cli/command.h"

namespace fathom::cli {

void addTokenizerCommand(CLI::App& app, CommandContext& context);

} // namespace fathom::cli
