/** The published JSON Schema of plans is the one that the schema in the code gives. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { planJsonSchema } from '../../src/plan/shapes/json-schema.ts';

const file = 'plan.schema.json';

test('plan.schema.json is what the code says; UPDATE=1 writes it anew', () => {
  const text = `${JSON.stringify(planJsonSchema(), null, 2)}\n`;
  if (process.env.UPDATE) writeFileSync(file, text);
  expect(readFileSync(file, 'utf8')).toBe(text);
});
