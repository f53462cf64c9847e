# What the shell scripts share. Sourced, never run: source "$(dirname "$0")/lib.sh"
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

log() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }
die() {
  log "$@"
  exit 1
}
have() { command -v "$1" >/dev/null; }

# compile_jobs: how many compilers at once. One needs up to 1 GiB under the sanitizers.
compile_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable/ {print int($2 / 1048576)}' /proc/meminfo)
  echo $((memory < cores ? (memory > 0 ? memory : 1) : cores))
}
