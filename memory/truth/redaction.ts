/** Takes secrets out of a text before anything keeps it. */
import { MemoryMistake, messageOf } from '../errors.ts';

export type Redact = (text: string) => string;

const hidden = '[redacted]';

/** Keys by the form that their makers gave them. */
const shapes: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\b(?:sk|pk|rk)[-_](?:[a-z]+[-_])*[A-Za-z0-9_-]{16,}/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}/g,
  /\bxox[abeoprs]-[\w-]{10,}|\bhooks\.slack\.com\/services\/[\w/]+/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}/g,
  /\bnpm_[A-Za-z0-9]{30,}|\bhf_[A-Za-z0-9]{20,}|\bxai-[A-Za-z0-9]{20,}/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
];

/** The value is taken out, what it is the value of stays. */
const named: readonly RegExp[] = [
  /\b(bearer|basic)(\s+)[\w.~+/=-]{8,}/gi,
  /([a-z][\w.+-]*:\/\/)([^\s:/@]*:)[^\s@/]+(?=@)/gi,
  new RegExp(
    '((?:api[_-]?key|secret|token|passw(?:or)?d|passphrase|private[_-]?key|credentials?)' +
      '[\\w-]*["\']?)(\\s*[:=]\\s*["\']?)[^\\s"\',;}]{6,}',
    'gi',
  ),
];

/** Nearly every text has none of these: then nothing else is looked at. */
const suspicious =
  /key|secret|token|passw|passphrase|credential|bearer|basic|:\/\/|eyJ|A[KS]IA|AIza|\w\w[-_]/i;

export function redactor(patterns: readonly string[] = []): Redact {
  const own = patterns.map(compile);
  return (text) => {
    const known = suspicious.test(text) ? withoutKnown(text) : text;
    return own.reduce((left, pattern) => left.replace(pattern, hidden), known);
  };
}

function withoutKnown(text: string): string {
  const whole = shapes.reduce((left, shape) => left.replace(shape, hidden), text);
  return named.reduce((left, shape) => left.replace(shape, `$1$2${hidden}`), whole);
}

function compile(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'g');
  } catch (error) {
    throw new MemoryMistake(
      'memory.bad-pattern',
      `"${pattern}" is no regular expression: ${messageOf(error)}`,
      'mend the pattern among those to be redacted',
    );
  }
}
