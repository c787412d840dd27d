/** What flows between tasks: inputs, outputs, artifacts and variables, as programs see them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { command, definePlan, simulated } from '../../src/plan/define.ts';
import { commands, linesIn, pretends, resultOf, stages } from './stage.ts';

const stage = stages('flow');

/** What a shell, a template or a report might take for something else. */
const hostile = '$(touch hacked) `touch hacked`; touch hacked # {{x}} "\'\\ | & \n> ä\u{1f600}';

/** Prints what it is given, each on a line of JSON. */
const tell = ['node', '-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--'];

describe('inputs', () => {
  const plan = commands(
    [
      { id: 'arguments', run: [...tell, '{{inputs.text}}', 'n={{inputs.count}}'] },
      { id: 'stdin', prompt: '{{inputs.text}}', run: 'cat' },
      { id: 'variable', run: 'printf %s "$TROUPE_INPUT_TEXT"' },
    ],
    { inputs: { text: { description: 'Anything.' }, count: '7' } },
  );

  test('reach a program as they are: as an argument, on stdin, in the environment', async () => {
    const { play, cwd } = stage();
    const { run } = await play(plan, { inputs: { text: hostile } });
    const { output } = await resultOf(run, 'arguments');
    expect(JSON.parse(output)).toEqual([hostile, 'n=7']);
    expect((await resultOf(run, 'stdin')).output).toBe(hostile);
    expect((await resultOf(run, 'variable')).output).toBe(hostile);
    expect(existsSync(join(cwd, 'hacked'))).toBe(false);
  });

  test('that are missing or unknown are told before anything is made', async () => {
    const { troupe, home } = stage();
    await expect(troupe.run(plan)).rejects.toMatchObject({ code: 'plan.missing-input' });
    await expect(troupe.run(plan, { inputs: { text: 'x', txet: 'y' } })).rejects.toMatchObject({
      code: 'plan.unknown-input',
    });
    expect(existsSync(home)).toBe(false);
  });
});

describe('outputs', () => {
  test('reach the next task as they are', async () => {
    const { play, cwd } = stage();
    const { run } = await play(
      commands([
        { id: 'first', prompt: '\\{{x}} $(touch hacked)', run: 'cat' },
        { id: 'argument', needs: ['first'], run: [...tell, '{{results.first.output}}'] },
        { id: 'stdin', needs: ['first'], prompt: '[{{results.first.output}}]', run: 'cat' },
        { id: 'variable', needs: ['first'], run: 'printf %s "$TROUPE_RESULT_FIRST"' },
        { id: 'file', needs: ['first'], run: 'cat "$TROUPE_RESULTS/first.json"' },
      ]),
    );
    const text = '{{x}} $(touch hacked)';
    expect(JSON.parse((await resultOf(run, 'argument')).output)).toEqual([text]);
    expect((await resultOf(run, 'stdin')).output).toBe(`[${text}]`);
    expect((await resultOf(run, 'variable')).output).toBe(text);
    expect(JSON.parse((await resultOf(run, 'file')).output)).toMatchObject({
      task_id: 'first',
      status: 'completed',
      output: text,
    });
    expect(existsSync(join(cwd, 'hacked'))).toBe(false);
  });

  test('that are long reach it whole, and too long ones only where they can', async () => {
    const { play } = stage();
    const { run } = await play(
      commands([
        { id: 'long', run: ['seq', '0', '99999'] },
        { id: 'count', needs: ['long'], prompt: '{{results.long.output}}', run: ['wc', '-l'] },
        { id: 'variable', needs: ['long'], run: 'printenv TROUPE_RESULT_LONG || echo none' },
        { id: 'argument', needs: ['long'], run: ['echo', '{{results.long.output}}'] },
      ]),
    );
    // `wc -l` counts newlines, and the last one is not part of an output.
    expect((await resultOf(run, 'count')).output.trim()).toBe('99999');
    expect((await resultOf(run, 'variable')).output).toBe('none\n');
    const { status, error } = await resultOf(run, 'argument');
    expect(status).toBe('failed');
    expect(error).toMatchObject({ code: 'agent.arguments-too-long' });
    const { output, output_file: file } = await resultOf(run, 'long');
    expect(output.endsWith('\n99998\n99999\n')).toBe(true);
    expect(readFileSync(join(run.folder.path, file ?? ''), 'utf8')).toMatch(/^0\n1\n2\n/);
  });

  test('of simulated tasks can be used by real ones', async () => {
    const plan = definePlan({
      name: 'mixed',
      agents: { actor: simulated({ work: '1ms' }), echo: command({ run: ['cat'] }) },
      tasks: [
        { id: 'a', agent: 'actor' },
        { id: 'b', agent: 'echo', needs: ['a'], prompt: '<{{results.a.output}}>' },
      ],
    });
    const { run } = await stage().play(plan);
    expect((await resultOf(run, 'b')).output).toBe('<simulated actor did a>');
  });
});

