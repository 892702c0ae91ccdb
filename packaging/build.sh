#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Bootstraps, configures and builds one preset: packaging/build.sh [PRESET] [TARGET…]. Default: release, everything.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=${1:-release}
[ $# -gt 0 ] && shift
packaging/bootstrap.sh
arguments=()
[ -n "${FATHOM_DEPS:-}" ] && arguments+=("-DFATHOM_DEPS=$FATHOM_DEPS")
[ -n "${FATHOM_GUI:-}" ] && arguments+=("-DFATHOM_GUI=$FATHOM_GUI")
cmake --preset "$preset" "${arguments[@]}"
cmake --build --preset "$preset" ${1:+--target "$@"}
