#!/bin/bash
# Installs what this project builds with (apt) and shows the failover at work (--demo). Runs as
# root; trusts this checkout and the distribution's packages. Changes nothing else of the host.
set -euo pipefail

cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")"

# What the two daemons are built from, and what the demo runs with. Debian 12's names.
readonly PACKAGES=(
  g++ cmake ninja-build pkg-config
  protobuf-compiler libprotobuf-dev libgoogle-glog-dev libevent-dev libcurl4-openssl-dev
  libsimdjson-dev libcap-dev libmd-dev libcli11-dev
  python3 openssl iproute2
)

usage() {
  cat <<'USAGE'
Usage: sudo ./install.sh --demo
           Install what is missing, build, and watch a tunnel go down and its backup unit start.
           About half a minute after the build; nothing of this host is touched but apt's packages.
       sudo ./install.sh --dependencies [PACKAGE]...
           Only install what is missing for a build (and the packages named).
       ./install.sh --help
USAGE
}

need_root() {
  if ((EUID != 0)); then
    echo "install.sh: $1 needs root; run: sudo ./install.sh $1" >&2
    exit 77
  fi
}

is_installed() {
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# Installs those of the packages that are missing; says and does nothing if none is.
install_missing() {
  local package missing=()
  for package; do
    is_installed "$package" || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  if ! command -v apt-get >/dev/null; then
    echo "install.sh: no apt-get here; install what matches these Debian 12 packages, by their" \
      "names on your system: ${missing[*]}" >&2
    exit 1
  fi
  echo "Installing with apt: ${missing[*]}"
  local log
  log=$(mktemp)
  if ! { apt-get update && apt-get install --yes --no-install-recommends "${missing[@]}"; } \
    >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    echo "install.sh: apt-get failed, see above; mend that and run this again" >&2
    rm -f "$log"
    exit 1
  fi
  rm -f "$log"
}

build_release() {
  echo "Building the release, with the hardened flags ..."
  cmake --preset release >/dev/null
  # On a terminal ninja shows how far it is, in one line.
  if [[ -t 1 ]]; then
    cmake --build --preset release
  else
    cmake --build --preset release -- --quiet
  fi
}

export DEBIAN_FRONTEND=noninteractive
case "${1-} $#" in
  '--help 1')
    usage
    ;;
  '--dependencies '*)
    need_root --dependencies
    install_missing "${PACKAGES[@]}" "${@:2}"
    ;;
  '--demo 1')
    need_root --demo
    install_missing "${PACKAGES[@]}"
    build_release
    # A network of its own: neither this host's network nor its gateway takes part.
    exec unshare --net python3 -B tests/demo/demo --build build/release
    ;;
  *)
    usage >&2
    exit 64
    ;;
esac
