/** Writes machines/README.md from the machines themselves; readme.test.ts compares the two. */
import type { AnyStateMachine } from 'xstate';
import { diagramOf, triggerOf } from '../../src/verify/machines/diagram.ts';
import { actionName, edgesOf, nodesOf, pathOf } from '../../src/verify/machines/graph.ts';
import { alphabet } from './alphabet.ts';
import { subjects, type Word, wordsOf } from './machine-words.ts';
import { eventMeanings, factMeanings } from './meanings.ts';
import type { Subject } from './tables.ts';

const purposes: Readonly<Record<string, string>> = {
  orchestrator: 'One a run: checks the plan, gives birth to everybody, hands out work, winds up.',
  task: 'One a task: waits, gets an agent, is tried, checked and tried again, and ends once.',
  agent: 'One an agent: looks whether its program can work, then works, reports, hands off.',
  supervisor: 'One a role: keeps its agents alive by rules from OTP, or gives the role up.',
  context: 'At most one a run: what its agents have told each other, key by key.',
  'memory-worker': 'At most one a home: looks after what is remembered, round by round.',
  account: 'One an account of a home: lent to attempts as its limits, money and key allow.',
};

const paragraph = (...lines: readonly string[]): string => lines.join(' ');

const introduction = [
  '# The machines',
  '',
  '<!-- Written by test/machines/machine-pages.ts: change it there, or in the machines. -->',
  '',
  paragraph(
    'A run is a team of actors, each of them one of four statecharts. The **orchestrator** gets a',
    'plan, checks it, and starts a **supervisor** for each role and a **task** for each task; the',
    'supervisors start the **agents**. A task counts its own open dependencies and is told by',
    'each when it settles; when none is open it asks the orchestrator for an agent, and the',
    'orchestrator, which keeps counts and queues but no copies, answers with one and with a',
    'token. From then on task and agent talk to each other: the agent makes the attempt and',
    'reports, the task judges the report, has it checked, and decides what follows. Only',
    '`verifying` leads to `succeeded`. A token makes an attempt unmistakable, so that whatever',
    'comes late changes nothing. When an agent crashes its supervisor restarts it and the',
    "orchestrator tells the task that lost it; when a role can't be played any more its tasks",
    'fail. Once the last task has settled the supervisors stop their agents, and the run ends.',
  ),
  '',
  paragraph(
    'A fifth statechart, the **context**, is there once somebody has told all agents something: it',
    'holds facts and decisions, each with its version. A sixth, the **account**, is of no run:',
    'all runs of a home share its actors, which the pool in `src/accounts/` steps one event at a',
    'time. A seventh, the **memory-worker**, lives as an agent does, beside all runs.',
  ),
  '',
  paragraph(
    'The machines are pure: they read no clock, no random number and no file. What takes time is',
    'invoked by name (`open`, `work`, `verify`), what must be written is a named action',
    '(`record`, `conclude`), what others must hear is a message; the kernel in `src/kernel/`',
    'carries all of it out. Their arithmetic lies in `rules/`, as plain functions.',
  ),
  '',
  paragraph(
    "To look at a machine in Stately's editor, open [state.new](https://state.new), choose",
    '_Import_ in the code panel and paste the file: each of the seven is one self-contained',
    '`setup({...}).createMachine({...})` with its whole config inline.',
    '[Importing](https://stately.ai/docs/import-from-code) overwrites the machine that is open.',
  ),
  '',
  paragraph(
    'In the tables, `assign` notes something in the context, `emit` states a fact, `send` and',
    '`sendAll` are messages, `spawnAll` and `stopAll` begin and end actors, `timer` starts a',
    'wait.',
  ),
  '',
].join('\n');

