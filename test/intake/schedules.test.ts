/** Schedules: which times become work, over restarts, zones and changes of the clock. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { refusal } from '../../src/intake/answers.ts';
import { Ledger } from '../../src/intake/ledger.ts';
import { Schedules } from '../../src/intake/schedules.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { seededRandom } from '../../src/kernel/random.ts';
import { parseProject } from '../../src/plan/project/project.ts';
import { tempFolders } from '../app/temp.ts';
import { places } from './house.ts';

const temp = tempFolders('schedules');
const { place, open } = places('scheduled');

const start = Date.UTC(2026, 0, 5, 5, 59);
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A house that is opened and closed, with a clock that is moved by hand. */
class Life {
  readonly home = temp();
  now = start;

  open(text: string): { readonly schedules: Schedules; readonly ledger: Ledger } {
    const ledger = new Ledger(this.home);
    const clock = { now: () => this.now } as Clock;
    const { schedules } = parseProject(`schedules: ${text}`, 'troupe.yaml', '/place').serve;
    const parts = { home: this.home, schedules, ledger, clock, random: seededRandom(1) };
    return { schedules: new Schedules(parts), ledger };
  }

  finish(ledger: Ledger): readonly string[] {
    const keys = ledger.open.map(({ key }) => key);
    for (const entry of ledger.open) ledger.finish({ entry, answer: refusal(entry.key, 'x') });
    return keys;
  }
}

const daily = (more = ''): string =>
  `[{ name: daily, cron: "0 6 * * *", zone: UTC, prompt: x${more} }]`;

describe('a time that comes', () => {
  test('becomes one entry, once', () => {
    const life = new Life();
    const { schedules, ledger } = life.open(daily());
    schedules.look();
    expect(ledger.size).toBe(0);
    life.now += minuteMs;
    schedules.look();
    schedules.look();
    expect(ledger.open.map(({ key, from, work }) => [key, from, work])).toEqual([
      [
        'daily@20260105T060000Z',
        { kind: 'schedule', schedule: 'daily', dueMs: start + minuteMs },
        { kind: 'task', asked: { id: 'daily', prompt: 'x', agent: null, priority: 0 } },
      ],
    ]);
  });

  test('is left out while its last work is open', () => {
    const life = new Life();
    const { schedules, ledger } = life.open('[{ cron: "* * * * *", plan: p.yaml }]');
    life.now += minuteMs;
    schedules.look();
    life.now += minuteMs;
    schedules.look();
    expect(life.finish(ledger)).toEqual(['schedule-1@20260105T060000Z']);
    life.now += minuteMs;
    schedules.look();
    expect(life.finish(ledger)).toEqual(['schedule-1@20260105T060200Z']);
  });

  test('is not begun again by a house that was killed before it had noted it', () => {
    const life = new Life();
    const first = life.open(daily());
    const notes = join(life.home, 'serve/schedules.json');
    life.now += minuteMs;
    first.schedules.look();
    expect(life.finish(first.ledger)).toHaveLength(1);
    const note = { daily: { when: '0 6 * * * UTC', untilMs: start } };
    writeFileSync(notes, JSON.stringify(note));
    const second = life.open(daily());
    second.schedules.look();
    expect(second.ledger.size).toBe(0);
  });
});

describe('times at which nobody served', () => {
  test.each([
    ['once, by default', '', 1],
    ['once', ', missed: once', 1],
    ['not at all', ', missed: skip', 0],
  ])('are made up for %s', (_, more, count) => {
    const life = new Life();
    life.open(daily(more));
    life.now += 72 * hourMs;
    const { schedules, ledger } = life.open(daily(more));
    schedules.look();
    expect(life.finish(ledger)).toHaveLength(count);
    schedules.look();
    expect(ledger.size).toBe(0);
    life.now += 24 * hourMs;
    schedules.look();
    expect(ledger.size).toBe(more.includes('skip') ? 0 : 1);
  });

  test('are none for a schedule that is new, or has another time than before', () => {
    const life = new Life();
    life.open(daily());
    life.now += 72 * hourMs;
    const { schedules, ledger } = life.open(daily().replace('0 6', '0 7'));
    schedules.look();
    expect(ledger.size).toBe(0);
  });

  test('are none when nobody knows any more', () => {
    const life = new Life();
    life.open(daily());
    writeFileSync(join(life.home, 'serve/schedules.json'), '{ "daily"');
    life.now += 72 * hourMs;
    const { schedules, ledger } = life.open(daily());
    schedules.look();
    expect(ledger.size).toBe(0);
  });
});

describe('a clock that was years ahead', () => {
  const yearsMs = 20 * 365 * 24 * hourMs;

  test('and is put right while the house is closed silences nothing', () => {
    const life = new Life();
    life.now += yearsMs;
    life.open(daily());
    life.now = start;
    const { schedules, ledger } = life.open(daily());
    schedules.look();
    expect(ledger.size).toBe(0);
    life.now += minuteMs;
    schedules.look();
    expect(life.finish(ledger)).toEqual(['daily@20260105T060000Z']);
  });

  test('and is put right while it is open begins no time twice', () => {
    const life = new Life();
    const { schedules, ledger } = life.open(daily());
    life.now += minuteMs;
    schedules.look();
    expect(life.finish(ledger)).toEqual(['daily@20260105T060000Z']);
    life.now += yearsMs;
    schedules.look();
    life.finish(ledger);
    life.now = start;
    schedules.look();
    life.now += minuteMs;
    schedules.look();
    expect(life.finish(ledger)).toEqual([]);
    // The next morning was begun while the clock was wrong, and is not begun again.
    life.now += 48 * hourMs;
    schedules.look();
    schedules.look();
    expect(life.finish(ledger)).toEqual([]);
    life.now += 24 * hourMs;
    schedules.look();
    expect(life.finish(ledger)).toEqual(['daily@20260108T060000Z']);
  });
});

