/** Clocks that are minutes apart: nobody is lost, late, or early by them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Desk } from '../cli/troupe.ts';
import { clockOffBy } from '../torture/skew.ts';
import { addressOf, expectAlone, linesOf, planOf, tokenFor } from './troop.ts';

test('a hub and its workers whose clocks differ by a quarter of an hour work as any', async () => {
  const [desk, count] = [new Desk(), 24];
  const token = await tokenFor(desk);
  const bus = ['--bus', '127.0.0.1:0', '--tls'];
  const env = clockOffBy(8);
  const run = desk.start(['run', planOf(desk, count), ...bus, '--quiet'], { env });
  const { url, pin } = await addressOf(run);
  for (const [name, minutes] of [
    ['late', -7],
    ['early', 15],
  ] as const) {
    const words = ['worker', '--join', url, '--pin', pin, '--role', 'coder=2', '--name', name];
    const home = ['--home', desk.path(name)];
    desk.start([...words, ...home], { env: { TROUPE_TOKEN: token, ...clockOffBy(minutes) } });
  }
  const { code, stderr } = await run.end();
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stderr).not.toMatch(/is lost/);
  expectAlone(linesOf(desk), count);
  const [name = ''] = readdirSync(join(desk.home, 'runs'));
  const results = join(desk.home, 'runs', name, 'results');
  for (const file of readdirSync(results)) {
    const { duration_ms: ms } = JSON.parse(readFileSync(join(results, file), 'utf8'));
    // A clock that counted along would make minutes of it.
    expect(ms).toBeGreaterThanOrEqual(0);
    expect(ms).toBeLessThan(5 * 60_000);
  }
});