describe('artifacts', () => {
  test('lie in a folder of the task, and others find them there', async () => {
    const { play } = stage();
    const make = 'mkdir "$TROUPE_ARTIFACTS/deep"; echo made > "$TROUPE_ARTIFACTS/deep/x.txt"';
    const { run } = await play(
      commands([
        { id: 'make', run: make },
        { id: 'mine', run: ['sh', '-c', 'echo mine > "$1/y.txt"', '--', '{{artifacts}}'] },
        {
          id: 'use',
          needs: ['make', 'mine'],
          run: ['cat', '{{results.make.artifacts}}/deep/x.txt', '{{results.mine.artifacts}}/y.txt'],
        },
      ]),
    );
    expect((await resultOf(run, 'use')).output).toBe('made\nmine\n');
    expect((await resultOf(run, 'make')).artifacts).toEqual(['artifacts/make/deep/x.txt']);
    expect((await resultOf(run, 'use')).artifacts).toEqual([]);
  });
});

describe('the environment of a program', () => {
  test('tells it who it is and what it works on, and nothing of ours that is secret', async () => {
    process.env.OUR_API_KEY = 'secret';
    const { play } = stage();
    const env = { COLOUR: 'red {{inputs.shade}}', TROUPE_TASK: 'a lie' };
    const plan = definePlan({
      name: 'who',
      inputs: { shade: 'dark' },
      agents: { painter: command({ run: ['env'], env: { COLOUR: 'none', SIZE: '3' } }) },
      tasks: [{ id: 'paint', env }],
    });
    const { run } = await play(plan).finally(() => {
      delete process.env.OUR_API_KEY;
    });
    const lines = (await resultOf(run, 'paint')).output.split('\n');
    const variables = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s)));
    expect(variables).toMatchObject({
      COLOUR: 'red dark',
      SIZE: '3',
      TROUPE_TASK: 'paint',
      TROUPE_ROLE: 'painter',
      TROUPE_AGENT: 'painter-1',
      TROUPE_ATTEMPT: '1',
      TROUPE_ARTIFACTS: join(run.folder.artifacts, 'paint'),
      TROUPE_RESULTS: run.folder.results,
      TROUPE_PLAN: run.folder.plan,
      TROUPE_INPUT_SHADE: 'dark',
    });
    expect(Object.keys(variables)).not.toContain('OUR_API_KEY');
  });

  test('has the plan as JSON, to look at', async () => {
    const { play } = stage();
    const { run } = await play(commands([{ id: 'a', run: 'cat "$TROUPE_PLAN"' }]));
    expect(JSON.parse((await resultOf(run, 'a')).output)).toEqual(run.plan);
  });
});

test('shell lines stand as they were written', async () => {
  const { play, cwd } = stage();
  const line = 'printf "%s\\n" "{ a }" "$((1 + 1))" | tee log';
  const { run } = await play(commands([{ id: 'a', run: line }]));
  expect((await resultOf(run, 'a')).output).toBe('{ a }\n2\n');
  expect(linesIn(join(cwd, 'log'))).toEqual(['{ a }', '2']);
});

test('simulated work is done faster when it is asked to be', async () => {
  const { play } = stage();
  const { end, run } = await play(pretends([{ id: 'a' }], { work: '10m' }), { speed: 60_000 });
  expect(end).toMatchObject({ status: 'succeeded' });
  expect((await resultOf(run, 'a')).duration_ms).toBeGreaterThanOrEqual(9);
});
