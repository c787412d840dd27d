/** `/metrics`: what happened in the runs of a house, as Prometheus reads it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { houses } from './opened.ts';

const house = houses('metrics');

const plan = `name: counted
agents:
  cat: { adapter: command, run: [cat] }
  shy: { adapter: command, run: ["false"] }
tasks:
  - { id: good, agent: cat, prompt: "the secret word is xyzzy" }
  - { id: bad, agent: shy }
`;

test('counts tasks by how they ended, and says nothing of what they were about', async () => {
  const { ask, answer, cwd } = await house();
  writeFileSync(join(cwd, 'plan.yaml'), plan);
  await answer('runs', { plan: 'plan.yaml' });
  const metrics = async () => (await ask('/metrics')).text();
  await expect.poll(metrics, { timeout: 60_000 }).toContain('troupe_runs_total{status="failed"');
  const text = await metrics();
  expect(text).toMatch(/^troupe_tasks_total\{status="succeeded".*\} 1$/m);
  expect(text).toMatch(/^troupe_tasks_total\{status="failed".*\} 1$/m);
  expect(text).toMatch(/^troupe_tasks_working(\{.*\})? 0$/m);
  expect(text).not.toMatch(/xyzzy|good/);
});

test('is for those with the token', async () => {
  const { ask } = await house();
  expect((await ask('/metrics', undefined, {})).status).toBe(401);
  const { status, headers } = await ask('/metrics');
  expect([status, headers.get('content-type')]).toEqual([
    200,
    expect.stringMatching(/^text\/plain/),
  ]);
});
