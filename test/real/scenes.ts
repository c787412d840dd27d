/** What happens to agents, as scenes for each real one: success, denial, limits, hangs, crashes. */
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { eventually } from '../agents/processes.ts';
import type { Reply, Script } from './model-server.ts';
import type { Point } from './points.ts';
import { factsIn, pidsOf, type Rehearsal, rehearse } from './rehearsal.ts';

const done = { kind: 'says', text: 'The file is written.' } as const;
const file = 'made.txt';
const checked = { verify: [{ file, matches: '^made$' }] };

export function scenesOf(point: Point): void {
  describe(point.name, () => {
    const missing = inject('agents')[point.name];
    const named = missing ? ` (${missing})` : '';
    const open: Rehearsal[] = [];
    afterEach(async () => {
      for (const { server } of open.splice(0)) await server.close();
    });
    const rehearsal = async (script: Script, role: object = {}, task: object = {}) => {
      const made = await rehearse(point, script, role, task);
      open.push(made);
      return made;
    };
    const write = point.write(file, 'made');
    const writesThenSays: Script = ({ number }) => (number === 1 ? write : done);
    // Skipped where the program can't be had; its name says why.
    const scene = test.skipIf(Boolean(missing));

    scene(`writes a file, and is believed because it is there${named}`, async () => {
      const { run, result, desk, journal } = await rehearsal(writesThenSays, {}, checked);
      const { code, stderr } = await run();
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(readFileSync(desk.path(file), 'utf8')).toBe('made');
      const { output, usage, evidence } = result();
      expect(output).toBe('The file is written.');
      expect(usage).toMatchObject({ inputTokens: 2_000, outputTokens: 50 });
      expect(evidence[0]).toMatchObject({ kind: 'exit', passed: true, facts: { exitCode: 0 } });
      expect(evidence[0]?.facts.version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(journal()).toMatch(/"session":\{"id":"[\w-]{8,}"/);
    });

    scene(`may not write, says that it did, and is not believed${named}`, async () => {
      const { run, result, desk } = await rehearsal(writesThenSays, { permissions: 'read' });
      expect((await run()).code).toBe(1);
      expect(existsSync(desk.path(file))).toBe(false);
      expect(result()).toMatchObject({
        status: 'failed',
        attempts: 1,
        error: { code: 'agent.permission-denied', retryable: true },
      });
    });

    scene(`is limited, and goes on when the limit is over${named}`, async () => {
      const script: Script = ({ number }) =>
        number === 1 ? { kind: 'status', status: 429, ...point.limited } : done;
      const { run, result } = await rehearsal(script);
      const ended = await run();
      expect(ended.code).toBe(0);
      expect(result()).toMatchObject({ status: 'completed', output: 'The file is written.' });
    });

    scene(`has a key that is not accepted, and does not try it for long${named}`, async () => {
      const { run, result, server } = await rehearsal(() => ({ kind: 'status', status: 401 }));
      expect((await run()).code).toBe(1);
      expect(result().error).toMatchObject({ code: 'agent.unauthorized', retryable: false });
      expect(server.requests.length).toBeLessThanOrEqual(3);
    });

    scene(`meets a service that breaks in the middle, and gets over it${named}`, async () => {
      const bad: readonly Reply[] = [{ kind: 'cut' }, { kind: 'status', status: 500 }];
      const script: Script = ({ number }) => bad[number - 1] ?? done;
      const { run, result } = await rehearsal(
        script,
        {},
        { retries: 2, backoff: { initial: '1ms' } },
      );
      const { code, stderr } = await run();
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(result()).toMatchObject({ status: 'completed', output: 'The file is written.' });
    });

    scene(`is told of absurd numbers, and passes on what they are${named}`, async () => {
      const tokens = 999_999_999_999;
      const { run, result } = await rehearsal(() => ({ ...done, tokens }));
      await run();
      const { status, usage } = result();
      // Some agents refuse to believe it, too; no number may become a wrong one.
      if (status === 'completed') expect(usage.inputTokens).toBe(tokens);
      else expect(result().error?.code).toMatch(/^agent\./);
    });

    scene(`hangs, and is ended${named}`, async () => {
      const role = { silence: '6s', startWithin: '12s' };
      const { run, result, ...rest } = await rehearsal(() => ({ kind: 'silence' }), role);
      expect((await run()).code).toBe(1);
      expect(result().error).toMatchObject({ code: 'agent.hung', retryable: true });
      expect(aliveOf(rest as Rehearsal)).toEqual([]);
    });

    scene(`is killed, and tries again${named}`, async () => {
      let killed = 0;
      const script: Script = () => (killed === 0 ? { kind: 'silence' } : done);
      const made = await rehearsal(script, {}, { retries: 1, backoff: { initial: '1ms' } });
      const process_ = made.begin();
      await eventually('it asks', () => made.server.requests.length > 0);
      const [pid = 0] = pidsOf(made);
      killed = pid;
      process.kill(-pid, 'SIGKILL');
      expect((await process_.end()).code).toBe(0);
      // One more where the session had not been saved yet: that costs an attempt, and no retry.
      expect(made.result().status).toBe('completed');
      expect([2, 3]).toContain(made.result().attempts);
    });

    scene(`goes on with its session after a kill -9 of the runtime${named}`, async () => {
      let phase: 'first' | 'second' = 'first';
      const script: Script = ({ number }) => {
        if (number === 1) return write;
        return phase === 'first' ? { kind: 'silence' } : done;
      };
      const made = await rehearsal(script, {}, checked);
      const process_ = made.begin();
      await eventually('it has written', () => made.server.requests.length >= 2);
      // What it is called stands in its stream, which some agents write a moment late.
      await eventually('its session is known', () => /session_?id|thread_id/i.test(made.stream()));
      process_.child.kill('SIGKILL');
      await process_.end();
      phase = 'second';
      const ended = await made.resume();
      expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 0 });
      expect(made.result()).toMatchObject({ status: 'completed', attempts: 2 });
      const { text } = made.server.requests.at(-1) ?? { text: '' };
      expect(text).toContain('Go on from where you were');
      // The call of the first life is part of the second one's conversation.
      expect(text).toContain(historyOf(point));
      expect(factsIn(ended)).toContain('run.succeeded');
    });
  });
}

const historyOf = ({ name }: Point): string =>
  ({ claude: 'toolu_1', codex: 'call_1', gemini: 'functionResponse', opencode: 'call_1' })[name];

function aliveOf(made: Rehearsal): readonly number[] {
  return pidsOf(made).filter((pid) => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  });
}
