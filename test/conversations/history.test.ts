/** The history of a home: every conversation once, where it was held, also what forks share. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { exportConversation } from '../../src/conversations/exporting.ts';
import { command, definePlan } from '../../src/plan/define.ts';
import { stages } from '../app/stage.ts';

vi.setConfig({ testTimeout: 60_000 });
const stage = stages('history');
const onPosix = process.platform !== 'win32';
const all = { last: 100 };

const plan = definePlan({
  name: 'talks',
  agents: { coder: command({ run: ['sh', '-c', 'echo "I am $TROUPE_TASK"'] }) },
  tasks: [
    { id: 'first', agent: 'coder' },
    { id: 'second', agent: 'coder', needs: ['first'] },
    { id: 'private', agent: 'coder', memory: 'off' },
  ],
});

test.skipIf(!onPosix)('a fork shares what was said before it, and tells of it once', async () => {
  const at = stage();
  const { run } = await at.play(plan);
  const { folder } = await at.troupe.fork(run.id, { before: 'second' });
  await (await at.resume(folder.id)).played;
  const history = await at.troupe.history();
  const held = (await history.list(all)).map(({ heading }) => [heading.run, heading.task]);
  expect(held.sort()).toEqual(
    [
      ...[
        [run.id, 'first'],
        [run.id, 'second'],
      ],
      [folder.id, 'second'],
    ].sort(),
  );
  const shared = await history.find(`${folder.id}/1`);
  expect(shared).toMatchObject({ id: `${run.id}/1`, state: 'ended' });
  const archive = await at.troupe.documents();
  await archive.catchUp();
  expect(archive.versions('first/output').map((each) => each.run)).toEqual([run.id]);
  expect(archive.versions('second/output').map((each) => each.run)).toEqual([run.id, folder.id]);
});

test.skipIf(!onPosix)('what is no conversation is passed over, and leads nowhere', async () => {
  const at = stage();
  const { run } = await at.play(plan);
  const folder = join(run.folder.path, 'conversations');
  writeFileSync(join(folder, '77.jsonl'), 'no JSON\n');
  const [line = ''] = readFileSync(join(folder, '1.jsonl'), 'utf8').split('\n');
  const heading = { ...JSON.parse(line), token: '../../order', task: 'evil' };
  writeFileSync(join(folder, '78.jsonl'), `${JSON.stringify(heading)}\n`);
  mkdirSync(join(folder, '79.jsonl'));
  const history = await at.troupe.history();
  expect((await history.list(all)).map(({ heading }) => heading.task).sort()).toEqual([
    ...['first', 'second'],
  ]);
  const found = await history.find(`${run.id}/1`);
  expect(await history.wholeText(found, '../order.json')).toBeNull();
  await expect(history.find(`${run.id}/78`)).rejects.toThrow('there is no conversation');
});

test.skipIf(!onPosix)('an export holds all of a long text, and no live word', async () => {
  const at = stage();
  const line = '<img src=x onerror=alert(1)>```'.repeat(1_000);
  writeFileSync(join(at.cwd, 'long.txt'), line);
  const long = definePlan({
    name: 'long',
    agents: { coder: command({ run: ['cat', 'long.txt'] }) },
    tasks: [{ id: 'tell', agent: 'coder' }],
  });
  const { run } = await at.play(long);
  const history = await at.troupe.history();
  const found = await history.find(`${run.id}/1`);
  const parts: Record<string, string> = {};
  for (const format of ['html', 'markdown', 'jsonl'] as const) {
    parts[format] = '';
    for await (const part of exportConversation(history, found, format)) parts[format] += part;
  }
  expect(parts.jsonl).toContain(JSON.stringify(line));
  expect(parts.html).not.toContain('<img');
  expect(parts.html?.match(/&lt;img/g)).toHaveLength(1_000);
  expect(parts.markdown).toContain(`\n\`\`\`\`text\n${line}\n\`\`\`\`\n`);
});
