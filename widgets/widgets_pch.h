// SPDX-License-Identifier: GPL-3.0-or-later
// The precompiled header of all targets with widgets, for builds from scratch (FATHOM_UNITY). Files still
// include what they use: daily builds go without it.
#pragma once
#include <QtWidgets>
#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>
