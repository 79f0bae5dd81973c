# shellcheck shell=bash
# Completion of failoverctl in bash. Tunnels are those that the status socket names.

_failoverctl() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local commands='status explain check doctor pause resume drill reload history names config'
  local common='--json --socket --config --orders --audit-log --systemctl --prober --help'
  local command='' second='' word choices='' skip=false
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if $skip; then
      skip=false
      continue
    fi
    case $word in
      --socket | --config | --orders | --audit-log | --systemctl | --prober | --for | --reason | \
        --timeout | --since | --interval) skip=true ;;
      -*) ;;
      *)
        if [[ -z $command ]]; then
          command=$word
        elif [[ -z $second ]]; then
          second=$word
        fi
        ;;
    esac
  done
  case $previous in
    --socket | --config | --orders | --audit-log | --systemctl | --prober)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    --for) choices='10min 30min 1h 2h 1d' ;;
    --since) choices='1h 24h 7d 30d' ;;
    --timeout) choices='30s 60s 120s 300s' ;;
    --interval) choices='1s 2s 5s' ;;
    --reason) return ;;
    *)
      case "$command $second $current" in
        ' '*) choices="$commands $common --version" ;;
        status*-*) choices="--watch --interval $common" ;;
        check*-*) choices="--only-critical $common" ;;
        pause*-*) choices="--all --for --reason $common" ;;
        resume*-*) choices="--all $common" ;;
        drill*-*) choices="--yes --reason --timeout $common" ;;
        reload*-*) choices="--timeout $common" ;;
        history*-*) choices="--since $common" ;;
        config\ \ *) choices='check example' ;;
        config\ check\ *)
          mapfile -t COMPREPLY < <(compgen -f -- "$current")
          return
          ;;
        *\ \ -* | *' '?*' '-*) choices=$common ;;
        status\ \ * | explain\ \ * | check\ \ * | pause\ \ * | resume\ \ * | drill\ \ * | history\ \ *)
          # A label may have blanks: a line a name, quoted for the shell.
          local name
          COMPREPLY=()
          while IFS= read -r name; do
            [[ $name == "$current"* ]] && COMPREPLY+=("$(printf '%q' "$name")")
          done < <(failoverctl names 2>/dev/null)
          return
          ;;
      esac
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current")
}

complete -F _failoverctl failoverctl
