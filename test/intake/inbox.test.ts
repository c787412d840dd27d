/** The inbox of a persistent house: what is taken, what is refused, and what is waited for. */
import { appendFileSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { eventually } from '../agents/processes.ts';
import { places } from './house.ts';

const { place, open } = places('inbox');

describe('a task file', () => {
  test('is worked on and answered in the format of results', async () => {
    const here = place();
    await open(here);
    here.drop('a.json', { id: 'greet', prompt: 'Say hello.', context: { to: 'Ada' }, priority: 1 });
    const answer = await here.answer('greet');
    expect(answer).toMatchObject({ task_id: 'greet', status: 'completed', attempts: 1 });
    expect(answer.output).toBe('Say hello.\n\nContext:\n{\n  "to": "Ada"\n}');
    expect(here.runs()).toEqual([answer.run]);
    expect(here.names('in')).toEqual(['.keep']);
    await eventually('it is finished', () => here.names('.troupe/serve/open').length === 0);
    expect(here.names('.troupe/serve/done')).toEqual(['greet.json']);
    expect(here.names('.troupe/serve/kept')).toEqual([]);
  });

  test('that waits from before the house was opened is taken, the urgent ones first', async () => {
    const here = place(project1());
    here.drop('1.json', { id: 'late', prompt: 'x', priority: 'low' });
    here.drop('2.json', { id: 'soon', prompt: 'x', priority: 9 });
    here.drop('3.json', { id: 'then', prompt: 'x' });
    await open(here);
    const answers = await Promise.all(['late', 'soon', 'then'].map((id) => here.answer(id)));
    expect(answers.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
    const orders = here.names('.troupe/runs').map((run) => [run, here.orderedAt(run)] as const);
    const inTurn = [...orders].sort((one, other) => one[1] - other[1]).map(([run]) => run);
    expect(inTurn.map((run) => run.replace(/-\w+$/, ''))).toEqual(['soon', 'then', 'late']);
  });

  test('that says the same again is done once, and its answer given again', async () => {
    const here = place();
    await open(here);
    here.drop('one.json', { id: 'same', prompt: 'x' });
    here.drop('two.json', { id: 'same', prompt: 'x' });
    const first = await here.answer('same');
    await eventually('both are gone', () => here.names('in').length === 1);
    here.remove('out', 'same.json');
    here.drop('three.json', { id: 'same', prompt: 'x' });
    expect((await here.answer('same')).run).toBe(first.run);
    expect(here.runs()).toHaveLength(1);
  });

  test('with the id of another one is refused, and that one keeps its answer', async () => {
    const here = place();
    await open(here);
    here.drop('same.json', { id: 'same', prompt: 'the first' });
    expect((await here.answer('same')).output).toBe('the first');
    here.drop('same.json', { id: 'same', prompt: 'the second' });
    const refused = await here.answer('same.refused');
    expect(refused.error).toMatchObject({ code: 'task.id-taken' });
    expect((await here.answer('same')).output).toBe('the first');
    expect(here.names('in/refused')).toEqual(['same.json']);
  });
});

describe('what can not be read', () => {
  const mistakes: readonly (readonly [string, string, RegExp])[] = [
    ['comma', '{"id":"comma","prompt":"x",}', /comma.json:1:28/],
    ['typo', '{"id":"typo","promt":"x"}', /typo.json:1:14 promt: .*did you mean "prompt"/],
    ['none', '{"id":"none"}', /none.json:1:1 prompt: is missing/],
    ['list', '[1]', /list.json/],
    ['null', 'null', /null.json/],
    ['who', '{"prompt":"x","agent":"workr"}', /who.json:1:\d+ agent: .*did you mean "worker"/],
    ['rank', '{"prompt":"x","priority":"asap"}', /rank.json:1:\d+ priority: expected a whole/],
    ['empty', ' ', /empty.json: there is nothing in it\nA task is one object/],
    ['way', '{"id":"../../way","prompt":"x"}', /way.json:1:7 id: expected/],
  ];
  test('is answered with its place, and put aside', async () => {
    const here = place();
    for (const [name, text] of mistakes) here.drop(`${name}.json`, text);
    await open(here);
    for (const [name, , why] of mistakes) {
      const { status, error } = await here.answer(name);
      expect([status, error?.message]).toEqual(['failed', expect.stringMatching(why)]);
    }
    expect(here.names('in/refused')).toEqual(mistakes.map(([name]) => `${name}.json`).sort());
    expect(here.runs()).toEqual([]);
  }, 30_000);

  test('mended under its name is done, and its answer takes the place of the refusal', async () => {
    const here = place();
    await open(here);
    here.drop('late.json', { id: 'late', prompt: '' });
    expect((await here.answer('late')).status).toBe('failed');
    here.drop('late.json', { id: 'late', prompt: 'x' });
    await eventually('it is answered', () => here.statusOf('late') === 'completed');
    here.drop('late.json', { id: 'late', prompt: '' });
    await here.answer('late.refused');
    expect(here.names('in/refused')).toEqual(['late.2.json', 'late.json']);
  });
});

describe('the folder', () => {
  test('may hold what is still being written, which is waited for', async () => {
    const here = place();
    await open(here);
    writeFileSync(here.path('in/slow.json'), '{"id":"slow",');
    await here.beats(4);
    expect(here.names('out')).toEqual([]);
    appendFileSync(here.path('in/slow.json'), '"prompt":"x"}');
    expect((await here.answer('slow')).status).toBe('completed');
  });

  test('may hold what is no task: it is left alone, or named if it looks like one', async () => {
    const here = place();
    writeFileSync(here.path('in/notes.txt'), 'x');
    writeFileSync(here.path('in/.hidden.json'), '{}');
    writeFileSync(here.path('in/part.json.tmp'), '{}');
    mkdirSync(here.path('in/folder.json'));
    symlinkSync('/etc/passwd', here.path('in/link.json'));
    const before = here.names('in');
    const serving = await open(here);
    here.drop('z.json', { prompt: 'x' });
    expect((await here.answer('z')).status).toBe('completed');
    const { score, reasons } = serving.house.status();
    expect(score).toBe(95);
    expect(reasons[0]?.what).toMatch(/folder.json \(and 1 more\) is no plain file/);
    expect(here.names('in')).toEqual(before);
    expect(here.names('out')).toEqual(['z.json']);
  });

  test('with a file that can not be put aside goes on with the others, and says so', async () => {
    const here = place();
    writeFileSync(here.path('in/refused'), 'in the way');
    const serving = await open(here);
    here.drop('a.json', '[1]');
    here.drop('b.json', { prompt: 'x' });
    expect((await here.answer('b')).status).toBe('completed');
    await here.until('it is told', () => serving.house.status().score <= 60);
    expect(serving.house.status().reasons[0]?.what).toMatch(
      /^inbox: .*refused can't be written: there is a file where/,
    );
  });

  test('with a file that can not be put aside answers it once, not at every look', async () => {
    const here = place();
    writeFileSync(here.path('in/refused'), 'in the way');
    await open(here);
    here.drop('a.json', '[1]');
    await here.answer('a');
    const before = statSync(here.path('out/a.json'), { bigint: true });
    await here.beats(6);
    const after = statSync(here.path('out/a.json'), { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
    rmSync(here.path('in/refused'));
    await here.until('it is put aside', () => here.names('in/refused').length === 1);
    expect(here.names('in')).toEqual(['.keep', 'refused']);
  });

  test.each([
    ['the folder of answers', ''],
    ['the folder of what was refused', 'refused'],
  ])('is never %s as well, whatever link leads there', async (_, inner) => {
    const here = place();
    mkdirSync(here.path('in/refused'));
    symlinkSync(here.path('in', inner), here.path('out'));
    await expect(open(here)).rejects.toThrow(/are the same folder/);
  });

  test('that a link makes the folder of answers while it is watched is not read', async () => {
    const here = place();
    const serving = await open(here);
    rmSync(here.path('out'), { recursive: true });
    symlinkSync(here.path('in'), here.path('out'));
    here.drop('a.json', { prompt: 'x' });
    await here.until('it is told', () => serving.house.status().score <= 60);
    expect(serving.house.status().reasons[0]?.what).toMatch(/^inbox: .*are the same folder/);
    rmSync(here.path('out'));
    expect((await here.answer('a')).status).toBe('completed');
  });

  test('takes no file that is far too large', async () => {
    const here = place();
    await open(here);
    here.drop('big.json', { prompt: 'x'.repeat(1_000_001) });
    expect((await here.answer('big')).error?.code).toBe('task.too-large');
  });

  test('answers one whose name is as long as a name may be', async () => {
    const here = place();
    const serving = await open(here);
    const stem = `${'\u00e9'.repeat(100)}${'a'.repeat(50)}`;
    here.drop(`${stem}.json`, '[1]');
    await here.until('it is put aside', () => here.names('in/refused').length === 1);
    expect((await here.answer('\u00e9'.repeat(100))).status).toBe('failed');
    expect(serving.house.status().score).toBe(100);
  });
});

describe('who works on it', () => {
  const two = `agents:
  a: { adapter: command, run: [echo, a] }
  b: { adapter: command, run: [echo, b] }
`;
  test('must be said where several could', async () => {
    const here = place(`${two}inbox: in\noutbox: out\n`);
    await open(here);
    here.drop('x.json', { prompt: 'x' });
    expect((await here.answer('x')).error?.code).toBe('task.no-agent');
    here.drop('y.json', { prompt: 'y', agent: 'b' });
    expect((await here.answer('y')).output).toBe('b\n');
  });

  test('may be said for all of them', async () => {
    const here = place(`${two}inbox: { folder: in, agent: a }\noutbox: out\n`);
    await open(here);
    here.drop('x.json', { prompt: 'x' });
    expect((await here.answer('x')).output).toBe('a\n');
  });
});

const project1 = (): string =>
  `agents: { worker: { adapter: command, run: [cat] } }
inbox: { folder: in, concurrency: 1 }
outbox: out
`;
