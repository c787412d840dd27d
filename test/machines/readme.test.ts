/** machines/README.md is what the machines say of themselves; `UPDATE=1` writes it anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { diagramOf } from '../../src/verify/machines/diagram.ts';
import { edgesOf, nodesOf } from '../../src/verify/machines/graph.ts';
import { machinesPage, unheardMessages, unspoken } from './machine-pages.ts';
import { subjects } from './machine-words.ts';

const page = 'machines/README.md';

/** The little of Mermaid's grammar that is used: an arrow, a state, a note on one, its end. */
const forms = [
  /^ +(\[\*\]|\w+) --> (\[\*\]|\w+)( : [^:;#]+)?$/,
  /^ +(state (\w+ \{|"[\w ]+" as \w+)|\w+)$/,
  /^ +\w+ : [\w. ]+$/,
  /^ +\}$/,
];

describe('the page of the machines', () => {
  test('is up to date', () => {
    if (process.env.UPDATE) writeFileSync(page, machinesPage());
    const hint = 'run: UPDATE=1 npx vitest run test/machines/readme.test.ts';
    expect(readFileSync(page, 'utf8') === machinesPage(), hint).toBe(true);
  });

  test('draws every state and every way', () => {
    for (const { machine } of subjects) {
      const lines = diagramOf(machine).split('\n').slice(1);
      const odd = lines.filter((line) => !forms.some((form) => form.test(line)));
      expect(odd).toEqual([]);
      const drawn = lines.filter((line) => line.includes('-->') && !line.includes('[*]'));
      expect(drawn).toHaveLength(edgesOf(machine).filter(({ to }) => to !== null).length);
      for (const { key, states } of nodesOf(machine).slice(1)) {
        const name = Object.keys(states).length > 0 ? `state ${key} {` : key;
        const named = lines.filter((line) => line.trim() === name || line.includes(`"${key}" as `));
        expect(named, key).toHaveLength(1);
      }
    }
  });
});

describe('the alphabet', () => {
  test('has a receiver for every message', () => {
    expect(unheardMessages()).toEqual([]);
  });

  test('has a sender for every event, and a witness for every fact', () => {
    expect(unspoken()).toEqual([]);
  });
});
