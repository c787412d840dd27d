/** `troupe skills`: folders of know-how for agents, added, held against a lockfile, and weighed. */
import { type Command, InvalidArgumentError } from 'commander';
import { type Candidate, openSkills, type SkillRow } from '../../src/index.ts';
import { ask } from '../ask.ts';
import { exits } from '../exits.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { plural, table } from '../terminal/style.ts';
import { plainLine, plainText } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';

type Options = HomeOption & JsonOption;
type Rate = NonNullable<SkillRow['effect']>['with'];

export function define(command: Command, act: Act): void {
  const list = command.command('list', { isDefault: true });
  list.description('list them, with how tasks fared with and without each');
  addHome(addJson(list, 'print one object a line')).action(act(listAll));
  const show = command.command('show').description('print what one says').argument('<name>');
  addHome(addJson(show, 'print one object')).action(act(showOne));
  const add = command.command('add').description('copy one here: nothing of it is run');
  add.argument('<source>', 'a folder, an address of git, or a package of npm');
  addJson(add.option('--yes', 'also when it changes one that is here'), 'print one object a line');
  add.action(act(addSome));
  const remove = command.command('remove').description('take one away that was added');
  remove.argument('<name>').action(act(removeOne));
  const verify = command.command('verify').description('hold all against their format and lock');
  addJson(verify, 'print one object a line').action(act(verifyAll));
  const learn = command.command('learn').description('draft one from runs that succeeded');
  learn.requiredOption('--from <run>', 'can be repeated', collectRun);
  learn.option('--as <name>', 'what it is called (default: as the plan)');
  addHome(addJson(learn, 'print one object')).action(act(learnOne));
  const accept = command.command('accept').description('keep a draft: agents may be given it');
  accept.argument('<name>');
  accept.option('--check <command>', 'keep it only if this succeeds; it finds it in $TROUPE_SKILL');
  addJson(accept, 'print one object').action(act(acceptOne));
  addExamples(command, [
    'troupe skills',
    'troupe skills add ./shared/skills/pdf',
    'troupe skills add https://github.com/anthropics/skills.git',
    'troupe skills verify',
    'troupe skills learn --from latest --as release',
    'troupe skills accept release',
    `troupe skills accept release --check 'grep -q "npm test" $TROUPE_SKILL/SKILL.md'`,
  ]);
}

const openDesk = (options: HomeOption = {}) => openSkills(openTroupe(options).config);

function collectRun(given: string, before: readonly string[] = []): readonly string[] {
  if (given.trim() === '') throw new InvalidArgumentError('Name a run.');
  return [...before, given];
}

async function listAll(options: Options) {
  const rows = await (await openDesk(options)).list();
  if (options.json) for (const row of rows) await out.json(row);
  else if (rows.length === 0) err.note('There is none. Add one: troupe skills add FOLDER\n');
  else await out.write(table(rows.map(rowOf), out.columns));
  return exits.succeeded;
}

function rowOf({ name, place, tokens, effect, description, problem }: SkillRow) {
  const rate = ({ succeeded, tasks }: Rate) => `${succeeded}/${tasks}`;
  const helps = effect && effect.verdict !== 'unsure' ? `: ${effect.verdict}` : '';
  const fared = effect ? `${rate(effect.with)}, else ${rate(effect.without)}${helps}` : '';
  const about = problem === null ? description : `broken: ${problem}`;
  return [plainLine(name), place, `${tokens} tokens`, fared, plainLine(about)];
}

async function showOne(name: string, options: Options) {
  const desk = await openDesk(options);
  const { files, body, ...about } = await desk.show(name);
  const effect = await desk.effect(name);
  if (options.json) {
    await out.json({ ...about, effect, body, files: files.map((file) => file.name) });
    return exits.succeeded;
  }
  await out.write(`${plainText(body)}\n`);
  err.note(effect ? effectOf(effect) : 'No run has used it yet.\n');
  return exits.succeeded;
}

