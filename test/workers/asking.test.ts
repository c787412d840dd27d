/** What agents at workers ask, and whom they judge: people and tasks are here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { command, definePlan } from '../../src/plan/define.ts';
import { call, inTurn, says } from '../agents/api-stage.ts';
import { resultOf } from '../app/stage.ts';
import { type ModelServer, openModelServer } from '../real/model-server.ts';
import { halls } from './hall.ts';
import { wireTo } from './wire.ts';

const open = halls('asking');
const servers: ModelServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function asking() {
  const want = call('write', { path: 'made.txt', content: 'made' });
  const server = await openModelServer(inTurn(want, says('It is written.')));
  servers.push(server);
  const role = { adapter: 'openai', model: 'm', baseUrl: `${server.url}/v1` } as const;
  return definePlan({
    agents: { writer: { ...role, permissions: 'ask', where: 'remote', workspace: 'folder' } },
    tasks: [{ id: 'write', prompt: 'Write the file made.txt.', verify: [{ file: 'made.txt' }] }],
  });
}

describe('an agent at a worker', () => {
  test('asks a person here, and goes on when one says yes, also after a cut', async () => {
    const hall = await open({ leaseMs: 60_000 });
    const wire = await wireTo(hall.hub.port);
    await hall.join('far', { url: wire.url });
    const { run, heard, played } = await hall.begin(await asking());
    await heard('agent.asked');
    const { why } = await hall.troupe.why(run.id, 'write');
    expect(why).toContain('asks a person whether it may use write {"path":"made.txt"');
    // Both the answer and the end have to find their way back.
    wire.cut();
    await run.approve('write', 'ann');
    const { end, facts } = await played;
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(facts).toContainEqual(
      expect.objectContaining({ type: 'agent.answered', answer: 'allow', by: 'ann' }),
    );
    const place = join(run.folder.path, 'workspaces', 'write');
    expect(readFileSync(join(place, 'made.txt'), 'utf8')).toBe('made');
  });

  test('does without when one says no, and its task is no success', async () => {
    const hall = await open();
    await hall.join('far');
    const { run, heard, played } = await hall.begin(await asking());
    await heard('agent.asked');
    await run.reject('write', 'ann');
    expect((await played).end).toMatchObject({ status: 'failed' });
    expect((await resultOf(run, 'write')).error).toMatchObject({
      code: 'agent.permission-denied',
    });
  });

  test.each([
    ['accept', 'succeeded'],
    ['reject', 'failed'],
  ])('judges what was done here: %s', async (verdict, status) => {
    const hall = await open();
    await hall.join('far');
    const words = JSON.stringify({ verdict, reasons: ['I have seen the notes'] });
    const line = `cat > /dev/null; echo '${words}'`;
    const judge = command({ where: 'remote', run: ['sh', '-c', line] });
    const run = ['sh', '-c', 'echo the notes > "$TROUPE_ARTIFACTS/notes.md"; echo done'];
    const verify = [{ review: { agent: 'judge' } }];
    const plan = definePlan({
      agents: { author: command({ where: 'local' }), judge },
      tasks: [{ id: 'a', agent: 'author', prompt: 'Write the notes.', run, verify }],
    });
    const played = await hall.play(plan);
    expect(played.end).toMatchObject({ status });
    const { evidence } = await resultOf(played.run, 'a');
    expect(evidence.at(-1)).toMatchObject({
      kind: 'review',
      passed: verdict === 'accept',
      facts: { reviewer: 'judge-1' },
    });
  });
});
