/** `troupe token`: who may join the hubs of a home. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration, type TokenView, tokensOf } from '../../src/index.ts';
import { exits } from '../exits.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { table } from '../terminal/style.ts';
import { type Act, addExamples } from '../verb.ts';

type Options = HomeOption & JsonOption;
interface CreateOptions extends Options {
  readonly role: 'worker';
  readonly ttl?: number;
}

export function define(command: Command, act: Act): void {
  const create = command.command('create').description('make one, and print it once');
  create
    .addOption(new Option('--role <role>', 'what it is for').choices(['worker']).default('worker'))
    .option('--ttl <duration>', 'how long it lets somebody in (default: until revoked)', readTtl);
  addHome(addJson(create, 'print one object')).action(act(createToken));
  const list = command.command('list').description('show which there are, without themselves');
  addHome(addJson(list, 'print one object a line')).action(act(listTokens));
  const revoke = command.command('revoke').description('let nobody in with it any more');
  addHome(revoke.argument('<id>', 'as the list has it')).action(act(revokeToken));
  addExamples(command, [
    'troupe token create --role worker --ttl 1h',
    'troupe token create --role worker --json',
    'troupe token list',
    'troupe token revoke k3v9x2ab',
  ]);
}

async function createToken({ role, ttl, ...options }: CreateOptions) {
  const desk = await tokensOf(openTroupe(options));
  const { id, token } = await desk.create({ role, ttlMs: ttl ?? null });
  if (options.json) await out.json({ token, id, role });
  else await out.write(`${token}\n`);
  if (!options.json)
    err.note(`It is not shown again. To take it back: troupe token revoke ${id}\n`);
  return exits.succeeded;
}

async function listTokens(options: Options) {
  const tokens = (await tokensOf(openTroupe(options))).list();
  if (options.json) for (const token of tokens) await out.json(token);
  else if (tokens.length === 0) err.note('There are none yet. See: troupe token create --help\n');
  else await out.write(table(tokens.map(rowOf), out.columns));
  return exits.succeeded;
}

async function revokeToken(id: string, options: Options) {
  await (await tokensOf(openTroupe(options))).revoke(id);
  err.note(`${id} lets nobody in any more.\n`);
  return exits.succeeded;
}

function rowOf({ id, role, state, expiresAtMs }: TokenView): readonly string[] {
  const until = expiresAtMs === null ? 'until revoked' : `until ${isoOf(expiresAtMs)}`;
  return [id, role, state, state === 'revoked' ? '' : until];
}

const isoOf = (ms: number): string => new Date(ms).toISOString();

function readTtl(given: string): number {
  const ttlMs = parseDuration(given);
  if (ttlMs !== null && ttlMs > 0) return ttlMs;
  throw new InvalidArgumentError('Write it as a duration, such as 30m, 1h or 7d; 365d at most.');
}
