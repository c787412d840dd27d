/** The side of ACP that an agent talks to: its updates, its questions, its files and programs. */
import type { ClientApp, Stream } from '@agentclientprotocol/sdk';
import { Cancellation } from '../../kernel/cancellation.ts';
import type { AgentWorld, Assignment } from '../agent.ts';
import { askPerson, denialWords } from '../asking.ts';
import type { Permissions } from '../command-line/dialect.ts';
import { confine } from '../hands/confined.ts';
import type { Errands } from '../hands/errand.ts';
import { type Done, readWhole, writeWhole } from '../hands/folder-files.ts';
import type { Attention } from '../listening/attention.ts';
import { answerTo, inputOf, judgePermit, toolOf } from './permits.ts';
import { Terminals } from './terminals.ts';
import { signsOfUpdate } from './updates.ts';

export interface ClientOptions {
  readonly permissions: Permissions;
  readonly assignment: Assignment;
  readonly world: AgentWorld;
  readonly attention: Attention;
  readonly errands: Errands;
  /** Aborted when the attempt is over. */
  readonly signal: AbortSignal;
}

/** What an agent may leave to us: where a person decides, it must ask for what it does itself. */
export function capabilitiesFor(permissions: Permissions) {
  const writeTextFile = permissions === 'edit' || permissions === 'full';
  return { fs: { readTextFile: true, writeTextFile }, terminal: permissions === 'full' };
}

export class AcpClient {
  readonly terminals: Terminals;
  readonly #options: ClientOptions;
  /** Whoever is asked for it is asked no more once it is over. */
  readonly #asking: AgentWorld;
  /** What a session that is loaded repeats was told before. */
  #phase: 'loading' | 'working' = 'loading';

  constructor(options: ClientOptions) {
    this.#options = options;
    const { errands, assignment, world, signal } = options;
    this.#asking = { ...world, cancellation: Cancellation.of(signal) };
    this.terminals = new Terminals(errands, assignment.timeoutMs, signal);
  }

  /** From now on, updates are about this attempt. */
  begin(): void {
    this.#phase = 'working';
  }

  connect(app: ClientApp, stream: Stream) {
    const { attention } = this.#options;
    return app
      .onNotification('session/update', ({ params }) => {
        attention.overhear();
        if (this.#phase === 'working') attention.take(signsOfUpdate(params.update));
      })
      .onRequest('session/request_permission', ({ params }) => this.#permit(params))
      .onRequest('fs/read_text_file', ({ params }) => this.#read(params))
      .onRequest('fs/write_text_file', ({ params }) => this.#write(params))
      .onRequest('terminal/create', ({ params }) => this.#run(params))
      .onRequest('terminal/output', ({ params }) => this.terminals.output(params.terminalId))
      .onRequest('terminal/wait_for_exit', ({ params }) =>
        attention.meanwhile(this.terminals.wait(params.terminalId)),
      )
      .onRequest('terminal/kill', async ({ params }) => {
        await this.terminals.kill(params.terminalId);
        return {};
      })
      .onRequest('terminal/release', async ({ params }) => {
        await this.terminals.release(params.terminalId);
        return {};
      })
      .connect(stream);
  }

  async #permit(request: Parameters<typeof judgePermit>[0]) {
    const { permissions, assignment, attention, signal } = this.#options;
    const judged = await judgePermit(request, permissions, assignment.cwd);
    const tool = toolOf(request);
    if (judged === 'allow') return answerTo(request, 'allow');
    if (judged === 'deny') {
      const reason = `its role has "permissions: ${permissions}"`;
      attention.take([{ type: 'permission.asked', tool, reason }]);
      return answerTo(request, 'deny');
    }
    const question = { tool, input: inputOf(request) };
    const leave = await askPerson(question, this.#asking, attention);
    if (signal.aborted) return { outcome: { outcome: 'cancelled' as const } };
    if (leave.answer === 'deny') {
      attention.take([{ type: 'permission.asked', tool, reason: denialWords(leave) }]);
    }
    return answerTo(request, leave.answer);
  }

  async #read({
    path,
    line,
    limit,
  }: {
    path: string;
    line?: number | null;
    limit?: number | null;
  }) {
    const content = await orRefusal(readWhole(this.#options.assignment.cwd, path));
    if (!line && !limit) return { content };
    const from = Math.max(0, (line ?? 1) - 1);
    const rows = content.split('\n').slice(from, limit ? from + limit : undefined);
    return { content: rows.join('\n') };
  }

  async #write({ path, content }: { path: string; content: string }) {
    const { permissions, assignment, errands, signal } = this.#options;
    if (!capabilitiesFor(permissions).fs.writeTextFile) {
      throw new Error(`its role has "permissions: ${permissions}"`);
    }
    if (!(await errands.isWanted(signal))) throw new Error('it was given up');
    await orRefusal(writeWhole(assignment.cwd, path, content));
    return {};
  }

  async #run(request: Parameters<Terminals['create']>[0]) {
    const { permissions, assignment } = this.#options;
    if (!capabilitiesFor(permissions).terminal) {
      throw new Error(`its role has "permissions: ${permissions}"`);
    }
    const place = await confine(assignment.cwd, request.cwd ?? '.');
    if (place.kind === 'refused') throw new Error(place.message);
    return { terminalId: this.terminals.create(request, place.path) };
  }
}

/** Agents tell a file that is not there from one that can't be had by the error's number. */
async function orRefusal(doing: Promise<Done>): Promise<string> {
  const { how, text } = await doing;
  if (how === 'succeeded') return text;
  const { RequestError } = await import('@agentclientprotocol/sdk');
  throw new RequestError(text.includes('ENOENT') ? notFound : refused, text);
}

const notFound = -32_002;
const refused = -32_602;
