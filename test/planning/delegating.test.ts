/** Agents ask for sub-tasks while they work: real programs, a real run, and its journal. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { linesIn, resultOf, stages, taskOf, typesOf } from '../app/stage.ts';
import { git, write } from '../examples/repo-stage.ts';
import { asks, crowd, line, planOf } from './crowd.ts';

const stage = stages('delegating');
const told = "prompt.slice(prompt.indexOf('The task'))";

describe('a task that asks for others', () => {
  test('waits for them without a place for work, and goes on with what came of them', async () => {
    const asked = [
      line({ id: 'read', agent: 'reader', prompt: 'the files {{inputs.x}}' }),
      line({ id: 'write', agent: 'writer', needs: ['read'], prompt: 'the text' }),
    ].join(" + '\\n' + ");
    const plan = crowd(asks(asked, told), { count: 4 }, { concurrency: 1 });
    const { run, end, facts } = await stage().play(plan);
    expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 3 } });
    expect((await resultOf(run, 'job.read')).output).toContain('the files {{inputs.x}}');
    const written = (await resultOf(run, 'job.write')).output;
    expect(written).toContain('What came of job.read:\nthe files {{inputs.x}}');
    const { output, attempts } = await resultOf(run, 'job');
    expect(attempts).toBe(2);
    expect(output).toContain('The task read has succeeded:\n<<<\nthe files');
    expect(facts.find(({ type }) => type === 'plan.grown')).toMatchObject({
      task: 'job',
      tasks: ['job.read', 'job.write'],
    });
    const job = typesOf(facts, 'job').filter((type) => type !== 'plan.grown');
    expect(job).toEqual([
      ...['task.ready', 'task.assigned', 'task.started', 'task.delegated'],
      ...['task.ready', 'task.assigned', 'task.started', 'task.succeeded'],
    ]);
    expect(readFileSync(run.folder.report, 'utf8')).toContain('job.write');
  });

  test('is told of those that failed, and decides itself what that means', async () => {
    const asked = line({ id: 'bad', agent: 'failing', prompt: 'x' });
    const { run, end } = await stage().play(crowd(asks(asked, told), { count: 4 }));
    expect(end).toMatchObject({ status: 'failed', counts: { succeeded: 1, failed: 1 } });
    expect((await resultOf(run, 'job')).output).toContain('The task bad has failed');
  });

  test('asks for the same twice and gets it once; then it has its end', async () => {
    const asked = line({ id: 'read', agent: 'reader', prompt: 'x' });
    const { run, end, facts } = await stage().play(crowd(asks(asked, asked), { count: 4 }));
    expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 2 } });
    expect((await resultOf(run, 'job')).attempts).toBe(2);
    expect(facts.filter(({ type }) => type === 'plan.grown')).toHaveLength(1);
  });

  test('is heard also where a tool of its agent asks, under the same bounds', async () => {
    const to = 'process.env.TROUPE_TASK_ADD';
    const make = `fs.mkdirSync(path.dirname(${to}), { recursive: true })`;
    const program = (task: object) =>
      asks(`(${make}, fs.appendFileSync(${to}, ${line(task)} + '\\n'), 'ok')`);
    const good = { id: 'read', agent: 'reader', prompt: 'x' };
    const { run, end } = await stage().play(crowd(program(good), { count: 2 }));
    expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 2 } });
    expect((await resultOf(run, 'job')).output).toContain('done with 1');
    const bad = { id: 'read', agent: 'nobody', prompt: 'x' };
    const refused = await stage().play(crowd(program(bad), { count: 2 }, {}, { retries: 0 }));
    expect((await resultOf(refused.run, 'job')).error?.message).toContain('"nobody"');
  });

  test('may ask again for more, and no more often than it may ask for tasks', async () => {
    const task = "id: 't' + told.subtasks.length, agent: 'reader', prompt: 'x'";
    const more = `JSON.stringify({ troupe: 'task.add', ${task} })`;
    const plan = crowd(asks(more, more), { count: 3 }, {}, { retries: 1 });
    const { run, end } = await stage().play(plan);
    expect(end).toMatchObject({ status: 'failed', counts: { succeeded: 3, failed: 1 } });
    expect((await resultOf(run, 'job')).error?.message).toContain('more than you may ask for');
  });

  test('lets those it asked ask others, as deep as the plan says', async () => {
    const deep = { count: 2, depth: 2 };
    const inner = asks(line({ id: 'inner', agent: 'writer', prompt: 'deep' }));
    const plan = crowd(asks(line({ id: 'outer', agent: 'reader', prompt: 'x' })), deep);
    const roles = plan.roles.map((role) =>
      role.name === 'reader' ? { ...role, run: { argv: inner } } : role,
    );
    const { run, end } = await stage().play({ ...plan, roles });
    expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 3 } });
    expect((await resultOf(run, 'job.outer.inner')).output).toBe('deep');
    const tasks = plan.tasks.map(({ subtasks: _, ...task }) => task);
    const alone = await stage().play({ ...plan, roles, tasks });
    expect(alone.end).toMatchObject({ counts: { succeeded: 1 } });
  });

  test('is held to what the run may have in all, and may ask for less', async () => {
    const asked = [1, 2].map((n) => line({ id: `t${n}`, agent: 'reader', prompt: 'x' }));
    const plan = crowd(asks(asked.join(" + '\\n' + ")), { count: 4 }, { subtasks: { count: 1 } });
    const { run, end } = await stage().play(plan);
    expect(end).toMatchObject({ status: 'failed', counts: { failed: 1 } });
    expect((await resultOf(run, 'job')).error?.code).toBe('subtasks.too-many');
  });

  test('in waves its tasks belong to its own wave', async () => {
    const asked = line({ id: 'read', agent: 'reader', prompt: 'x' });
    const plan = crowd(asks(asked), { count: 4 }, { mode: 'waves' });
    const [job] = plan.tasks;
    const after = { ...job, id: 'after', needs: ['job'] } as NonNullable<typeof job>;
    const { end, facts, run } = await stage().play({ ...plan, tasks: [...plan.tasks, after] });
    expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 4 } });
    const started = facts.filter(({ type }) => type === 'task.started').map(taskOf);
    expect(started).toEqual(['job', 'job.read', 'job', 'after', 'after.read', 'after']);
    expect(run.view().total).toBe(4);
  });
});

describe('what it asks for that can not be done', () => {
  const refusals: readonly (readonly [string, string, RegExp])[] = [
    ['no JSON', '\'{"troupe": "task.add", }\'', /line 1 of the answer is no JSON/],
    ['an unknown role', line({ id: 'a', agent: 'raeder', prompt: 'x' }), /did you mean "reader"/],
    ['a command', line({ id: 'a', agent: 'reader', run: 'rm -rf ~' }), /may not say "run"/],
    ['a path', line({ id: '../../etc', agent: 'reader', prompt: 'x' }), /tasks\[0\]\.id/],
    ['a dot', line({ id: 'a.b', agent: 'reader', prompt: 'x' }), /has a dot/],
    ['itself', line({ id: 'a', agent: 'reader', needs: ['a'], prompt: 'x' }), /needs itself|cycle/],
    ['what is not there', line({ id: 'a', agent: 'reader', needs: ['b'], prompt: 'x' }), /no task/],
    ['a check', line({ id: 'a', agent: 'reader', prompt: 'x', verify: [] }), /"verify"/],
  ];

  test.each(refusals)('%s: is told where it is wrong, and tries again', async (_, said, why) => {
    const plan = crowd(asks(said), { count: 4 }, {}, { retries: 1 });
    const { run, end } = await stage().play(plan);
    expect(end).toMatchObject({ status: 'failed', counts: { failed: 1 } });
    const { error, attempts } = await resultOf(run, 'job');
    expect(attempts).toBe(2);
    expect(error?.code).toBe('subtasks.invalid');
    expect(error?.message).toMatch(why);
  });
});

describe('a planner', () => {
  const plans = { count: 8, plan: true, agents: ['reader', 'writer'] };
  const good = planOf([
    { id: 'read', agent: 'reader', prompt: 'read' },
    { id: 'write', agent: 'writer', needs: ['read'], prompt: 'write' },
  ]);

  test('plans first, in whatever words around it, and then answers', async () => {
    const words = `'Here it is:\\n\`\`\`json\\n' + ${good} + '\\n\`\`\`\\nIt is good.'`;
    const { run, end } = await stage().play(crowd(asks(words), plans));
    expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 3 } });
    expect((await resultOf(run, 'job')).output).toBe('done with 2\n');
  });

  test('is told where its plan is wrong, mends it, and no cent is paid twice for it', async () => {
    const bad = planOf([{ id: 'read', agent: 'boss', prompt: 'x' }]);
    const mends = `prompt.includes('no role is called \\"boss\\"') ? ${good} : ${bad}`;
    const plan = crowd(asks(mends), plans, {}, { retries: 2 });
    const { run, end } = await stage().play(plan);
    expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 3 } });
    expect((await resultOf(run, 'job')).attempts).toBe(3);
  });

  test('that never plans is refused', async () => {
    const plan = crowd(asks("'I would rather not.'"), plans, {}, { retries: 2 });
    const { run, end } = await stage().play(plan);
    expect(end).toMatchObject({ status: 'failed' });
    const { attempts, error } = await resultOf(run, 'job');
    expect([attempts, error?.code]).toEqual([3, 'subtasks.invalid']);
  });

  test('of a hundred thousand tasks is refused before any of them is looked at', async () => {
    const huge = "JSON.stringify({ tasks: Array.from({ length: 1e5 }, () => ({ id: 'a' })) })";
    const { run } = await stage().play(crowd(asks(huge), plans));
    expect((await resultOf(run, 'job')).error?.message).toMatch(
      /longer than|100000 tasks are more/,
    );
  });

  test('waits for a person to agree; who does not agrees to nothing', async () => {
    const plan = crowd(asks(good), { ...plans, approve: true });
    const { begin, troupe } = stage();
    const yes = await begin(plan);
    await yes.heard('task.asked', 'job');
    expect(yes.run.asked('job').map(({ id }) => id)).toEqual(['job.read', 'job.write']);
    expect(yes.run.view().total).toBe(1);
    expect((await troupe.why(yes.run.id, 'job')).why).toContain('a person must agree to it');
    await yes.run.approve('job', 'ada');
    expect((await yes.played).end).toMatchObject({ status: 'succeeded' });
    const no = await begin(plan);
    await no.heard('task.asked', 'job');
    await no.run.reject('job', 'ada');
    expect((await no.played).end).toMatchObject({ status: 'failed', counts: { failed: 1 } });
  });
});

test('a run that grew is stopped, resumed and replayed, and asks for nothing twice', async () => {
  const { begin, resume, cwd } = stage();
  const asked = line({ id: 'read', agent: 'reader', prompt: 'x' });
  const plan = crowd(asks(asked), { count: 4 });
  const waits = [
    'sh',
    '-c',
    `echo here >> ${cwd}/began; while [ ! -e ${cwd}/go ]; do sleep 0.02; done`,
  ];
  const roles = plan.roles.map((role) =>
    role.name === 'reader' ? { ...role, run: { argv: waits } } : role,
  );
  const first = await begin({ ...plan, roles });
  await first.heard('task.started', 'job.read');
  await first.run.stop();
  const second = await resume(first.run.id);
  await second.heard('task.started', 'job.read');
  await second.run.cancel('enough', 'job.read');
  expect((await second.played).end).toMatchObject({ counts: { succeeded: 1, cancelled: 1 } });
  expect((await resultOf(second.run, 'job')).attempts).toBe(2);
  expect(linesIn(`${cwd}/began`).length).toBeLessThanOrEqual(2);
});

test('in a repository those it asks work in worktrees; it is told what they merged', async () => {
  const { play, cwd, troupe } = stage();
  write(cwd, { 'start.txt': 'here\n' });
  for (const words of [
    ['init', '-q'],
    ['add', '.'],
    ['commit', '-qm', 'begin'],
  ])
    git(cwd, ...words);
  const asked = ['one', 'two'].map((id) => line({ id, agent: 'writer', prompt: id }));
  const branch = '/on the branch (\\S+)\\./.exec(prompt)[1]';
  const looks = `require('node:child_process').execSync('git ls-tree --name-only ' + ${branch})`;
  const run = asks(asked.join(" + '\\n' + "), `${looks}.toString()`);
  const plan = crowd(run, { count: 4 }, {}, { workspace: 'worktree' });
  const writes = { argv: ['sh', '-c', 'cat > "$TROUPE_TASK.txt"'] };
  const roles = plan.roles.map((role) =>
    role.name === 'writer' ? { ...role, run: writes } : role,
  );
  const { end, run: ended } = await play({ ...plan, roles });
  expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 3 } });
  const seen = (await resultOf(ended, 'job')).output;
  expect(seen).toBe('job.one.txt\njob.two.txt\nstart.txt\n\n');
  expect(git(cwd, 'status', '--porcelain')).toBe('');
  expect(git(cwd, 'ls-tree', '--name-only', ended.branch ?? '')).toContain('job.two.txt');
  await troupe.clean(ended.id);
});
