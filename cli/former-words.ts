/** Commands as they were called before Troupe had this name, in today's words. */

const library: Readonly<Record<string, string>> = {
  'save-prompt': 'save',
  'add-prompt': 'save',
  'list-prompts': 'list',
  'get-prompt': 'show',
  'show-prompt': 'show',
  'use-prompt': 'render',
  'render-prompt': 'render',
  'diff-prompt': 'diff',
  'search-prompts': 'search',
  'find-prompt': 'search',
  'delete-prompt': 'rm',
  'remove-prompt': 'rm',
  'export-prompts': 'export',
  'import-prompts': 'import',
};

export function inTodaysWords(words: readonly string[]): readonly string[] {
  const [first, second = '', ...rest] = words;
  if (first !== 'library') return words;
  const today = Object.hasOwn(library, second) ? (library[second] as string) : second;
  return ['prompts', ...(second === '' ? [] : [today]), ...rest];
}
