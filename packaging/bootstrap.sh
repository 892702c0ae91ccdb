#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what building Fathom needs and is missing: Debian packages and the LibTorch of the pinned PyPI wheel.
# Idempotent; a second run takes a second. What it does, it says.
#
#   FATHOM_DEPS   folder for LibTorch (default: .deps in the checkout)
#   Torch_DIR     an existing LibTorch's share/cmake/Torch: nothing is downloaded
#   FATHOM_GUI=OFF    skips the packages of the window
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps=${FATHOM_DEPS:-$root/.deps}
torch_version=2.11.0

say() { printf 'bootstrap: %s\n' "$*" >&2; }

packages=(
  g++ cmake ninja-build ccache mold pkg-config git ca-certificates python3 python3-venv
  libyaml-cpp-dev libarchive-dev libsqlite3-dev libsndfile1-dev libsoxr-dev libssl-dev zlib1g-dev
  libfmt-dev libcli11-dev nlohmann-json3-dev libexpected-dev libprotozero-dev libre2-dev libsentencepiece-dev libutf8proc-dev qt6-base-dev
)
if [ "${FATHOM_GUI:-ON}" != OFF ]; then
  packages+=(qt6-base-dev-tools "qt6-svg-dev|libqt6svg6-dev" libqt6svg6 libqcustomplot-dev libasound2-dev libgl-dev libvulkan-dev libxkbcommon-dev
             qt6-qpa-plugins fonts-dejavu-core)
fi

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# "a|b" is one package under the names that different releases give it.
missing=()
for names in "${packages[@]}"; do
  found=""
  for package in ${names//|/ }; do if installed "$package"; then found=yes; fi; done
  [ -n "$found" ] || missing+=("$names")
done
if [ ${#missing[@]} -gt 0 ]; then
  sudo=""
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { say "needs root to install: ${missing[*]}"; say "run as root: packaging/bootstrap.sh"; exit 1; }
    sudo=sudo
  fi
  say "installing Debian packages: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  $sudo apt-get update -qq
  chosen=()
  for names in "${missing[@]}"; do
    for package in ${names//|/ }; do
      if apt-cache show "$package" >/dev/null 2>&1; then chosen+=("$package"); break; fi
    done
  done
  $sudo apt-get install -y -qq --no-install-recommends "${chosen[@]}" >/dev/null
fi

if [ -n "${Torch_DIR:-}" ]; then
  [ -f "$Torch_DIR/../../../lib/libtorch_cpu.so" ] || { say "Torch_DIR=$Torch_DIR holds no LibTorch: $Torch_DIR/../../../lib/libtorch_cpu.so is missing"; exit 1; }
  say "using LibTorch of Torch_DIR"
elif ! ls "$deps"/torch/lib/python3*/site-packages/"torch-$torch_version"*.dist-info/RECORD >/dev/null 2>&1; then
  say "installing LibTorch: torch==$torch_version from PyPI into ${deps#"$root"/}/torch (about 4 GB)"
  mkdir -p "$deps"
  rm -rf "$deps/torch"
  python3 -m venv "$deps/torch"
  "$deps/torch/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir "torch==$torch_version"
fi
say "everything is there"
