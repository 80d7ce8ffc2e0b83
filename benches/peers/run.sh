#!/usr/bin/env bash
# One table: value and gradient of four kernels here, in JAX and in PyTorch, on one core.
#   benches/peers/run.sh            installs what it needs from PyPI into target/peers
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

environment=target/peers
python3 -m venv "$environment"
"$environment/bin/pip" install --quiet jax==0.10.2 torch==2.15.0 numpy

kernels=(rosenbrock l1_logistic relu_mlp gmm)
ours=$(RUSTFLAGS="-C target-cpu=native" taskset -c 0 cargo bench --quiet --bench ratios -- "${kernels[@]}" | grep ^kernel=)
theirs=$(for library in jax torch; do
    taskset -c 0 "$environment/bin/python" benches/peers/peers.py "$library"
done)

echo "| kernel | conservative-grad, µs | JAX, µs | PyTorch, µs |"
echo "| --- | --- | --- | --- |"
for kernel in "${kernels[@]}"; do
    row="| $kernel | $(sed -n "s/^kernel=$kernel .* grad_us=\([^ ]*\) .*/\1/p" <<<"$ours")"
    for library in jax torch; do
        row+=" | $(awk -v k="$kernel" -v l="$library" '$1 == k && index($2, l) == 1 { print $3 }' <<<"$theirs")"
    done
    echo "$row |"
done
