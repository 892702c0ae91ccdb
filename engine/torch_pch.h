// SPDX-License-Identifier: Apache-2.0
// The one precompiled header of the LibTorch part. Nothing outside it may include torch.
#pragma once
#include <torch/torch.h>
