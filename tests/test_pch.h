// SPDX-License-Identifier: GPL-3.0-or-later
// The precompiled header of every test that needs no LibTorch. Tests still include what they use.
#pragma once
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>
#ifdef QT_WIDGETS_LIB
#include <QSignalSpy>
#include <QtWidgets>
#endif
