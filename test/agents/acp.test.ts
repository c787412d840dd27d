/** The agent that speaks ACP, played with the SDK's own agent side. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { acpAgent } from '../../src/agents/acp.ts';
import type { Assignment, Leave, Question } from '../../src/agents/agent.ts';
import type { SpokenOptions } from '../../src/agents/spoken.ts';
import { agentContract } from '../contracts/agent.contract.ts';
import {
  guardian,
  makeAssignment,
  makeRunFolder,
  makeWorld,
  removeFolder,
  run,
} from './attempt.ts';
import { eventually } from './processes.ts';

vi.setConfig({ testTimeout: 120_000 });
const runFolder = makeRunFolder();
afterAll(async () => {
  await guardian.close();
  removeFolder(runFolder);
});

const actor = [process.execPath, resolve('test/agents/acp-actor.mjs')];

type Given = Partial<SpokenOptions> & Partial<SpokenOptions['settings']>;

const optionsIn = (folder: string, { permissions = 'full', ...given }: Given = {}) => ({
  settings: { model: null, permissions, maxTurns: null, budgetUsd: null },
  ...{ environment: process.env, guardian, runFolder: folder, runId: run },
  ...{ startWithinMs: 60_000, silenceMs: 60_000, graceMs: 100 },
  ...given,
});

type Step = readonly [act: string, given?: unknown];
interface Script {
  readonly steps?: readonly Step[];
  readonly way?: 'load' | 'none';
  readonly stop?: string;
  readonly auth?: boolean;
  readonly usage?: object;
}

const played = (script: Script): Partial<Assignment> => ({
  argv: actor,
  env: { ACTOR_SCRIPT: JSON.stringify(script) },
});

agentContract('acp', (folder) => ({
  quick: {
    adapter: acpAgent(optionsIn(folder)),
    // Its folder may not be there: it is the program that is looked up first.
    assignment: { argv: [process.execPath, '-e', quickActor] },
  },
  endless: { adapter: acpAgent(optionsIn(folder)), assignment: { argv: ['sleep', '1000'] } },
}));

/** The contract gives the environment: this one needs none. */
const quickActor = `
process.env.ACTOR_SCRIPT = '{"steps":[["say","done"]]}';
import(${JSON.stringify(actor[1])});`;

let plays = 0;

async function play(
  script: Script,
  options: Given = {},
  given: Partial<Assignment> & { ask?: (question: Question) => Promise<Leave> } = {},
) {
  plays += 1;
  const cwd = join(runFolder, `place-${plays}`);
  mkdirSync(cwd);
  const { ask, ...assigned } = given;
  const world = { ...makeWorld(), ...(ask && { ask }) };
  const { env, argv = [] } = played(script);
  const assignment = makeAssignment(runFolder, {
    ...{ cwd, argv },
    ...assigned,
    env: { ...env, ACTOR_STORE: runFolder, ...assigned.env },
  });
  const adapter = acpAgent(optionsIn(runFolder, options));
  const outcome = await adapter.work(assignment, world);
  return { outcome, cwd, told: world.told, assignment, adapter };
}

