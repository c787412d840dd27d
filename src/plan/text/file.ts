/** Reads a plan's file without trusting it: what it is, how large, whether it is text at all. */
import { isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../kernel/user-error.ts';
import { nearest } from '../problems/nearest.ts';
import { PlanError, quote } from '../problems/problem.ts';

export const bytesMax = 10 * 1024 * 1024;
const planEnding = /\.(ya?ml|json)$/i;
const programEnding = /\.[cm]?[jt]sx?$/i;

/** The text of the file. Throws a PlanError for anything that can't be a plan's text. */
export async function readPlanFile(file: string): Promise<string> {
  if (programEnding.test(file)) throw programError(file);
  const handle = await openPlan(file);
  try {
    const bytes = await readBounded(handle, file);
    return decode(bytes, file);
  } finally {
    await handle.close();
  }
}

function programError(file: string): PlanError {
  const message = 'is a program, and a plan is read without running anything';
  return failure(file, 'plan.is-program', message, 'let it print its plan as JSON to a file');
}

async function openPlan(file: string): Promise<FileHandle> {
  try {
    // Looked at before it is opened: opening a device can block or do something.
    const { isFolder, isReadable } = await lookAt(file);
    if (isFolder) throw await folderError(file);
    if (!isReadable) throw failure(file, 'plan.not-a-file', 'is a device, not a file', '');
    return await open(file, constants.O_RDONLY);
  } catch (error) {
    throw error instanceof UserError ? error : await openError(file, error);
  }
}

async function lookAt(file: string): Promise<{ isFolder: boolean; isReadable: boolean }> {
  const status = await stat(file);
  const isReadable = status.isFile() || status.isFIFO();
  return { isFolder: status.isDirectory(), isReadable };
}

/** One byte more than the limit is enough to know; a pipe has no size to ask for. */
async function readBounded(handle: FileHandle, file: string): Promise<Buffer> {
  const { size } = await handle.stat();
  if (size > bytesMax) throw sizeError(file, size);
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const { buffer, bytesRead } = await readChunk(handle, file);
    if (bytesRead === 0) return Buffer.concat(chunks);
    chunks.push(buffer.subarray(0, bytesRead));
    total += bytesRead;
    if (total > bytesMax) throw sizeError(file, total);
  }
}

const chunkBytes = 256 * 1024;

async function readChunk(handle: FileHandle, file: string) {
  try {
    return await handle.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, null);
  } catch (error) {
    throw await openError(file, error);
  }
}

function sizeError(file: string, bytes: number): PlanError {
  const megabytes = (count: number): string => `${Math.ceil(count / 1024 / 1024)} MB`;
  const message = `is larger than ${megabytes(bytesMax)} (${megabytes(bytes)} or more)`;
  return failure(file, 'plan.too-large', message, 'split it, or keep long texts in files');
}

function decode(bytes: Buffer, file: string): string {
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes);
  const [first, second] = bytes;
  const isWide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const fix = isWide ? 'it looks like UTF-16: save it as UTF-8' : 'save it as UTF-8';
  const message = `is not UTF-8 text, from byte ${firstWrongByte(bytes)}`;
  throw failure(file, 'plan.not-utf8', message, fix);
}

/** Counted from 0: the length of the longest beginning that can still become text. */
function firstWrongByte(bytes: Buffer): number {
  const isText = (length: number): boolean => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  let [good, bad] = [0, bytes.length + 1];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (middle <= bytes.length && isText(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

async function folderError(file: string): Promise<PlanError> {
  const [first] = await plansIn(file);
  const fix =
    first === undefined ? 'name the file in it' : `did you mean ${quote(join(file, first))}?`;
  return failure(file, 'plan.is-folder', 'is a folder, not a plan', fix);
}

async function openError(file: string, error: unknown): Promise<PlanError> {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? 'unknown error';
  if (code === 'ENOENT' || code === 'ENOTDIR') return await missingError(file);
  const words: Readonly<Record<string, string>> = {
    EACCES: "can't be read: no permission",
    EPERM: "can't be read: no permission",
    ELOOP: "can't be read: its links go in a circle",
    ENAMETOOLONG: "can't be read: its name is too long",
  };
  return failure(file, 'plan.unreadable', words[code] ?? `can't be read (${code})`, '');
}

async function missingError(file: string): Promise<PlanError> {
  const folder = dirname(file);
  const names = await plansIn(folder);
  const near = nearest(basename(file), names) ?? (names.length === 1 ? names[0] : undefined);
  const listed = names.slice(0, 5).join(', ');
  const others = listed === '' ? 'no plan is in that folder' : `in that folder: ${listed}`;
  const fix = near === undefined ? others : `did you mean ${quote(join(folder, near))}?`;
  return failure(file, 'plan.not-found', 'there is no such file', fix);
}

async function plansIn(folder: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => planEnding.test(name)).sort();
  } catch {
    return [];
  }
}

function failure(file: string, code: string, message: string, fix: string): PlanError {
  const place = { file, line: 0, column: 0, key: '' };
  return new PlanError([{ ...place, code, message, fix }], 0, 'Name a plan in YAML or JSON.');
}
