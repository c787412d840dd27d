/** Prompts with variables, `{{language|C}}` or `{{n:number}}`, and includes, `{{> intro}}`. */
import { MemoryMistake } from '../errors.ts';

export interface Variable {
  readonly name: string;
  readonly type: 'text' | 'number' | 'flag';
  /** Null: a value must be given. */
  readonly default: string | null;
}

const slot =
  /\{\{\s*(?:>\s*([\w.-]+)|([A-Za-z]\w*)(?::(text|number|flag))?(?:\|([^{}]*))?)\s*\}\}/g;
const depthMax = 16;

type Find = (name: string) => string;

/** With the texts of those that it includes in their places. */
export function withIncludes(text: string, find: Find, within: readonly string[] = []): string {
  return text.replace(slot, (whole: string, included: string | undefined) => {
    if (included === undefined) return whole;
    if (within.includes(included) || within.length >= depthMax) throw circular(included, within);
    return withIncludes(find(included), find, [...within, included]);
  });
}

/** Each once, in the order in which they stand there. A later default does not change the first. */
export function variablesIn(text: string): readonly Variable[] {
  const variables = new Map<string, Variable>();
  for (const [, included, name, type = 'text', standard] of text.matchAll(slot)) {
    if (included !== undefined || name === undefined || variables.has(name)) continue;
    const unset = standard === undefined ? null : standard.trim();
    variables.set(name, { name, type: type as Variable['type'], default: unset });
  }
  return [...variables.values()];
}

/** Takes a text whose includes are in their places. */
export function render(text: string, values: Readonly<Record<string, string>>): string {
  const variables = new Map(variablesIn(text).map((variable) => [variable.name, variable]));
  const strange = Object.keys(values).find((name) => !variables.has(name));
  if (strange !== undefined) throw unknown(strange, [...variables.keys()]);
  return text.replace(slot, (whole: string, _included: unknown, name: string | undefined) => {
    const variable = name === undefined ? undefined : variables.get(name);
    return variable ? fillingOf(variable, values) : whole;
  });
}

function fillingOf(
  { name, type, default: unset }: Variable,
  values: Readonly<Record<string, string>>,
) {
  const value = values[name] ?? unset;
  if (value === null) {
    const hint = `give it: --with ${name}=...`;
    throw new MemoryMistake('prompt.no-value', `"${name}" has no value and no default`, hint);
  }
  const fits = {
    text: true,
    number: value !== '' && Number.isFinite(Number(value)),
    flag: isFlag(value),
  };
  if (fits[type]) return value;
  const message = `"${name}" must be a ${type}, and is "${value}"`;
  throw new MemoryMistake('prompt.bad-value', message, 'give another value for it');
}

const isFlag = (value: string): boolean => value === 'true' || value === 'false';

function unknown(name: string, known: readonly string[]): MemoryMistake {
  const hint = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
  return new MemoryMistake('prompt.no-variable', `there is no variable "${name}"`, hint);
}

function circular(name: string, within: readonly string[]): MemoryMistake {
  const message = `${[...within, name].join(' includes ')}: that has no end`;
  return new MemoryMistake('prompt.circular', message, 'take one of the includes out');
}
