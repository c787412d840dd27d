/** How many tokens a model can hold, input and answer together: a dated table, nothing guessed. */

/**
 * In tokens, by how a model's name begins, the longest that fits; of two limits the smaller one. As
 * of 2025-11-01; `contextWindow:` of a role wins over it.
 */
const table: Readonly<Record<string, number>> = {
  claude: 200_000,
  opus: 200_000,
  sonnet: 200_000,
  haiku: 200_000,
  'gpt-5': 272_000,
  'gpt-4.1': 1_047_576,
  'gpt-4o': 128_000,
  o3: 200_000,
  'o4-mini': 200_000,
  'gemini-2.5': 1_048_576,
  'gemini-3': 1_048_576,
  'grok-4': 256_000,
  'grok-4-fast': 2_000_000,
  'grok-code-fast-1': 256_000,
  'grok-3': 131_072,
};

/** Null: nobody knows. A name may begin with its provider, `xai/grok-4`. */
export function windowOf(model: string | null | undefined): number | null {
  const name = (model ?? '').toLowerCase().replace(/^.*\//, '');
  const fitting = Object.keys(table).filter((key) => isOf(name, key));
  const [best = ''] = fitting.sort((one, other) => other.length - one.length);
  return table[best] ?? null;
}

/** `gpt-5` is no window of `gpt-50`; what follows is a version or a kind of it. */
function isOf(name: string, key: string): boolean {
  return name === key || (name.startsWith(key) && /^[-@:.[]/.test(name.slice(key.length)));
}