/** Aligned, as Biome keeps it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, at) =>
    Math.max(3, ...[head, ...rows].map((row) => row[at]?.length ?? 0)),
  );
  const line = (cells: readonly string[], fill: string) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0, fill)).join(' | ')} |`;
  const rule = line(
    head.map(() => ''),
    '-',
  );
  return [line(head, ' '), rule, ...rows.map((row) => line(row, ' '))].join('\n');
}

const code = (text: string): string => `\`${text}\``;
const codes = (texts: Iterable<string>): string => [...new Set(texts)].map(code).join(', ');

export function machinesPage(): string {
  const words = subjects.flatMap(wordsOf);
  const sections = subjects.map((one) => {
    return machineSection(
      one,
      words.filter((word) => word.machine === one.machine.id),
    );
  });
  return [introduction, ...sections, alphabetSection(words), factSection(words)].join('\n');
}

function machineSection(one: Subject, words: readonly Word[]): string {
  const { machine } = one;
  return `## ${machine.id}

${purposes[machine.id]} [${machine.id}.ts](${machine.id}.ts)

\`\`\`mermaid
${diagramOf(machine)}
\`\`\`

What it accepts, by state. Whatever is not listed changes nothing there.

${table(['state', 'event', 'if', 'goes to', 'does'], acceptedRows(machine))}

What it sends, and when.

${table(['message', 'to', 'on'], sentRows(one, words))}
`;
}

function acceptedRows(machine: AnyStateMachine): string[][] {
  const edges = edgesOf(machine);
  return nodesOf(machine).flatMap((node) => {
    const path = pathOf(node);
    const state = path === '' ? '_every state_' : code(path);
    const does = [...node.entry.map(actionName), ...node.invoke.map(({ src }) => `invoke ${src}`)];
    const entered = does.length > 0 ? [[state, '_on entry_', '', '', codes(does)]] : [];
    const own = edges.filter(({ from }) => from === path);
    const rows = own.map(({ event, guard, to, actions }) => [
      state,
      event === '' ? '_at once_' : code(triggerOf(machine, event)),
      guard ? code(guard) : '',
      to === null ? '' : code(to),
      to === null && actions.length === 0 ? '_nothing_' : codes(actions),
    ]);
    return [...entered, ...rows];
  });
}

function sentRows({ machine, ...of }: Subject, words: readonly Word[]): string[][] {
  const messages = words.filter(({ kind }) => kind === 'message');
  const resting = new Set(Object.values(of.scenes).map(({ at }) => at));
  const alive = [...resting].filter(
    (at) => machine.getStateNodeById(idOf(machine, at)).type !== 'final',
  );
  const byMessage = grouped(messages, ({ type, to }) => `${type} ${to}`);
  return [...byMessage.values()].map((group) => {
    const [{ type, to }] = group as [Word];
    const moments = [...grouped(group, ({ cause }) => cause)].map(([cause, said]) => {
      if (cause === '') return '_its birth_';
      const states = said.map(({ state }) => state);
      const isEverywhere = alive.every((state) => states.includes(state));
      const where = isEverywhere ? '_every state_' : codes(states);
      return `${code(triggerOf(machine, cause))} in ${where}`;
    });
    return [code(type), code(to), moments.join('; ')];
  });
}

const idOf = (machine: AnyStateMachine, path: string): string => `${machine.id}.${path}`;

function alphabetSection(words: readonly Word[]): string {
  const rows = Object.entries(alphabet).map(([type, sample]) => {
    const fields = Object.keys(sample).filter((key) => key !== 'type');
    const from = words.filter((word) => word.kind === 'message' && word.type === type);
    const senders = [codes(from.map(({ machine }) => machine)), origins[type]];
    const meaning = eventMeanings[type as keyof typeof alphabet];
    const said = senders.filter((sender) => sender).join(', ');
    return [code(type), meaning, codes(fields), said, receivers(type)];
  });
  return `## The alphabet

Every event there is. The alphabet is closed: another type is refused at the edge.

${table(['event', 'says', 'carries', 'from', 'to'], rows)}
`;
}

/** Where events come from beside the messages of the machines. */
const origins: Readonly<Record<string, string>> = {
  'plan.submit': 'a person',
  'plan.amend': 'a person',
  'plan.extend': 'a person',
  'run.cancel': 'a person',
  'task.approve': 'a person',
  'task.reject': 'a person',
  'task.cancel': 'a person',
  'task.skip': 'a person',
  'task.take': 'a person',
  'task.return': 'a person',
  'agent.tell': 'a person',
  'agent.ask': 'its program',
  'agent.fill': 'its program',
  'agent.answer': 'a person',
  'context.set': 'an agent, a person',
  'child.exited': 'the kernel',
  'child.due': '`supervisor`, by a timer',
  'budget.warn': 'the pool',
  'account.lease': 'the pool',
  'account.settle': 'the pool',
  'account.learn': 'the pool',
  'account.amend': 'a person',
  'account.restore': 'a person',
  'memory.maintain': 'a person',
};

/** The machines that know it, and the states in which it does something. */
function receivers(type: string): string {
  const known = subjects.flatMap(({ machine }) => {
    const states = edgesOf(machine)
      .filter(({ event, to, actions }) => event === type && (to !== null || actions.length > 0))
      .map(({ from }) => (from === '' ? '_every state_' : code(from)));
    return states.length > 0 ? [`${code(machine.id)}: ${[...new Set(states)].join(', ')}`] : [];
  });
  return known.join('; ');
}

function factSection(words: readonly Word[]): string {
  const rows = Object.entries(factMeanings).map(([type, meaning]) => {
    const from = words.filter((word) => word.kind === 'fact' && word.type === type);
    return [code(type), meaning, codes(from.map(({ machine }) => machine))];
  });
  return `## The facts

What observers hear: \`troupe run --json\`, the dashboard, the metrics. Nothing depends on them.

${table(['fact', 'says', 'from'], rows)}
`;
}

function grouped<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

/** Messages that the receiving machine takes in no state at all. */
export function unheardMessages(): readonly string[] {
  const words = subjects.flatMap(wordsOf).filter(({ kind }) => kind === 'message');
  const known = new Map(
    subjects.map(({ machine }) => [machine.id, new Set<string>(machine.events)]),
  );
  const unheard = words.filter(({ type, to }) => !known.get(to.replace('/*', ''))?.has(type));
  return unheard.map(({ machine, type, to }) => `${machine} sends ${type} to ${to}`);
}

/** Events of the alphabet that nobody sends, and facts that nobody states. */
export function unspoken(): readonly string[] {
  const words = subjects.flatMap(wordsOf);
  const said = (kind: Word['kind']) =>
    new Set(words.filter((word) => word.kind === kind).map(({ type }) => type));
  const events = Object.keys(alphabet).filter((type) => !said('message').has(type));
  const facts = Object.keys(factMeanings).filter((type) => !said('fact').has(type));
  return [...events.filter((type) => !origins[type]), ...facts];
}
