# shellcheck shell=bash disable=SC2154
# What install.sh does to the running system: files, user, service, take-over, removal. Sourced by
# it; uses its options (dry_run, build, selinux, prefix), BUILD, fail and install_missing.

readonly CONFIG=/etc/failover-monitor/tunnels.json
readonly LOG_DIR=/var/log/failover-monitor
readonly SERVICES=(failover-monitor failover-prober)

# The Python script that this replaces.
readonly SCRIPT_DIR=/opt/failover-monitor
readonly SCRIPT_CONFIG=$SCRIPT_DIR/tunnels.json
readonly SCRIPT_UNIT=/etc/systemd/system/failover-monitor.service
readonly SCRIPT_UNIT_KEPT=$SCRIPT_DIR/failover-monitor.service.replaced
readonly SCRIPT_LOG=/var/log/failover_monitor.log

current_step=
checked_config= # a copy of root's own, see check_config
script_may_be_stopped=false

step() {
  current_step=$1
  echo "$1 ..."
}

run() {
  if $dry_run; then
    echo "  would run: $*"
  else
    "$@"
  fi
}

# What was done; a dry run has done nothing.
tell() { $dry_run || echo "$1"; }

# Whatever fails: say where, and let the script go on if its place was not taken yet.
ended() {
  local status=$?
  [[ -z $checked_config ]] || rm -f "$checked_config"
  [[ $status != 0 && -n $current_step ]] || return 0
  echo "install.sh: stopped in this step: $current_step" >&2
  if $script_may_be_stopped; then
    systemctl stop "${SERVICES[@]}" || true
    [[ -e $SCRIPT_UNIT ]] || mv --no-target-directory "$SCRIPT_UNIT_KEPT" "$SCRIPT_UNIT"
    systemctl daemon-reload
    systemctl enable --quiet --now failover-monitor
    echo "install.sh: the script is back in its place and runs" >&2
  fi
  echo "install.sh: mend what is said above and run it again; what is done is not done twice" >&2
}

is_example() { cmp --silent config/tunnels.json "$1"; }

has_script_unit() { [[ -f $SCRIPT_UNIT ]] && grep --quiet failover_monitor.py "$SCRIPT_UNIT"; }

wants_script_config() {
  [[ -f $SCRIPT_CONFIG ]] && { [[ ! -e $CONFIG ]] || is_example "$CONFIG"; }
}

# Before anything is changed: what would stop us later.
check_units() {
  if [[ -f $SCRIPT_UNIT ]] && ! has_script_unit; then
    fail 1 "$SCRIPT_UNIT is not the script's and would win over ours; move it away (systemctl edit)"
  fi
}

# A copy of root's own: of the script's file, owner and mode are ours to mend, and what was checked is
# what is carried over, whoever may write to the script's file.
check_config() {
  local file=$CONFIG faults status=0
  ((EUID == 0)) || return 0 # a dry run of somebody else
  if wants_script_config; then
    file=$SCRIPT_CONFIG
  elif [[ ! -e $CONFIG ]] || is_example "$CONFIG"; then
    return 0
  fi
  checked_config=$(mktemp)
  cat "$file" >"$checked_config"
  faults=$("$BUILD/supervisor/failover-supervisor" --check-config --config "$checked_config" 2>&1) ||
    status=$?
  ((status == 0)) && return 0
  echo "${faults//"$checked_config"/"$file"}" >&2
  fail "$status" "$file is refused, see above; nothing was changed; mend it and run this again"
}

place_files() {
  if $dry_run; then
    run cmake --install "$BUILD"
  else
    cmake --install "$BUILD" >/dev/null
  fi
  run install -D -m 0644 "$BUILD/install_manifest.txt" \
    "${DESTDIR-}$prefix/share/failover-monitor/installed-files"
}

installed_files() { cat "$prefix/share/failover-monitor/installed-files" 2>/dev/null && echo; }

# A program and its unit as they stand, to see which of the two services has changed.
fingerprint() {
  installed_files | grep -E "/($1|$2\.service)$" | xargs --no-run-if-empty sha256sum 2>/dev/null || true
}

make_users_and_directories() {
  run systemd-sysusers failover-monitor.conf
  run systemd-tmpfiles --create failover-monitor.conf
  run install -d -m 0755 "${CONFIG%/*}"
}

carry_config_over() {
  local source=$checked_config
  if wants_script_config; then
    ! $dry_run || source=$SCRIPT_CONFIG
    run install -m 0640 -o root -g failover-prober "$source" "$CONFIG"
    run chmod 0600 "$SCRIPT_CONFIG"
    tell "$SCRIPT_CONFIG was copied to $CONFIG. The old file has mode 0600 now and is read no longer."
  elif [[ ! -e $CONFIG ]]; then
    run install -m 0640 -o root -g failover-prober config/tunnels.json "$CONFIG"
  fi
}

# Where SELinux is on: without its module the two run unconfined, which works, and protects less.
load_policy() {
  $selinux && command -v selinuxenabled >/dev/null && selinuxenabled || return 0
  step "Loading the SELinux module"
  install_missing selinux-policy-dev=selinux-policy-devel make policycoreutils
  run make --silent -C selinux install
  echo "Each unit that may be started needs its label now, see: selinux/README.md"
}

# From here on the script may have ended; ended() brings it back if this or a later step fails.
take_scripts_place() {
  $dry_run || script_may_be_stopped=true
  run systemctl disable --quiet --now failover-monitor
  run mv --no-target-directory --backup=numbered "$SCRIPT_UNIT" "$SCRIPT_UNIT_KEPT"
  tell "The script is stopped. Its unit file is kept as $SCRIPT_UNIT_KEPT."
}

