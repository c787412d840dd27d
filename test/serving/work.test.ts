/** How work comes to a house: where it is done, and what is refused before anything begins. */
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resultOf } from '../app/stage.ts';
import { writeFiles } from '../app/temp.ts';
import { houses } from './opened.ts';

const house = houses('work');
const where = 'agents: { one: { adapter: command, run: [pwd] } }\ntasks: [{ id: only }]\n';

describe('work that comes to a house', () => {
  test('is done in the folder that it names, under its own project, in the same home', async () => {
    const { serving, cwd } = await house();
    const folder = join(cwd, 'elsewhere');
    mkdirSync(folder);
    const project = 'agents: { own: { adapter: command, run: [pwd] } }\n';
    writeFiles(folder, {
      'plan.yaml': 'tasks: [{ id: only, agent: own }]\n',
      'troupe.yaml': project,
    });
    const run = await serving.house.take({ plan: 'plan.yaml', folder });
    expect(await run.end).toMatchObject({ kind: 'ended', status: 'succeeded' });
    expect((await resultOf(run, 'only')).output.trim()).toBe(realpathSync(folder));
    expect(await serving.house.troupe.names()).toEqual([run.id]);
  });

  test('is kept by the house until it ends, whichever way it came', async () => {
    const { serving, answer, cwd } = await house();
    writeFiles(cwd, { 'plan.yaml': where });
    const plan = await serving.house.troupe.parse(where);
    const own = await serving.house.take({ plan });
    expect(serving.house.working).toEqual([own.id]);
    const { run } = await answer<{ run: string }>('runs', { plan: 'plan.yaml', folder: cwd });
    await own.end;
    expect(run).not.toBe(own.id);
  });

  test('is refused with the place of what is wrong, and nothing is begun', async () => {
    const { ask, cwd, serving } = await house();
    writeFiles(cwd, {
      'plan.yaml': 'agents: { one: { adapter: simulated } }\ntasks: [{ idd: a }]\n',
    });
    const said = async (body: object) => {
      const response = await ask('/api/runs', body);
      return (await response.json()) as { code: string; message: string };
    };
    expect((await said({ plan: 'plan.yaml' })).message).toContain('plan.yaml:2');
    expect((await said({ plan: 'plan.yaml', folder: 'here' })).code).toBe('work.no-folder');
    expect((await said({ plan: 'none.yaml' })).message).toContain('none.yaml');
    expect((await said({ plan: 'plan.yaml', dance: 1 })).code).toBe('api.unreadable');
    expect(await serving.house.troupe.names()).toEqual([]);
  });
});
