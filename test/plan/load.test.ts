/** Files that are not there, not text, too large, or not files at all. */
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadPlan } from '../../src/plan/load.ts';
import { simulatedRole, toldLater } from './complaints.ts';

const text = `${simulatedRole}tasks:\n  - id: a\n`;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'troupe-plan-'));
});
afterAll(() => rm(folder, { recursive: true }));

const write = async (name: string, content: string | Uint8Array): Promise<string> => {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
};

describe('loadPlan', () => {
  test('names the plan after its file, and knows its folder', async () => {
    const plan = await loadPlan(await write('level-6.v2.yaml', text));
    expect(plan).toMatchObject({ name: 'level-6.v2', folder });
  });

  test('reads JSON', async () => {
    const document = { agents: { w: { adapter: 'simulated' } }, tasks: [{ id: 'a' }] };
    const plan = await loadPlan(await write('plan.json', JSON.stringify(document)));
    expect(plan.tasks.map((task) => task.id)).toEqual(['a']);
  });

  test('names a line of the file as it was given', async () => {
    const file = await write('wrong.yaml', `${text}mode: lazy\n`);
    expect(await toldLater(() => loadPlan(file))).toMatchObject({
      code: 'plan.bad-value',
      lines: [`${file}:5:7 mode: expected eager or waves, got "lazy"`],
    });
  });

  test('suggests a file when there is no such one', async () => {
    const inner = join(folder, 'near');
    await mkdir(inner);
    await writeFile(join(inner, 'release.yaml'), text);
    await writeFile(join(inner, 'review.yml'), text);
    const near = JSON.stringify(join(inner, 'release.yaml'));
    expect(await toldLater(() => loadPlan(join(inner, 'relaese.yaml')))).toMatchObject({
      code: 'plan.not-found',
      lines: [`${inner}/relaese.yaml: there is no such file; did you mean ${near}?`],
    });
    expect((await toldLater(() => loadPlan(join(inner, 'x')))).lines).toEqual([
      `${inner}/x: there is no such file; in that folder: release.yaml, review.yml`,
    ]);
  });

  test('says that there is no plan near', async () => {
    const file = join(folder, 'nowhere', 'plan.yaml');
    expect(await toldLater(() => loadPlan(file))).toMatchObject({
      code: 'plan.not-found',
      lines: [`${file}: there is no such file; no plan is in that folder`],
    });
  });

  test('refuses a folder, and names the plan in it', async () => {
    const inner = join(folder, 'inner');
    await mkdir(inner);
    await writeFile(join(inner, 'only.yaml'), text);
    const only = JSON.stringify(join(inner, 'only.yaml'));
    expect(await toldLater(() => loadPlan(inner))).toMatchObject({
      code: 'plan.is-folder',
      lines: [`${inner}: is a folder, not a plan; did you mean ${only}?`],
    });
  });

  test.each(['plan.ts', 'plan.mjs', 'plan.js'])('runs no program: %s', async (name) => {
    const file = await write(name, 'throw new Error("ran")');
    expect(await toldLater(() => loadPlan(file))).toMatchObject({
      code: 'plan.is-program',
      lines: [
        `${file}: is a program, and a plan is read without running anything; ` +
          'let it print its plan as JSON to a file',
      ],
    });
  });

  test('refuses 50 MB before it reads them', async () => {
    const file = await write('large.yaml', '');
    await truncate(file, 50 * 1024 * 1024);
    expect(await toldLater(() => loadPlan(file))).toMatchObject({
      code: 'plan.too-large',
      lines: [
        `${file}: is larger than 10 MB (50 MB or more); split it, or keep long texts in files`,
      ],
    });
  });

  test.each([
    ['in the middle', [0x61, 0x62, 0xff, 0x63], 'from byte 2; save it as UTF-8'],
    ['cut at its end', [0x61, 0xe2, 0x82], 'from byte 3; save it as UTF-8'],
    ['of UTF-16', [0xff, 0xfe, 0x61, 0x00], 'from byte 0; it looks like UTF-16: save it as UTF-8'],
  ])('refuses bytes that are no text, %s', async (_name, bytes, rest) => {
    const file = await write('bytes.yaml', Uint8Array.from(bytes));
    expect(await toldLater(() => loadPlan(file))).toMatchObject({
      code: 'plan.not-utf8',
      lines: [`${file}: is not UTF-8 text, ${rest}`],
    });
  });

  test('reads past a byte order mark', async () => {
    const file = await write('bom.yaml', `\uFEFF${text}`);
    expect((await loadPlan(file)).tasks).toHaveLength(1);
  });

  test('refuses an empty file', async () => {
    const file = await write('empty.json', '');
    expect(await toldLater(() => loadPlan(file))).toMatchObject({
      code: 'plan.empty',
      lines: [`${file}: there is nothing in it`],
    });
  });

  test('refuses a circle of links, a name without end, and a device', async () => {
    const link = join(folder, 'link.yaml');
    await symlink(link, link);
    expect((await toldLater(() => loadPlan(link))).lines).toEqual([
      `${link}: can't be read: its links go in a circle`,
    ]);
    const long = `${'x'.repeat(5_000)}.yaml`;
    expect((await toldLater(() => loadPlan(long))).code).toBe('plan.unreadable');
    expect((await toldLater(() => loadPlan('/dev/zero'))).code).toBe('plan.not-a-file');
    expect((await toldLater(() => loadPlan('a\0b'))).code).toBe('plan.unreadable');
  });
});
