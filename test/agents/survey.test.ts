/** What a machine has of the agents: where, how new, and how each would log in. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { surveyAgents } from '../../src/agents/survey.ts';
import { stageActor } from './actor.ts';
import { makeRunFolder, removeFolder } from './attempt.ts';

const folder = makeRunFolder();
afterAll(() => removeFolder(folder));

describe.skipIf(process.platform === 'win32')('a survey', () => {
  test('of a bare machine names what installs each', async () => {
    const found = await surveyAgents({ PATH: folder, HOME: folder });
    const names = ['claude', 'codex', 'gemini', 'opencode', 'grok', 'openai'];
    expect(found.map(({ name }) => name)).toEqual(names);
    for (const { kind, status, version, path, fix } of found) {
      expect([status, version, path]).toEqual(['missing', null, null]);
      expect(fix).toMatch(kind === 'program' ? /^npm install -g / : /^export [A-Z]+_API_KEY=/);
    }
  });

  test('tells a key, a file of a log-in, an old version and nothing apart', async () => {
    const home = join(folder, 'home');
    mkdirSync(join(home, '.codex'), { recursive: true });
    writeFileSync(join(home, '.codex/auth.json'), '{}');
    const bins = [
      stageActor(folder, 'claude', ''),
      stageActor(folder, 'codex', ''),
      stageActor(folder, 'gemini', '', '0.1.0'),
      stageActor(folder, 'opencode', ''),
    ].map(({ bin }) => bin);
    const machine = {
      PATH: bins.join(':'),
      HOME: home,
      ANTHROPIC_AUTH_TOKEN: 'secret',
    };
    const found = await surveyAgents({ ...machine, XDG_DATA_HOME: folder });
    expect(found).toMatchObject([
      // Which variable, and never what is in it.
      { name: 'claude', status: 'ready', version: '99.0.0', logIn: 'ANTHROPIC_AUTH_TOKEN' },
      { name: 'codex', status: 'ready', logIn: join(home, '.codex/auth.json'), fix: '' },
      { name: 'gemini', status: 'too-old', version: '0.1.0' },
      { name: 'opencode', status: 'logged-out', logIn: null },
      { name: 'grok', status: 'missing', logIn: null },
      { name: 'openai', status: 'missing', logIn: null },
    ]);
    expect(JSON.stringify(found)).not.toContain('secret');
    expect(found[0]?.path).toMatch(/claude$/);
    expect(found[2]?.fix).toContain('@latest');
    expect(found[3]?.fix).toContain('opencode auth login');
  });

  test('takes a service for ready whose key is there, and names only its variable', async () => {
    const found = await surveyAgents({ PATH: folder, HOME: folder, XAI_API_KEY: 'secret' });
    const grok = { kind: 'service', status: 'ready', logIn: 'XAI_API_KEY', fix: '' };
    expect(found.find(({ name }) => name === 'grok')).toMatchObject(grok);
    expect(JSON.stringify(found)).not.toContain('secret');
  });
});
