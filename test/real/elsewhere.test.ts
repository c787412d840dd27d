/** Real agents at a worker: what they write comes back, what they ask is answered here. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, test } from 'vitest';
import type { TaskResult } from '../../src/index.ts';
import { Desk, type Process } from '../cli/troupe.ts';
import { addressOf, tokenFor } from '../workers/troop.ts';
import { type ModelServer, openModelServer, type Script } from './model-server.ts';
import { claude, type Point, points } from './points.ts';

const open: ModelServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const written = { kind: 'says', text: 'The file is written.' } as const;
const env = () => ({ PATH: inject('agentPath') });
const missingOf = ({ name }: Point) => inject('agents')[name] ?? '';

/** Its role, for whoever has joined; the model is a script. */
async function roleOf(desk: Desk, point: Point, script: Script, more: object = {}) {
  const server = await openModelServer(script);
  open.push(server);
  const { name: adapter, model } = point;
  const settings = point.prepare(desk.folder, server.url);
  return { adapter, ...(model && { model }), env: settings, where: 'remote', ...more };
}

async function begin(desk: Desk, agents: object, tasks: readonly object[]): Promise<Process> {
  const token = await tokenFor(desk);
  writeFileSync(desk.path('plan.json'), JSON.stringify({ name: 'far', agents, tasks }));
  const run = desk.start(['run', 'plan.json', '--bus', '127.0.0.1:0', '--json'], { env: env() });
  const { url } = await addressOf(run);
  const words = ['worker', '--join', url, '--name', 'far', '--home', desk.path('far')];
  desk.start(words, { env: { ...env(), TROUPE_TOKEN: token } });
  return run;
}

function resultOf(desk: Desk, task: string): TaskResult {
  const runs = desk.path('.troupe', 'runs');
  const [run = ''] = readdirSync(runs);
  return JSON.parse(readFileSync(join(runs, run, `results/${task}.json`), 'utf8'));
}

describe.each(points)('$name at a worker', (point) => {
  const missing = missingOf(point);

  // Skipped where the program can't be had; its name says why.
  test.skipIf(missing !== '')(
    `writes a file that comes back and is checked ${missing}`,
    async () => {
      const desk = new Desk();
      const write = point.write('made.txt', 'made');
      const script: Script = ({ number }) => (number === 1 ? write : written);
      const actor = await roleOf(desk, point, script);
      const verify = [{ file: 'made.txt', matches: '^made$' }];
      const task = { id: 'write', workspace: 'folder', prompt: 'Please write made.txt.', verify };
      const { code, stderr } = await (await begin(desk, { actor }, [task])).end();
      expect({ code, stderr }).toMatchObject({ code: 0 });
      const { output, usage, evidence } = resultOf(desk, 'write');
      expect(output).toBe('The file is written.');
      expect(usage).toMatchObject({ inputTokens: 2_000, outputTokens: 50 });
      expect(evidence[0]).toMatchObject({ kind: 'exit', facts: { exitCode: 0, worker: 'far' } });
    },
  );
});

describe('over the wire', () => {
  const missing = missingOf(claude);

  test.skipIf(missing !== '').each([
    ['approve', 0],
    ['deny', 1],
  ] as const)(`a person hears what is asked there, and says %s ${missing}`, async (verb, code) => {
    const desk = new Desk();
    const write = claude.write('made.txt', 'made');
    const script: Script = ({ number }) => (number === 1 ? write : written);
    const actor = await roleOf(desk, claude, script, { permissions: 'ask' });
    const task = { id: 'write', workspace: 'folder', prompt: 'Please write made.txt.' };
    const verify = [{ file: 'made.txt' }];
    const run = await begin(desk, { actor }, [{ ...task, verify }]);
    await run.says(/"type":"agent\.asked"/);
    const why = await desk.type(['why', 'latest', 'write']);
    expect(why.stdout).toContain('asks a person');
    expect(await desk.type([verb, 'latest', 'write'])).toMatchObject({ code: 0 });
    const ended = await run.end();
    expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code });
    expect(existsSync(desk.path('made.txt'))).toBe(false);
    expect(resultOf(desk, 'write').status).toBe(verb === 'approve' ? 'completed' : 'failed');
  });

  test.skipIf(missing !== '')(`a reviewer there judges what was done here ${missing}`, async () => {
    const desk = new Desk();
    const text = '{"verdict": "accept", "reasons": ["the file is there"]}';
    const heard: string[] = [];
    const judge = await roleOf(desk, claude, ({ text: asked }) => {
      heard.push(asked);
      return { kind: 'says', text };
    });
    const author = { adapter: 'command', where: 'local' };
    const verify = [{ file: 'notes.md' }, { review: { agent: 'judge' } }];
    const run = ['sh', '-c', 'echo "the notes" > notes.md; echo "I wrote the notes."'];
    const task = { id: 'write', agent: 'author', prompt: 'Write the notes.', run, verify };
    const { code, stderr } = await (await begin(desk, { author, judge }, [task])).end();
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(heard.join()).toContain('Write the notes.');
    const { evidence } = resultOf(desk, 'write');
    expect(evidence.at(-1)).toMatchObject({
      kind: 'review',
      passed: true,
      facts: { reviewer: 'judge-1', verdict: 'accepted' },
    });
  });
});
