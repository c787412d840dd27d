/** `troupe accounts`: keys to providers, what they are held to, and what was spent of them. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type AccountView, type Spend, systemClock, type Troupe } from '../../src/index.ts';
import { exits } from '../exits.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { dayOf, money, type Palette, paletteFor, table, timeOf } from '../terminal/style.ts';
import { plainLine } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';

interface LimitOptions extends HomeOption, JsonOption {
  readonly concurrency?: number | null;
  readonly requestsPerMinute?: number | null;
  readonly tokensPerMinute?: number | null;
  readonly usdPerDay?: number | null;
  readonly usdMax?: number | null;
  readonly restore?: true;
}

interface AddOptions extends LimitOptions {
  readonly provider: string;
  readonly keyEnv?: string;
  readonly keyFile?: string;
  readonly keyCommand?: string;
  readonly variable?: string;
  readonly model?: string;
}

interface SpendOptions extends HomeOption, JsonOption {
  readonly by: (typeof spendKeys)[number];
  readonly days?: number;
}

const spendKeys = ['account', 'provider', 'model', 'run', 'role', 'agent', 'task', 'day'] as const;
const dayMs = 24 * 60 * 60 * 1_000;
/** From here on a cap is worth a look. */
const nearShare = 0.8;

export function define(command: Command, act: Act): void {
  const list = command
    .command('list', { isDefault: true })
    .description('list all accounts: who uses them, what was spent, what keeps them');
  addJson(list, 'print one object: all accounts');
  addHome(list).action(act(listAccounts));
  defineAdd(command, act);
  const remove = command
    .command('remove')
    .description('take an account off the list; what was spent stays on record')
    .argument('<account>', 'its name');
  addHome(remove).action(act(removeAccount));
  const limits = command
    .command('limits')
    .description('show what accounts are held to, or change it; "none" takes a limit away')
    .argument('[account]', 'its name; all of them together when it is left out')
    .option('--restore', 'what kept it is mended: it has a new key, or credit again');
  addJson(addLimits(limits), 'print one object: all accounts');
  addHome(limits).action(act(limitAccount));
  defineSpend(command, act);
  addExamples(command, [
    'troupe accounts add grok-1 --provider grok --key-env GROK_KEY_1',
    'troupe accounts limits grok-1 --concurrency 3 --usd-per-day 5',
    'troupe accounts spend --by task',
  ]);
}

function defineAdd(command: Command, act: Act): void {
  const add = command
    .command('add')
    .description('add an account; its key stays where it is kept')
    .argument('<account>', 'what it is to be called')
    .requiredOption('--provider <name>', 'anthropic, openai, google, grok, or any other')
    .option('--key-env <variable>', 'the variable that holds the key')
    .option('--key-file <path>', 'a file that holds the key, and that only you may read')
    .option('--key-command <line>', 'a command that prints the key')
    .option('--variable <name>', 'where its programs look for the key')
    .option('--model <name>', 'what its attempts are priced by');
  addHome(addLimits(add)).action(act(addAccount));
}

function defineSpend(command: Command, act: Act): void {
  const by = new Option('--by <what>', 'how it is added up').choices(spendKeys).default('account');
  const spend = command
    .command('spend')
    .description('say what was spent; what nobody knows is shown as unknown')
    .addOption(by)
    .option('--days <n>', 'only of the last days, so many', readCount);
  addJson(spend, 'print one object: rows with key, attempts, tokens, costUsd, unknown');
  addHome(spend).action(act(showSpend));
}

function addLimits(command: Command): Command {
  return command
    .option('--concurrency <n>', 'attempts at once, of all runs', readLimit)
    .option('--requests-per-minute <n>', 'attempts begun in a minute', readLimit)
    .option('--tokens-per-minute <n>', 'tokens used in a minute', readLimit)
    .option('--usd-per-day <usd>', 'what it may cost in a day, by UTC', readLimit)
    .option('--usd-max <usd>', 'what it may cost in all', readLimit);
}

function readCount(given: string): number {
  const count = Number(given);
  if (given.trim() !== '' && Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('It must be a whole number from 1 on.');
}

function readLimit(given: string): number | null {
  if (given === 'none') return null;
  const limit = Number(given);
  if (given.trim() !== '' && limit >= 0 && Number.isFinite(limit)) return limit;
  throw new InvalidArgumentError('It must be a number from 0 on, or "none".');
}

async function listAccounts(options: HomeOption & JsonOption) {
  await showAccounts(openTroupe(options), options);
  return exits.succeeded;
}

async function addAccount(name: string, options: AddOptions) {
  const { provider, keyEnv, keyFile, keyCommand, variable, model } = options;
  const own = { provider, keyEnv, keyFile, keyCommand, variable, model };
  const words = Object.entries({ ...own, ...limitsIn(options) }).filter(
    ([, value]) => value != null,
  );
  (await openTroupe(options).accounts()).add(name, Object.fromEntries(words));
  err.note(`Added ${name}. A role uses it by "account: ${name}" or "account: ${provider}".\n`);
  return exits.succeeded;
}

async function removeAccount(name: string, options: HomeOption) {
  (await openTroupe(options).accounts()).remove(name);
  err.note(`Removed ${name}.\n`);
  return exits.succeeded;
}

async function limitAccount(name: string | undefined, options: LimitOptions) {
  const troupe = openTroupe(options);
  const limits = limitsIn(options);
  const desk = await troupe.accounts();
  if (Object.keys(limits).length > 0) desk.limit(name ?? null, limits);
  if (options.restore && name !== undefined) desk.restore(name);
  await showAccounts(troupe, options, name);
  return exits.succeeded;
}

/** Only what was said. */
function limitsIn(options: LimitOptions) {
  const { concurrency, requestsPerMinute, tokensPerMinute, usdPerDay, usdMax } = options;
  const all = { concurrency, requestsPerMinute, tokensPerMinute, usdPerDay, usdMax };
  const said = Object.entries(all).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said) as Readonly<Record<keyof typeof all, number | null>>;
}

