/** Every kind of check, passing and failing, and what a person reads of it. */
import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../machines/outcome.ts';
import {
  type Check,
  type CheckWorld,
  type CommandSeen,
  runChecks,
  textBytesMax,
} from '../../src/evidence/checks.ts';
import { compileSchema } from '../../src/plan/shapes/json-schema.ts';
import { tempFolders } from '../app/temp.ts';

const temp = tempFolders('evidence');

const well: CommandSeen = {
  exitCode: 0,
  fault: null,
  durationMs: 12,
  outputSha256: 'abc',
  lastWords: 'all is well',
  output: '',
  errors: '',
};

const world = (given: Partial<CheckWorld> = {}): CheckWorld => ({
  runCommand: async () => well,
  readOutput: async () => '',
  signal: new AbortController().signal,
  ...given,
});

const says = (output: string): CheckWorld => world({ readOutput: async () => output });

const file = (path: string, given: Partial<Check & { kind: 'file' }> = {}): Check => ({
  kind: 'file',
  name: 'notes.md',
  path,
  minBytes: 0,
  matches: null,
  within: null,
  ...given,
});

const schema = (given: Readonly<Record<string, unknown>>): Check => ({
  kind: 'schema',
  of: 'json',
  judge: compileSchema(given),
});

const command = (...argv: string[]): Check => ({ kind: 'run', argv, timeoutMs: 1_000 });

