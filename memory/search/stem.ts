/** Brings forms of an English word together: `users` and `user`, `parsing` and `parsed`. */

const shortest = 4;
const plain = /^[a-z]+$/;

/** A few endings only: words that are told apart wrongly cost more than forms that are not met. */
export function stem(word: string): string {
  if (word.length <= shortest || !plain.test(word)) return word;
  return withoutE(withoutEnding(withoutPlural(word)));
}

function withoutPlural(word: string): string {
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(?:ss|sh|ch|x|z)es$/.test(word)) return word.slice(0, -2);
  return /[^suia]s$/.test(word) ? word.slice(0, -1) : word;
}

function withoutEnding(word: string): string {
  const [, begin = ''] = /^(.*[aeiouy].*?)(?:ing|ed|er)$/.exec(word) ?? [];
  if (begin.length < 3) return word;
  // `running` and `run`, but `calling` and `call`.
  return /([bdgmnprt])\1$/.test(begin) ? begin.slice(0, -1) : begin;
}

function withoutE(word: string): string {
  return word.length > shortest && word.endsWith('e') ? word.slice(0, -1) : word;
}