describe('a zone', () => {
  test('says whose six it is, also when its clocks change', () => {
    const life = new Life();
    life.now = Date.UTC(2026, 2, 28, 12);
    const text = '[{ cron: "0 6 * * *", zone: Europe/Berlin, prompt: x }]';
    const next = (): string => {
      const [line] = life.open(text).schedules.lines;
      return new Date(line?.nextMs ?? 0).toISOString();
    };
    expect(next()).toBe('2026-03-29T04:00:00.000Z');
    const winter = new Life();
    winter.now = start;
    const [line] = winter.open(text).schedules.lines;
    expect([line?.zone, new Date(line?.nextMs ?? 0).getUTCHours()]).toEqual(['Europe/Berlin', 5]);
  });

  test('is that of the machine when none is named, and is told', () => {
    const [line] = new Life().open('[{ cron: "@daily", prompt: x }]').schedules.lines;
    expect(line?.zone).toBe(new Intl.DateTimeFormat().resolvedOptions().timeZone);
  });
});

describe('what can not be', () => {
  test.each([
    ['[{ cron: "every day", prompt: x }]', /schedules: schedule-1: .* has 2 of 5 fields/],
    ['[{ cron: "0 25 * * *", prompt: x }]', /"25" in "0 25 \* \* \*" is no hour$/],
    ['[{ cron: "* * * * * mon-fry", prompt: x }]', /"mon-fry" in .* is no day of the week$/],
    ['[{ cron: "@dayly", prompt: x }]', /"@dayly" is none of @hourly/],
    ['[{ cron: "0 0 31 2 *", prompt: x }]', /never comes/],
    [
      '[{ cron: "@daily", zone: Mars/Olympus, prompt: x }]',
      /there is no time zone "Mars\/Olympus"$/,
    ],
    ['[{ cron: "@daily" }]', /needs either a plan or a prompt/],
    ['[{ cron: "@daily", prompt: x, plan: y }]', /needs either a plan or a prompt/],
    ['[{ cron: "@daily", promt: x }]', /promt/],
    [
      '[{ name: a, cron: "@daily", prompt: x }, { name: a, cron: "@daily", prompt: y }]',
      /"a" is there twice/,
    ],
  ])('%s is told at once', (text, why) => {
    expect(() => new Life().open(text)).toThrow(why);
  });

  test('a prompt for nobody is told before its time comes', async () => {
    const here = place('schedules: [{ name: nightly, cron: "@daily", prompt: x }]\n');
    await expect(open(here)).rejects.toThrow(/schedule nightly: it says no agent/);
  });

  test('a plan that is not there, or wants an input, is told long before its time', async () => {
    const schedules = ['gone', 'asks', 'good'].map((name) => {
      return `  - { name: ${name}, cron: "@yearly", plan: ${name}.yaml }\n`;
    });
    const here = place(`schedules:\n${schedules.join('')}`);
    const plan = 'agents: { a: { adapter: simulated } }\ntasks: [{ id: t }]\n';
    writeFileSync(here.path('asks.yaml'), `inputs: { goal: {} }\n${plan}`);
    writeFileSync(here.path('good.yaml'), plan);
    const serving = await open(here);
    const told = () => serving.house.status().reasons.map(({ what }) => what);
    expect(told()).toEqual([
      expect.stringMatching(/^schedule gone can't begin its plan: .*gone.yaml/),
      expect.stringMatching(/^schedule asks can't begin its plan: the input "goal" is missing/),
    ]);
    writeFileSync(here.path('gone.yaml'), plan);
    await here.until('it is seen', () => told().length === 1);
    rmSync(here.path('good.yaml'));
    await here.until('it is seen', () => told().length === 2);
  });

  test.each([
    ['agents: { a: { adapter: simulated } }', 'agent: b', /inbox: no role is called "b"/],
    ['concurrency: 3', 'concurrency: 2', /inbox: it says no agent; troupe.yaml names none/],
  ])('an inbox for nobody is told when the house opens: %s', async (project, more, why) => {
    const here = place(`${project}\ninbox: { folder: in, ${more} }\noutbox: out\n`);
    await expect(open(here)).rejects.toThrow(why);
  });
});

test('in a house, a schedule runs its plan, and the status says when it comes next', async () => {
  const here = place(`agents: { worker: { adapter: command, run: [cat] } }
schedules: [{ name: tick, cron: "* * * * * *", prompt: tock }]
`);
  const serving = await open(here);
  await here.until('it has run', () => here.names('.troupe/serve/done').length > 0);
  expect(here.runs()[0]).toMatch(/^tick-/);
  const { score, schedules, isPersistent } = serving.house.status();
  expect([score, isPersistent, schedules[0]?.cron]).toEqual([100, true, '* * * * * *']);
});
