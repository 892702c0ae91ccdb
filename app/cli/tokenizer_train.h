// SPDX-License-Identifier: GPL-3.0-or-later
// fathom-cli tokenizer train.
#pragma once

#include "app/cli/command.h"

namespace fathom::cli {

void addTokenizerTrain(CLI::App& tokenizer, CommandContext& context);

} // namespace fathom::cli
