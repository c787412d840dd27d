/** Templates: `{{inputs.x}}` inside a text, taken apart once and filled in for each attempt. */

/** What a template asks for. */
export type Reference =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'output'; readonly task: string }
  | { readonly kind: 'artifacts'; readonly task: string }
  | { readonly kind: 'plan-folder' }
  | { readonly kind: 'own-artifacts' }
  /** What the agents of the run have told each other by then. */
  | { readonly kind: 'context' };

export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  /** `source` as written, braces included. */
  | { readonly kind: 'value'; readonly source: string; readonly reference: Reference }
  /** Names nothing that exists; `expression` without the braces. A loaded plan has none. */
  | { readonly kind: 'unknown'; readonly source: string; readonly expression: string }
  /** Opened and never closed; `source` runs to the end of its line. A loaded plan has none. */
  | { readonly kind: 'unclosed'; readonly source: string };

export interface Template {
  readonly parts: readonly TemplatePart[];
}

const opening = '{{';
const closing = '}}';
/** Longer than any name can be; without it a text full of open braces is read again and again. */
const sourceMax = 400;

/**
 * Never throws. A backslash before the braces keeps them as text, and a backslash before that
 * one keeps the backslash: `\{{` gives `{{`, `\\{{inputs.x}}` gives `\` and the input.
 */
export function parseTemplate(text: string): Template {
  const parts: TemplatePart[] = [];
  let plain = '';
  let at = 0;
  for (let open = text.indexOf(opening); open >= 0; open = text.indexOf(opening, at)) {
    const slashes = backslashesBefore(text, open, at);
    plain += text.slice(at, open - Math.ceil(slashes / 2));
    at = open + opening.length;
    if (slashes % 2 === 1) {
      plain += opening;
      continue;
    }
    const part = partAt(text, open);
    if (plain !== '') parts.push({ kind: 'text', text: plain });
    plain = '';
    parts.push(part);
    at = open + part.source.length;
  }
  plain += text.slice(at);
  if (plain !== '') parts.push({ kind: 'text', text: plain });
  return { parts };
}

/** Puts values in; what a loaded plan can't contain stays as it was written. */
export function fillTemplate(template: Template, lookup: (reference: Reference) => string): string {
  const texts = template.parts.map((part) => {
    if (part.kind === 'text') return part.text;
    return part.kind === 'value' ? lookup(part.reference) : part.source;
  });
  return texts.join('');
}

/** A template that gives just this text, whatever braces are in it. */
export const literalTemplate = (text: string): string =>
  text.replaceAll(/(\\*)\{\{/g, (_, slashes: string) => `${slashes}${slashes}\\{{`);

/** Most texts hold none, and that is seen at once. */
export const mayHoldTemplate = (text: string): boolean => text.includes(opening);

export const hasTemplate = (text: string): boolean =>
  mayHoldTemplate(text) && parseTemplate(text).parts.some((part) => part.kind !== 'text');

function backslashesBefore(text: string, open: number, from: number): number {
  let start = open;
  while (start > from && text[start - 1] === '\\') start -= 1;
  return open - start;
}

type Placeholder = Exclude<TemplatePart, { kind: 'text' }>;

/** The braces and what is in them; they end on the line they began on. */
function partAt(text: string, open: number): Placeholder {
  const [line = ''] = text.slice(open, open + sourceMax).split('\n', 1);
  const close = line.indexOf(closing);
  if (close < 0) return { kind: 'unclosed', source: line };
  const source = line.slice(0, close + closing.length);
  const expression = line.slice(opening.length, close).trim();
  const reference = parseReference(expression);
  return reference ? { kind: 'value', source, reference } : { kind: 'unknown', source, expression };
}

/** A task's id may hold dots, so that its field is what follows the last one. */
function parseReference(expression: string): Reference | null {
  if (expression === 'plan.folder') return { kind: 'plan-folder' };
  if (expression === 'artifacts') return { kind: 'own-artifacts' };
  if (expression === 'context') return { kind: 'context' };
  const [, name] = /^inputs\.([\w-]+)$/.exec(expression) ?? [];
  if (name !== undefined) return { kind: 'input', name };
  const [, task, kind] = /^results\.([\w.-]+)\.(output|artifacts)$/.exec(expression) ?? [];
  if (task === undefined || kind === undefined) return null;
  return { kind: kind === 'output' ? 'output' : 'artifacts', task };
}
