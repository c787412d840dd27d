/** A failed run becomes a test that vitest runs for real, against the package as installed. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { buildPackage, installIn, type Package } from './package.ts';
import { tempFolders, writeFiles } from './temp.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const temp = tempFolders('regression');
const plan = `
name: falls
onFailure: continue
agents:
  hands: { adapter: command, count: 2 }
tasks:
  - { id: up, agent: hands, run: [echo, "it's up"] }
  - { id: down, agent: hands, retries: 1, backoff: { initial: 1ms }, run: [sh, -c, "exit 3"] }
  - { id: over, agent: hands, needs: [up, down], run: [echo, never] }
`;

let troupe: Package;
let folder: string;
let file: string;

/** As a person would type it. */
function type(words: readonly string[]) {
  const { TROUPE_HOME: _, VITEST: __, ...env } = process.env;
  const options = { cwd: folder, encoding: 'utf8', env: { ...env, NO_COLOR: '1' } } as const;
  return spawnSync(process.execPath, words, options);
}

const runVitest = () => type([resolve('node_modules/vitest/vitest.mjs'), 'run', '--root', folder]);

beforeAll(() => {
  troupe = buildPackage();
  folder = temp();
  installIn(folder, troupe);
  writeFiles(folder, { 'plan.yaml': plan, 'package.json': '{ "type": "module" }' });
  expect(type([troupe.cli, 'run', 'plan.yaml', '--quiet']).status).toBe(1);
  const written = type([troupe.cli, 'replay', 'latest', '--as-test']);
  expect(written.status).toBe(0);
  expect(written.stderr).toContain('holds the whole journal');
  file = join(folder, 'regression.test.ts');
  writeFileSync(file, written.stdout);
});
afterAll(() => troupe.remove());

test('it passes, as long as the machines go the same way', () => {
  const { status, stdout, stderr } = runVitest();
  expect({ status, stderr }).toEqual({ status: 0, stderr });
  expect(stdout).toMatch(/4 passed/);
});

test('it fails when a state in it is another one', () => {
  const text = readFileSync(file, 'utf8');
  const changed = text.replace("down: { state: 'failed'", "down: { state: 'succeeded'");
  expect(changed).not.toBe(text);
  writeFileSync(file, changed);
  const { status, stdout, stderr } = runVitest();
  writeFileSync(file, text);
  expect(status).toBe(1);
  expect(`${stdout}${stderr}`).toMatch(/every task ends as it did/);
  expect(stdout).toMatch(/1 failed \| 3 passed/);
});

test('it fails when the journal is another one', () => {
  const text = readFileSync(file, 'utf8');
  const changed = text.replace(/"retries":1/, '"retries":0');
  expect(changed).not.toBe(text);
  writeFileSync(file, changed);
  const { status, stdout } = runVitest();
  writeFileSync(file, text);
  expect(status).toBe(1);
  expect(stdout).toMatch(/failed/);
});
