/** `troupe documents`, as a person types it. */
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeFiles } from '../app/temp.ts';
import { Desk, jsonLines } from './troupe.ts';

const desk = new Desk();
const plan = `
name: made
inputs: { word: { default: one } }
agents:
  coder: { adapter: command, run: ["sh", "make.sh", "{{inputs.word}}"], count: 1 }
tasks:
  - { id: build, agent: coder, verify: [{ run: "true" }] }
`;
const make = `
printf 'title\\n%s\\nend\\n' "$1" > "$TROUPE_ARTIFACTS/report.md"
printf '\\000\\001' > "$TROUPE_ARTIFACTS/a.bin"
echo said "$1"
`;

const type = (...words: readonly string[]) => desk.type(['documents', ...words]);

beforeAll(async () => {
  writeFiles(desk.folder, { 'plan.yaml': plan, 'make.sh': make });
  expect((await desk.type(['run', 'plan.yaml'])).code).toBe(0);
  expect((await desk.type(['run', 'plan.yaml', '--input', 'word=two'])).code).toBe(0);
});

describe.skipIf(process.platform === 'win32')('documents', () => {
  test('lists the newest of each, and the versions of one, with their origin', async () => {
    expect((await type()).stdout).toMatch(/made\/build\/output +v2 .*verified +made-\w+, coder/);
    const versions = jsonLines((await type('list', 'report.md', '--json')).stdout);
    expect(versions).toMatchObject([{ version: 1 }, { version: 2, task: 'build', verified: true }]);
  });

  test('shows a text and where it came from; what is none it names', async () => {
    const shown = await type('show', 'made/build/output@1');
    expect(shown.stdout).toBe('said one\n');
    expect(shown.stderr).toMatch(/Version 1, from build of made-\w+ \(coder-1, 1 attempt\)/);
    const binary = await type('show', 'a.bin');
    expect(binary.code).toBe(2);
    expect(binary.stderr).toContain('is no text');
  });

  test('says what changed', async () => {
    const { stdout } = await type('diff', 'report.md');
    expect(stdout).toBe('  title\n- one\n+ two\n  end\n  \n');
    expect((await type('diff', 'a.bin')).stderr).toContain('are the same');
  });

  test('gives back one, or all, and writes over nothing', async () => {
    await type('restore', 'report.md@1', '--to', 'old.md');
    expect(readFileSync(desk.path('old.md'), 'utf8')).toBe('title\none\nend\n');
    const again = await type('restore', 'report.md', '--to', 'old.md');
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('is there already');
    await type('restore', 'report.md', '--to', 'old.md', '--force');
    expect(readFileSync(desk.path('old.md'), 'utf8')).toContain('two');
    expect((await type('export', 'all', 'made/')).stderr).toContain('Wrote 3 documents');
    expect([...readFileSync(desk.path('all/made/build/artifacts/a.bin'))]).toEqual([0, 1]);
    expect(existsSync(desk.path('all/documents.json'))).toBe(true);
    expect((await type('check')).stderr).toContain('All is what it was');
  });

  test.each([
    [['show', 'nothing'], 'no document is called "nothing"'],
    [['show', 'report.md@9'], 'it has 1 to 2'],
    [
      ['diff', 'report.md', '--to', '1'],
      'no version of made/build/artifacts/report.md comes before',
    ],
    [['diff', 'report.md', '--from', '0'], 'must be 1 or more'],
  ])('%j is a mistake that is told', async (words, told) => {
    const { code, stderr } = await type(...words);
    expect(code).toBe(2);
    expect(stderr).toContain(told);
  });
});

test('an empty home has none, and says so', async () => {
  const { code, stderr } = await new Desk().type(['documents']);
  expect(code).toBe(0);
  expect(stderr).toContain('Nothing is archived yet');
});
