/** The scripts that make a shell complete our commands; what to offer, they ask `troupe` itself. */

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** `__complete` gets the words up to the cursor and prints one candidate a line. */
const bash = `# troupe: completion for bash.  source <(troupe completion bash)
_troupe() {
  local candidates
  candidates=$(troupe __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  local IFS=$'\\n'
  COMPREPLY=($candidates)
  case "\${COMPREPLY[0]-}" in
    */ | *=) [ "\${#COMPREPLY[@]}" -eq 1 ] && compopt -o nospace ;;
  esac
}
complete -F _troupe troupe
`;

const zsh = `#compdef troupe
# troupe: completion for zsh.  source <(troupe completion zsh)
_troupe() {
  local -a candidates
  candidates=("\${(@f)$(troupe __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  candidates=(\${candidates:#})
  (( \${#candidates} )) || return 1
  compadd -Q -S ' ' -- \${candidates:#*[/=]}
  compadd -Q -S '' -- \${(M)candidates:#*[/=]}
}
compdef _troupe troupe
`;

const fish = `# troupe: completion for fish.  troupe completion fish | source
function __troupe_complete
  set -l words (commandline -opc) (commandline -ct)
  troupe __complete $words[2..] 2>/dev/null
end
complete -c troupe -f -a '(__troupe_complete)'
`;

export const completionScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
