/** A machine as SCXML, the W3C's format: states, transitions, deadlines, and work by its name. */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { guardName } from '../../verify/machines/graph.ts';
import { nameOf } from './stately-json.ts';
import { escaped } from './xml.ts';

const space = 'http://www.w3.org/2005/07/scxml';

export function scxml(machine: AnyStateMachine): string {
  const { root } = machine;
  const name = escaped(machine.id);
  const head = `<scxml xmlns="${space}" version="1.0" datamodel="null" name="${name}"`;
  const body = root.type === 'parallel' ? stateLines(root, 1) : innerLines(root, 1);
  const initial = root.type === 'parallel' ? root.id : firstOf(root);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `${head} initial="${escaped(idOf(initial))}">`,
    ...body,
    '</scxml>',
  ];
  return `${lines.join('\n')}\n`;
}

/** An id of XML begins with a letter, and has neither spaces nor `#`. */
const idOf = (id: string): string => id.replaceAll(/[^\w.-]/g, '_').replace(/^(?=[\d.-])/, '_');

const firstOf = (node: AnyStateNode): string =>
  (node.initial?.target?.[0] as AnyStateNode | undefined)?.id ?? '';

const indented = (depth: number, line: string): string => `${'  '.repeat(depth)}${line}`;

/** What the root has for all its states goes into each of them: a document has no transitions. */
function innerLines(root: AnyStateNode, depth: number): string[] {
  const children = Object.values(root.states as Record<string, AnyStateNode>);
  return children.flatMap((node) => stateLines(node, depth, transitionLines(root, depth + 1)));
}

function stateLines(node: AnyStateNode, depth: number, shared: readonly string[] = []): string[] {
  const id = `id="${escaped(idOf(node.id))}"`;
  if (node.type === 'history') return historyLines(node, depth, id);
  const inner = Object.values(node.states as Record<string, AnyStateNode>);
  const isCompound = inner.length > 0 && node.type !== 'parallel';
  const initial = isCompound ? ` initial="${escaped(idOf(firstOf(node)))}"` : '';
  const tag = { parallel: 'parallel', final: 'final' }[node.type as string] ?? 'state';
  const lines = [
    ...blockLines('onentry', [...node.entry.map(doing), ...node.after.map(deadline)], depth + 1),
    ...blockLines('onexit', [...node.exit.map(doing), ...node.after.map(calledOff)], depth + 1),
    ...(tag === 'final' ? [] : node.invoke.map((one) => indented(depth + 1, invoked(one)))),
    ...(tag === 'final' ? [] : [...transitionLines(node, depth + 1), ...shared]),
    ...inner.flatMap((child) => stateLines(child, depth + 1)),
  ];
  if (lines.length === 0) return [indented(depth, `<${tag} ${id}${initial}/>`)];
  return [indented(depth, `<${tag} ${id}${initial}>`), ...lines, indented(depth, `</${tag}>`)];
}

function historyLines(node: AnyStateNode, depth: number, id: string): string[] {
  const { history, target } = node.config as { history?: unknown; target?: unknown };
  const type = history === 'deep' ? 'deep' : 'shallow';
  const parent = node.parent as AnyStateNode;
  const fallback = typeof target === 'string' ? (parent.states[target]?.id ?? '') : firstOf(parent);
  return [
    indented(depth, `<history ${id} type="${type}">`),
    indented(depth + 1, `<transition target="${escaped(idOf(fallback))}"/>`),
    indented(depth, '</history>'),
  ];
}

function blockLines(tag: string, lines: readonly string[], depth: number): string[] {
  if (lines.length === 0) return [];
  const inner = lines.map((line) => indented(depth + 1, line));
  return [indented(depth, `<${tag}>`), ...inner, indented(depth, `</${tag}>`)];
}

const doing = (action: unknown): string =>
  `<log label="action" expr="'${escaped(nameOf(action))}'"/>`;

interface After {
  readonly eventType: string;
  readonly delay?: unknown;
}

/** A named delay is told by its name: its length is code. */
function deadline({ eventType, delay }: After): string {
  const type = escaped(eventType);
  const length = typeof delay === 'number' ? `${delay}ms` : '0s';
  const named = typeof delay === 'number' ? '' : ` <!-- ${escaped(String(delay))} -->`;
  return `<send id="${type}" event="${type}" delay="${length}"/>${named}`;
}

const calledOff = ({ eventType }: After): string => `<cancel sendid="${escaped(eventType)}"/>`;

const invoked = ({ id, src }: { readonly id: string; readonly src: unknown }): string =>
  `<invoke id="${escaped(id)}" type="troupe" src="${escaped(nameOf(src))}"/>`;

function transitionLines(node: AnyStateNode, depth: number): string[] {
  const all = [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
  return all.flatMap((transition) => {
    const line = transitionLine(transition as AnyTransitionDefinition);
    return line === null ? [] : [indented(depth, line)];
  });
}

/** Null for one that forbids: SCXML has no way to say so but a transition without anything. */
function transitionLine(transition: AnyTransitionDefinition): string | null {
  const { eventType, guard, target, reenter } = transition;
  const targets = (target as AnyStateNode[] | undefined)?.map(({ id }) => idOf(id)) ?? [];
  const parts = [
    eventType ? `event="${escaped(eventType)}"` : '',
    guard === undefined ? '' : `cond="${escaped(guardName(guard))}"`,
    targets.length > 0 ? `target="${escaped(targets.join(' '))}"` : '',
    targets.length > 0 && !reenter ? 'type="internal"' : '',
  ].filter((part) => part !== '');
  return parts.length > 0 ? `<transition ${parts.join(' ')}/>` : null;
}
