/** `troupe context`, as a person types it. */
import { expect, test } from 'vitest';
import { writeFiles } from '../app/temp.ts';
import { Desk, jsonLines } from './troupe.ts';

const plan = `
name: shared
agents:
  coder: { adapter: command, run: ["sh", "-c", "cat"] }
tasks:
  - { id: wait, agent: coder, approve: true, prompt: "Known: {{context}}" }
`;

test.skipIf(process.platform === 'win32')(
  'a person tells all agents, and sees who did',
  async () => {
    const desk = new Desk();
    writeFiles(desk.folder, { 'plan.yaml': plan });
    const run = desk.start(['run', 'plan.yaml']);
    await run.says(/approve/);
    expect((await desk.type(['context', 'show', 'latest'])).stderr).toContain('Nothing is shared');
    const set = (...words: readonly string[]) => desk.type(['context', 'set', 'latest', ...words]);
    expect(await set('api.port', '8080')).toMatchObject({ code: 0, stderr: 'Set api.port.\n' });
    const late = await set('api.port', '1', '--if-version', '0');
    expect(late.code).toBe(2);
    expect(late.stderr).toContain('has version 1 and not 0');
    await set('api.host', 'localhost');
    await set('api.host', '--remove');
    const shown = await desk.type(['context', 'show', 'latest', '--json']);
    const entry = { value: '8080', version: 1, by: 'tester' };
    expect(jsonLines(shown.stdout)).toEqual([{ version: 3, entries: { 'api.port': entry } }]);
    expect((await desk.type(['context', 'show', 'latest', 'api.port'])).stdout).toBe('8080\n');
    const past = await desk.type(['context', 'history', 'latest', 'api.port', '--json']);
    expect(jsonLines(past.stdout).map(({ type }) => type)).toEqual([
      ...['context.changed', 'context.refused'],
    ]);
    expect((await desk.type(['context', 'history', 'latest'])).stdout).toMatch(
      /api\.host .*taken away/,
    );
    await desk.type(['approve', 'latest', 'wait']);
    expect((await run.end()).code).toBe(0);
    const over = await set('api.port', '2');
    expect(over.stderr).toContain('the run is over');
    const { stdout } = await desk.type(['history', 'show', 'latest']);
    expect(stdout).toContain('- api.port (version 1, by tester): 8080');
    const checked = await desk.type(['replay', 'latest', '--check']);
    expect([checked.code, checked.stderr]).toEqual([0, expect.stringMatching(/, 0 violations/)]);
  },
);

test.each([
  [['set', 'latest', 'a'], 'Give a value, or --remove'],
  [['set', 'latest', 'a', 'b', '--if-version', '-1'], 'must be 0 or more'],
  [['show', 'nowhere'], 'there are no runs'],
])('%j is a mistake that is told', async (words, told) => {
  const { code, stderr } = await new Desk().type(['context', ...words]);
  expect(code).toBe(2);
  expect(stderr).toContain(told);
});
