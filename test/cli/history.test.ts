/** `troupe history`, and the words of `troupe logs`, as a person types them. */
import { chmodSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { sample } from '../agents/told.ts';
import { writeFiles } from '../app/temp.ts';
import { Desk, jsonLines } from './troupe.ts';

const desk = new Desk();
const secret = 'hunter2-hunter2-hunter2';
const plan = `
name: talk
agents:
  coder: { adapter: claude, count: 1 }
  echo: { adapter: command, run: ["sh", "-c", "echo plain words; echo \\"<b>$MY_API_KEY</b>\\""] }
  toy: { adapter: simulated }
tasks:
  - { id: build, agent: coder, prompt: Build <script>it</script>. }
  - { id: tell, agent: echo, env: { MY_API_KEY: ${secret} } }
  - { id: play, agent: toy }
`;

/** A program that plays Claude Code, as it was recorded. */
const actor = `#!/bin/sh
[ "$1" = --version ] && echo 2.1.329 && exit
cat > /dev/null
cat <<'END'
${sample('claude-tool-success.jsonl').trimEnd()}
END
`;

const type = (...words: readonly string[]) =>
  desk.type(words, { env: { PATH: `${desk.path('bin')}:${process.env.PATH}` } });

beforeAll(async () => {
  writeFiles(desk.folder, { 'plan.yaml': plan, 'bin/claude': actor });
  chmodSync(desk.path('bin', 'claude'), 0o755);
  const ran = await type('run', 'plan.yaml');
  expect(ran.code, ran.stderr).toBe(0);
});

async function idOf(task: string): Promise<string> {
  const { stdout } = await type('history', '--task', task, '--json');
  return String(jsonLines(stdout)[0]?.id);
}

test.skipIf(process.platform === 'win32')('a kill -9 leaves all that was said', async () => {
  const own = new Desk();
  const run = '["sh", "-c", "echo first words; echo half a line; [ -e go ] || sleep 60"]';
  const roles = `agents: { coder: { adapter: command, run: ${run} } }`;
  writeFiles(own.folder, {
    'plan.yaml': `name: cut\n${roles}\ntasks: [{ id: talk, agent: coder, retries: 1 }]\n`,
  });
  const troupe = own.start(['run', 'plan.yaml']);
  const look = "troupe history show latest | grep -q 'half a line'";
  await own.shell(`until ${look}; do sleep 0.1; done`);
  const before = jsonLines((await own.type(['history', '--json'])).stdout);
  expect(before).toMatchObject([{ state: 'alive', task: 'talk' }]);
  troupe.child.kill('SIGKILL');
  await troupe.end();
  const [cut] = jsonLines((await own.type(['history', '--json'])).stdout);
  expect(cut).toMatchObject({ state: 'cut off', outcome: null });
  const shown = await own.type(['history', 'show', String(cut?.id)]);
  expect(shown.stdout).toContain('first words');
  expect(shown.stderr).toContain('cut off');
  writeFiles(own.folder, { go: '' });
  expect((await own.type(['resume', 'latest'])).code).toBe(0);
  const all = jsonLines((await own.type(['history', '--json'])).stdout);
  expect(all.map(({ state }) => state)).toEqual(['ended', 'cut off']);
});

describe.skipIf(process.platform === 'win32')('history', () => {
  test('lists every attempt of an agent that talks, with what it came to', async () => {
    const all = jsonLines((await type('history', '--json')).stdout);
    expect(all.map(({ task }) => task).sort()).toEqual(['build', 'tell']);
    expect(all.find(({ task }) => task === 'build')).toMatchObject({
      ...{ state: 'ended', outcome: 'succeeded', agent: 'coder-1', adapter: 'claude' },
    });
    const [one] = jsonLines((await type('history', '--last', '1', '--json')).stdout);
    expect(one).toMatchObject({ id: all[0]?.id });
    const byRole = jsonLines((await type('history', '--agent', 'coder', '--json')).stdout);
    expect(byRole).toMatchObject([{ task: 'build' }]);
    expect((await type('history')).stdout).toMatch(/talk-\w+\/\d+ .* build #1 .* succeeded/);
  });

  test('finds words in any case, and says when there are none', async () => {
    const found = jsonLines((await type('history', '--grep', 'PLAIN words', '--json')).stdout);
    expect(found).toMatchObject([{ task: 'tell', excerpt: expect.stringContaining('plain') }]);
    const none = await type('history', '--grep', 'never said');
    expect(none).toMatchObject({ code: 0, stdout: '' });
    expect(none.stderr).toContain('No conversation is like that');
  });

  test('shows one, without keys', async () => {
    const { stdout } = await type('history', 'show', await idOf('tell'));
    expect(stdout).toContain('plain words');
    expect(stdout).toContain('[redacted]');
    expect(stdout).not.toContain(secret);
    const talk = (await type('history', 'show', await idOf('build'))).stdout;
    expect(talk).toMatch(/prompt .*Build <script>/);
    expect(talk).toMatch(/calls .*\n/);
    expect(talk).toMatch(/ends .*succeeded/);
  });

  test('plays one again at a speed, and ends cleanly at Ctrl-C', async () => {
    const id = await idOf('build');
    const quick = await type('history', 'replay', id, '--speed', '1000');
    expect(quick.stdout).toBe((await type('history', 'show', id)).stdout);
    const slow = desk.start(['history', 'replay', id, '--speed', '0.000001']);
    await slow.says(/begins/);
    slow.child.kill('SIGINT');
    expect(await slow.end()).toMatchObject({ code: 0 });
  });

  test('exports it as Markdown, lines of JSON, or a page in which nothing lives', async () => {
    const id = await idOf('build');
    const html = (await type('history', 'export', id, '--format', 'html')).stdout;
    expect(html).toContain('Build &lt;script&gt;it&lt;/script&gt;.');
    expect(html).not.toContain('<script');
    expect(html).toContain("default-src 'none'");
    const entries = jsonLines((await type('history', 'export', id, '--format', 'jsonl')).stdout);
    expect(entries[0]).toMatchObject({ type: 'conversation.begun', task: 'build' });
    expect(entries.at(-1)).toMatchObject({ type: 'conversation.ended', outcome: 'succeeded' });
    const markdown = (await type('history', 'export', id)).stdout;
    expect(markdown).toContain('```text\nBuild <script>it</script>.\n```');
  });

  test('prints how an agent is gone on with, where it can be', async () => {
    const { stdout } = await type('history', 'resume', await idOf('build'));
    expect(stdout).toMatch(/^cd \S+ && claude --resume [\w-]{36}\n$/);
    const other = await type('history', 'resume', await idOf('tell'));
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('command keeps no session');
  });

  test.each([
    [['show', 'nothing'], '"nothing" is no conversation'],
    [['show', 'latest/999'], 'there is no conversation "latest/999"'],
    [['show', 'nowhere/1'], 'no run is called "nowhere"'],
    [['--last', '0'], 'must be 1 or more'],
    [['export', 'latest', '--format', 'pdf'], 'Allowed choices are markdown, jsonl, html'],
  ])('%j is a mistake that is told', async (words, told) => {
    const { code, stderr } = await type('history', ...words);
    expect(code).toBe(2);
    expect(stderr).toContain(told);
  });

  test('logs tells what an agent said in words; letter by letter only when asked', async () => {
    const { stdout } = await type('logs', 'latest', 'build');
    expect(stdout).toMatch(/ {2}says \| \S/);
    expect(stdout).not.toContain('"session_id"');
    expect((await type('logs', 'latest', 'build', '--raw')).stdout).toContain('"session_id"');
    expect((await type('logs', 'latest', 'tell')).stdout).toContain('  out | plain words');
  });
});