# Its log stands beside ours, and a link where its users look. It does not become the beginning of
# ours: everybody could write to it, and whoever has it open still can.
carry_log_over() {
  local target=$LOG_DIR/${SCRIPT_LOG##*/}.script
  run mv --no-target-directory --backup=numbered "$SCRIPT_LOG" "$target"
  # Asked again here, where nobody but root can put a link in its place.
  $dry_run || [[ -f $target && ! -L $target ]] || fail 1 "$target is no regular file; look at it"
  run chown root:adm "$target"
  run chmod 0640 "$target"
  run systemd-tmpfiles --create failover-monitor.conf
  ! command -v restorecon >/dev/null || run restorecon -R "$LOG_DIR"
  tell "$SCRIPT_LOG was moved to $target; a link stands in its place."
}

start_services() {
  local supervisor_before=$1 prober_before=$2
  run systemctl daemon-reload
  run systemctl enable --quiet failover-monitor
  if is_example "$CONFIG" || [[ ! -e $CONFIG ]]; then
    return 0
  elif [[ $(fingerprint failover-supervisor failover-monitor) != "$supervisor_before" ]] ||
    ! systemctl is-active --quiet failover-monitor; then
    run systemctl restart failover-monitor
  elif [[ $(fingerprint failover-prober failover-prober) != "$prober_before" ]]; then
    run systemctl restart failover-prober
  fi
  run systemctl start failover-prober
}

say_what_is_next() {
  echo
  if is_example "$CONFIG"; then
    cat <<NEXT
Installed, not started: the configuration is still the example. Next:
  sudoedit $CONFIG
  sudo failover-prober --check-config
  sudo failover-prober --check-online
  sudo systemctl start failover-monitor
NEXT
  else
    cat <<NEXT
Installed and running. See it:
  systemctl status failover-monitor failover-prober
  tail -f $SCRIPT_LOG
  sudo failoverctl doctor
NEXT
  fi
}

# The units name their programs, so what was built for one prefix serves no other.
use_prefix_of_build() {
  local built
  built=$(sed --quiet 's/^CMAKE_INSTALL_PREFIX:PATH=//p' "$BUILD/CMakeCache.txt")
  [[ -z $prefix || $prefix == "$built" ]] ||
    fail 1 "$BUILD was built for --prefix=$built; leave --no-build away"
  prefix=$built
}

do_install() {
  trap ended EXIT
  if $build; then
    install_missing "${PACKAGES[@]}"
    build_release
  elif [[ ! -x $BUILD/supervisor/failover-supervisor ]]; then
    fail 1 "nothing is built in $BUILD; leave --no-build away"
  else
    use_prefix_of_build
  fi
  : "${prefix:=/usr}"
  if [[ -n ${DESTDIR-} ]]; then
    step "Placing the files under $DESTDIR"
    place_files
    current_step=
    return 0
  fi
  [[ -d /run/systemd/system ]] || $dry_run || fail 1 "systemd does not run here; packagers set DESTDIR"
  check_units
  check_config
  local supervisor prober
  supervisor=$(fingerprint failover-supervisor failover-monitor)
  prober=$(fingerprint failover-prober failover-prober)
  step "Placing the files"
  place_files
  step "Making the user and the directories"
  make_users_and_directories
  step "Carrying the configuration over"
  carry_config_over
  load_policy
  if has_script_unit; then
    step "Taking the place of the script"
    take_scripts_place
  fi
  if [[ -f $SCRIPT_LOG && ! -L $SCRIPT_LOG ]]; then
    step "Moving the script's log"
    carry_log_over
  fi
  step "Starting the service"
  start_services "$supervisor" "$prober"
  current_step=
  $dry_run || say_what_is_next
}

do_uninstall() {
  : "${prefix:=/usr}"
  local files=$prefix/share/failover-monitor/installed-files
  [[ -e $files ]] || fail 1 "$files is not there: nothing is installed under $prefix (--prefix?)"
  trap ended EXIT
  step "Stopping the service"
  run systemctl disable --quiet --now failover-monitor
  run systemctl stop "${SERVICES[@]}"
  if command -v semodule >/dev/null && semodule --list-modules | grep --quiet -x failover_monitor; then
    step "Unloading the SELinux module"
    run make --silent -C selinux uninstall
  fi
  step "Removing the files"
  local path
  while IFS= read -r path; do
    run rm -f "$path"
  done < <(installed_files)
  run rm -rf "${files%/*}" "$prefix/share/doc/failover-monitor" /run/failover-monitor
  [[ ! -L $SCRIPT_LOG ]] || run rm -f "$SCRIPT_LOG"
  run systemctl daemon-reload
  current_step=
  tell "Removed. Configuration and log stay: ${CONFIG%/*} and $LOG_DIR (--purge removes them too)."
  [[ ! -e $SCRIPT_UNIT_KEPT ]] ||
    tell "The script's unit file is still here: $SCRIPT_UNIT_KEPT belongs to $SCRIPT_UNIT."
}

do_purge() {
  : "${prefix:=/usr}"
  if [[ -e $prefix/share/failover-monitor/installed-files ]]; then
    do_uninstall
  elif systemctl cat failover-prober >/dev/null 2>&1; then
    fail 1 "it is installed, but not under $prefix; give --prefix=DIR as for its installation"
  fi
  run rm -rf "${CONFIG%/*}" "$LOG_DIR" /etc/systemd/system/failover-{monitor,prober}.service.d
  ! getent passwd failover-prober >/dev/null || run userdel failover-prober
  ! getent group failover-status >/dev/null || run groupdel failover-status
  tell "Removed with configuration, log, user and group."
}
