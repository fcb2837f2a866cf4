"""The file that completes the commands in bash, made from their switches: ``python -m tests.bash_completion`` writes it
anew.
"""

import ast
import inspect
import pkgutil
from importlib import import_module, resources

from PilotLoggingDIRAC.commands.logs import reading, search_counts
from PilotLoggingDIRAC.commands.terminal import switches
from PilotLoggingDIRAC.pilotlog.diagnose.causes.rules import standard
from PilotLoggingDIRAC.pilotlog.model import Outcome, State
from PilotLoggingDIRAC.WorkloadManagementSystem import scripts

FILE = resources.files("PilotLoggingDIRAC.commands.terminal") / "dirac-admin-pilot-logs.bash"
PREFIX = "dirac_admin_pilot_logs_"
#: Switches of DIRAC that every command has.
_COMMON = ("--help", "--option=", "-o", "-d")
#: Commands whose arguments are files.
_OF_FILES = ("diagnose", "import")

_HEAD = """\
# Completion of dirac-admin-pilot-logs-* in bash 4.2 or later. Made by "python -m tests.bash_completion"; a test keeps
# it equal to the commands. Names of sites, CEs and VOs are those that the last command has found in the configuration.
"""

_FUNCTIONS = r"""
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
"""


def modules():
    """The commands, without what all names have in common."""
    return [module.name.removeprefix(PREFIX) for module in pkgutil.iter_modules(scripts.__path__)]


def text():
    """The whole file."""
    commands = modules()
    lines = [_HEAD, _array("switches", {name: " ".join(_switches(name)) for name in commands})]
    lines += [_array("words", {name: " ".join(words) for name, words in _words().items()}), _FUNCTIONS]
    for default, names in (("-o default ", _OF_FILES), ("", [name for name in commands if name not in _OF_FILES])):
        whole = " ".join(f"dirac-admin-pilot-logs-{name}" for name in names)
        lines.append(f"complete {default}-F _pilotlogs_complete {whole}")
    return "\n".join(lines) + "\n"


def _array(name, values):
    items = "".join(f"  [{key}]='{value}'\n" for key, value in values.items())
    return f"declare -gA _pilotlogs_{name}=(\n{items})"


def _words():
    """Return what switches take that have words of their own."""
    return {
        "Outcome": list(Outcome),
        "State": [state for state in State if state is not State.DELETED],
        "Source": reading.SOURCES,
        "Count-by": search_counts.GROUPS,
        "By": ("Site", "CE", "VO", "Cause", "Party"),
        "Cause": sorted(standard().by_code),
        "Since": ("2h", "1d", "7d", "today", "yesterday"),
        "Until": ("2h", "1d", "7d", "today", "yesterday"),
        "Before": ("30d", "90d", "365d"),
    }


def _switches(command):
    """The switches of a command, with = after those that take a value."""
    module = import_module(f"{scripts.__name__}.{PREFIX}{command}")
    found = []
    for call in ast.walk(ast.parse(inspect.getsource(module))):
        name = getattr(getattr(call, "func", None), "attr", "")
        if name == "registerSwitches":
            found += [f"--{switch[1]}" for switch in getattr(switches, call.args[0].id)]
        elif name == "registerSwitch":
            found.append(f"--{call.args[1].value}")
    return [*found, *_COMMON]


if __name__ == "__main__":
    FILE.write_text(text())
    print(FILE)