describe('an attempt over ACP', () => {
  test('that goes well has what was said last as output, in the words that all share', async () => {
    const { outcome, told } = await play({
      steps: [
        ['think', 'hm'],
        ['say', 'First I look. '],
        ['tool', ['t1', 'read']],
        ['say', 'It is '],
        ['say', 'done.'],
        ['cost', 0.25],
      ],
      usage: { inputTokens: 100, outputTokens: 10, totalTokens: 110 },
    });
    expect(outcome).toMatchObject({
      kind: 'succeeded',
      output: { text: 'It is done.' },
      usage: { inputTokens: 100, outputTokens: 10, costUsd: 0.25 },
      session: { id: expect.stringMatching(/^session-/) },
      evidence: [{ passed: true, facts: { toolCalls: 1, denials: 0 } }],
    });
    expect(told.map(({ type }) => type)).toEqual([
      ...['agent.started', 'session.opened', 'thought.told', 'text.written', 'tool.called'],
      ...['tool.ended', 'text.written', 'text.written', 'usage.counted', 'usage.counted'],
      'turn.ended',
    ]);
  });

  test('reads, writes and runs in its folder, and nowhere else', async () => {
    writeFileSync(join(runFolder, 'secret.txt'), 'a secret');
    const { outcome, cwd } = await play({
      steps: [
        ['write', ['in/made.txt', 'made']],
        ['read', 'in/made.txt'],
        ['run', 'cat in/made.txt; exit 3'],
        ['tryWrite', ['../made.txt', 'x']],
        ['tryWrite', ['.git/config', 'x']],
      ],
    });
    expect(outcome.output.text).toMatch(/^madeexit 3: maderefused.*outside.*refused.*git/s);
    expect(readFileSync(join(cwd, 'in/made.txt'), 'utf8')).toBe('made');
    expect(existsSync(join(runFolder, 'made.txt'))).toBe(false);
  });

  test('is told of a file that is not there by the number that says so', async () => {
    const { outcome } = await play({ steps: [['probe', 'not-there.txt']] });
    expect(outcome.output.text).toMatch(/^-32002 .*ENOENT/);
  });

  test('leaves no program behind that it had run', async () => {
    const { outcome, cwd } = await play({
      steps: [
        ['background', 'echo $$ > pid; exec sleep 1000'],
        ['run', 'while ! test -s pid; do sleep 0.01; done'],
        ['say', 'done'],
      ],
    });
    expect(outcome.kind).toBe('succeeded');
    const pid = Number(readFileSync(join(cwd, 'pid'), 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  test.each<[string, Script, object]>([
    ['refuses', { stop: 'refusal' }, { code: 'agent.refused' }],
    ['uses up its turns', { stop: 'max_turn_requests' }, { code: 'agent.turns-spent' }],
    ['is cut off', { stop: 'max_tokens', steps: [['say', 'x']] }, { code: 'agent.malformed' }],
    ['is not logged in', { auth: true }, { code: 'agent.unauthorized', retryable: false }],
    [
      'dies',
      {
        steps: [
          ['say', 'x'],
          ['exit', 7],
        ],
      },
      { code: 'agent.exited' },
    ],
    ['meets a limit', { steps: [['fail', '429 rate limit reached']] }, { code: 'agent.limited' }],
    ['can not reach its model', { steps: [['fail', 'overloaded']] }, { code: 'agent.unavailable' }],
  ])('that %s is told as what it is', async (_, script, fault) => {
    const { outcome } = await play(script);
    expect(outcome).toMatchObject({ fault });
  });

  test('whose program is silent is ended', async () => {
    const { outcome } = await play(
      { steps: [['hang']] },
      { startWithinMs: 20_000, silenceMs: 300 },
    );
    expect(outcome).toMatchObject({ kind: 'failed', fault: { code: 'agent.hung' } });
  });

  test('whose program prints nonsense is no success', async () => {
    const { outcome } = await play({}, {}, { argv: ['sh', '-c', 'echo {; echo 17; echo [1]'] });
    expect(outcome).toMatchObject({ kind: 'failed', fault: { code: 'agent.malformed' } });
  });

  test('that is given up is called off first', async () => {
    const world = makeWorld();
    const given = played({ steps: [['say', 'begun'], ['hang']] });
    const store = join(runFolder, 'called-off');
    mkdirSync(store);
    const env = { ...given.env, ACTOR_STORE: store };
    const assignment = makeAssignment(runFolder, { ...given, env });
    const adapter = acpAgent(optionsIn(runFolder, { graceMs: 5_000 }));
    const working = adapter.work(assignment, world);
    await eventually('it works', () => world.told.some(({ type }) => type === 'text.written'));
    world.abort();
    expect(await working).toMatchObject({ kind: 'failed', fault: { code: 'agent.cancelled' } });
  });
});

describe('permissions over ACP', () => {
  test.each([
    ['full', 'execute', 'yes'],
    ['edit', 'edit', 'yes'],
    ['edit', 'read', 'yes'],
    ['edit', 'execute', 'no'],
    ['read', 'edit', 'no'],
    ['read', 'search', 'yes'],
  ] as const)('%s: to %s is answered %s', async (permissions, kind, answer) => {
    const { outcome } = await play({ steps: [['permit', [kind]]] }, { permissions });
    expect(outcome.output.text).toBe(`answer ${answer}. `);
    expect(outcome).toMatchObject(
      answer === 'yes' ? { kind: 'succeeded' } : { fault: { code: 'agent.permission-denied' } },
    );
  });

  test('edit: outside of its folder is no', async () => {
    const { outcome } = await play(
      { steps: [['permit', ['edit', join(runFolder, 'elsewhere.txt')]]] },
      { permissions: 'edit' },
    );
    expect(outcome).toMatchObject({ fault: { code: 'agent.permission-denied' } });
    expect(existsSync(join(runFolder, 'elsewhere.txt'))).toBe(false);
  });

  test.each([
    ['allow', 'yes', 'succeeded'],
    ['deny', 'no', 'failed'],
  ] as const)('ask: a person who says %s is heard', async (answer, said, kind) => {
    const asked: Question[] = [];
    const { outcome, cwd } = await play(
      { steps: [['permit', ['edit', 'made.txt']]] },
      { permissions: 'ask' },
      {
        ask: async (question) => {
          asked.push(question);
          return { answer, by: 'ann' };
        },
      },
    );
    expect(asked).toEqual([{ tool: 'edit it', input: '{"file":"made.txt"}' }]);
    expect(outcome).toMatchObject({ kind, output: { text: `answer ${said}. ` } });
    expect(existsSync(join(cwd, 'made.txt'))).toBe(answer === 'allow');
  });

  test('ask, with nobody to ask, is no', async () => {
    const { outcome } = await play({ steps: [['permit', ['edit']]] }, { permissions: 'ask' });
    expect(outcome).toMatchObject({ fault: { code: 'agent.permission-denied' } });
  });
});

describe('a session over ACP', () => {
  const failed = { code: 'agent.hung', message: 'it was silent', retryable: true };

  test('is gone on with, and what it repeats is not taken for news', async () => {
    const first = await play({
      steps: [
        ['say', 'half'],
        ['cost', 1],
      ],
    });
    const { session } = first.outcome;
    expect(session).toBeDefined();
    const second = await play(
      { steps: [['echo'], ['cost', 1.5]] },
      {},
      {
        earlier: { fault: failed, session: session ?? null },
      },
    );
    expect(second.outcome).toMatchObject({ kind: 'succeeded', session: { id: session?.id } });
    expect(second.outcome.output.text).toMatch(/^Your last attempt at this task ended so/);
    expect(second.outcome.usage.costUsd).toBe(0.5);
  });

  test('that the agent can not load is begun anew, with the reason of the last end', async () => {
    const session = { id: 'old', counted: { inputTokens: 0, outputTokens: 0, costUsd: null } };
    const { outcome } = await play(
      { way: 'none', steps: [['echo']] },
      {},
      {
        earlier: { fault: failed, session },
      },
    );
    expect(outcome.session?.id).not.toBe('old');
    expect(outcome.output.text).toContain('An attempt before this one ended so: it was silent');
  });

  test('that the agent has lost is no failure of the task', async () => {
    const session = { id: 'lost', counted: { inputTokens: 0, outputTokens: 0, costUsd: null } };
    const { outcome } = await play(
      { steps: [['echo']] },
      {},
      {
        earlier: { fault: failed, session },
      },
    );
    expect(outcome).toMatchObject({ kind: 'interrupted', fault: { code: 'agent.session-lost' } });
    expect(outcome.session).toBeUndefined();
  });

  test('is found again in the stream of an attempt whose runtime was killed', async () => {
    const { outcome, assignment, adapter } = await play({
      steps: [
        ['say', 'half'],
        ['cost', 2],
      ],
    });
    expect(await adapter.recall?.(assignment)).toMatchObject({
      session: { id: outcome.session?.id, counted: { costUsd: 2 } },
      usage: { costUsd: null },
    });
  });
});
