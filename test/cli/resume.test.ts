/** A run that is killed again and again comes to the results of one that was left in peace. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { eventually } from '../agents/processes.ts';
import { writeFiles } from '../app/temp.ts';
import { Desk, jsonLines } from './troupe.ts';

vi.setConfig({ testTimeout: 180_000 });

/** Each attempt leaves its mark first; then it takes a moment, so that a kill can hit it. */
const chain = `
name: chain
concurrency: 2
agents:
  clerk: { adapter: command }
tasks:
  - { id: a, agent: clerk, run: [sh, -c, "MARK; echo first"] }
  - { id: b, agent: clerk, needs: [a], run: [sh, -c, "MARK; echo $TROUPE_RESULT_A and b"] }
  - { id: c, agent: clerk, needs: [a], run: [sh, -c, "MARK; echo $TROUPE_RESULT_A and c"] }
  - { id: d, agent: clerk, needs: [b, c], run: [sh, -c, "MARK; echo BOTH"] }
`
  .replace('BOTH', '$TROUPE_RESULT_B, $TROUPE_RESULT_C')
  .replaceAll('MARK', 'echo $TROUPE_TASK $TROUPE_TOKEN >> marks; sleep 0.3');

class Stage extends Desk {
  constructor() {
    super();
    writeFiles(this.folder, { 'chain.yaml': chain });
  }

  marks(): readonly string[] {
    if (!existsSync(this.path('marks'))) return [];
    return readFileSync(this.path('marks'), 'utf8').split('\n').slice(0, -1);
  }

  /** Of the only run: what people and scripts read. */
  results(): Record<string, string> {
    const [run = ''] = readdirSync(this.path('.troupe/runs'));
    const folder = this.path('.troupe/runs', run, 'results');
    const files = readdirSync(folder).sort();
    const texts = files.map((name) => readFileSync(`${folder}/${name}`, 'utf8'));
    return Object.fromEntries(
      texts
        .map((text) => JSON.parse(text))
        .map(({ task_id: task, status, output }) => [task, `${status}: ${output}`]),
    );
  }

  /** Kills the process with the next attempt in its hands. */
  async killAtNextMark(words: readonly string[]): Promise<void> {
    const before = this.marks().length;
    const troupe = this.start(words);
    await eventually('an attempt has begun', () => this.marks().length > before);
    troupe.child.kill('SIGKILL');
    await troupe.end();
  }
}

describe('resume', () => {
  test('after kills gives the same results, and no attempt has its effect twice', async () => {
    const peaceful = new Stage();
    const answer = (await peaceful.type(['run', 'chain.yaml', '--quiet'])).stdout;
    const stage = new Stage();
    await stage.killAtNextMark(['run', 'chain.yaml']);
    for (let kills = 1; kills < 4; kills += 1) await stage.killAtNextMark(['resume', 'latest']);
    const { code, stdout } = await stage.type(['resume', 'latest', '--quiet']);
    expect([code, stdout]).toEqual([0, answer]);
    expect(answer).toBe('first and b, first and c\n');
    expect(stage.results()).toEqual(peaceful.results());
    expect(new Set(stage.marks()).size).toBe(stage.marks().length);
    expect(stage.marks().length).toBeGreaterThan(peaceful.marks().length);
  });

  test('tells with --json only what happens from now on, up to the end', async () => {
    const stage = new Stage();
    await stage.killAtNextMark(['run', 'chain.yaml']);
    const { code, stdout } = await stage.type(['resume', 'latest', '--json', '--quiet']);
    const facts = jsonLines(stdout);
    expect([code, facts.at(-1)?.type]).toEqual([0, 'run.succeeded']);
    expect(facts.some(({ type }) => type === 'run.started')).toBe(false);
    const all = jsonLines((await stage.type(['logs', 'latest', '--json'])).stdout);
    expect(all.slice(-facts.length)).toEqual(facts);
  });

  test('of a run that is over says so, and exits by its verdict', async () => {
    const stage = new Stage();
    await stage.type(['run', 'chain.yaml', '--quiet']);
    const again = await stage.type(['resume', 'latest']);
    expect([again.code, again.stdout]).toEqual([0, 'first and b, first and c\n']);
    expect(again.stderr).toMatch(/chain-\w+ is over/);
    const facts = jsonLines((await stage.type(['resume', 'latest', '--json'])).stdout);
    expect(facts.map(({ type }) => type)).toEqual(['run.succeeded']);
    expect(stage.marks()).toHaveLength(4);
  });

  test('of a run that failed exits with 1', async () => {
    const stage = new Stage();
    writeFiles(stage.folder, { 'bad.yaml': chain.replace('echo first', 'exit 3') });
    expect((await stage.type(['run', 'bad.yaml', '--quiet'])).code).toBe(1);
    const { code, stderr } = await stage.type(['resume', 'latest']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/failed chain-\w+: 0 of 4 tasks, 1 failed, 3 skipped/);
  });

  test('of an unknown run names those that are there', async () => {
    const stage = new Stage();
    expect((await stage.type(['resume', 'latest'])).stderr).toContain('there are no runs');
    await stage.type(['run', 'chain.yaml', '--quiet']);
    const [run = ''] = readdirSync(stage.path('.troupe/runs'));
    const typo = `${run.slice(0, -1)}_`;
    const { code, stdout, stderr } = await stage.type(['resume', typo]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`did you mean "${run}"?`);
  });
});
