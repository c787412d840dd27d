/** Writes the calculator's test: it can only pass where all operations have come together. */
import { writeFileSync } from 'node:fs';

const test = `import assert from 'node:assert';
import test from 'node:test';
import { add, multiply, subtract } from './operations.mjs';

test('calculates', () => {
  assert.equal(add(2, 3), 5);
  assert.equal(subtract(2, 3), -1);
  assert.equal(multiply(2, 3), 6);
});
`;
writeFileSync('calculator/operations.test.mjs', test);
console.log('the test is written');
