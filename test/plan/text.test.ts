/** Text that is no YAML, no JSON, or more than it looks: each mistake with its place. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scanJson } from '../../src/plan/text/json-text.ts';
import { parse, simulatedRole, toldAbout } from './complaints.ts';

const task = (text: string) => `${simulatedRole}tasks:\n  - id: a\n    ${text}\n`;
const quotes = 'put text that holds ": " or begins with a sign in quotes, or after "|" on lines';

const yaml: readonly (readonly [string, string, string, string])[] = [
  ['nothing', '', 'plan.empty', 'plan.yaml: there is nothing in it'],
  ['blanks', ' \n\n', 'plan.empty', 'plan.yaml: there is nothing in it'],
  ['remarks alone', '# later\n', 'plan.empty', 'plan.yaml: there is nothing in it'],
  [
    'a list',
    '- a\n',
    'plan.bad-value',
    'plan.yaml:1:1: expected a map with name, agents and tasks, got a list',
  ],
  [
    'prose',
    'do the work\n',
    'plan.bad-value',
    'plan.yaml:1:1: expected a map with name, agents and tasks, got "do the work"',
  ],
  [
    'a tab',
    'agents:\n\tw: x\n',
    'plan.syntax',
    'plan.yaml:2:1: tabs are not allowed as indentation; indent with spaces',
  ],
  [
    'a colon in plain text',
    task('prompt: Fix: it'),
    'plan.syntax',
    `plan.yaml:5:13: nested mappings are not allowed in compact mappings; ${quotes}`,
  ],
  [
    'a template without quotes',
    task('prompt: {{inputs.x}} now'),
    'plan.syntax',
    'plan.yaml:5:14: "{{" begins a map in YAML; put text that begins with "{{" in quotes',
  ],
  [
    'a sign that YAML keeps',
    task('prompt: @someone'),
    'plan.syntax',
    `plan.yaml:5:13: plain value cannot start with reserved character @; ${quotes}`,
  ],
  [
    'a quote that is not closed',
    'name: "x\n',
    'plan.syntax',
    'plan.yaml:2:1: missing closing "quote',
  ],
  [
    'an indent that fits nothing',
    'agents:\n  w: { adapter: simulated }\n x: 1\n',
    'plan.syntax',
    'plan.yaml:3:1: all mapping items must start at the same column',
  ],
  [
    'a wrong escape',
    'name: "C:\\dir"\n',
    'plan.syntax',
    "plan.yaml:1:10: invalid escape sequence \\d; write the backslash twice, or use '...'",
  ],
  [
    'a tag that nobody knows',
    'name: !important x\n',
    'plan.syntax',
    'plan.yaml:1:7: unresolved tag: !important; put text that begins with "!" in quotes',
  ],
  [
    'a second document',
    'name: x\n---\nname: y\n',
    'plan.many-documents',
    'plan.yaml:2:1: a second document begins here; keep one plan in a file',
  ],
  [
    'a key that is there twice',
    task('id: b'),
    'plan.duplicate-key',
    'plan.yaml:5:5: the key "id" is there twice; leave one out',
  ],
  [
    'an alias of nothing',
    task('prompt: *it'),
    'plan.unknown-alias',
    'plan.yaml:5:13: nothing above is marked "&it"; put text that begins with "*" in quotes',
  ],
  [
    'an alias that is misspelt',
    `name: &plan-name x\ndescription: *plan-nam\n`,
    'plan.unknown-alias',
    'plan.yaml:2:14: nothing above is marked "&plan-nam"; did you mean "*plan-name"?',
  ],
];

describe('YAML', () => {
  test.each(yaml)('%s', (_name, text, code, line) => {
    expect(toldAbout(text)).toMatchObject({ code, lines: [line] });
  });

  test('tells every key that is there twice', () => {
    const { lines } = toldAbout('name: x\nname: y\nagents: { w: 1, w: 2 }\n');
    expect(lines.map((line) => line.split(': ')[0])).toEqual(['plan.yaml:2:1', 'plan.yaml:3:17']);
  });

  test('may begin with a byte order mark, and end its lines as Windows does', () => {
    const text = `\uFEFF${task('promt: x')}`.replaceAll('\n', '\r\n');
    expect(toldAbout(text).lines[0]).toMatch(/^plan\.yaml:5:5 tasks\[0\]\.promt: /);
  });

  test('shares what it marks, and points at it when it is wrong', () => {
    const shared = (bytes: string) =>
      `${simulatedRole}tasks:\n  - id: a\n    verify: &checks [{ file: x, minBytes: ${bytes} }]\n` +
      Array.from({ length: 500 }, (_, at) => `  - id: t${at}\n    verify: *checks\n`).join('');
    expect(parse(shared('5')).tasks.at(-1)?.verify).toEqual([
      { kind: 'file', path: 'x', minBytes: 5, matches: null },
    ]);
    const { lines } = toldAbout(shared('no'));
    expect(new Set(lines.map((line) => line.split(' ')[0]))).toEqual(
      new Set(['plan.yaml:5:43', 'and']),
    );
  });
});

describe('JSON', () => {
  const told = (text: string) => toldAbout(text, 'plan.json');

  test.each([
    ['{"name": "x",}', '1:14: expected a key in double quotes, got "}"'],
    ['{name: "x"}', '1:2: expected a key in double quotes or "}", got "name:"'],
    ["{'name': 1}", '1:2: expected a key in double quotes or "}", got "\'name\':"'],
    ['{"name" "x"}', '1:9: expected ":", got "\\"x\\"}"'],
    ['{"tasks": [1\n 2]}', '2:2: expected "," or "]", got "2]}"'],
    ['{"tasks": [1,]}', '1:14: expected a value, got "]}"'],
    ['{"seed": 01}', '1:10: expected a value, got "01}"'],
    ['{"seed": 1', '1:11: expected "," or "}", got the end of the file'],
    ['{} {}', '1:4: expected the end of the file, got "{}"'],
    ['{"a": "x\ny"}', '1:7: expected a text on one line with its end in quotes, got "\\"x"'],
    ['{"a": tru}', '1:7: expected a value, got "tru}"'],
    ['{"a": 1 // b\n}', '1:9: expected "," or "}", got "//"'],
  ])('%s', (text, rest) => {
    expect(told(text)).toMatchObject({ code: 'plan.syntax', lines: [`plan.json:${rest}`] });
  });

  test('tells a key that is there twice, which JSON.parse would not', () => {
    expect(told('{\n  "name": "x",\n  "n\\u0061me": "y"\n}')).toMatchObject({
      code: 'plan.duplicate-key',
      lines: ['plan.json:3:3: the key "name" is there twice; leave one out'],
    });
  });

  test('finds a path on its line, also when tabs indent it', () => {
    const text =
      '{\n\t"agents": { "w": { "adapter": "simulated" } },\n\t"tasks": [\n' +
      '\t\t{ "id": "a" },\n\t\t{ "id": "b", "needs": ["A1"] }\n\t]\n}\n';
    expect(told(text).lines).toEqual([
      'plan.json:5:26 tasks[1].needs[0]: no task is called "A1"; known: a, b',
    ]);
  });

  test('is scanned as JSON.parse reads it', () => {
    const isJson = (text: string) => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    const pieces = fc.constantFrom(
      ...['{', '}', '[', ']', ',', ':', '"a"', '"b\\n"', '1', '-0.5e3', 'true', 'null', ' ', '0'],
      ...['"', '\\', '-', '.', 'x', '\t', '\u0001', '"\\x"', '{}', '[]', '"k":1'],
    );
    const almostJson = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''));
    const texts = fc.oneof(almostJson, fc.json(), fc.string());
    fc.assert(
      fc.property(texts, (text) => {
        const isWrong = scanJson(text).some((fault) => fault.code === 'plan.syntax');
        expect(isWrong).toBe(!isJson(text));
      }),
      { numRuns: 2_000 },
    );
  });

  test('is scanned however long its texts are', () => {
    expect(scanJson(`["${'\\n'.repeat(3_000_000)}"]`)).toEqual([]);
  });
});
