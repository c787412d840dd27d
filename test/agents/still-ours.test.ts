/** What waited while its runtime stood still is not done when somebody else has the task by now. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { apiAgent } from '../../src/agents/openai.ts';
import { type Leash, openGuardian } from '../../src/agents/processes/guardian.ts';
import { runProcess } from '../../src/agents/processes/process.ts';
import { openModelServer } from '../real/model-server.ts';
import { apiOptions, call, inTurn, says } from './api-stage.ts';
import {
  makeAssignment,
  makeRunFolder,
  makeWorld,
  processOptions,
  removeFolder,
} from './attempt.ts';
import { eventually } from './processes.ts';

const folder = makeRunFolder();
const leash = { leftMs: 0, beatMs: 100, onLonger: () => {} } satisfies Leash;
const guardian = openGuardian({ environment: process.env, leash });
afterAll(async () => {
  await guardian.close();
  removeFolder(folder);
});

test('no program is started: it waits until it is given up', async () => {
  const control = new AbortController();
  const made = join(folder, 'made');
  const late = processOptions(folder, ['touch', made], { guardian, signal: control.signal });
  const ended = runProcess(late);
  setTimeout(() => control.abort(), 200);
  expect(await ended).toMatchObject({ ending: { kind: 'cancelled' }, pid: null });
  expect(existsSync(made)).toBe(false);
});

test('no tool of a model is used, until the time is longer again', async () => {
  const script = inTurn(call('write', { path: 'made', content: 'late' }), says('done'));
  const server = await openModelServer(script);
  leash.leftMs = 0;
  const assignment = makeAssignment(folder);
  const adapter = apiAgent(apiOptions(folder, server.url, { guardian }));
  const world = makeWorld();
  const work = adapter.work(assignment, world);
  const isCounted = () => world.told.some(({ type }) => type === 'usage.counted');
  await eventually('the model has answered', isCounted);
  const path = join(assignment.cwd, 'made');
  expect(existsSync(path)).toBe(false);
  leash.leftMs = 600_000;
  expect(await work).toMatchObject({ kind: 'succeeded' });
  expect(readFileSync(path, 'utf8')).toBe('late');
  await server.close();
});
