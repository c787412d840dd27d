/** The picture that a person sees, in a real pseudo-terminal. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { eventually, runningWith } from '../agents/processes.ts';
import { writeFiles } from '../app/temp.ts';
import { hasTerminals, inTerminal, Terminal, widest } from './terminal.ts';
import { Desk } from './troupe.ts';

vi.setConfig({ testTimeout: 180_000 });

const hello = resolve('examples/hello.yaml');
const size = { rows: 24, columns: 80 };

/** Everybody has something to do for a moment, some of it more than once. */
function crowd(agents: number, tasks: number): string {
  const rows = Array.from(
    { length: tasks },
    (_, at) => `  - { id: job-${at}, agent: w, retries: 1 }`,
  );
  const head = `name: crowd\nconcurrency: 170\nonFailure: continue\nagents:\n`;
  const role = `  w: { adapter: simulated, count: ${agents}, work: 300ms..1500ms, fail: 0.05 }\n`;
  return `${head}${role}tasks:\n${rows.join('\n')}\n`;
}

/** The letter that the system has for what a process does. */
function stateOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat[stat.lastIndexOf(')') + 2] ?? '';
}

// Without util-linux's `script` there is no terminal to look at.
describe.skipIf(!hasTerminals)('on a terminal', () => {
  test('two hundred agents do not scroll the screen away', async () => {
    const desk = new Desk();
    writeFiles(desk.folder, { 'crowd.yaml': crowd(200, 300) });
    const startedMs = performance.now();
    const { stdout } = await inTerminal(desk, size, 'exec troupe run crowd.yaml').end();
    const tookMs = performance.now() - startedMs;
    const terminal = new Terminal(size.rows, size.columns);
    terminal.feed(stdout);
    expect(terminal.frames.length).toBeLessThan(tookMs / 100 + 5);
    expect(terminal.cursor).toBe('visible');
    const pictures = terminal.frames.filter((lines) => lines.some((line) => line.includes('█')));
    expect(pictures.length).toBeGreaterThan(3);
    expect(pictures.some((lines) => lines.some((line) => /… and \d+ more \(/.test(line)))).toBe(
      true,
    );
    for (const lines of pictures) {
      const drawn = lines.filter((line) => /^ {2}(w-\d|…|[█░])/.test(line));
      expect(drawn.length).toBeLessThan(size.rows - 5);
    }
    // What was drawn was taken back; what has happened is told once.
    const all = [...terminal.history, ...terminal.screen];
    expect(all.filter((line) => /^ {2}(w-\d|…|[█░])/.test(line))).toEqual([]);
    const ends = all
      .filter((line) => /^[✓✗] job-\d+ /.test(line))
      .map((line) => line.split(' ')[1]);
    expect([ends.length, new Set(ends).size]).toEqual([300, 300]);
    expect(widest(stdout)).toBeLessThan(size.columns);
  });

  test('a terminal of few lines and columns is enough', async () => {
    const desk = new Desk();
    writeFiles(desk.folder, { 'crowd.yaml': crowd(20, 20) });
    const { stdout } = await inTerminal(
      desk,
      { rows: 4, columns: 30 },
      'exec troupe run crowd.yaml',
    ).end();
    const terminal = new Terminal(4, 30);
    terminal.feed(stdout);
    const drawn = terminal.history.filter((line) => /^ {2}(w-\d|[█░])/.test(line));
    expect([drawn, terminal.cursor]).toEqual([[], 'visible']);
  });

  test('a terminal that gets narrower gets narrower lines', async () => {
    const desk = new Desk();
    const wait = 'while [ ! -e go ]; do sleep 0.05; done';
    const plan = `name: narrow\nagents: { a: { adapter: command, count: 3 } }\ntasks:\n`;
    const task = `  - { id: ${'long-name-'.repeat(6)}, agent: a, run: [sh, -c, "${wait}"] }\n`;
    writeFiles(desk.folder, { 'narrow.yaml': plan + task });
    const resize =
      '(while [ ! -e narrow ]; do sleep 0.05; done; stty cols 40 < /dev/tty; touch narrowed)';
    const line = `${resize} & exec troupe run narrow.yaml`;
    const troupe = inTerminal(desk, size, line);
    await troupe.says(/working.*long-name/);
    writeFileSync(desk.path('narrow'), '');
    await eventually('it is narrower', () => existsSync(desk.path('narrowed')));
    const before = troupe.stdout.length;
    const later = (): string => troupe.stdout.slice(before).split('\x1b[J').slice(2, -1).join('\n');
    await eventually('it has drawn again', () => (later().match(/working/g) ?? []).length >= 2);
    expect(widest(later())).toBeLessThan(40);
    writeFileSync(desk.path('go'), '');
    expect((await troupe.end()).code).toBe(0);
  });

  test('Ctrl-C stops gently, and the cursor is there again', async () => {
    const desk = new Desk();
    const plan = 'name: long\nagents: { a: { adapter: command, run: [sleep, "600"] } }\n';
    writeFiles(desk.folder, { 'long.yaml': `${plan}tasks: [{ id: sleep, agent: a }]\n` });
    const troupe = inTerminal(desk, size, 'exec troupe run long.yaml');
    await troupe.says(/working/);
    troupe.child.stdin?.write('\x03');
    const { code, stdout } = await troupe.end();
    expect(code).toBe(3);
    const terminal = new Terminal(size.rows, size.columns);
    terminal.feed(stdout.replace('^C', ''));
    const lines = terminal.screen.filter((line) => line !== '');
    expect(lines.at(-2)).toMatch(/^Stopping \(SIGINT\)/);
    expect(lines.at(-1)).toMatch(/^Stopped\. Go on with: troupe resume long-\w+$/);
    expect(terminal.cursor).toBe('visible');
    expect(runningWith('TROUPE_TASK=sleep')).toEqual([]);
  });

  test('a person may put it to sleep, with a cursor to go on with', async () => {
    const desk = new Desk();
    const wait = 'while [ ! -e go ]; do sleep 0.05; done; echo awake';
    const plan = 'name: nap\nagents: { a: { adapter: command } }\ntasks:\n';
    const task = `  - { id: x, agent: a, run: [sh, -c, ${JSON.stringify(wait)}] }\n`;
    writeFiles(desk.folder, { 'nap.yaml': plan + task });
    const troupe = inTerminal(desk, size, 'echo $$ > pid; exec troupe run nap.yaml');
    await troupe.says(/working/);
    const pid = Number(readFileSync(desk.path('pid'), 'utf8'));
    process.kill(pid, 'SIGTSTP');
    await eventually('it sleeps', () => stateOf(pid) === 'T');
    // The terminal sleeps with it, and wakes it up.
    troupe.child.kill('SIGCONT');
    writeFileSync(desk.path('go'), '');
    const { code, stdout } = await troupe.end();
    expect([code, stdout]).toEqual([0, expect.stringContaining('awake')]);
    const cursor = stdout.split('\x1b').filter((part) => part.startsWith('[?25'));
    expect(cursor.map((part) => part[4])).toEqual(['l', 'h', 'l', 'h']);
  });

  test('answers are made harmless', async () => {
    const desk = new Desk();
    const say = "printf '\\033]0;owned\\007\\033[2Jred\\n'";
    const plan = 'name: bad\nagents: { a: { adapter: command } }\ntasks:\n';
    const task = `  - { id: x, agent: a, run: [sh, -c, ${JSON.stringify(say)}] }\n`;
    writeFiles(desk.folder, { 'bad.yaml': plan + task });
    const { stdout } = await inTerminal(desk, size, 'exec troupe run bad.yaml --quiet').end();
    expect(stdout).toBe('red\r\n');
  });

  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const colours = /\x1b\[[\d;]*m/;

  test('colours are there, and not when they are not wanted', async () => {
    const line = `exec troupe run ${hello}`;
    const show = (env: Record<string, string>) => inTerminal(new Desk(), size, line, env).end();
    expect((await show({})).stdout).toMatch(colours);
    const { stdout } = await show({ NO_COLOR: '1' });
    expect(stdout).not.toMatch(colours);
    expect(stdout).toMatch(/✓ greet/);
  });

  test('a dumb terminal gets plain lines', async () => {
    const line = `exec troupe run ${hello}`;
    const { stdout } = await inTerminal(new Desk(), size, line, { TERM: 'dumb' }).end();
    expect(stdout).not.toContain('\x1b');
    expect(stdout).toMatch(/succeeded +greet/);
  });
});

describe('without a terminal', () => {
  test('there are plain lines, coloured only when that is forced', async () => {
    const plain = (await new Desk().type(['run', hello])).stderr;
    expect(plain).not.toContain('\x1b');
    const forced = (await new Desk().type(['run', hello], { env: { FORCE_COLOR: '1' } })).stderr;
    expect(forced).toContain('\x1b[32msucceeded');
    const refused = { FORCE_COLOR: '0', NO_COLOR: '' };
    expect((await new Desk().type(['run', hello], { env: refused })).stderr).not.toContain('\x1b');
  });
});
