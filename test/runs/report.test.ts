/** The report of a run: what a person reads, whatever the tasks and programs are called and say. */
import { describe, expect, test } from 'vitest';
import { duration, reportOf } from '../../src/runs/report.ts';
import type { RunView, TaskView } from '../../src/runs/view.ts';
import { flowchartIn, tableIn } from './mermaid.ts';
import { planOf, runView, taskView } from './samples.ts';

interface Given {
  readonly name?: string;
  readonly description?: string;
  readonly view?: Partial<RunView>;
  readonly answer?: (task: string) => Promise<string>;
}

async function report(tasks: readonly TaskView[], given: Given = {}): Promise<string> {
  const { name = 'sample', description = '', view = {}, answer = async () => '' } = given;
  const plan = planOf(
    tasks.map(({ id, needs }) => ({ id, needs: [...needs] })),
    { name, description },
  );
  return reportOf(runView(tasks, view), plan, answer);
}

const fault = (message: string) => ({ code: 'x.failed', message, retryable: false });
const hostile = 'a | b\n\n# Title\n```\n<script>`x`</script> [l](u) *b* _i_ \\ ~~s~~ &lt; $x$ {y}';

describe('a report', () => {
  test('says first how it went', async () => {
    const text = await report(
      [taskView({ id: 'a' }), taskView({ id: 'b', state: 'failed', fault: fault('no luck') })],
      { description: 'What it is for.', view: { status: 'failed', costUsd: 1.234 } },
    );
    expect(text.split('\n').slice(0, 5)).toEqual([
      '# sample: failed',
      '',
      'What it is for.',
      '',
      'Run `sample-abcde`: 2 tasks, 1 succeeded, 1 failed; cost $1.23.',
    ]);
    expect(text).toMatch(/[^\n]\n$/);
  });

  test('says why a run was ended, and that a price is not known', async () => {
    const view = { status: 'cancelled', reason: 'enough | of it', costUsd: null } as const;
    const text = await report([taskView({ state: 'cancelled' })], { view });
    expect(text).toContain('1 cancelled; cost unknown. Ended because: enough \\| of it.');
  });

  test('of a run in which nothing ended says so', async () => {
    const text = await report([taskView({ state: 'unborn', agent: null, attempt: 0 })]);
    expect(text).toContain('1 tasks, none ended;');
    expect(flowchartIn(text).nodes.get('t0')).toMatchObject({ style: 'open' });
  });

  test('draws what needed what, with how it went', async () => {
    const text = await report([
      taskView({ id: 'a', durationMs: 65_000 }),
      taskView({ id: 'b', state: 'failed', needs: ['a'] }),
      taskView({ id: 'c', state: 'skipped', needs: ['a', 'b'], durationMs: 0 }),
      taskView({ id: 'd', state: 'cancelled' }),
      taskView({ id: 'e', state: 'verifying.checking' }),
    ]);
    const { nodes, edges } = flowchartIn(text);
    expect([...nodes.values()]).toEqual([
      { label: 'a<br/>1 min 05 s', style: 'succeeded' },
      { label: 'b<br/>1.5 s', style: 'failed' },
      { label: 'c<br/>0 ms', style: 'skipped' },
      { label: 'd<br/>1.5 s', style: 'skipped' },
      { label: 'e<br/>1.5 s', style: 'open' },
    ]);
    expect(edges).toEqual([
      ['t0', 't1'],
      ['t0', 't2'],
      ['t1', 't2'],
    ]);
  });

  test('tells each task in a row', async () => {
    const failed = taskView({ id: 'b', state: 'failed', attempt: 3, fault: fault('it broke') });
    const skipped = taskView({ id: 'c', state: 'skipped', agent: null, attempt: 0 });
    expect(tableIn(await report([taskView({ id: 'a' }), failed, skipped]))).toEqual([
      ['task', 'end', 'agent', 'attempts', 'took', 'why'],
      ['a', '✓', 'worker-1', '1', '1.5 s', ''],
      ['b', 'failed', 'worker-1', '3', '1.5 s', 'it broke'],
      ['c', 'skipped', '', '0', '1.5 s', ''],
    ]);
  });
});

