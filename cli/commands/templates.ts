/** `troupe templates`: roles ready to use, as they are and as a project changes them. */
import type { Command } from 'commander';
import { openTemplates, type TemplateRow } from '../../src/index.ts';
import { exits } from '../exits.ts';
import { addJson, collectInput, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { table } from '../terminal/style.ts';
import { plainLine, plainText } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';

type Values = Readonly<Record<string, string>>;

interface Choices extends JsonOption, HomeOption {
  readonly as?: string;
  readonly adapter?: string;
  readonly with?: Values;
}

export function define(command: Command, act: Act): void {
  const list = command.command('list', { isDefault: true }).description('list them by name');
  addJson(list, 'print one object a line').action(act(listAll));
  const show = command.command('show').description('print what a role made of it says');
  addChoices(addJson(show, 'print one object')).action(act(showOne));
  const use = command.command('use').description('put a role made of it into troupe.yaml');
  use.option('--as <role>', 'what the role is called (default: as the template)');
  addChoices(addJson(use, 'print one object')).action(act(useOne));
  const copy = command.command('copy').description('copy one to .troupe/templates, to change it');
  copy.argument('<name>').action(act(copyOne));
  addExamples(command, [
    'troupe templates',
    'troupe templates show coder --adapter claude --with test="npm test"',
    'troupe templates use coder',
    'troupe templates use coder --as backend --adapter codex',
    'troupe templates copy reviewer',
  ]);
}

function addChoices(command: Command): Command {
  return command
    .argument('<name>')
    .option('--adapter <name>', 'for this kind of agent (default: as the template says)')
    .option('--with <name=value>', 'a variable of it; can be repeated', collectInput);
}

const openDesk = () => openTemplates(openTroupe({}).config);

async function listAll({ json }: JsonOption) {
  const rows = (await openDesk()).list();
  if (json) for (const row of rows) await out.json(row);
  else await out.write(table(rows.map(rowOf), out.columns));
  return rows.every(({ problem }) => problem === null) ? exits.succeeded : exits.failed;
}

function rowOf({ name, from, description, problem }: TemplateRow): readonly string[] {
  const about = problem === null ? description : `broken: ${problem}`;
  return [name, from === 'project' ? 'yours' : '', plainLine(about)];
}

async function showOne(name: string, { json, ...choices }: Choices) {
  const { text, prompt: _, ...view } = (await openDesk()).show(name, choices);
  if (json) {
    await out.json({ ...view, text });
    return exits.succeeded;
  }
  const { description, file, variables, role } = view;
  const { prompt, ...words } = role;
  const facts = [
    ['name', name],
    ['for', plainLine(description)],
    ['file', plainLine(file)],
    ...Object.entries(variables).map(([each, { description: what, default: unset }]) => {
      const said = choices.with?.[each] ?? unset;
      return [`with ${each}`, plainLine(said === '' ? `not said: ${what}` : said)];
    }),
    ...Object.entries(words).map(([key, value]) => [key, plainLine(shown(value))]),
  ];
  await out.write(table(facts, out.isTerminal ? out.columns : Number.POSITIVE_INFINITY));
  await out.write(`\n${plainText(String(prompt ?? ''))}\n`);
  return exits.succeeded;
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

async function useOne(name: string, { json, ...choices }: Choices) {
  const used = (await openDesk()).use(name, choices);
  if (json) await out.json(used);
  else {
    err.note(`troupe.yaml has the role "${used.role}" now: ${JSON.stringify(used.words)}\n`);
    err.note(`Name it in a plan: agent: ${used.role}; or see it: troupe templates show ${name}\n`);
  }
  return exits.succeeded;
}

async function copyOne(name: string) {
  const file = (await openDesk()).copy(name);
  err.note(`Wrote ${file}. What it says stands in place of ours from now on.\n`);
  return exits.succeeded;
}
