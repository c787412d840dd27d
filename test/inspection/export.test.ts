/** Exported machines are whole: every state and way is there, and what reads them can. */
import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, createMachine } from 'xstate';
import * as machines from '../../machines/index.ts';
import { exportMachine } from '../../src/inspection/export/export-machine.ts';
import { escaped } from '../../src/inspection/export/xml.ts';
import { nodesOf, pathOf } from '../../src/verify/machines/graph.ts';
import { waysOf } from '../../src/verify/machines/ways.ts';
import { good } from '../model/machines/good.ts';

const product = Object.values(machines) as readonly AnyStateMachine[];
const all = [...product, ...Object.values(good).map(({ machine }) => machine)];
const named = all.map((machine) => [machine.id, machine] as const);

/** Fails where a tag is not closed in its place, or a sign stands where it may not. */
function tagsOf(xml: string): readonly { tag: string; attributes: ReadonlyMap<string, string> }[] {
  const open: string[] = [];
  const found: { tag: string; attributes: ReadonlyMap<string, string> }[] = [];
  const plain = xml.replace(/^<\?xml[^?]*\?>/, '').replaceAll(/<!--(?:(?!--)[\s\S])*-->/g, '');
  const tags =
    /<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<&]*(?:&(?:amp|lt|gt|quot|apos);[^"<&]*)*")*)\s*(\/?)>/g;
  for (const [, closing, tag = '', rest = '', alone] of plain.matchAll(tags)) {
    if (closing) {
      expect(tag).toBe(open.pop());
      continue;
    }
    const pairs = [...rest.matchAll(/([\w:-]+)="([^"]*)"/g)];
    const attributes = new Map(pairs.map(([, key = '', value = '']) => [key, value]));
    expect(attributes.size).toBe(pairs.length);
    found.push({ tag, attributes });
    if (!alone) open.push(tag);
  }
  expect(open).toEqual([]);
  // Whatever is left is text: no tag was overlooked.
  expect(plain.replaceAll(tags, '').match(/[<>]/g)).toBeNull();
  return found;
}

describe.each(named)('%s', (_id, machine) => {
  const states = nodesOf(machine).filter(({ parent }) => parent !== undefined);

  test('as JSON is read again by createMachine, with the same states and ways', async () => {
    const json = JSON.parse(await exportMachine(machine, 'stately-json'));
    const again = createMachine(json);
    expect(nodesOf(again).map(pathOf)).toEqual(nodesOf(machine).map(pathOf));
    const plain = (one: AnyStateMachine) =>
      waysOf(one).map(({ from, event, to }) => [from, event, to]);
    expect(plain(again)).toEqual(plain(machine));
  });

  test('as SCXML is well-formed, names each state once, and leads nowhere else', async () => {
    const tags = tagsOf(await exportMachine(machine, 'scxml'));
    const ids = tags.filter(({ tag }) => ['state', 'parallel', 'final', 'history'].includes(tag));
    const known = ids.map(({ attributes }) => attributes.get('id'));
    expect(known.filter((id) => id?.startsWith(`${machine.id}.`))).toHaveLength(states.length);
    expect(new Set(known).size).toBe(known.length);
    const targets = tags.flatMap(({ attributes }) => attributes.get('target')?.split(' ') ?? []);
    expect(targets.filter((id) => !known.includes(id))).toEqual([]);
    expect(known).toContain(tags[0]?.attributes.get('initial'));
  });

  test('as SVG is well-formed, and shows every state inside of the picture', async () => {
    const tags = tagsOf(await exportMachine(machine, 'svg'));
    const groups = tags
      .filter(({ tag }) => tag === 'g')
      .map(({ attributes }) => attributes.get('id'));
    expect(groups).toEqual(expect.arrayContaining(states.map((node) => `state:${pathOf(node)}`)));
    const [svg] = tags;
    const [width, height] = ['width', 'height'].map((key) => Number(svg?.attributes.get(key)));
    const right = tags
      .filter(({ tag }) => tag === 'rect')
      .map(({ attributes: a }) => [
        Number(a.get('x')) + Number(a.get('width')),
        Number(a.get('y')) + Number(a.get('height')),
      ]);
    expect(right.filter(([x = 0, y = 0]) => x > (width ?? 0) || y > (height ?? 0))).toEqual([]);
    const drawn = tags.filter(
      ({ tag, attributes }) => tag === 'path' && attributes.has('marker-end'),
    );
    expect(drawn).toHaveLength(waysOf(machine).filter(({ to }) => to !== null).length);
  });

  test('as Mermaid names every state', async () => {
    const text = await exportMachine(machine, 'mermaid');
    const ids = states
      .filter(({ type }) => type !== 'history')
      .map((node) => pathOf(node).replaceAll('.', '_'));
    expect(ids.filter((id) => !text.includes(id))).toEqual([]);
  });
});

test('what happened is marked', async () => {
  const happened = { stood: new Set(['spawning']), taken: new Set<string>() };
  const picture = await exportMachine(machines.agentMachine, 'svg', happened);
  expect(picture).toContain('class="atomic seen"');
  expect(picture).toContain('class="final never"');
});

test('no text breaks out of XML', () => {
  expect(escaped(`<a b="c" d='e'>&\u0000`)).toBe('&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt;&amp;');
});
