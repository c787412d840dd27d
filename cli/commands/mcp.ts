/** `troupe mcp`: serves this home to an assistant that speaks the Model Context Protocol. */
import { type Command, InvalidArgumentError } from 'commander';
import { type McpDesk, openMcp, systemClock, UserError } from '../../src/index.ts';
import { ask } from '../ask.ts';
import { exits } from '../exits.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { plainLine } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';
import { Stops } from '../watching/stops.ts';

interface Options extends HomeOption, JsonOption {
  readonly http?: true;
  readonly port: number;
  readonly team?: string;
  readonly printConfig?: string;
  readonly install?: string;
  readonly yes?: true;
}

export function define(command: Command, act: Act): void {
  command
    .option('--http', 'serve over HTTP on this machine, in place of standard input and output')
    .option('--port <n>', 'the port for --http; 0 takes any that is free', readPort, 0)
    .option(
      '--team <plan>',
      'a plan file whose agents can be given tasks (default: those of this machine)',
    )
    .option('--print-config <client>', 'print what claude, codex, gemini or opencode must be told')
    .option('--install <client>', "write that into the client's own configuration, after asking")
    .option('--yes', 'with --install: do not ask');
  addJson(command, 'with --http: print one object, url and token');
  addHome(command).action(act(mcp));
  addExamples(command, [
    'troupe mcp --print-config claude',
    'troupe mcp --install codex',
    'troupe mcp --team team.yaml',
    'TROUPE_MCP_TOKEN=... troupe mcp --http --port 7701',
  ]);
}

async function mcp(options: Options) {
  const troupe = openTroupe(options);
  const desk = await openMcp(troupe);
  if (options.printConfig !== undefined) return print(desk, options.printConfig);
  if (options.install !== undefined) return install(desk, options.install, options);
  const { TROUPE_MCP_TOKEN: token } = troupe.config.environment;
  return options.http ? overHttp(desk, options, token) : overStdio(desk, options);
}

async function print(desk: McpDesk, client: string) {
  const { text, path } = desk.config(client);
  await out.write(text);
  err.note(`This belongs into ${path}; troupe mcp --install ${client} writes it there.\n`);
  return exits.succeeded;
}

async function install(desk: McpDesk, client: string, { yes }: Options) {
  const { text, path } = desk.config(client);
  const answer = yes ? 'yes' : await ask(`${text}\nWrite this into ${path}?`);
  if (answer === null) throw nobodyToAsk(client);
  if (answer === 'no') {
    err.note('Nothing was changed.\n');
    return exits.failed;
  }
  err.note(`Written: ${desk.install(client)}\n`);
  return exits.succeeded;
}

async function overStdio(desk: McpDesk, { team = null }: { readonly team?: string | null }) {
  const stops = new Stops(systemClock);
  try {
    // Standard output is the protocol's: what went wrong is said beside it.
    const say = ({ message }: Error): void => err.note(`troupe mcp: ${plainLine(message)}\n`);
    const served = await desk.overStdio(team, say);
    await Promise.race([served.ended, stops.first]);
    await Promise.race([served.close(), stops.second]);
    return exits.succeeded;
  } finally {
    stops.close();
  }
}

async function overHttp(desk: McpDesk, options: Options, token: string | undefined) {
  const stops = new Stops(systemClock);
  try {
    const wish = { port: options.port, ...(token !== undefined && { token }) };
    const served = await desk.overHttp(options.team ?? null, wish);
    const { url } = served;
    if (options.json) await out.json({ url, token: served.token });
    else await out.write(`${url}\n`);
    // One that was given is known already, and is not repeated anywhere.
    if (token === undefined && !options.json) err.note(`Authorization: Bearer ${served.token}\n`);
    err.note('Serving until Ctrl-C.\n');
    await stops.first;
    await Promise.race([served.close(), stops.second]);
    return exits.succeeded;
  } finally {
    stops.close();
  }
}

function readPort(given: string): number {
  const port = Number(given);
  if (/^\d+$/.test(given) && port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
}

function nobodyToAsk(client: string): UserError {
  const hint = `add --yes, or paste what this prints: troupe mcp --print-config ${client}`;
  return new UserError('mcp.nobody-to-ask', 'there is no terminal to ask on', hint);
}
