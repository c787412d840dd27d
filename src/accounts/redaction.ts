/** Takes keys out of whatever an agent said or did, however deep it lies. */

const hidden = '[redacted]';
/** Shorter ones are no keys, and would take letters out of every word. */
const secretMinCharacters = 6;

export type Redact = <Value>(value: Value) => Value;

/** The same value, also by identity, when there is nothing in it to hide. */
export function redactorOf(secrets: readonly string[]): Redact {
  const worthy = secrets.filter((secret) => secret.length >= secretMinCharacters);
  if (worthy.length === 0) return (value) => value;
  return (value) => redacted(value, formsOf(worthy)) as typeof value;
}

/** A key may be told as it is, or as a part of JSON, of an address, of a header. */
function formsOf(secrets: readonly string[]): readonly string[] {
  const forms = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  ]);
  return [...new Set(forms)].sort((one, other) => other.length - one.length);
}

function redacted(value: unknown, forms: readonly string[]): unknown {
  if (typeof value === 'string') {
    return forms.reduce((text, form) => text.replaceAll(form, hidden), value);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    ([key, inner]) => [key, redacted(inner, forms)] as const,
  );
  const isSame = entries.every(([key, inner]) => inner === (value as Record<string, unknown>)[key]);
  if (isSame) return value;
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}
