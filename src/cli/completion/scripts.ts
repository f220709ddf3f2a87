import type { Shell } from './shells.ts';

/** What each shell runs when Tab is pressed: it asks `luci completion words`, so that a script never grows old. */

/** In bash `:` and `=` end a word; what stands before them is on the line already. Where nothing fits, files do. */
const bash = `# bash completion for luci
_luci() {
  local line=\${COMP_LINE:0:COMP_POINT} current program before='' reply
  local -a words
  read -ra words <<<"$line"
  case $line in *[[:space:]]) words+=('') ;; esac
  current=\${words[\${#words[@]} - 1]}
  unset "words[\${#words[@]} - 1]"
  program=\${words[0]/#\\~/$HOME}
  case $current in
    *[:=]*)
      before=\${current%"\${current##*[:=]}"}
      case $COMP_WORDBREAKS in *[:=]*) ;; *) before='' ;; esac
      ;;
  esac
  COMPREPLY=()
  while IFS= read -r reply; do
    COMPREPLY+=("\${reply#"$before"}")
  done < <("$program" completion words "--current=$current" -- "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _luci luci
`;

const zsh = `#compdef luci
# zsh completion for luci
_luci() {
  local -a replies before
  before=("\${(@)words[2,CURRENT-1]}")
  replies=("\${(@f)$("\${words[1]/#\\~/$HOME}" completion words "--current=\${words[CURRENT]}" -- "\${before[@]}" 2>/dev/null)}")
  replies=("\${(@)replies:#}")
  if (( \${#replies} )); then compadd -- "\${replies[@]}"; else _files; fi
}
if [ "$funcstack[1]" = _luci ]; then
  _luci "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
  compdef _luci luci
fi
`;

const fish = `# fish completion for luci
function __luci_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l replies ($before[1] completion words --summaries "--current=$current" -- $before[2..-1] 2>/dev/null)
    if test (count $replies) -gt 0
        printf '%s\\n' $replies
    else
        __fish_complete_path $current
    end
end
complete -c luci -f -a '(__luci_complete)'
`;

const powershell = `# PowerShell completion for luci
Register-ArgumentCompleter -Native -CommandName luci -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
    $program = $words[0]
    $before = @($words | Select-Object -Skip 1)
    & $program completion words "--current=$wordToComplete" '--' @before 2>$null | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }
}
`;

/** The script of each shell. */
export const completionScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish, powershell };
