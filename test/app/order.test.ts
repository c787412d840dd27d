/** The order of examples/order.mjs: killed at its worst moments, it goes on and is paid once. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../agents/processes.ts';
import { buildPackage, installIn, type Package } from './package.ts';
import { linesIn } from './stage.ts';
import { tempFolders } from './temp.ts';

const temp = tempFolders('order');
const started = new Set<ChildProcess>();
let troupe: Package;
beforeAll(() => {
  troupe = buildPackage();
});
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  troupe.remove();
});

/** The example as it stands, and with it a cash book of every charge that was tried. */
function withCashBook(): string {
  const source = readFileSync('examples/order.mjs', 'utf8');
  const head = 'charge: fromPromise(async ({ input }) => {';
  if (source.split(head).length !== 2) throw new Error('the example no longer charges like this');
  const book = "appendFileSync('cash-book', [effect, resumed].join(' ') + '\\n');";
  return source
    .replace(head, `charge: fromPromise(async ({ input, effect, resumed }) => { ${book}`)
    .replace('import', "import { appendFileSync } from 'node:fs';\nimport");
}

interface Life {
  readonly text: () => string;
  readonly over: Promise<number | null>;
  readonly kill: () => Promise<unknown>;
}

function live(folder: string): Life {
  const child = spawn(process.execPath, ['order.mjs'], { cwd: folder });
  started.add(child);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const over = new Promise<number | null>((resolve) => child.once('close', resolve));
  const kill = (): Promise<unknown> => {
    child.kill('SIGKILL');
    return over;
  };
  return { text: () => text, over, kill };
}

function shop(): string {
  const folder = temp();
  installIn(folder, troupe);
  writeFileSync(join(folder, 'order.mjs'), withCashBook());
  return folder;
}

const factsIn = (text: string): readonly (readonly [number, string])[] =>
  [...text.matchAll(/^(\d+) (order\.\w+)/gm)].map(([, seq, type = '']) => [Number(seq), type]);

describe('the order', () => {
  test('is delivered when nothing happens to it', async () => {
    const life = live(shop());
    expect(await life.over).toBe(0);
    expect(factsIn(life.text())).toEqual([
      [1, 'order.reserved'],
      [2, 'order.paid'],
      [3, 'order.shipped'],
      [4, 'order.delivered'],
    ]);
    expect(life.text()).toContain("it ended: { kind: 'done', output: { receipt: 'R-1' } }");
  });

  test('goes on from wherever it was killed, and is charged under one number', async () => {
    const folder = shop();
    const book = join(folder, 'cash-book');
    const lives: Life[] = [];
    const killWhen = async (what: string, holds: (text: string) => boolean): Promise<void> => {
      const life = live(folder);
      lives.push(life);
      // On a slow machine it may have come further, or to its end, before anybody looks.
      await eventually(what, () => holds(life.text()) || life.text().includes('it ended'));
      await life.kill();
    };
    const chargedOnceMore = (): (() => boolean) => {
      const before = linesIn(book).length;
      return () => linesIn(book).length > before;
    };
    await killWhen('it began', (text) => text.includes('a new order'));
    await killWhen('it charges', chargedOnceMore());
    await killWhen('it charges again', chargedOnceMore());
    await killWhen('it is paid', (text) => text.includes('order.paid'));
    await killWhen('it goes on', (text) => text.includes('going on from'));
    await killWhen('it is shipped', (text) => text.includes('order.shipped'));
    const last = live(folder);
    lives.push(last);
    expect(await last.over).toBe(0);
    expect(last.text()).toMatch(/going on from "(shipped|delivered)"/);
    expect(last.text()).toContain("output: { receipt: 'R-1' }");
    // Nothing is told twice, whatever was killed before it could be told.
    const seqs = lives.flatMap(({ text }) => factsIn(text()).map(([seq]) => seq));
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
    const charges = linesIn(book).map((line) => line.split(' '));
    expect(new Set(charges.map(([effect]) => effect)).size).toBe(1);
    expect(charges.length).toBeGreaterThanOrEqual(2);
    // Whoever charges a second time is told that there was a first.
    expect(charges.slice(1).every(([, resumed]) => resumed === 'true')).toBe(true);
    // Once delivered, it stays delivered.
    const after = live(folder);
    expect(await after.over).toBe(0);
    expect(factsIn(after.text())).toEqual([]);
    expect(linesIn(book)).toHaveLength(charges.length);
  });
});
