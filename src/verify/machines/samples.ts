/** A few values that a schema allows, chosen so that what reads them meets every kind of them. */

/** JSON Schema, as far as zod and people write it. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly minItems?: number;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly format?: string;
}

/** Values of one schema; more would only make the search longer. */
export const samplesMax = 12;

export function samplesOf(schema: unknown): readonly unknown[] {
  return valuesOf(schema as Schema).slice(0, samplesMax);
}

function valuesOf(schema: Schema): readonly unknown[] {
  if ('const' in schema) return [schema.const];
  if (schema.enum) return schema.enum;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.flatMap(valuesOf);
  if (schema.allOf) return valuesOf(merged(schema.allOf));
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  return types.flatMap((type) => valuesOfType(type, schema));
}

function valuesOfType(type: string | undefined, schema: Schema): readonly unknown[] {
  switch (type) {
    case 'object':
      return objects(schema);
    case 'array':
      return arrays(schema);
    case 'string':
      return strings(schema);
    case 'integer':
    case 'number':
      return numbers(schema);
    case 'boolean':
      return [true, false];
    case 'null':
      return [null];
    default:
      return schema.properties ? objects(schema) : [null, 0, 'text', {}];
  }
}

/** The first of each part together, then each other value of one with the first of the rest. */
function objects({ properties = {}, required = [] }: Schema): readonly unknown[] {
  const parts = Object.entries(properties).map(([key, schema]) => {
    const values = valuesOf(schema).slice(0, samplesMax);
    return { key, values, isNeeded: required.includes(key) };
  });
  const first = Object.fromEntries(parts.map(({ key, values }) => [key, values[0]]));
  const others = parts.flatMap(({ key, values, isNeeded }) => {
    const { [key]: _left, ...rest } = first;
    const varied = values.slice(1).map((value) => ({ ...first, [key]: value }));
    return isNeeded ? varied : [...varied, rest];
  });
  return [first, ...others];
}

function arrays({ items, prefixItems, minItems = 0 }: Schema): readonly unknown[] {
  if (prefixItems) return [prefixItems.map((item) => valuesOf(item)[0])];
  const values = items ? valuesOf(items) : ['text'];
  const least = Array.from({ length: Math.max(1, minItems) }, () => values[0]);
  const each = minItems <= 1 ? values.slice(1).map((value) => [value]) : [];
  return [least, ...(minItems === 0 ? [[]] : []), ...each];
}

const formats: Readonly<Record<string, string>> = {
  'date-time': '2026-01-31T12:00:00Z',
  date: '2026-01-31',
  email: 'ada@example.org',
  uri: 'https://example.org/',
  uuid: '123e4567-e89b-42d3-a456-426614174000',
};

function strings({ format = '', minLength = 0 }: Schema): readonly unknown[] {
  const known = formats[format];
  if (known !== undefined) return [known];
  const text = 'text'.padEnd(minLength, 't');
  return minLength === 0 ? [text, ''] : [text];
}

function numbers(schema: Schema): readonly unknown[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const least = minimum ?? (exclusiveMinimum === undefined ? undefined : exclusiveMinimum + 1);
  const most = maximum ?? (exclusiveMaximum === undefined ? undefined : exclusiveMaximum - 1);
  const all = [1, 0, -1, 1_000_000, least, most].filter((value) => value !== undefined);
  const allowed = all.filter((value) => value >= (least ?? value) && value <= (most ?? value));
  return [...new Set(allowed)];
}

function merged(all: readonly Schema[]): Schema {
  const properties = Object.assign({}, ...all.map((one) => one.properties ?? {}));
  const required = all.flatMap((one) => one.required ?? []);
  return { ...Object.assign({}, ...all), properties, required };
}