async function showAccounts(troupe: Troupe, { json }: JsonOption, only?: string): Promise<void> {
  const overview = (await troupe.accounts()).list();
  if (json) return out.json(overview);
  const accounts = overview.accounts.filter(({ name }) => only === undefined || name === only);
  if (accounts.length === 0) {
    return err.note(
      'There are no accounts yet. Add one: troupe accounts add NAME --provider ...\n',
    );
  }
  const palette = paletteFor(out, troupe.config.environment);
  const heads = ['ACCOUNT', 'PROVIDER', 'KEY', 'STATE', 'IN USE', 'TODAY', 'IN ALL', 'RATES', ''];
  const rows = accounts.map((account) => rowOf(account, palette));
  await out.write(table([heads, ...rows], Math.max(out.columns, 120)));
  if (overview.usdPerDay !== null) {
    await out.write(`All together may cost ${money(overview.usdPerDay)} a day.\n`);
  }
}

function rowOf(account: AccountView, palette: Palette): readonly string[] {
  const { name, provider, key, state, busy, spentTodayUsd, spentUsd, limits } = account;
  const { concurrency, requestsPerMinute, tokensPerMinute, usdPerDay, usdMax } = limits;
  const rates = [
    requestsPerMinute === null ? '' : `${requestsPerMinute} requests/min`,
    tokensPerMinute === null ? '' : `${tokensPerMinute} tokens/min`,
  ];
  return [
    plainLine(name),
    plainLine(provider || '(of a plan)'),
    plainLine(key || 'none'),
    colourOf(state, palette)(state),
    concurrency === null ? String(busy) : `${busy} of ${concurrency}`,
    spent(spentTodayUsd, usdPerDay, palette),
    spent(spentUsd, usdMax, palette),
    rates.filter((rate) => rate !== '').join(', '),
    plainLine(whyOf(account)),
  ];
}

function spent(usd: number, limitUsd: number | null, { yellow }: Palette): string {
  if (limitUsd === null) return money(usd);
  const text = `${money(usd)} of ${money(limitUsd)}`;
  return usd >= limitUsd * nearShare ? yellow(text) : text;
}

function whyOf({ reason, untilMs }: AccountView): string {
  const until = untilMs === null ? '' : `until ${dayOf(untilMs)} ${timeOf(untilMs)}`;
  return [reason, until].filter((part) => part !== '').join(', ');
}

function colourOf(state: string, { green, red, yellow, dim }: Palette) {
  switch (state) {
    case 'available':
      return green;
    case 'throttled':
      return yellow;
    case 'exhausted':
    case 'revoked':
      return red;
    default:
      return dim;
  }
}

async function showSpend({ by, days, json, ...options }: SpendOptions) {
  const sinceMs = days === undefined ? 0 : systemClock.now() - days * dayMs;
  const rows = (await openTroupe(options).accounts()).spend(by, sinceMs);
  if (json) await out.json({ by, rows });
  else if (rows.length === 0) err.note('Nothing was spent yet: no attempt has used an account.\n');
  else await out.write(table([headsOf(by), ...rows.map(spendRow)], Math.max(out.columns, 100)));
  return exits.succeeded;
}

const headsOf = (by: string): readonly string[] => [
  ...[by.toUpperCase(), 'ATTEMPTS', 'TOKENS IN', 'TOKENS OUT', 'COST', ''],
];

/** What is only known in part is said to be more than that. */
function spendRow(row: Spend): readonly string[] {
  const { key, attempts, inputTokens, outputTokens, costUsd, unknown, atMaximum, open } = row;
  const isPart = costUsd !== null && unknown > 0;
  const cost = costUsd === null ? 'unknown' : `${isPart ? 'over ' : ''}${money(costUsd)}`;
  const notes = [
    isPart ? `${unknown} unknown` : '',
    atMaximum > 0 ? `${atMaximum} counted at their maximum` : '',
    open > 0 ? `${open} under way` : '',
  ];
  const about = notes.filter((note) => note !== '').join(', ');
  return [
    plainLine(key),
    ...[attempts, inputTokens, outputTokens].map(String),
    costUsd === null && open === attempts ? '' : cost,
    about,
  ];
}
