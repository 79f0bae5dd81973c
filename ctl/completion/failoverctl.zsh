#compdef failoverctl
# Completion of failoverctl in zsh. Tunnels are those that the status socket names.

_failoverctl_tunnels() {
  local -a names
  names=(${(f)"$(failoverctl names 2>/dev/null)"})
  compadd -a names
}

_failoverctl() {
  local -a commands common
  commands=(
    'status:what is seen now'
    "explain:why a tunnel's unit is or is not started"
    'check:one line and an exit status for monitoring'
    'doctor:check the whole installation'
    'pause:start nothing for a tunnel for a while'
    'resume:end a pause'
    "drill:start a tunnel's unit as in a failover"
    'reload:take the new configuration'
    'history:changes, starts, outages and availability'
    'names:one name of a tunnel a line'
    'config:the configuration file'
  )
  common=(
    '--json[print JSON]'
    '--socket[status socket]:file:_files'
    '--config[configuration]:file:_files'
    '--orders[directory of orders]:directory:_files -/'
    '--audit-log[log]:file:_files'
    '--systemctl[systemctl]:file:_files'
    '--prober[failover-prober]:file:_files'
    '--help[help]'
  )
  local context state state_descr line
  typeset -A opt_args
  _arguments -C $common '--version[version]' '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
        status) _arguments $common '--watch[again and again]' '--interval[of --watch]:span:(1s 2s 5s)' \
          '1:tunnel:_failoverctl_tunnels' ;;
        explain) _arguments $common '1:tunnel:_failoverctl_tunnels' ;;
        check) _arguments $common '--only-critical[0 for all but CRITICAL]' '1:tunnel:_failoverctl_tunnels' ;;
        pause) _arguments $common '--all[all tunnels]' '--for[how long]:span:(10min 30min 1h 2h 1d)' \
          '--reason[for the log]:reason:' '1:tunnel:_failoverctl_tunnels' ;;
        resume) _arguments $common '--all[every pause]' '1:tunnel:_failoverctl_tunnels' ;;
        drill) _arguments $common '--yes[do not ask]' '--reason[for the log]:reason:' \
          '--timeout[how long to follow it]:span:(60s 120s 300s)' '1:tunnel:_failoverctl_tunnels' ;;
        reload) _arguments $common '--timeout[how long to wait]:span:(30s 60s)' ;;
        history) _arguments $common '--since[span or date]:since:(1h 24h 7d 30d)' \
          '1:tunnel:_failoverctl_tunnels' ;;
        config) _arguments $common '1:what:(check example)' '2:file:_files' ;;
        *) _arguments $common ;;
      esac
      ;;
  esac
}

_failoverctl "$@"