describe('what tasks and programs say', () => {
  test('can break neither the graph nor the table', async () => {
    const ids = ['end', 'subgraph', 'click', 'a.b', '_', '1', 'x--y', 'classDef', 'O-o'];
    const tasks = ids.map((id, at) =>
      taskView({ id, needs: ids.slice(0, at), agent: hostile, fault: fault(hostile) }),
    );
    const text = await report(tasks, { view: { reason: hostile } });
    const { nodes, edges } = flowchartIn(text);
    expect([...nodes.values()].map(({ label }) => label.split('<br/>')[0])).toEqual(ids);
    expect(edges).toHaveLength(36);
    const rows = tableIn(text);
    expect(rows).toHaveLength(ids.length + 1);
    expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([6]));
    const outside = text.replace(/```mermaid[\s\S]*?```/, '');
    expect(outside).not.toMatch(/(?<!\\)[<>`]script|^# Title|^```|(?<!\\)(\[l|~~|&lt;|\$x)/m);
  });

  test('may not become a heading: the name of the plan is one line of plain text', async () => {
    const text = await report([taskView()], { name: 'a # b <b> | *c*' });
    expect(text.split('\n')[0]).toBe('# a \\# b \\<b\\> \\| \\*c\\*: succeeded');
  });

  test('is the answer of the run when nobody else needed it', async () => {
    const tasks = [
      taskView({ id: 'a' }),
      taskView({ id: 'b', needs: ['a'] }),
      taskView({ id: 'c_d', needs: ['a'] }),
      taskView({ id: 'e', state: 'failed', needs: ['a'] }),
      taskView({ id: 'f' }),
    ];
    const answer = async (id: string) => (id === 'f' ? ' \n' : `\n# ${id} says\n\nhello\n`);
    const text = await report(tasks, { answer });
    const headings = text.split('\n').filter((line) => line.startsWith('#'));
    expect(headings.slice(1)).toEqual(['## b', '# b says', '## c\\_d', '# c_d says']);
  });

  test('comes after the graph and the table, so that it can swallow neither', async () => {
    const answer = async () => '```\n<!--\n|';
    const text = await report([taskView({ id: 'a' }), taskView({ id: 'b' })], { answer });
    expect(flowchartIn(text.slice(0, text.indexOf('## a'))).nodes.size).toBe(2);
    expect(tableIn(text.slice(0, text.indexOf('## a')))).toHaveLength(3);
  });

  test.each([
    ['```', '```'],
    ['text\n````js\n```\nstill', '````'],
    ['  ~~~\n```', '~~~'],
    ['```\ndone\n```\n~~~~ x', '~~~~'],
  ])('has its open fence closed, or it would swallow the next: %j', async (said, fence) => {
    const tasks = [taskView({ id: 'a' }), taskView({ id: 'b' })];
    const text = await report(tasks, { answer: async (id) => (id === 'a' ? said : 'second') });
    expect(text).toContain(`${said.trim()}\n${fence}\n\n## b\n\nsecond\n`);
  });

  test.each(['```\nwhole\n```', '``` a`b', '~~~\n~~~~'])(
    'is left as it is when no fence is open: %j',
    async (said) => {
      const tasks = [taskView({ id: 'a' }), taskView({ id: 'b' })];
      const text = await report(tasks, { answer: async (id) => (id === 'a' ? said : 'second') });
      expect(text).toContain(`${said.trim()}\n\n## b\n\nsecond\n`);
    },
  );

  test('is cut when it is far too long, and says so', async () => {
    const answer = async () => 'x'.repeat(100_000_000);
    const text = await report([taskView({ id: 'a' }), taskView({ id: 'b' })], { answer });
    expect(text.length).toBeLessThan(300_000);
    expect(text).toContain('… and 99900000 more characters.');
  });

  test('that can not be read any more is no reason to fail', async () => {
    const answer = () => Promise.reject(new Error('ENOENT: <gone>'));
    expect(await report([taskView()], { answer })).toContain(
      "## build\n\nThe answer can't be read: ENOENT: \\<gone\\>",
    );
  });
});

describe('a large run', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, at) =>
      taskView({ id: `task-${at}`, needs: at > 0 ? [`task-${at - 1}`] : [] }),
    );

  test('of 150 tasks is still drawn, of 151 it is not', async () => {
    expect(flowchartIn(await report(many(150))).nodes.size).toBe(150);
    expect(await report(many(151))).not.toContain('mermaid');
    expect(tableIn(await report(many(151)))).toHaveLength(152);
  });

  test('has a thousand rows at most, and says how many there are more', async () => {
    const text = await report(many(1_234));
    expect(tableIn(text)).toHaveLength(1_001);
    expect(text).toContain('\n\nand 234 more\n');
    expect(await report(many(1_000))).not.toContain(' more');
  });

  test('gives twenty answers at most', async () => {
    const tasks = Array.from({ length: 30 }, (_, at) => taskView({ id: `t-${at}` }));
    const text = await report(tasks, { answer: async (id) => `${id} done` });
    expect(text.match(/^## t-/gm)).toHaveLength(20);
  });
});

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [999.7, '1.0 s'],
  [1_000, '1.0 s'],
  [1_250, '1.3 s'],
  [59_949, '59.9 s'],
  [59_999, '1 min 00 s'],
  [60_000, '1 min 00 s'],
  [125_400, '2 min 05 s'],
  [3_599_600, '1 h 00 min'],
  [7_384_000, '2 h 03 min'],
])('%d ms reads %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});
