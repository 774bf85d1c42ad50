#!/usr/bin/env bash
# Builds clxs as a release and runs every benchmark, or the ones named: benches/run.sh [deep_clone|engine|plan|small_tables|workspace] [arguments]
set -euo pipefail
cd "$(dirname "$0")"
cargo build --release --package clxs --package clxs-simulated
target=$(cargo metadata --no-deps --format-version 1 | python3 -c 'import json,sys; print(json.load(sys.stdin)["target_directory"])')
export CLXS_BINARY="$target/release/clxs"
if [ $# -gt 0 ]; then
    benchmark=$1
    shift
    exec python3 "$benchmark.py" "$@"
fi
python3 deep_clone.py
python3 engine.py
python3 plan.py
python3 small_tables.py
python3 workspace.py
