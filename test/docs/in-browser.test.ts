/** The website in a real browser: its search, its width on a phone, and who can read it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { tempFolders } from '../app/temp.ts';
import { buildCli } from '../cli/build.ts';
import {
  chromiumPath,
  expectAccessible,
  type Look,
  picture,
  viewers,
} from '../dashboard/browser.ts';

const temp = tempFolders('site-seen');
const view = viewers();

const looks: readonly (readonly [string, Look])[] = [
  ['light-1280', { theme: 'light' }],
  ['dark-1280', { theme: 'dark' }],
  ['light-390', { theme: 'light', width: 390, height: 780 }],
  ['dark-390', { theme: 'dark', width: 390, height: 780 }],
];

/** Of the page: axe asks for its style sheet again, which nobody may from a disk. */
const own = (complaints: readonly string[]): readonly string[] =>
  complaints.filter((each) => !/XMLHttpRequest|net::ERR_FAILED/.test(each));

const widthOf = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth');

describe.skipIf(chromiumPath === null)('the website', { timeout: 240_000 }, () => {
  const site = join(temp(), 'site');
  const noPictures = join(temp(), 'none');
  const address = (name: string): string => pathToFileURL(join(site, name)).href;
  beforeAll(() => {
    mkdirSync(noPictures);
    const words = ['docs/build.mjs', site, buildCli(), noPictures];
    execFileSync(process.execPath, words, { stdio: 'pipe' });
    // Each command is started once to ask it for its help.
  }, 300_000);

  test.each(looks)('can be read by everybody, from a disk as well: %s', async (name, look) => {
    const { page, complaints } = await view(address('index.html'), look);
    for (const each of ['index', 'commands', 'house', 'plan', 'machines', 'comparison']) {
      await page.goto(address(`${each}.html`));
      await page.getByRole('searchbox').waitFor();
      await expectAccessible(page);
      expect([each, await widthOf(page)]).toEqual([each, look.width ?? 1_280]);
    }
    await picture(page, `${name}-site`);
    expect(own(complaints)).toEqual([]);
  });

  test('finds what is looked for, and goes there', async () => {
    const { page, complaints, hosts } = await view(address('index.html'));
    await page.keyboard.press('/');
    await page.keyboard.type('zebra accordion');
    await page.getByRole('status').filter({ hasText: 'Nothing found.' }).waitFor();
    await page.getByRole('searchbox').fill('worktree merge');
    const first = page.getByRole('search').getByRole('link').first();
    await first.waitFor();
    await expectAccessible(page);
    await picture(page, 'light-1280-site-search');
    await page.keyboard.press('Enter');
    await page.waitForURL(/worktrees\.html#/);
    expect([own(complaints), [...hosts]]).toEqual([[], ['']]);
  });
});
