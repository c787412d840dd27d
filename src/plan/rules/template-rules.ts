/** What a template may name, and where it may stand: never where a value could become a command. */
import { type Mention, strayMentions } from '../../../machines/rules/plan-graph.ts';
import { nearest, suggest } from '../problems/nearest.ts';
import { type Path, quote } from '../problems/problem.ts';
import type { Complaint, Report, Said } from '../problems/report.ts';
import type { Parts } from '../read.ts';
import { eachTemplatedText, type TemplatedText } from '../templated-texts.ts';
import { parseTemplate, type TemplatePart } from '../templates.ts';
import type { PlanGraph } from './references.ts';

/** What the names in a plan's templates can mean. */
interface Scope {
  readonly inputs: ReadonlySet<string>;
  readonly tasks: ReadonlyMap<string, Path>;
  readonly knowsFolder: boolean;
}

/** A result that a text asks for, and how to complain when it is not there by then. */
interface Asked extends Mention {
  readonly complaint: Complaint;
}

type Placeholder = Exclude<TemplatePart, { kind: 'text' }>;

export function checkTemplates(
  parts: Parts,
  graph: PlanGraph,
  knowsFolder: boolean,
  report: Report,
): void {
  const inputs = new Set(Object.keys(parts.head?.inputs ?? {}));
  const scope = { inputs, tasks: graph.pathOf, knowsFolder };
  const asked: Asked[] = [];
  eachTemplatedText(parts, (text) => {
    const placeholders = placeholdersOf(text.text);
    const [first] = placeholders;
    const misplaced = first ? placeMistake(text, first.source) : null;
    if (first && misplaced) report.add({ path: text.path, needle: first.source, ...misplaced });
    else for (const part of placeholders) checkName(part, text, scope, report, asked);
  });
  if (graph.hasCycle || asked.length === 0) return;
  const near = new Map(graph.nodes.map((node) => [node.id, new Set(node.needs)]));
  const far = asked.filter(({ from, to }) => !near.get(from)?.has(to));
  for (const { complaint } of strayMentions(graph.nodes, far)) report.add(complaint);
}

function placeholdersOf(text: string): readonly Placeholder[] {
  return parseTemplate(text).parts.filter((part) => part.kind !== 'text');
}

/** Whether a value may stand in this text at all; the text holds a template. */
function placeMistake({ run, text }: TemplatedText, source: string): Mistake | null {
  if (run === null) return null;
  if (run.argv === null) {
    const fix =
      'write run as a list, or read the environment (TROUPE_INPUT_X, TROUPE_RESULT_TASK); ' +
      '"\\{{" keeps the braces as text';
    const message = `a value can't be put into a shell line: ${quote(source)}`;
    return mistake('template-in-shell', message, () => fix);
  }
  if (run.at === 0 && /\{\{\s*results\./.test(text)) {
    const message = "an agent's answer can't choose the program that is run";
    return mistake('template-as-program', message, () => 'name the program in the plan');
  }
  if (!run.isCode) return null;
  const message = `${quote(run.argv[0] ?? '')} would run this value as code: ${quote(source)}`;
  const fix = 'pass it as a later argument and read it there ("$1" in a shell)';
  return mistake('template-in-code', message, () => fix);
}

/** Complains about a name that leads nowhere; adds to `asked` the result that it asks for. */
function checkName(
  part: Placeholder,
  { path, task: from }: TemplatedText,
  scope: Scope,
  report: Report,
  asked: Asked[],
): void {
  const place = { path, needle: part.source };
  const wrong = nameMistake(part, from, scope);
  if (wrong) report.add({ ...place, ...wrong });
  else if (part.kind === 'value' && 'task' in part.reference && from !== null) {
    const to = part.reference.task;
    asked.push({ from, to, complaint: { ...place, ...strayMistake(from, to) } });
  }
}

type Mistake = Pick<Complaint, 'code' | 'say'>;

const mistake = (code: string, message: string, fix: () => string): Mistake => ({
  code: `plan.${code}`,
  say: (): Said => ({ message, fix: fix() }),
});

function nameMistake(part: Placeholder, owner: string | null, scope: Scope): Mistake | null {
  if (part.kind === 'unclosed') {
    const fix = 'close it with "}}" on the same line; "\\{{" keeps the braces as text';
    return mistake('template-unclosed', `${quote(part.source)} is not closed`, () => fix);
  }
  if (part.kind === 'unknown') return unknownMistake(part.expression);
  const { reference } = part;
  if (reference.kind === 'plan-folder' && !scope.knowsFolder) {
    const fix = 'give it: definePlan(plan, { folder: import.meta.dirname })';
    return mistake('no-folder', 'nobody knows the folder of this plan', () => fix);
  }
  if (reference.kind === 'input' && !scope.inputs.has(reference.name)) {
    const message = `there is no input ${quote(reference.name)}`;
    const fix = () => suggest(reference.name, [...scope.inputs]) || 'declare it under "inputs"';
    return mistake('unknown-input', message, fix);
  }
  return 'task' in reference ? taskMistake(reference.task, owner, scope) : null;
}

function taskMistake(task: string, owner: string | null, { tasks }: Scope): Mistake | null {
  if (owner === null) {
    const message = 'a role serves many tasks, so that it can ask for the result of none';
    return mistake('result-in-role', message, () => 'write it on the tasks that need it');
  }
  if (!tasks.has(task)) {
    const message = `no task is called ${quote(task)}`;
    return mistake('unknown-task', message, () => suggest(task, [...tasks.keys()]));
  }
  if (task !== owner) return null;
  const fix = () => 'its checks find its files in {{artifacts}}';
  return mistake('own-result', "a task can't ask for its own result", fix);
}

const strayMistake = (from: string, to: string): Mistake => {
  const message = `${quote(from)} does not wait for ${quote(to)}, so that there may be no result`;
  return mistake('result-not-needed', message, () => `add ${quote(to)} to its needs`);
};

function unknownMistake(expression: string): Mistake {
  const meant = meantBy(expression);
  const known = '{{inputs.NAME}}, {{results.TASK.output}}, {{results.TASK.artifacts}}, ';
  const own = '{{plan.folder}}, {{artifacts}}, {{context}}';
  const fix =
    meant === null
      ? `known: ${known}${own}; "\\{{" keeps the braces as text`
      : `did you mean "{{${meant}}}"?`;
  return mistake('unknown-template', `there is no value ${quote(expression)}`, () => fix);
}

function meantBy(expression: string): string | null {
  const [root = '', ...rest] = expression.split('.');
  if (root === 'plan') return 'plan.folder';
  if (root === 'artifacts' || root === 'context') return root;
  if (root === 'results' && rest.length > 0) {
    const field = nearest(rest.at(-1) ?? '', ['output', 'artifacts']);
    const task = rest.length > 1 ? rest.slice(0, -1) : rest;
    return ['results', ...task, field ?? 'output'].join('.');
  }
  const near = nearest(root, ['inputs', 'results', 'plan', 'artifacts', 'context']);
  return near === null || near === root ? null : [near, ...rest].join('.');
}
