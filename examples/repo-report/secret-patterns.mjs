/** What secrets look like, and how to speak of one without telling it. */

const named = '(?:passw(?:or)?d|secret|token|api[_-]?key)';

/**
 * `keep` is how much may be shown: the maker's public prefix, nothing of what a person chose.
 * Every repetition has an upper bound, or one hostile line would take minutes.
 */
const rules = [
  {
    kind: 'private key',
    sure: true,
    keep: 0,
    // The key must follow: code that only names the header is not a leak.
    pattern:
      /-----BEGIN [A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----(?:\\n|\s){1,4}[\w+/=:,. -]{16,200}/g,
  },
  { kind: 'AWS access key', sure: true, keep: 4, pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g },
  { kind: 'GitHub token', sure: true, keep: 4, pattern: /\bgh[pousr]_[A-Za-z0-9]{36,255}\b/g },
  { kind: 'GitHub token', sure: true, keep: 11, pattern: /\bgithub_pat_\w{50,255}\b/g },
  { kind: 'GitLab token', sure: true, keep: 6, pattern: /\bglpat-[\w-]{20,100}/g },
  { kind: 'Slack token', sure: true, keep: 5, pattern: /\bxox[abeoprs]-[\w-]{16,255}/g },
  { kind: 'Stripe key', sure: true, keep: 8, pattern: /\b[rs]k_live_[A-Za-z0-9]{20,250}\b/g },
  { kind: 'Google API key', sure: true, keep: 4, pattern: /\bAIza[\w-]{35}(?![\w-])/g },
  { kind: 'npm token', sure: true, keep: 4, pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { kind: 'Anthropic key', sure: true, keep: 7, pattern: /\bsk-ant-[\w-]{32,200}/g },
  { kind: 'OpenAI key', sure: true, keep: 3, pattern: /\bsk-(?:proj-)?(?!ant-)[\w-]{40,200}/g },
  {
    kind: 'JSON web token',
    sure: false,
    keep: 3,
    pattern: /\beyJ[\w-]{10,500}\.eyJ[\w-]{10,1000}\.[\w-]{20,500}/g,
  },
  {
    kind: 'password in an address',
    sure: false,
    keep: 0,
    pattern:
      /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/"'`]{1,60}:(?<value>[^\s@/"'`]{6,100})@(?!local|127\.)/g,
  },
  {
    kind: 'assigned secret',
    sure: false,
    keep: 0,
    mixed: true,
    pattern: new RegExp(`${named}["']?\\s{0,9}[:=]\\s{0,9}["'](?<value>[^\\s"']{12,200})`, 'gi'),
  },
];

const standIn =
  /[${}<>()]|example|change.?me|placeholder|your|dummy|fake|x{4}|\*{3}|\.{3}|1234567/i;

/** Bits a character: words and names stay under 3.2, what a generator made lies above. */
function entropy(text) {
  const counts = new Map();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values())
    bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** An assigned text is a secret only when it looks made, not written: most are labels and names. */
const looksMade = (text) => /\d/.test(text) && /[a-z]/i.test(text) && entropy(text) > 3.2;

/** Every likely secret of a text: its kind, where it begins, itself, and what may be shown. */
export function* secretsIn(text) {
  for (const { kind, sure, keep, mixed, pattern } of rules) {
    for (const match of text.matchAll(pattern)) {
      const value = match.groups?.value ?? match[0];
      if (standIn.test(value) || (mixed && !looksMade(value))) continue;
      const masked = `${value.slice(0, keep)}… (${value.length} characters)`;
      yield { kind, sure, at: match.index, value, masked };
    }
  }
}

/** The same text with every likely secret masked; call it before cutting a text short. */
export function redact(text) {
  let masked = text;
  for (const secret of secretsIn(text)) masked = masked.replaceAll(secret.value, secret.masked);
  return masked;
}
