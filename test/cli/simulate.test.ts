/** Looking ahead from the command line: what to expect of a plan, before anything of it is run. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { writeFiles } from '../app/temp.ts';
import { Desk } from './troupe.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const spread = z.strictObject({ p50: z.number(), p95: z.number(), worst: z.number() });
/** What programs may count on. */
const answer = z.strictObject({
  seeds: z.int(),
  succeeded: z.int(),
  durationMs: spread,
  costUsd: spread,
  bottlenecks: z.array(
    z.strictObject({
      kind: z.enum(['path', 'concurrency', 'role', 'agents', 'retries', 'limits', 'approvals']),
      role: z.string().nullable(),
      share: z.number().min(0),
      shorter: z.number().nullable(),
      says: z.string(),
    }),
  ),
  failures: z.array(z.strictObject({ seed: z.int(), why: z.string(), command: z.string() })),
});

const level6 = resolve('examples/level-6.yaml');

const shaky = `
name: shaky
seed: 40
agents:
  a: { adapter: simulated, work: 1s..2s, fail: 0.3, costUsd: 0.5 }
tasks:
  - { id: first, agent: a }
  - { id: second, agent: a, needs: [first] }
`;

/** Eight tasks that could all run at once. */
const wide = (role: string): string => `
name: wide
concurrency: 2
agents: { w: ${role} }
tasks: [${Array.from({ length: 8 }, (_, at) => `{ id: t${at} }`).join(', ')}]
`;

const desk = new Desk();
beforeAll(() =>
  writeFiles(desk.folder, {
    'shaky.yaml': shaky,
    'auto.yaml': wide('{ adapter: auto }').replaceAll(/id: (t\d)/g, 'id: $1, prompt: x'),
    'wide.yaml': wide('{ adapter: simulated, work: 10s }'),
    'unknown.yaml': wide('{ adapter: command, run: "true" }'),
    'known.yaml': wide('{ adapter: command, run: "true", simulate: { work: 10s, fail: 0 } }'),
  }),
);

async function ask(...words: readonly string[]): Promise<z.infer<typeof answer>> {
  const { code, stdout, stderr } = await desk.type(['simulate', ...words, '--json']);
  expect([code, stderr.includes('troupe:')]).toEqual([0, false]);
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  return answer.parse(JSON.parse(stdout));
}

describe('simulate', () => {
  test('says what to expect, and runs nothing', async () => {
    const { code, stdout } = await desk.type(['simulate', level6, '--seeds', '40']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^level-6: 40 of 40 succeeded \(100 %\)$/m);
    expect(stdout).toMatch(/^duration +1 min \d\d s +1 min \d\d s +1 min \d\d s .*[▁-█]/m);
    expect(stdout).toMatch(/^ {2}critical path: (100|9\d) % of the time, /m);
    expect(stdout).toMatch(/^ {2}backend +6\.0 s to 15\.0 s +0 % +0 % +\$0\.00 +the plan$/m);
    expect(existsSync(desk.home)).toBe(false);
  });

  test('--json is one object of the promised shape, the same for the same seeds', async () => {
    const [one, other] = [await ask(level6, '--seeds', '60'), await ask(level6, '--seeds', '60')];
    expect(one).toEqual(other);
    expect(one).toMatchObject({ seeds: 60, succeeded: 60, failures: [] });
    const { p50, p95, worst } = one.durationMs;
    // Seven waves of 6 to 15 seconds.
    expect(p50).toBeGreaterThan(7 * 6_000);
    expect([p50 <= p95, p95 <= worst, worst < 7 * 15_000 + 1_000]).toEqual([true, true, true]);
  });

  test('names what failed, why, and the command that plays it again', async () => {
    const { succeeded, failures, costUsd } = await ask('shaky.yaml', '--seeds', '50');
    expect(succeeded + failures.length).toBe(50);
    expect(succeeded).toBeGreaterThan(10);
    expect(failures.length).toBeGreaterThan(10);
    expect(costUsd).toEqual({ p50: 1, p95: 1, worst: 1 });
    const [first] = failures;
    expect(first?.why).toMatch(/^(first|second) failed: failed, as its seed decided$/);
    expect(first?.command).toBe(`troupe simulate shaky.yaml --seed ${first?.seed}`);
    const again = await ask(...(first?.command ?? '').split(' ').slice(2));
    expect(again).toMatchObject({ seeds: 1, succeeded: 0, failures: [first] });
  });

  test('calls no price nothing where nobody knows it', async () => {
    const { stdout, stderr } = await desk.type(['simulate', 'auto.yaml', '--seeds', '2']);
    expect(stderr).toContain('Nobody knows what an attempt of w costs');
    expect(stdout).toMatch(/^cost +unknown +unknown +unknown$/m);
    expect(stdout).toMatch(/^ +w +1 min 00 s +0 % +0 % +unknown +assumed$/m);
  });

  test('tells a single run as a story', async () => {
    const { stdout } = await desk.type(['simulate', 'wide.yaml', '--seed', '3']);
    const [first, ...rest] = stdout.split('\n');
    expect(first).toMatch(/^ +0 ms {2}run\.started +8 tasks, 2 agents$/);
    expect(rest).toContainEqual(expect.stringMatching(/^ +10\.0 s {2}task\.succeeded +t0 /));
    expect(rest).toContainEqual(expect.stringMatching(/^ +40\.0 s {2}run\.succeeded$/));
    expect(stdout).toMatch(/^wide: 1 of 1 succeeded \(100 %\)$/m);
  });

  test('begins with the seed of the plan, or with another one', async () => {
    const all = await ask('shaky.yaml', '--seeds', '20');
    const [half, rest] = [
      await ask('shaky.yaml', '--seeds', '10', '--seed', '40'),
      await ask('shaky.yaml', '--seeds', '10', '--seed', '50'),
    ];
    expect([...half.failures, ...rest.failures].map(({ seed }) => seed)).toEqual(
      all.failures.map(({ seed }) => seed),
    );
  });

  test('finds the places that are too few, and tries more of them', async () => {
    const { durationMs, bottlenecks } = await ask('wide.yaml', '--seeds', '5');
    expect(durationMs.p50).toBe(40_000);
    const narrow = bottlenecks.find(({ kind }) => kind === 'concurrency');
    expect(narrow).toMatchObject({ role: null, share: expect.closeTo(0.75), shorter: 0.5 });
    expect(narrow?.says).toBe(
      'concurrency 2: tasks waited 75 % of the time for a place; ' +
        'with 4 the p50 would be 50 % shorter',
    );
  });
});

