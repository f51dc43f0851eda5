/**
 * The completion script of a shell, or undefined for a shell that is not known: verbs as the first word, the verb's options
 * behind it.
 */
export function completionScript(
  shell: string | undefined,
  options: Readonly<Record<string, readonly string[]>>,
): string | undefined {
  if (shell === "bash") return bash(options);
  if (shell === "zsh") return `autoload -U +X bashcompinit && bashcompinit\n${bash(options)}`;
  if (shell === "fish") return fish(options);
  return undefined;
}

function bash(options: Readonly<Record<string, readonly string[]>>): string {
  const cases = Object.entries(options).map(([verb, names]) => `    ${verb}) words="${names.join(" ")} --help" ;;`);
  return `_matview() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${Object.keys(options).join(" ")} completion help"
  else case "\${COMP_WORDS[1]}" in
    completion) words="bash zsh fish" ;;
${cases.join("\n")}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _matview matview
`;
}

function fish(options: Readonly<Record<string, readonly string[]>>): string {
  const verbs = [...Object.keys(options), "completion", "help"].join(" ");
  const lines = Object.entries(options).flatMap(([verb, names]) =>
    names.map((name) => `complete -c matview -n "__fish_seen_subcommand_from ${verb}" -l ${name.slice(2)}`),
  );
  return `complete -c matview -f -n __fish_use_subcommand -a "${verbs}"\n${lines.join("\n")}\n`;
}
