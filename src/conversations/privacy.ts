/** What a conversation must not hold: keys that its agent can see, and all that look like one. */
import { redactor } from '../../memory/truth/redaction.ts';
import { redactorOf } from '../accounts/redaction.ts';

type Variables = Readonly<Record<string, string | undefined>>;

export type Hide = <Value>(value: Value) => Value;

/** What we tell a program of the run is no key, whatever its tasks are called. */
const secretName = /^(?!TROUPE_).*(?:key|token|secret|passw|credential|auth(?!or))/i;

/** `patterns` are a person's own, as regular expressions. */
export function hiderOf(environments: readonly Variables[], patterns: readonly string[]): Hide {
  const exact = redactorOf([...new Set(environments.flatMap(secretsOf))]);
  const shaped = redactor(patterns);
  return (value) => deep(exact(value), shaped) as typeof value;
}

export function secretsOf(variables: Variables): readonly string[] {
  return Object.entries(variables).flatMap(([name, value]) =>
    value !== undefined && secretName.test(name) && !/^[/.~]/.test(value) ? [value] : [],
  );
}

function deep(value: unknown, hide: (text: string) => string): unknown {
  if (typeof value === 'string') return hide(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => deep(each, hide));
  const entries = Object.entries(value).map(([key, inner]) => [key, deep(inner, hide)]);
  return Object.fromEntries(entries);
}
