/** Forty broken plans, each found and named, and forty good ones, with no false alarm. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/kernel/clock.ts';
import { verifyPlan } from '../../../src/verify/verify-plan.ts';
import { tempFolders } from '../../app/temp.ts';

vi.setConfig({ testTimeout: 600_000 });

const temp = tempFolders('model-plans');
const folder = join('test', 'model', 'plans');
const filesIn = (kind: 'broken' | 'good') =>
  readdirSync(join(folder, kind)).map((name) => [name, join(folder, kind, name)] as const);

/** No limit of time: no test depends on speed. */
const verified = (file: string) =>
  verifyPlan(file, { secondsMax: 3_600 }, { home: temp(), clock: systemClock });

test('there are enough of them', () => {
  expect(filesIn('broken').length).toBeGreaterThanOrEqual(40);
  expect(filesIn('good').length).toBeGreaterThanOrEqual(40);
});

describe('a broken plan is refuted, and what is wrong is named', () => {
  test.each(filesIn('broken'))('%s', async (_, file) => {
    const [, property = '', words = ''] = /^# finds: (\S+) (.+)$/m.exec(read(file)) ?? [];
    const { verdict, findings } = await verified(file);
    expect(verdict).toBe('refuted');
    const named = findings.filter((finding) => finding.property === property);
    expect(named.map(({ message }) => message.slice(0, words.length))).toContain(words);
    // What no attempt can mend is shown as it happens.
    const isPlaced = words.startsWith('tasks');
    if (isPlaced) expect(named.some(({ trace }) => trace.length > 0)).toBe(true);
  });
});

describe('a good plan is proved', () => {
  test.each(filesIn('good'))('%s', async (_, file) => {
    const { verdict, findings, reach } = await verified(file);
    expect({ verdict, findings, reach }).toMatchObject({ verdict: 'proved', findings: [] });
  });
});

const read = (file: string): string => readFileSync(file, 'utf8');
