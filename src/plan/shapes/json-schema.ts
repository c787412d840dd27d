/** The JSON Schemas of a plan: those that outputs must satisfy, and its own for editors. */
import { createRequire } from 'node:module';
import type { Ajv } from 'ajv';
import { z } from 'zod';
import { planShape } from './schema.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** What is wrong with a value, as lines for a person; empty when it satisfies the schema. */
export type Judge = (value: unknown) => readonly string[];

// A misspelt keyword must not pass for one that holds. Formats are not judged: JSON Schema lets
// them be remarks, and their expressions are slow on hostile text.
const options = {
  strictSchema: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  validateFormats: false,
  logger: false,
} as const;

/**
 * Draft 2020-12, or draft 7 when `$schema` says so.
 * Throws an Error whose message tells what is wrong with the schema.
 */
export function compileSchema(schema: JsonObject): Judge {
  const ajv = compilerFor(schema);
  const validate = ajv.compile(schema);
  ajv.removeSchema(schema);
  if ('$async' in validate) throw new Error('a schema can not be $async');
  return (value) => {
    if (validate(value)) return [];
    return (validate.errors ?? []).map((error) => {
      const place = error.instancePath === '' ? 'the output' : error.instancePath;
      return `${place} ${error.message ?? 'does not satisfy the schema'}`;
    });
  };
}

const shared = new Map<boolean, Ajv>();

/**
 * A compiler costs 15 to 50 ms, so that it is shared. Not with a schema that has an `$id`: it would
 * stay taken after a mistake, and could be that of the compiler's own schemas.
 */
function compilerFor(schema: JsonObject): Ajv {
  const isOld = String(schema.$schema ?? '').includes('draft-07');
  const create = (): Ajv => new (loadAjv(isOld ? 'ajv' : 'ajv/dist/2020.js'))(options);
  if (schema.$id !== undefined) return create();
  const ajv = shared.get(isOld) ?? create();
  shared.set(isOld, ajv);
  return ajv;
}

/** Only plans that have schemas pay for loading it: it is a third of a cold start. */
function loadAjv(module: 'ajv' | 'ajv/dist/2020.js'): typeof Ajv {
  return (createRequire(import.meta.url)(module) as { default: typeof Ajv }).default;
}

/** The JSON Schema (draft 2020-12) of a plan document, for editors. */
export function planJsonSchema(): JsonObject {
  const schema = z.toJSONSchema(planShape, { io: 'input', reused: 'ref' });
  return { ...schema, title: 'Troupe plan' };
}
