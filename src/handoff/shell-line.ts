/** A line for a person to paste into a shell: into a folder, and on with a command there. */

/** As a shell reads them back. */
export function quoteWords(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quoted(word))).join(' ');
}

/** `command`: null when there is none to go on with. */
export function shellLine(folder: string, command: readonly string[] | null): string {
  const goThere = `cd ${quoteWords([folder])}`;
  return command === null ? goThere : `${goThere} && ${quoteWords(command)}`;
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
