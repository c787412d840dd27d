/** A plan whose agents this machine does not have is refused before the others cost anything. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Config } from '../../src/config.ts';
import { definePlan, type PlanDocument } from '../../src/plan/define.ts';
import { requirePlayers } from '../../src/verify/players.ts';
import { openElsewhere } from '../../src/workers/wanted.ts';
import { tempFolders, writeFiles } from '../app/temp.ts';

const newFolder = tempFolders('players');

/** A machine with these programs and these variables, and nothing else. */
function machine(programs: readonly string[] = [], variables: Record<string, string> = {}): Config {
  const cwd = newFolder();
  writeFiles(cwd, Object.fromEntries(programs.map((name) => [name, '#!/bin/sh\n'])));
  for (const name of programs) chmodSync(join(cwd, name), 0o755);
  const environment = { PATH: cwd, ...variables };
  return { cwd, home: join(cwd, '.troupe'), environment, user: 'ada', platform: process.platform };
}

const planOf = (agents: object, ...tasks: readonly object[]) =>
  definePlan({ name: 'p', inputs: { tool: {} }, agents, tasks } as unknown as PlanDocument);
const build = { id: 'build', agent: 'coder', prompt: 'Build it.' };

test('names the role, the task that needs it, what is missing and how it is got', async () => {
  const plan = planOf({ coder: { adapter: 'claude' } }, build);
  await expect(requirePlayers(plan, machine())).rejects.toMatchObject({
    code: 'run.unplayed',
    message:
      'nobody can play coder here, which build needs: "claude" was not found: ' +
      'install it (npm install -g @anthropic-ai/claude-code), or put it on PATH',
    hint: expect.stringContaining('--anyway'),
  });
  await expect(requirePlayers(plan, machine(['claude']))).resolves.toBeUndefined();
});

test('looks for the programs of commands, not for those that are only known later', async () => {
  const plan = planOf(
    { coder: { adapter: 'command', run: ['nonesuch'] }, other: { adapter: 'command' } },
    build,
    { id: 'made', agent: 'other', run: ['./built/by/build'] },
    { id: 'said', agent: 'other', run: ['{{inputs.tool}}'] },
  );
  await expect(requirePlayers(plan, machine())).rejects.toThrow(/^[^\n]*"nonesuch" was not found/);
  await expect(requirePlayers(plan, machine(['nonesuch']))).resolves.toBeUndefined();
});

test('takes any that an automatic role prefers; a reviewer is needed, too', async () => {
  const auto = { adapter: 'auto', prefer: ['codex', 'grok'] };
  const review = [{ review: { agent: 'judge', prompt: 'Good?' } }];
  const plan = planOf(
    { coder: { adapter: 'simulated' }, judge: auto },
    { ...build, verify: review },
  );
  await expect(requirePlayers(plan, machine())).rejects.toThrow(
    'nobody can play judge here, which build needs: none of codex, grok can be used here',
  );
  await expect(requirePlayers(plan, machine(['codex']))).resolves.toBeUndefined();
  await expect(requirePlayers(plan, machine([], { XAI_API_KEY: 'k' }))).resolves.toBeUndefined();
});

test('lets be who has a fallback, is asked by nobody, or has a PATH of its own', async () => {
  const agents = {
    coder: { adapter: 'claude', fallback: ['spare'] },
    spare: { adapter: 'simulated' },
    idle: { adapter: 'gemini' },
    own: { adapter: 'codex', env: { PATH: '/opt/agents' } },
  };
  const plan = planOf(agents, build, { id: 'more', agent: 'own', prompt: 'More.' });
  await expect(requirePlayers(plan, machine())).resolves.toBeUndefined();
});

test('leaves it to the workers where some may join', async () => {
  const config = machine();
  const close = openElsewhere(config, () => {
    throw new Error('no run was begun');
  });
  const plan = planOf({ coder: { adapter: 'claude' } }, build);
  await expect(requirePlayers(plan, config)).resolves.toBeUndefined();
  close();
  await expect(requirePlayers(plan, config)).rejects.toThrow('nobody can play coder');
});
