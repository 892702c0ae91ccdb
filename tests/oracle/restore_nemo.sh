#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Does real NeMo restore an archive that Fathom wrote, tensor for tensor? Used by hand where the toolkit is installed
# (Python with nemo-toolkit[asr]==3.0.0 and torch 2.11); no part of the build or its tests.
# usage: NEMO_PYTHON=VENV/bin/python tests/oracle/restore_nemo.sh FILE.nemo [FATHOM_CLI]
# Prints the class and the number of tensors; exit code 1 when NeMo sees other tensors than fathom-cli does.
set -euo pipefail
file=${1:?usage: restore_nemo.sh FILE.nemo [FATHOM_CLI]}
here=$(cd "$(dirname "$0")" && pwd)
cli=${2:-$here/../../build/release/bin/fathom-cli}
tensors=$(mktemp)
trap 'rm -f "$tensors"' EXIT
"$cli" nemo tensors "$file" --md5 --json > "$tensors"
HF_HUB_OFFLINE=1 "${NEMO_PYTHON:-python3}" "$here/restore_nemo.py" "$file" "$tensors"
