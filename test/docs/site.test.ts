/** The website: it builds, every link leads somewhere, and every command has its place. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { verbs } from '../../cli/verbs.ts';
import { tempFolders, writeFiles } from '../app/temp.ts';
import { buildCli } from '../cli/build.ts';

const temp = tempFolders('site');

describe('the website', () => {
  const site = join(temp(), 'site');
  const pages = new Map<string, string>();
  beforeAll(() => {
    const seen = join(temp(), 'seen');
    writeFiles(seen, { 'light-1280-graph.png': '', 'dark-1280-graph.png': '' });
    execFileSync(process.execPath, ['docs/build.mjs', site, buildCli(), seen], { stdio: 'pipe' });
    for (const name of readdirSync(site).filter((each) => each.endsWith('.html'))) {
      pages.set(name, readFileSync(join(site, name), 'utf8'));
    }
    // Each command is started once to ask it for its help.
  }, 300_000);

  test('has a page for each guide, and leaves no instruction standing', () => {
    for (const file of readdirSync('docs/pages')) {
      const page = pages.get(file.replace(/\.md$/, '.html')) ?? '';
      expect({ file, length: page.length }).toMatchObject({ length: expect.any(Number) });
      expect(page).toMatch(/<h1 id=/);
      expect(page).not.toMatch(/<!-- (include|code)/);
    }
  });

  test('has no link that leads nowhere, not even to a heading', () => {
    const wrong: string[] = [];
    for (const [name, html] of pages) {
      for (const [, link = ''] of html.matchAll(/(?:href|src)="([^"]+)"/g)) {
        if (/^[a-z]+:/.test(link)) continue;
        const [file = '', anchor = ''] = link.split('#');
        const to = file === '' ? name : file;
        const isThere = existsSync(join(site, to));
        const isHeaded = anchor === '' || (pages.get(to) ?? '').includes(`id="${anchor}"`);
        if (!isThere || !isHeaded) wrong.push(`${name}: ${link}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(pages.size).toBeGreaterThan(18);
  });

  test('has every command with its help, and the keys of a plan', () => {
    for (const { name } of verbs) {
      expect(pages.get('commands.html')).toContain(`<h2 id="${name}">`);
      expect(pages.get('commands.html')).toContain(`Usage: troupe ${name}`);
    }
    for (const key of ['name', 'tasks[].needs', 'agents.NAME.adapter', 'agents.NAME.template']) {
      expect(pages.get('plan.html')).toContain(`<code>${key}</code>`);
    }
  });

  test('draws the machines without a script, and has one for its search only', () => {
    expect(pages.get('machines.html')).toContain('src="machines/task.svg"');
    for (const html of pages.values()) {
      expect(html.match(/<script[^>]*>/g)).toEqual(['<script src="search.js" defer>']);
    }
  });

  test('searches every part of every page, each of which is there', () => {
    const text = readFileSync(join(site, 'search-index.js'), 'utf8');
    const parts = JSON.parse(text.replace(/^[^[]*|;\n$/g, '')) as { id: string; text: string }[];
    expect(new Set(parts.map(({ id }) => id.split('#')[0]))).toEqual(new Set(pages.keys()));
    expect(new Set(parts.map(({ id }) => id)).size).toBe(parts.length);
    for (const { id } of parts) {
      const [page = '', anchor] = id.split('#');
      expect(pages.get(page)).toContain(`id="${anchor}"`);
    }
    expect(parts.find(({ id }) => id === 'commands.html#serve')?.text).toContain('--address');
  });

  test('shows what the tests of the page have seen, and does without what they have not', () => {
    const steering = pages.get('steering.html');
    const light = '<img src="pictures/light-1280-graph.png" alt="A run as a graph: what';
    expect(steering).toContain('srcset="pictures/dark-1280-graph.png"');
    expect(steering).toContain(light);
    expect(steering).not.toMatch(/1280-machine|<!-- picture/);
  });
});
