/** Progress as structured logs: what programs collect, with a level and a time. */
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Desk, jsonLines } from './troupe.ts';

const plan = `name: logged
agents: { shy: { adapter: command, run: [sh, -c, "exit 3"] } }
tasks: [{ id: one, agent: shy, retries: 1, backoff: { initial: 1ms } }]
`;

test('every line of --log json says when, how bad, of which run, and what', async () => {
  const desk = new Desk();
  writeFileSync(desk.path('plan.yaml'), plan);
  const { code, stdout, stderr } = await desk.type(['run', 'plan.yaml', '--log', 'json']);
  expect([code, stdout]).toEqual([1, '']);
  const logged = jsonLines(
    stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .join('\n'),
  );
  for (const line of logged) {
    expect(line).toMatchObject({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      level: expect.stringMatching(/^(info|warn|error)$/),
      run: expect.stringMatching(/^logged-/),
    });
  }
  const levels = logged.map(({ level, event }) => [event, level]);
  expect(levels).toContainEqual(['run.started', 'info']);
  expect(levels).toContainEqual(['task.retrying', 'warn']);
  expect(levels).toContainEqual(['task.failed', 'error']);
});

test('another format is a mistake that names the ones there are', async () => {
  const { code, stderr } = await new Desk().type(['run', 'plan.yaml', '--log', 'xml']);
  expect(code).toBe(2);
  expect(stderr).toContain('json');
});
