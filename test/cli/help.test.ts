/** What is told without a run: help, versions, and what is wrong with a command line. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { verbGroups, verbs } from '../../cli/verbs.ts';
import { Desk } from './troupe.ts';

const desk = new Desk();
const names = verbs.map(({ name }) => name);

test('the help lists every command with what it is for', async () => {
  const { code, stdout, stderr } = await desk.type(['--help']);
  expect([code, stderr]).toEqual([0, '']);
  for (const { name, summary } of verbs) expect(stdout).toMatch(new RegExp(`${name} .*${summary}`));
});

test('the help puts together what belongs together, in the order of the groups', async () => {
  const { stdout } = await desk.type(['--help']);
  const headings = stdout.split('\n').filter((line) => /^[A-Z].*:$/.test(line));
  const groups = Object.keys(verbGroups).map((heading) => `${heading}:`);
  expect(headings).toEqual(['Options:', ...groups, 'Examples:']);
});

test('the help of a part has those examples of the whole that are about it', async () => {
  const { stdout } = await desk.type(['token', 'create', '--help']);
  const lines = stdout.split('Examples:\n')[1]?.trim().split(/\n */);
  expect(lines).toEqual([
    '$ troupe token create --role worker --ttl 1h',
    '$ troupe token create --role worker --json',
  ]);
});

test('the version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  for (const option of ['--version', '-V']) {
    expect(await desk.type([option])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  }
});

test('no command is a mistake, answered with the help', async () => {
  const { code, stdout, stderr } = await desk.type([]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('Usage: troupe');
});

/** The lines below `Examples:`, as words without quotes. */
function examplesIn(help: string): readonly (readonly string[])[] {
  const [, part = ''] = help.split('Examples:\n');
  const lines = part.split('\n').filter((line) => line.startsWith('  $ '));
  return lines.map((line) => {
    const [, command = ''] = /(troupe [^|>)]*)/.exec(line) ?? [];
    return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(
      ([, quoted, bare]) => quoted ?? bare ?? '',
    );
  });
}

test.each(names)('the help of %s has examples that parse', async (name) => {
  const { code, stdout, stderr } = await desk.type([name, '--help']);
  expect([code, stderr]).toEqual([0, '']);
  const examples = examplesIn(stdout);
  expect(examples.length).toBeGreaterThan(0);
  for (const [program, ...words] of examples) {
    expect([program, words[0]]).toEqual(['troupe', name]);
    // With --help at its end, a line is parsed and not obeyed.
    const parsed = await desk.type([...words, '--help']);
    expect([words, parsed.code, parsed.stderr]).toEqual([words, 0, '']);
  }
});

test.each([
  [['rnu'], /unknown command 'rnu'\n\(Did you mean run\?\)/],
  [['help', 'rnu'], /unknown command 'rnu'\n\(Did you mean run\?\)/],
  [['run', 'plan.yaml', '--inptu', 'a=b'], /unknown option '--inptu'\n\(Did you mean --input\?\)/],
  [['logs', 'latest', '--folow'], /unknown option '--folow'\n\(Did you mean --follow\?\)/],
  [['run'], /there is neither a plan nor a task/],
  [['why', 'latest'], /missing required argument 'task'/],
  [['ps', 'one', 'two'], /too many arguments for 'ps'/],
  [['rnu'], /\n {2}see: troupe --help\n$/],
  [['skills', 'lits'], /unknown command 'lits'\n {2}see: troupe skills --help\n$/],
  [['skills', 'list', 'all'], /too many arguments for 'list'/],
  [['templates', 'show'], /argument 'name'\n {2}see: troupe templates show --help\n$/],
  [['run', 'plan.yaml', '--speed', 'fast'], /'fast' is invalid. It must be a number above 0/],
  [['run', 'plan.yaml', '--speed', '-1'], /'-1' is invalid. It must be a number above 0/],
  [['run', 'plan.yaml', '--input', 'who'], /'who' is invalid. Write it as name=value/],
  [['completion', 'tcsh'], /Allowed choices are bash, zsh, fish/],
])('%j is a mistake that is told in a line', async (words, complaint) => {
  const { code, stdout, stderr } = await desk.type(words);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(complaint);
  expect(stderr).toMatch(/^troupe: /);
  expect(stderr).not.toMatch(/^\s+at /m);
});

/** Tells the name of every file that is loaded. */
const watcher = `
  import { appendFileSync } from 'node:fs';
  export async function load(url, context, next) {
    appendFileSync(process.env.LOADED, url + '\\n');
    return next(url, context);
  }`;

/** What the process of a command loads: the bundle's own files, and packages beside it. */
async function loadedBy(words: readonly string[]) {
  const [hook, list] = [desk.path('watcher.mjs'), desk.path(`loaded-by-${words[0]}`)];
  writeFileSync(hook, watcher);
  writeFileSync(list, '');
  const place = JSON.stringify(`file://${hook}`);
  const register = `import { register } from 'node:module'; register(${place});`;
  const options = `--import=data:text/javascript,${encodeURIComponent(register)}`;
  const env = { NODE_OPTIONS: options, LOADED: list };
  const { code } = await desk.type(words, { env });
  const urls = readFileSync(list, 'utf8').split('\n');
  expect(urls.some((url) => url.endsWith('cli/main.js'))).toBe(true);
  return {
    code,
    files: urls.filter((url) => url.startsWith('file:') && url.includes('/cli/')),
    packages: urls.filter((url) => /node_modules\/(?!troupe\/)/.test(url)),
  };
}

test.each([['--help'], ['--version'], ['help']])('%s loads nothing heavy', async (word) => {
  const { files, packages } = await loadedBy([word]);
  expect(packages).toEqual([]);
  // The command brings its packages along: commander is 70 kB, all that a run needs ten times that.
  const bytes = files.reduce((sum, url) => sum + statSync(fileURLToPath(url)).size, 0);
  expect(bytes).toBeLessThan(150_000);
});

test('run reads a few files, however many commands there are', async () => {
  const plan = `name: quick
agents: { a: { adapter: command, run: [cat] } }
tasks: [{ id: t, agent: a, prompt: p }]`;
  writeFileSync(desk.path('quick.yaml'), plan);
  const { code, files, packages } = await loadedBy(['run', 'quick.yaml']);
  expect(code).toBe(0);
  expect(packages).toEqual([]);
  expect(files.length).toBeLessThan(12);
});
