#!/usr/bin/env bash
# One table: value and gradient of six kernels here and in other tools, on one core.
#   benches/peers/run.sh            installs what it needs into target/peers, and nowhere else
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

root=$PWD/target/peers
data=$root/data
compile=(g++ -O3 -march=native -std=c++17 -DNDEBUG)
mkdir -p "$root/debian"

# Crates, pinned by a Cargo.lock of their own.
RUSTFLAGS="-C target-cpu=native" cargo build --quiet --release --manifest-path benches/peers/rust/Cargo.toml --target-dir "$root/rust"

# JAX, PyTorch, and the headers of CppAD.
python3 -m venv "$root/python"
"$root/python/bin/pip" install --quiet jax==0.10.2 torch==2.15.0 numpy cmeel-cppad==20250000.2

# A C++ tool that cannot be had is left out of the table.
cppad() {
    local prefix
    prefix=$(echo "$root"/python/lib/python3*/site-packages/cmeel.prefix)
    "${compile[@]}" -DVERSION='"20250000.2"' -I"$prefix/include" benches/peers/cpp/cppad.cpp -L"$prefix/lib" -lcppad_lib -Wl,-rpath,"$prefix/lib" -o "$root/cppad"
}
adolc() {
    local library=$root/debian/usr/lib/x86_64-linux-gnu version
    (cd "$root/debian" && apt-get download -qq -o APT::Sandbox::User=root libadolc-dev libadolc2 libcolpack0v5) &&
        for package in "$root"/debian/*.deb; do dpkg -x "$package" "$root/debian" || return; done &&
        version=$(dpkg-deb -f "$root"/debian/libadolc2_*.deb Version) &&
        "${compile[@]}" -DVERSION="\"${version%-*}\"" -I"$root/debian/usr/include" benches/peers/cpp/adolc.cpp \
            -L"$library" -l:libadolc.so.2 -l:libColPack.so.0 -Wl,-rpath,"$library" -o "$root/adolc"
}
for tool in cppad adolc; do
    rm -f "$root/$tool"
    "$tool" >&2 || echo "$tool: left out, for it cannot be installed or compiled here" >&2
done

# Where memory and code happen to lie differs from process to process, and some times with it by a half: three rounds.
export RAYON_NUM_THREADS=1 OMP_NUM_THREADS=1
for _ in 1 2 3; do
    taskset -c 0 "$root/rust/release/peers" "$data"
    for tool in adolc cppad; do
        [[ ! -x $root/$tool ]] || (cd "$root" && taskset -c 0 "./$tool" "$data")
    done
    for library in jax torch; do
        taskset -c 0 "$root/python/bin/python" benches/peers/peers.py "$library" "$data"
    done
done >"$root/lines"
"$root/python/bin/python" benches/peers/table.py <"$root/lines"
