/** What was found wrong goes back to whoever is to mend it, with the words of the checks. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { feedbackOf } from '../../src/runs/feedback.ts';
import { commands, stages } from './stage.ts';
import { tempFolders } from './temp.ts';

const stage = stages('feedback');
const temp = tempFolders('feedback-files');
const soon = { initial: '1ms' } as const;
const fault = { code: 'verify.failed', message: 'it failed', retryable: true };

describe('the next attempt', () => {
  test('is told what its checks said, to the last line', async () => {
    const { play, cwd } = stage();
    const check =
      'test -f good && exit 0; for i in 1 2 3 4 5 6 7 8 9; do echo "test $i failed"; done; ' +
      'echo "a warning" >&2; exit 1';
    const run = 'cat > told-$TROUPE_ATTEMPT; test $TROUPE_ATTEMPT -lt 3 || touch good';
    const task = { id: 'a', run, prompt: 'Do it.', verify: [{ run: check }, { file: 'good' }] };
    const { end } = await play(commands([{ ...task, retries: 2, backoff: soon }]));
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(readFileSync(join(cwd, 'told-1'), 'utf8')).toBe('Do it.');
    const told = readFileSync(join(cwd, 'told-2'), 'utf8');
    for (const words of ['Do it.', 'exited 1', 'test 1 failed', 'test 9 failed', 'a warning']) {
      expect(told).toContain(words);
    }
    expect(told).toContain('- good is not there');
  });

  test('is told of them also when one between them never came so far', async () => {
    const { play, cwd } = stage();
    const run =
      'cat > told-$TROUPE_ATTEMPT; test $TROUPE_ATTEMPT = 2 && exit 1; ' +
      'test $TROUPE_ATTEMPT = 1 || touch good';
    const task = { id: 'a', run, prompt: 'Do it.', verify: { file: 'good' } };
    await play(commands([{ ...task, retries: 2, backoff: soon }]));
    expect(readFileSync(join(cwd, 'told-3'), 'utf8')).toContain('- good is not there');
  });
});

describe('feedback', () => {
  test('is nothing when nothing was found wrong', async () => {
    expect(await feedbackOf(undefined, temp())).toBe('');
    expect(await feedbackOf({ fault, session: null }, temp())).toBe('');
  });

  test('is bounded, readable, and never breaks out of its fence', async () => {
    const folder = temp();
    mkdirSync(join(folder, 'streams'));
    const noise = `${'\u001b[31mx\u001b[0m\u0007'.repeat(50_000)}\n\`\`\`\nthe end`;
    writeFileSync(join(folder, 'streams', 'out'), noise);
    const facts = { output: 'streams/out', errors: 'streams/gone' };
    const failed = Array.from({ length: 60 }, () => {
      return { kind: 'run', passed: false, summary: '`make` exited 2: x', facts };
    });
    const [one] = failed;
    const told = await feedbackOf({ fault, session: null, failed: one ? [one] : [] }, folder);
    expect(told).toMatch(/````\n[\s\S]*the end\n````$/);
    expect(told.includes('\u001b') || told.includes('\u0007')).toBe(false);
    expect(told.length).toBeLessThan(9_000);
    expect((await feedbackOf({ fault, session: null, failed }, folder)).length).toBe(32_000);
  });
});
