#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds with warnings as errors, and runs every test but the slow ones (--all runs those too).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exclude=(-LE "slow|bench")
[ "${1:-}" = --all ] && exclude=(-LE "bench")
packaging/build.sh ci
ctest --preset ci "${exclude[@]}"
