/** What the recorded streams of real agents say, and what is made of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dialect, Settings } from '../../src/agents/command-line/dialect.ts';
import { dialects } from '../../src/agents/command-line/dialects.ts';
import { signsIn } from '../../src/agents/command-line/ear.ts';
import { Lines } from '../../src/agents/lines.ts';
import type { Sign } from '../../src/agents/listening/sign.ts';
import { Testimony } from '../../src/agents/listening/testimony.ts';
import { nothingCaptured } from '../../src/agents/processes/capture.ts';
import type { Ending } from '../../src/agents/processes/endings.ts';
import { judge, type Verdict } from '../../src/agents/verdict.ts';

const folder = join(import.meta.dirname, 'samples');

export const settings: Settings = {
  model: null,
  permissions: 'edit',
  maxTurns: null,
  budgetUsd: null,
};

export const sample = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** `claude-429.jsonl rc=1` */
export const exitCodes: ReadonlyMap<string, number> = new Map(
  sample('EXIT-CODES.txt')
    .trim()
    .split('\n')
    .map((line) => line.split(' rc='))
    .map(([name = '', code]) => [name, Number(code)]),
);

export function dialectOf(name: string): Dialect {
  const [program = ''] = name.split('-');
  return dialects[program as keyof typeof dialects];
}

export function signsOf(dialect: Dialect, text: string): readonly Sign[] {
  const signs: Sign[] = [];
  const lines = new Lines((line) => signs.push(...signsIn(dialect, line)));
  lines.add(text);
  lines.end();
  return signs;
}

export function testify(signs: readonly Sign[]): Testimony {
  const told = new Testimony();
  for (const sign of signs) told.hear(sign);
  return told;
}

export interface Setting {
  readonly exitCode?: number;
  readonly ending?: Ending;
  readonly stderr?: string;
  readonly settings?: Partial<Settings>;
  readonly asked?: string;
}

/** Judged as if a program had printed just this. */
export function verdictOn(dialect: Dialect, text: string, given: Setting = {}): Verdict {
  const { exitCode = 0, ending = { kind: 'exited', exitCode }, stderr = '' } = given;
  return judge({
    dialect,
    settings: { ...settings, ...given.settings },
    told: testify(signsOf(dialect, text)),
    ended: {
      ...{ ending, pid: 1, durationMs: 1, stdout: nothingCaptured },
      stderr: { ...nothingCaptured, tail: stderr },
    },
    stopped: null,
    asked: given.asked ?? null,
    timeoutMs: 1_000,
  });
}
