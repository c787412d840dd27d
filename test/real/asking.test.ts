/** Real agents that ask a person: Claude Code over its stdio, OpenCode over ACP. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { Desk, jsonLines } from '../cli/troupe.ts';
import { openModelServer } from './model-server.ts';
import { claude, opencode, type Point } from './points.ts';

interface Asking {
  readonly point: Point;
  /** What its role says beside its model and environment. */
  readonly role: object;
}

/** What OpenCode asks for is a matter of its own settings. */
const opencodeAsks = { OPENCODE_PERMISSION: JSON.stringify({ edit: 'ask', bash: 'ask' }) };

const cases: readonly Asking[] = [
  { point: claude, role: { adapter: 'claude' } },
  { point: opencode, role: { adapter: 'acp', run: ['opencode', 'acp'] } },
];

describe.each(cases)('$point.name', ({ point, role }) => {
  const missing = inject('agents')[point.name];
  const named = missing ? ` (${missing})` : '';

  // Skipped where the program can't be had; its name says why.
  test.skipIf(Boolean(missing)).each([
    ['approve', 0, true],
    ['deny', 1, false],
  ] as const)(`hears a person %s${named}`, async (verb, code, isThere) => {
    const done = { kind: 'says', text: 'The file is written.' } as const;
    const desk = new Desk();
    const write = point.write(desk.path('made.txt'), 'made');
    const server = await openModelServer(({ number }) => (number === 1 ? write : done));
    const env = { ...opencodeAsks, ...point.prepare(desk.folder, server.url) };
    const model = point.model === null ? {} : { model: point.model };
    const actor = { ...role, ...model, permissions: 'ask', env, workspace: 'shared' };
    const tasks = [{ id: 'write', prompt: 'Please write the file made.txt.' }];
    writeFileSync(desk.path('plan.json'), JSON.stringify({ agents: { actor }, tasks }));
    const start = (...words: readonly string[]) =>
      desk.start(words, { env: { PATH: inject('agentPath') } });
    const running = start('run', 'plan.json', '--json');
    await running.says(/"type":"agent\.asked"/);
    expect(existsSync(desk.path('made.txt'))).toBe(false);
    const why = await start('why', 'latest', 'write').end();
    expect(why.stdout).toContain('asks a person');
    expect(await start(verb, 'latest', 'write').end()).toMatchObject({ code: 0 });
    const ended = await running.end();
    await server.close();
    expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code });
    expect(existsSync(desk.path('made.txt'))).toBe(isThere);
    const [run = ''] = readdirSync(join(desk.home, 'runs'));
    const result = JSON.parse(
      readFileSync(join(desk.home, 'runs', run, 'results/write.json'), 'utf8'),
    );
    expect(result).toMatchObject(
      isThere
        ? { status: 'completed', output: 'The file is written.' }
        : { status: 'failed', error: { code: 'agent.permission-denied' } },
    );
    expect(jsonLines(ended.stdout).map(({ type }) => type)).toContain('agent.answered');
  });
});
