/** A real Chromium, and the page built from the sources as they are. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, expect } from 'vitest';

const candidates = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const folders = (process.env.PATH ?? '').split(':');

/** Null where there is none: tests that need it are skipped, by name. */
export const chromiumPath: string | null =
  folders
    .flatMap((folder) => candidates.map((name) => join(folder, name)))
    .find((path) => existsSync(path)) ?? null;

const pictures = resolve('.scratch/pictures');
const builds = resolve('.scratch/test-pages');

/** The built page; two who build at once both build, and the first to be done gives its name. */
export function buildPages(): string {
  const folder = join(builds, stamp());
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${process.pid}`;
  mkdirSync(builds, { recursive: true });
  const vite = resolve('node_modules/.bin/vite');
  const argv = ['build', '--config', 'src/dashboard/vite.config.mjs'];
  execFileSync(vite, argv, { stdio: 'pipe', env: { ...process.env, TROUPE_PAGES: draft } });
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

function stamp(): string {
  const hash = createHash('sha256');
  const names = readdirSync('src/dashboard', { recursive: true, encoding: 'utf8' }).sort();
  for (const name of [...names, '../serving/wire.ts']) {
    const path = join('src/dashboard', name);
    if (statSync(path).isFile()) hash.update(name).update(readFileSync(path));
  }
  return hash.digest('hex').slice(0, 16);
}

export interface Look {
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

export interface Viewer {
  readonly page: Page;
  /** What the browser complained of. */
  readonly complaints: readonly string[];
  /** Addresses that it asked for anything. */
  readonly hosts: ReadonlySet<string>;
}

/** To be called once, at the top of a test file. */
export function viewers(): (address: string, look?: Look) => Promise<Viewer> {
  let browser: Promise<Browser> | null = null;
  const contexts: BrowserContext[] = [];
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });
  afterAll(async () => (await browser)?.close());
  return async (address, { theme = 'light', width = 1280, height = 800 } = {}) => {
    browser ??= chromium.launch({
      executablePath: chromiumPath ?? '',
      // Inside of a container there is no room for its own.
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
    const context = await (await browser).newContext({
      ...{ viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce' },
    });
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(90_000);
    const complaints: string[] = [];
    const hosts = new Set<string>();
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('request', (request) => void hosts.add(new URL(request.url()).host));
    await page.goto(address);
    return { page, complaints, hosts };
  };
}

/** Kept, so that a person can look at what the tests have seen. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface AxeResult {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly target: readonly string[]; readonly html: string }[];
}

/** Nothing that axe takes for serious, in what is shown now. */
export async function expectAccessible(page: Page): Promise<void> {
  // Not as a script of the page: its policy would refuse it.
  await page.evaluate(readFileSync(axePath, 'utf8'));
  const violations = (await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)',
  )) as readonly AxeResult[];
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const told = serious.map(
    ({ id, nodes }) => `${id}: ${nodes[0]?.target.join(' ')} ${nodes[0]?.html}`,
  );
  expect(told).toEqual([]);
}

/** A page that can be pushed aside loses its left edge to every careless thumb. */
export async function expectNoWider(page: Page): Promise<void> {
  const spill = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  expect(spill, 'columns beyond the right edge').toBeLessThanOrEqual(0);
}
