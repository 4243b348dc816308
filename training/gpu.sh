#!/usr/bin/env bash
# One command for a machine with a GPU and no network:  training/gpu.sh MINUTES
#
# Every operator family is tried for finite numbers in f32 and bf16; learning rates are tried for 20
# seconds; then come a stable phase and its cool-down, MINUTES in all. $OUT then holds
#
#     run.raw.safetensors              raw weights, from which a stable phase goes on
#     run.cooled.average.safetensors   the weights to release: eps_training.export takes this file
#
# the curves of training and validation, and a log: at most 8 files of 15 MB. If the machine is lost
# on the way, it holds weights of at most 90 seconds before. A call that finds $WORK/run.pt goes on
# with that run.
#
# MINUTES counts training alone. Reading images, compiling and validating add three minutes or so;
# FINITE=0 and a RATE leave the trials out, where an earlier call has made them.
set -euo pipefail

MINUTES=${1:?usage: gpu.sh MINUTES}
HERE=$(cd "$(dirname "$0")" && pwd)
PARTS=${PARTS:-$HERE/parts}         # written by eps_training.pack
OUT=${OUT:-$HERE/runs/gpu}          # small files, to be carried away: 15 MB each at most
WORK=${WORK:-$HERE/runs/gpu-work}   # checkpoints, 115 MB each
INIT=${INIT:-}                      # raw weights to go on from, or released ones
COOL=${COOL:-.15}                   # share of MINUTES
BATCH=${BATCH:-1536}
BANK=${BANK:-4096}                  # stroke masks and hand-shake kernels
EMA=${EMA:-.9995}
RATE=${RATE:-}                      # learning rate; empty: the best of RATES, or a resumed run's
RATES=${RATES:-4e-4 8e-4 1.6e-3}
RATE_SECONDS=${RATE_SECONDS:-20}
FINITE=${FINITE:-10}                # batches of each family; 0: not tried
SNAPSHOTS=${SNAPSHOTS:-90}          # seconds
VAL_CROPS=${VAL_CROPS:-64}
COMPILE=${COMPILE---compile}        # empty: not compiled
OPTIONS=${OPTIONS:-}                # further options of eps_training.train
PYTHON=${PYTHON:-python3}

mkdir -p "$OUT" "$WORK"
OUT=$(cd "$OUT" && pwd) WORK=$(cd "$WORK" && pwd) PARTS=$(cd "$PARTS" && pwd)
[ -z "$INIT" ] || INIT=$(realpath "$INIT")
cd "$HERE"
exec > >(tee -a "$OUT/gpu.log") 2>&1
export PYTHONUNBUFFERED=1

# shellcheck disable=SC2206  # these are lists of words
common=(--data "$PARTS"/*.zip --optimiser muon --batch "$BATCH" --bank "$BANK" --ema "$EMA"
        --no-tensorboard --val-crops "$VAL_CROPS" $OPTIONS)
[ -z "$INIT" ] || common+=(--init "$INIT")
if [ "$FINITE" -gt 0 ]; then
    echo "== every family, $FINITE batches"
    "$PYTHON" -m eps_training.finite --batches "$FINITE" "${common[@]}"
fi

if [ -z "$RATE" ] && [ -f "$WORK/run.pt" ]; then
    RATE=$(tail -n 1 "$WORK/rates.txt")
elif [ -z "$RATE" ]; then
    echo "== learning rates, $RATE_SECONDS seconds"
    # shellcheck disable=SC2086
    "$PYTHON" -m eps_training.rates --rates $RATES --seconds "$RATE_SECONDS" "${common[@]}" \
        $COMPILE | tee "$WORK/rates.txt"
    RATE=$(tail -n 1 "$WORK/rates.txt")
fi

echo "== $MINUTES minutes at $RATE, of which $COOL cool down"
rm -f "$WORK/run.cooled.pt"
# shellcheck disable=SC2086
"$PYTHON" -m eps_training.train "${common[@]}" $COMPILE --schedule stable --learning-rate "$RATE" \
    --minutes "$MINUTES" --cool "$COOL" --checkpoint "$WORK/run.pt" \
    --snapshots "$SNAPSHOTS" --snapshots-in "$OUT"
cp "$WORK"/*.csv "$OUT"
rm -f "$OUT/run.average.safetensors"
ls -l "$OUT"
