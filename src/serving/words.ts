/** What an attempt said, read from the files of its streams, which may still be growing. */
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { type Token, taskId } from '../../machines/ids.ts';
import type { Dialect } from '../agents/command-line/dialect.ts';
import { dialects } from '../agents/command-line/dialects.ts';
import { signsIn } from '../agents/command-line/ear.ts';
import { Lines } from '../agents/lines.ts';
import type { Sign } from '../agents/listening/sign.ts';
import { streamPaths } from '../agents/streams.ts';
import type { Word } from './wire.ts';

/** Of what was there before somebody looked, so much is shown of each stream. */
const lookBackBytes = 256 * 1024;
const pieceBytes = 64 * 1024;
const textMaxCharacters = 8_000;

interface Reading {
  readonly decoder: StringDecoder;
  readonly lines: Lines | null;
  bytes: number;
}

export class WordsTail {
  readonly #folder: string;
  /** The beginning of the names of its files. */
  readonly #begin: string;
  readonly #dialect: Dialect | null;
  readonly #readings = new Map<string, Reading>();
  #heard: Word[] = [];

  /** `adapter`: of the role that played it. */
  constructor(runFolder: string, task: string, token: number, adapter: string) {
    const { stdout } = streamPaths(taskId(task), token as Token);
    this.#folder = join(runFolder, dirname(stdout));
    this.#begin = basename(stdout).replace(/out\.txt$/, '');
    const spoken: Readonly<Record<string, Dialect>> = dialects;
    this.#dialect = spoken[adapter] ?? null;
  }

  /** What was not given before. */
  async fresh(): Promise<readonly Word[]> {
    this.#heard = [];
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names.sort()) {
      const isOwn = name.startsWith(this.#begin) && name.endsWith('.txt');
      if (isOwn && !name.endsWith('.answer.txt')) await this.#read(name);
    }
    return this.#heard;
  }

  async #read(name: string): Promise<void> {
    const file = await open(join(this.#folder, name)).catch(() => null);
    if (!file) return;
    try {
      const stream = name.slice(this.#begin.length, -'.txt'.length);
      const reading = this.#readings.get(name) ?? (await this.#begun(file, stream));
      this.#readings.set(name, reading);
      for (let text = await next(file, reading); text !== null; text = await next(file, reading)) {
        if (reading.lines) reading.lines.add(text);
        else this.#say(kindOf(stream), text);
      }
    } finally {
      await file.close();
    }
  }

  async #begun(file: FileHandle, stream: string): Promise<Reading> {
    const { size } = await file.stat();
    const dialect = stream === 'out' ? this.#dialect : null;
    const lines = dialect ? new Lines((line) => this.#hear(dialect, line)) : null;
    const bytes = Math.max(0, size - lookBackBytes);
    if (bytes > 0) this.#say('problem', `… ${bytes} bytes before this are not shown\n`);
    return { decoder: new StringDecoder('utf8'), lines, bytes };
  }

  #hear(dialect: Dialect, line: string): void {
    for (const sign of signsIn(dialect, line)) {
      const word = wordOf(sign);
      if (word) this.#say(word.kind, word.text);
    }
  }

  #say(kind: Word['kind'], text: string): void {
    if (kind !== 'raw' && text.length > textMaxCharacters) {
      this.#heard.push({ kind, text: `${text.slice(0, textMaxCharacters)}…` });
    } else if (text !== '') this.#heard.push({ kind, text });
  }
}

function kindOf(stream: string): Word['kind'] {
  if (stream.startsWith('check-')) return 'check';
  return stream === 'err' ? 'problem' : 'raw';
}

function wordOf(sign: Sign): Word | null {
  switch (sign.type) {
    case 'text.written':
      return { kind: 'text', text: sign.text };
    case 'thought.told':
      return { kind: 'thought', text: sign.text };
    case 'tool.called':
      return { kind: 'tool', text: `${sign.tool} ${sign.input}` };
    case 'tool.ended':
      return sign.how === 'succeeded'
        ? null
        : { kind: 'problem', text: `the tool was ${sign.how}` };
    case 'permission.asked':
      return { kind: 'problem', text: `may not use ${sign.tool}: ${sign.reason}` };
    case 'usage.counted':
      return { kind: 'usage', text: usageText(sign) };
    case 'rate.limited':
      return { kind: 'problem', text: sign.message };
    case 'request.failed':
      return { kind: 'problem', text: sign.trouble.message };
    default:
      return null;
  }
}

function usageText({ usage }: Sign & { type: 'usage.counted' }): string {
  const cost = usage.costUsd === null ? '' : ` · $${usage.costUsd.toFixed(4)}`;
  return `${usage.inputTokens} tokens in · ${usage.outputTokens} out${cost}`;
}

/** Null at the end of what is there now. */
async function next(file: FileHandle, reading: Reading): Promise<string | null> {
  const piece = Buffer.allocUnsafe(pieceBytes);
  const { bytesRead } = await file.read(piece, 0, pieceBytes, reading.bytes);
  reading.bytes += bytesRead;
  return bytesRead === 0 ? null : reading.decoder.write(piece.subarray(0, bytesRead));
}