function effectOf({ with: using, without, verdict }: NonNullable<SkillRow['effect']>): string {
  const words = { helps: 'It helps.', harms: 'It harms.', unsure: 'That may be chance.' } as const;
  const others = `without, in the same roles, ${shareOf(without)}`;
  return `With it ${shareOf(using)}; ${others}. ${words[verdict]}\n`;
}

/** `9 of 10 tasks succeeded (90 %, surely 60 to 98 %)` */
function shareOf({ succeeded, tasks, between }: Rate): string {
  if (tasks === 0) return 'nothing was done';
  const percent = (share: number): number => Math.round(share * 100);
  const [least, most] = between.map(percent);
  const rate = `${percent(succeeded / tasks)} %, surely ${least} to ${most} %`;
  return `${succeeded} of ${plural(tasks, 'task')} succeeded (${rate})`;
}

async function addSome(source: string, { json, yes }: JsonOption & { readonly yes?: true }) {
  const agree = async (candidates: readonly Candidate[]): Promise<boolean> => {
    for (const candidate of candidates) err.note(toldOf(candidate));
    if (yes || candidates.every(({ change }) => change !== 'changed')) return true;
    if (process.stdin.isTTY !== true || !err.isTerminal) return false;
    return (await ask('Change it?')) === 'yes';
  };
  const added = await (await openDesk()).add(source, { agree });
  if (added === null) {
    err.note('Nothing was changed. Agree with --yes.\n');
    return exits.failed;
  }
  if (json) for (const each of added) await out.json(each);
  const fresh = added.filter(({ change }) => change !== 'same');
  if (fresh.length === 0) err.note('All of it is here already, as it is there.\n');
  else {
    err.note(`${plural(fresh.length, 'skill')} put into .troupe/skills. `);
    err.note('Give it to a role: skills: [NAME], or skills: auto\n');
  }
  return exits.succeeded;
}

const signs = { same: ' ', added: '+', removed: '-' } as const;

function toldOf({ name, change, description, tokens, files, diff, touched }: Candidate): string {
  const head = `${name} (${change}): ${plainLine(description)}\n`;
  const size = `  about ${tokens} tokens, ${plural(files.length, 'file')}\n`;
  const lines = diff.map(({ kind, line }) => `  ${signs[kind]} ${plainLine(line)}\n`);
  const others = touched.map((file) => `  changes ${plainLine(file)}\n`);
  return [head, size, ...lines, ...others].join('');
}

async function removeOne(name: string) {
  (await openDesk()).remove(name);
  err.note(`Removed ${plainLine(name)}.\n`);
  return exits.succeeded;
}

async function verifyAll({ json }: JsonOption) {
  const rows = (await openDesk()).verify();
  if (json) for (const row of rows) await out.json(row);
  const wrong = rows.filter(({ problem }) => problem !== null);
  for (const { name, problem } of wrong) {
    err.note(`${plainLine(name)}: ${plainLine(problem ?? '')}\n`);
  }
  err.note(`${plural(rows.length, 'skill')} looked at, ${wrong.length} wrong.\n`);
  return wrong.length === 0 ? exits.succeeded : exits.failed;
}

async function learnOne(options: Options & { readonly from: readonly string[]; as?: string }) {
  const desk = await openDesk(options);
  const draft = await desk.learn(options.from, options.as ?? null);
  if (options.json) await out.json(draft);
  err.note(`Wrote ${draft.file}. Mend it, then keep it, perhaps with --check COMMAND:\n`);
  err.note(`troupe skills accept ${draft.name}\n`);
  return exits.succeeded;
}

async function acceptOne(name: string, { check, json }: JsonOption & { readonly check?: string }) {
  const told = await (await openDesk()).accept(name, check ?? null);
  if (json) await out.json(told);
  err.note(`Agents may be given it now: ${plainLine(told.path)}\n`);
  err.note(`What comes of it is told by \`troupe skills show ${told.name}\`.\n`);
  return exits.succeeded;
}