describe('many seeds', () => {
  test('come out the same on threads as on none', async () => {
    // So many tasks are worth a thread for each core; so few are not.
    const whole = await ask(level6, '--seeds', '90', '--seed', '1', '--faults', 'crash=0.2');
    const parts = [];
    for (const first of ['1', '31', '61']) {
      parts.push(await ask(level6, '--seeds', '30', '--seed', first, '--faults', 'crash=0.2'));
    }
    expect(whole.failures).toEqual(parts.flatMap(({ failures }) => failures));
    expect(whole.durationMs.worst).toBe(Math.max(...parts.map((part) => part.durationMs.worst)));
  });

  test('are worth threads, which the built command finds', async () => {
    const list = desk.path('threads');
    writeFileSync(list, '');
    const noting = `
      import { appendFileSync } from 'node:fs';
      import { isMainThread } from 'node:worker_threads';
      if (!isMainThread) appendFileSync(${JSON.stringify(list)}, 'one');`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(noting)}`;
    const words = ['simulate', level6, '--seeds', '200', '--json'];
    const { code, stdout } = await desk.type(words, { env: { NODE_OPTIONS } });
    expect([code, answer.parse(JSON.parse(stdout)).seeds]).toEqual([0, 200]);
    expect(readFileSync(list, 'utf8') === '').toBe(availableParallelism() === 1);
  });

  test('that are too many are stopped by Ctrl-C, and what is known is told', async () => {
    const process = desk.start(['simulate', level6, '--seeds', '100000', '--json']);
    await process.says(/^\d+ of 100000 simulated, \d+ succeeded, about [\d:]+ left$/m);
    process.child.kill('SIGINT');
    const { code, stdout } = await process.end();
    expect(code).toBe(3);
    const { seeds, succeeded, durationMs } = answer.parse(JSON.parse(stdout));
    expect(seeds).toBeGreaterThan(0);
    expect(seeds).toBeLessThan(100_000);
    expect(succeeded).toBe(seeds);
    expect(durationMs.p50).toBeGreaterThan(7 * 6_000);
  });

  test('are held against the rules of every run', async () => {
    const words = ['simulate', level6, '--seeds', '20', '--faults', 'all', '--check'];
    const { code, stdout } = await desk.type(words);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^level-6: \d+ of 20 succeeded .*, with \d+ faults? and \d+ kills?$/m);
    expect(stdout).not.toContain('broken');
  });
});

describe('what if', () => {
  test('a plan had more places', async () => {
    const { durationMs } = await ask('wide.yaml', '--seeds', '2', '--set', 'concurrency=8');
    expect(durationMs.p50).toBe(10_000);
  });

  test('a command that plays a seed again says all that was changed', async () => {
    const set = ['--set', 'agents.a.fail=1', '--set', 'agents.a.work=1s'];
    const { failures } = await ask('shaky.yaml', '--seeds', '2', ...set);
    expect(failures.map(({ command }) => command)).toEqual([
      `troupe simulate shaky.yaml ${set.join(' ')} --seed 40`,
      `troupe simulate shaky.yaml ${set.join(' ')} --seed 41`,
    ]);
  });

  test('a run that is under way went on', async () => {
    const process = desk.start(['run', 'wide.yaml', '--home', 'under-way']);
    await process.says(/8 tasks/);
    process.child.kill('SIGINT');
    expect((await process.end()).code).toBe(3);
    const from = ['--from', 'latest', '--home', 'under-way', '--seeds', '2'];
    expect((await ask(...from)).durationMs.p50).toBeLessThanOrEqual(41_000);
    const failing = await ask(...from, '--set', 'agents.w.fail=1');
    expect(failing.failures[0]?.command).toMatch(
      /^troupe simulate --from wide-\w+ --set agents\.w\.fail=1 --seed 1 --home under-way$/,
    );
    const wider = await ask(...from, '--set', 'concurrency=8');
    expect(wider.durationMs.p50).toBeLessThanOrEqual(11_000);
  });
});

describe('the rates of a simulation', () => {
  test('are assumed where nobody knows, and that is said', async () => {
    const { code, stdout, stderr } = await desk.type(['simulate', 'unknown.yaml', '--seeds', '3']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/how long an attempt of w takes: 1 min 00 s is assumed/);
    expect(stderr).toContain('agents: { w: { simulate: { work: 5m..20m } } }');
    expect(stdout).toMatch(/^ {2}w +1 min 00 s +0 % +0 % +\$0\.00 +assumed$/m);
  });

  test('are those of the plan where it says them', async () => {
    const { stdout, stderr } = await desk.type(['simulate', 'known.yaml', '--seeds', '3']);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^ {2}w +10\.0 s .* work, fail: the plan; crash, cost: assumed$/m);
  });

  test('are the estimates of tasks where there is nothing better', async () => {
    const tasks = '[{ id: a, run: "true", estimate: 20m }, { id: b, run: "true", estimate: 30m }]';
    const plan = `agents: { w: { adapter: command, count: 1 } }\ntasks: ${tasks}`;
    writeFiles(desk.folder, { 'estimated.yaml': plan });
    const { stdout, stderr } = await desk.type(['simulate', 'estimated.yaml', '--seeds', '3']);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^duration +50 min 00 s/m);
    expect(stdout).toMatch(/^ {2}w +20 min 00 s to 30 min 00 s .* assumed; 2 tasks by what is/m);
  });

  test('are learned from past runs', async () => {
    const home = desk.path('past');
    expect((await desk.type(['run', 'unknown.yaml', '--quiet', '--home', home])).code).toBe(0);
    const before = readdirSync(home, { recursive: true });
    const words = ['simulate', 'unknown.yaml', '--seeds', '3', '--home', home];
    const { stdout, stderr } = await desk.type(words);
    // Whoever is slow says how far it is.
    expect(stderr.replace(/^\d of 3 simulated.*\n/gm, '')).toBe('');
    expect(stdout).toMatch(/^ {2}w .* 8 past attempts in 1 run/m);
    expect(readdirSync(home, { recursive: true })).toEqual(before);
  });
});

describe('the mistakes of a simulation', () => {
  test.each([
    [['wide.yaml', '--seeds', '0'], /0 seeds can not be simulated\n.*from 1 to/],
    [['wide.yaml', '--seeds', 'many'], /'many' is invalid. It must be a whole number/],
    [['wide.yaml', '--seed', '1.5'], /'1.5' is invalid. It must be a whole number/],
    [['wide.yaml', '--faults', 'crsh=1'], /no fault is called "crsh"; did you mean "crash"\?/],
    [['wide.yaml', '--faults', 'crash=2'], /crash=2/],
    [['wide.yaml', '--set', 'concurency=2'], /did you mean "concurrency"\?/],
    [['nowhere.yaml'], /nowhere\.yaml/],
    [[], /there is no plan and no run to simulate\n.*--from RUN/],
    [['--from', 'latest'], /there are no runs/],
  ])('%j', async (words, complaint) => {
    const { code, stdout, stderr } = await desk.type(['simulate', ...words]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(complaint);
  });
});