async function only(check: Check, given = world()) {
  const { evidence, fault } = await runChecks([check], given);
  expect(evidence).toHaveLength(1);
  const [seen] = evidence;
  if (!seen) throw new Error('nothing was seen');
  // A journal keeps it, and a person reads it.
  expect(JSON.parse(JSON.stringify(seen))).toEqual(seen);
  expect(seen.summary).toMatch(/^\S/);
  expect(seen.summary).not.toMatch(/\[object|undefined|NaN/);
  expect(fault).toEqual(
    seen.passed ? null : { code: 'verify.failed', message: seen.summary, retryable: true },
  );
  return seen;
}

function write(text: string | Buffer): string {
  const path = join(temp(), 'notes.md');
  writeFileSync(path, text);
  return path;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('a command', () => {
  test('that exits 0 passes, with what was seen of it', async () => {
    expect(await only(command('npm', 'test'))).toEqual({
      kind: 'run',
      passed: true,
      summary: '`npm test` exited 0',
      facts: { command: 'npm test', exitCode: 0, durationMs: 12, outputSha256: 'abc' },
    });
  });

  test('that exits otherwise fails with its last words', async () => {
    const fault: Fault = { code: 'agent.exited', message: 'npm exited 3', retryable: true };
    const seen = { ...well, exitCode: 3, fault, lastWords: '2 tests failed' };
    const { passed, summary, facts } = await only(
      command('npm', 'test'),
      world({ runCommand: async () => seen }),
    );
    expect({ passed, summary }).toEqual({
      passed: false,
      summary: '`npm test` exited 3: 2 tests failed',
    });
    expect(facts).toMatchObject({ exitCode: 3 });
  });

  test('that did not end by itself fails with the reason, and has no exit code', async () => {
    const message = 'gave no answer within 1000 ms';
    const fault: Fault = { code: 'agent.timed-out', message, retryable: true };
    const seen = { ...well, exitCode: null, fault, lastWords: '' };
    const { summary, facts } = await only(
      command('sleep', '9'),
      world({ runCommand: async () => seen }),
    );
    expect(summary).toBe('`sleep 9` gave no answer within 1000 ms');
    expect(Object.keys(facts)).not.toContain('exitCode');
  });

  test('is given its own limit of time', async () => {
    const asked: unknown[] = [];
    const runCommand: CheckWorld['runCommand'] = async (...given) => {
      asked.push(given);
      return well;
    };
    await only(command('a', 'b'), world({ runCommand }));
    expect(asked).toEqual([[['a', 'b'], 1_000]]);
  });

  test('can not command the terminal of whoever reads about it', async () => {
    const fault: Fault = { code: 'agent.exited', message: 'x exited 1', retryable: true };
    const seen = { ...well, exitCode: 1, fault, lastWords: '\x1b[2Jgone\x07' };
    const { summary } = await only(command('x\x1b]0;y'), world({ runCommand: async () => seen }));
    expect(summary).not.toMatch(/[^\P{Cc}\t\n]/u);
    expect(summary).toContain('gone');
  });
});

describe('a file', () => {
  test('that is there passes, with its size and hash', async () => {
    expect(await only(file(write('hello\n'), { minBytes: 6 }))).toEqual({
      kind: 'file',
      passed: true,
      summary: 'notes.md has 6 bytes',
      facts: { file: 'notes.md', bytes: 6, sha256: sha256('hello\n') },
    });
  });

  test('that is empty passes when nothing is asked of its size', async () => {
    expect((await only(file(write('')))).passed).toBe(true);
  });

  test('that is too small fails, and says by how much', async () => {
    const { passed, summary, facts } = await only(file(write('hello\n'), { minBytes: 7 }));
    expect({ passed, summary }).toEqual({
      passed: false,
      summary: 'notes.md has 6 bytes, of 7 at least',
    });
    expect(facts).toMatchObject({ bytes: 6 });
  });

  test('is matched as a whole text, over its lines', async () => {
    const path = write('# Notes\n\nDone.\n');
    const matched = await only(file(path, { matches: '^# Notes[\\s\\S]*Done' }));
    expect(matched).toMatchObject({ passed: true, facts: { matches: '^# Notes[\\s\\S]*Done' } });
    const missed = await only(file(path, { matches: '^Done' }));
    expect(missed).toMatchObject({ passed: false, summary: 'notes.md does not match /^Done/' });
  });

  test('may be reached through a link', async () => {
    const folder = temp();
    symlinkSync(write('hello'), join(folder, 'link'));
    expect((await only(file(join(folder, 'link'), { minBytes: 5 }))).passed).toBe(true);
  });

  test.each<[string, (folder: string) => void, string]>([
    ['nothing at all', () => {}, 'notes.md is not there'],
    ['a folder', (folder) => mkdirSync(join(folder, 'x')), 'notes.md is no file'],
    [
      'a dangling link',
      (folder) => symlinkSync(join(folder, 'gone'), join(folder, 'x')),
      'notes.md is not there',
    ],
    [
      'a link to itself',
      (folder) => symlinkSync(join(folder, 'x'), join(folder, 'x')),
      "notes.md can't be read: ELOOP",
    ],
    ['a pipe or a device', (folder) => symlinkSync('/dev/zero', join(folder, 'x')), 'no file'],
    [
      'a file on the way to it',
      (folder) => symlinkSync(join(write('text'), 'below'), join(folder, 'x')),
      "notes.md can't be read: ENOTDIR",
    ],
  ])('%s is not the file', async (_, make, expected) => {
    const folder = temp();
    make(folder);
    const { passed, summary } = await only(file(join(folder, 'x'), { matches: 'x' }));
    expect(passed).toBe(false);
    expect(summary).toContain(expected);
  });

  test.each(['a\0b', `${'long/'.repeat(2_000)}x`, `x${'y'.repeat(300)}`])(
    'under a name that no system takes, it is not the file',
    async (name) => {
      expect(await only(file(join(temp(), name)))).toMatchObject({ passed: false });
    },
  );

  test('too large to be matched fails for that reason, with its size seen', async () => {
    const path = write('');
    truncateSync(path, textBytesMax + 1);
    const { passed, summary, facts } = await only(file(path, { matches: 'x' }));
    expect({ passed, summary }).toEqual({
      passed: false,
      summary: 'notes.md is too large to be read',
    });
    expect(facts).toMatchObject({ bytes: textBytesMax + 1 });
    // Only its text is too large: its size is another matter.
    expect((await only(file(path, { minBytes: textBytesMax }))).passed).toBe(true);
  });

  test('of a size that is read for hours is given up with the attempt', async () => {
    const path = write('');
    truncateSync(path, 2 ** 40);
    const control = new AbortController();
    const looking = only(file(path), world({ signal: control.signal }));
    control.abort();
    expect((await looking).summary).toContain("can't be read");
  });

  test('that is no text is matched as far as it can be', async () => {
    const path = write(Buffer.from([0xff, 0xfe, 0x00, 0x41, 0x42]));
    expect((await only(file(path, { matches: 'AB$' }))).passed).toBe(true);
  });
});

describe('a schema', () => {
  const person = schema({
    type: 'object',
    required: ['name', 'age'],
    properties: { name: { type: 'string' }, age: { type: 'integer', minimum: 0 } },
  });

  test('that the output satisfies passes', async () => {
    expect(await only(person, says(' {"name":"Ada","age":36}\n'))).toEqual({
      kind: 'schema',
      passed: true,
      summary: 'the output satisfies the schema',
      facts: { problems: 0 },
    });
  });

  test('that the output does not satisfy fails with the place', async () => {
    const { summary } = await only(person, says('{"name":"Ada","age":-1}'));
    expect(summary).toBe('/age must be >= 0');
    expect((await only(person, says('{"age":1}'))).summary).toContain("property 'name'");
    expect((await only(person, says('[]'))).summary).toBe('the output must be object');
  });

  test.each([
    ['nothing', '', 'the output is not JSON: '],
    ['prose', 'Here is your JSON: {}', 'the output is not JSON: '],
    ['half of it', '{"name": "Ada', 'the output is not JSON: '],
    ['two of it', '{} {}', 'the output is not JSON: '],
    ['a terminal bomb', '\x1b[2J\x1b]0;x\x07', 'the output is not JSON: '],
    ['a number that is none', 'Infinity', 'the output is not JSON: '],
    ['far too much', ' '.repeat(textBytesMax + 1), 'the output is too large to be looked at'],
  ])('%s fails, and the message says why', async (_, output, expected) => {
    const { passed, summary } = await only(person, says(output));
    expect(passed).toBe(false);
    expect(summary).toContain(expected);
    expect(summary).not.toMatch(/[^\P{Cc}\t\n]/u);
    expect(summary.length).toBeLessThan(300);
  });

  test('names of an output can neither flood nor command a terminal', async () => {
    const name = `\x1b[2J${'a'.repeat(100_000)}`;
    const strict = schema({ additionalProperties: { type: 'integer' } });
    const { summary } = await only(strict, says(JSON.stringify({ [name]: 'x' })));
    expect(summary.length).toBeLessThanOrEqual(2_000);
    expect(summary).not.toMatch(/[^\P{Cc}\t\n]/u);
  });

  test('nested deeper than anybody reads fails, or passes, but does not break', async () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const nested = schema({ $defs: { a: { type: 'array', items: { $ref: '#/$defs/a' } } } });
    const recursive = schema({ type: 'array', items: { $ref: '#' } });
    expect((await only(nested, says(deep))).passed).toBe(true);
    expect((await only(recursive, says(deep))).summary).toContain('could not be judged');
  });

  test('says how many problems there are beside the first', async () => {
    const judge = () => ['one is wrong', 'two is wrong', 'three is wrong'];
    const { summary, facts } = await only({ kind: 'schema', of: 'json', judge }, says('{}'));
    expect(summary).toBe('one is wrong (and 2 more)');
    expect(facts).toEqual({ problems: 3 });
  });

  test('an output that can not be read fails', async () => {
    const gone = Object.assign(new Error('no such file'), { code: 'ENOENT' });
    const { summary } = await only(person, world({ readOutput: () => Promise.reject(gone) }));
    expect(summary).toBe('the output is not there');
  });
});

describe('several checks', () => {
  test('are all looked at, in order, and what failed is told at once', async () => {
    const checks = [file('/nowhere/a'), command('npm', 'test'), file('/nowhere/b'), schema({})];
    const { evidence, fault } = await runChecks(checks, says('no JSON'));
    expect(evidence.map(({ kind, passed }) => [kind, passed])).toEqual([
      ['file', false],
      ['run', true],
      ['file', false],
      ['schema', false],
    ]);
    const [first = '', second = ''] = fault?.message.split('; ') ?? [];
    expect([first, second]).toEqual(['notes.md is not there', 'notes.md is not there']);
    expect(fault).toMatchObject({ code: 'verify.failed', retryable: true });
    expect(fault?.message).toContain('the output is not JSON');
  });

  test('no check at all is no fault', async () => {
    expect(await runChecks([], world())).toEqual({ evidence: [], fault: null });
  });
});
