#!/bin/bash
# Installs failover-monitor, shows it at work (--demo), or takes it away again. Runs as root; trusts
# this checkout and the distribution's packages. What goes where is known to CMake alone.
set -euo pipefail
umask 022 # whatever root's own is: what is installed is for everybody to read

cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")"
readonly BUILD=build/release

usage() {
  cat <<'USAGE'
Usage: sudo ./install.sh [OPTION]...
           Install or upgrade: packages, build, files, user, service. Takes over from the Python
           script where that is installed. Starts the service once its configuration is yours.
  --prefix=DIR     where the programs go, default /usr
  --no-build       install what stands in build/release
  --no-selinux     leave the SELinux module out
  --dry-run        say what would be done, do nothing
  --uninstall      remove it; configuration and log stay
  --purge          remove it with configuration, log and user
With DESTDIR in the environment the files are placed there and nothing else is done (packagers).

       sudo ./install.sh --demo
           Install what is missing, build, and watch a tunnel go down and its backup unit start.
           About half a minute after the build; nothing of this host is touched but packages.
       sudo ./install.sh --dependencies [PACKAGE]...
           Only install what is missing for a build (and the packages named).
       ./install.sh --help
USAGE
}

# Debian's names, and Fedora's where they differ ("debian=fedora").
readonly PACKAGES=(
  "g++=gcc-c++" cmake ninja-build pkg-config=pkgconf
  protobuf-compiler libprotobuf-dev=protobuf-devel libgoogle-glog-dev=glog-devel
  libevent-dev=libevent-devel libcurl4-openssl-dev=libcurl-devel libsimdjson-dev=simdjson-devel
  libcap-dev=libcap-devel libmd-dev=libmd-devel uuid-dev=libuuid-devel libcli11-dev=cli11-devel
  zlib1g-dev=zlib-devel
  python3 openssl iproute2=iproute
)

# fail STATUS TEXT: TEXT names the place, the reason and the remedy.
fail() {
  echo "install.sh: $2" >&2
  exit "$1"
}

need_root() {
  ((EUID == 0)) || fail 77 "this needs root; run: sudo ./install.sh${arguments:+ $arguments}"
}

is_installed() {
  if command -v dpkg-query >/dev/null; then
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
  else
    rpm --query --quiet "$1"
  fi
}

# Installs those of the packages that are missing; says and does nothing if none is.
install_missing() {
  local package missing=() manager
  if command -v apt-get >/dev/null; then
    manager=apt-get
  elif command -v dnf >/dev/null; then
    manager=dnf # untested
  else
    fail 1 "neither apt-get nor dnf here; install what matches these Debian packages: ${*%%=*}"
  fi
  for package; do
    [[ $manager == dnf ]] && package=${package#*=}
    is_installed "${package%%=*}" || missing+=("${package%%=*}")
  done
  ((${#missing[@]})) || return 0
  echo "Installing with $manager: ${missing[*]}"
  $dry_run && return 0
  local log
  log=$(mktemp)
  if ! get_packages "$manager" "${missing[@]}" >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    fail 1 "$manager failed, see above; mend that and run this again"
  fi
  rm -f "$log"
}

get_packages() {
  if [[ $1 == apt-get ]]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update && apt-get install --yes --no-install-recommends "${@:2}"
  else
    dnf install --assumeyes --setopt=install_weak_deps=False "${@:2}"
  fi
}

build_release() {
  echo "Building the release, with the hardened flags ..."
  $dry_run && return 0
  cmake --preset release "-DCMAKE_INSTALL_PREFIX=${prefix:=/usr}" >/dev/null
  # On a terminal ninja shows how far it is, in one line.
  if [[ -t 1 ]]; then
    cmake --build --preset release
  else
    cmake --build --preset release -- --quiet | sed '/^ninja: no work to do/d'
  fi
}

demo() {
  need_root
  install_missing "${PACKAGES[@]}"
  build_release
  # A network of its own: neither this host's network nor its gateway takes part.
  exec unshare --net python3 -B tests/demo/demo --build "$BUILD"
}

readonly arguments=$*
dry_run=false
build=true
selinux=true
prefix= # not given
action=install
while (($#)); do
  case $1 in
    --help)
      usage
      exit 0
      ;;
    --demo)
      [[ $arguments == --demo ]] || fail 64 "--demo stands alone; see: ./install.sh --help"
      demo
      ;;
    --dependencies)
      need_root
      install_missing "${PACKAGES[@]}" "${@:2}"
      exit 0
      ;;
    --prefix=/*) prefix=${1#*=} ;;
    --no-build) build=false ;;
    --no-selinux) selinux=false ;;
    --dry-run) dry_run=true ;;
    --uninstall | --purge) action=${1#--} ;;
    *)
      fail 64 "$1: no such option; see: ./install.sh --help"
      ;;
  esac
  shift
done

[[ -n ${DESTDIR-} || $dry_run == true ]] || need_root
# shellcheck source=systemd/install-steps.sh
source systemd/install-steps.sh
"do_$action"
