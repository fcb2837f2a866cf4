# Completion of dirac-admin-pilot-logs-* in bash 4.2 or later. Made by "python -m tests.bash_completion"; a test keeps
# it equal to the commands. Names of sites, CEs and VOs are those that the last command has found in the configuration.

declare -gA _pilotlogs_switches=(
  [check]='--VO= --URL= --Collector= --Wait= --NoArchive --JSON --help --option= -o -d'
  [delete]='--VO= --Before= --Yes --URL= --help --option= -o -d'
  [diagnose]='--VO= --Rule= --JSON --URL= --help --option= -o -d'
  [disable]='--VO= --CE= --Yes --JSON --help --option= -o -d'
  [doctor]='--Timeout= --JSON --help --option= -o -d'
  [enable]='--VO= --CE= --URL= --Yes --JSON --help --option= -o -d'
  [forward]='--Destination= --VO= --Site= --CE= --Stamp= --Reference= --Since= --Until= --Checks --DryRun --Watch= --Stop= --JSON --URL= --help --option= -o -d'
  [import]='--Silent= --List --help --option= -o -d'
  [list]='--VO= --Site= --CE= --Outcome= --Failed --Running --ReturnCode= --State= --Incomplete --Dead --Missing --Cause= --Stamp= --Reference= --Name= --Job= --User= --Host= --Since= --Until= --Error= --Checks --Limit= --Page= --Long --JSON --URL= --help --option= -o -d'
  [retry]='--VO= --Stamp= --Site= --Cause= --Since= --Diagnoses --OtherRules --Quarantine --URL= --help --option= -o -d'
  [search]='--VO= --Site= --CE= --Outcome= --Failed --Running --ReturnCode= --State= --Incomplete --Dead --Missing --Cause= --Stamp= --Reference= --Name= --Job= --User= --Host= --Since= --Until= --Error= --Checks --Context= --Regex --IgnoreCase --Archive --Source= --Limit= --Count-by= --JSON --URL= --help --option= -o -d'
  [show]='--Tail= --Follow --Interval= --Limit= --Source= --Output= --Raw --JSON --URL= --VO= --Site= --CE= --Stamp= --Reference= --Name= --User= --Host= --Checks --help --option= -o -d'
  [status]='--Brief --JSON --URL= --Timeout= --help --option= -o -d'
  [summary]='--VO= --Site= --CE= --Outcome= --Failed --Running --ReturnCode= --State= --Incomplete --Dead --Missing --Cause= --Stamp= --Reference= --Name= --Job= --User= --Host= --Since= --Until= --Error= --Checks --By= --Unknown --JSON --URL= --help --option= -o -d'
  [urls]='--DryRun --help --option= -o -d'
)
declare -gA _pilotlogs_words=(
  [Outcome]='running silent succeeded failed killed unknown'
  [State]='Receiving Complete Incomplete Archived Kept Purged'
  [Source]='Collector Archive ComputingElement OpenSearch'
  [Count-by]='Site CE Host VO'
  [By]='Site CE VO Cause Party'
  [Cause]='add-pilot-failed agent-cycle agent-exception agent-failed agent-load apptainer-missing arc-lrms-error archive-broken batch-cancelled batch-credential batch-disk-limit batch-file-transfer batch-held batch-memory-limit batch-node-failure batch-preempted batch-removed batch-start-failed batch-time-limit benchmark-failed ca-directory-missing ca-unknown certificate-revoked clock-jumped clock-wrong code-error command-missing conda-download conda-link conda-solve configuration-file configure-basics connection-lost connection-refused connection-timeout container-failed container-image-missing container-mount container-result core-dumped cpu-too-old cpu-ulimit crl-expired crl-missing cs-error cs-section-missing cs-unreachable cs-url-wrong cvmfs-broken cvmfs-catalog cvmfs-io-error cvmfs-not-mounted cvmfs-proxy cvmfs-stale cvmfs-timeout database-down dirac-command-missing dirac-source-failed diracos-exists diracos-install disk-full disk-nearly-full disk-quota disk-too-small dns-failed download-failed download-forbidden download-missing download-truncated encoding-error entropy-or-device environment-script exit-137 exit-143 file-catalog file-lock file-not-online file-size-limit glibc-too-old gpu-missing hardware-error heartbeat-failed hostkey-permissions inner-ce-unavailable inner-ce-unknown inodes-exhausted input-data input-sandbox install-source-missing io-error job-cpu-limit job-description job-disk job-executable job-killed job-load job-memory job-report-failed job-rescheduled job-software job-stalled job-submission job-too-large job-wall-clock jobwrapper-execution jobwrapper-start killed library-conflict library-missing license-missing little-memory matcher-failed matcher-timeout metadata-unreachable no-access no-account no-memory no-route no-such-version no-temporary-directory node-drained node-parameters noexec out-of-memory output-data output-exists output-file-missing output-sandbox payload-failed payload-not-complete payload-not-started payload-proxy pilot-exception pilot-files-broken pilot-files-checksum pilot-files-location pilot-files-unreachable pilot-json-broken pilot-key-missing pilot-options-wrong pilot-version pip-build pip-conflict pip-hash pip-index-unreachable pip-install platform-unknown port-in-use program-error program-missing proxy-expired proxy-missing proxy-no-properties proxy-server proxy-too-short proxy-unreadable python-missing python-module-missing python-too-old queue-time-unknown queue-too-short read-only-disk release-not-found remote-logging-failed reschedule-failed resource-parameters selinux-denied server-certificate-expired server-error server-name-mismatch service-error service-url-missing shared-memory signing-policy site-banned ssl-handshake ssl-module-missing ssl-verify-failed stale-file-handle stopped stopped-in-agent stopped-in-installation stopped-in-wrapper stopped-silently storage-checksum storage-failed storage-not-allowed sudo-failed terminated token-expired token-missing too-many-open-files too-many-processes unknown user-namespaces user-not-registered value-wrong version-missing voms-ac-expired voms-failed voms-not-trusted vomsdir-missing vomses-missing weak-key working-directory-gone working-directory-not-writable wrong-architecture'
  [Since]='2h 1d 7d today yesterday'
  [Until]='2h 1d 7d today yesterday'
  [Before]='30d 90d 365d'
)

