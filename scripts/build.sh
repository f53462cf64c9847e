#!/usr/bin/env bash
# scripts/build.sh KIND [TARGET...]   configures and builds; the program is build/KIND/sluice.
#   debug    -O0 -g, with the kill points of the crash tests
#   release  -O2 -g, without them
#   asan     address and undefined behaviour sanitizers (g++)
#   tsan     thread sanitizer (g++)
#   clang    debug build by clang, with -Wthread-safety
#   fuzz     libFuzzer targets of tests/fuzz (clang, with asan)
#   tidy     clang-tidy over src/, include/ and tests/support; builds no program
# CXX chooses another compiler, JOBS another number of jobs.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

kind=${1:-}
shift || true
cxx=${CXX:-g++}
targets=("$@")
options=(-DCMAKE_BUILD_TYPE=Debug)
case $kind in
  debug) ;;
  release) options=(-DCMAKE_BUILD_TYPE=Release) ;;
  asan) options+=(-DSLUICE_SANITIZE=address) ;;
  tsan) options+=(-DSLUICE_SANITIZE=thread) ;;
  clang | tidy) cxx=${CXX:-clang++} ;;
  fuzz)
    cxx=${CXX:-clang++}
    options+=(-DSLUICE_SANITIZE=address -DSLUICE_FUZZ=ON)
    [ ${#targets[@]} -gt 0 ] || targets=(fuzz)
    ;;
  *) die "usage: scripts/build.sh debug|release|asan|tsan|clang|fuzz|tidy [target...]" ;;
esac
have ccache && options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)

build=$root/build/$kind
# Configuring prints 20 lines that nobody reads; when it fails they are what one wants.
mkdir -p "$build"
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_CXX_COMPILER="$cxx" "${options[@]}" >"$build/configure.log" 2>&1 ||
  { cat "$build/configure.log" >&2; die "cmake failed: has scripts/setup been run?"; }

if [ "$kind" = tidy ]; then
  have clang-tidy || die "no clang-tidy here: scripts/setup --all"
  ninja -C "$build" sluice_build_info >/dev/null
  cd "$root"
  git ls-files 'src/*.cc' 'tests/support/*.cc' | xargs -P "${JOBS:-$(compile_jobs)}" -n 1 clang-tidy --quiet -p "$build" 2>&1 |
    { grep -vE '^[0-9]+ warnings? (generated|treated)|^Suppressed|^Use -header-filter' || true; }
  exit 0
fi
ninja -C "$build" -j "${JOBS:-$(compile_jobs)}" ${targets[@]+"${targets[@]}"}