# Print the words that a switch takes, one a line.
_pilotlogs_values() {
  case $1 in
    Site | CE | VO) sed -n "s/^$1 //p" "${XDG_CACHE_HOME:-$HOME/.cache}/pilot-logs/names" 2>/dev/null ;;
    *) printf '%s\n' ${_pilotlogs_words[$1]-} ;;
  esac
}

# Add the words of standard input that begin with $1 to the answer, each behind $2.
_pilotlogs_offer() {
  local word
  while IFS= read -r word; do
    [[ $word && ${word,,} == "${1,,}"* ]] && COMPREPLY+=("$2$word")
  done
}

_pilotlogs_complete() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} several=
  local command=${COMP_WORDS[0]##*/dirac-admin-pilot-logs-}
  command=${command#dirac-admin-pilot-logs-}
  COMPREPLY=()
  if [[ $current == = ]]; then # bash breaks --Site=x into three words
    current=
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if [[ $before == --* && " ${_pilotlogs_switches[$command]-} " == *" $before= "* ]]; then
    [[ $current == *,* ]] && several=${current%,*},
    _pilotlogs_offer "${current##*,}" "$several" < <(_pilotlogs_values "${before#--}")
    [[ $before == --Output ]] && compopt -o default
  elif [[ $current == -* ]]; then
    _pilotlogs_offer "$current" "" < <(printf '%s\n' ${_pilotlogs_switches[$command]//=/})
  fi
}

complete -o default -F _pilotlogs_complete dirac-admin-pilot-logs-diagnose dirac-admin-pilot-logs-import
complete -F _pilotlogs_complete dirac-admin-pilot-logs-check dirac-admin-pilot-logs-delete dirac-admin-pilot-logs-disable dirac-admin-pilot-logs-doctor dirac-admin-pilot-logs-enable dirac-admin-pilot-logs-forward dirac-admin-pilot-logs-list dirac-admin-pilot-logs-retry dirac-admin-pilot-logs-search dirac-admin-pilot-logs-show dirac-admin-pilot-logs-status dirac-admin-pilot-logs-summary dirac-admin-pilot-logs-urls
