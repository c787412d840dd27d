/** Files on their way between machines: what is in a parcel, and where its files may lie. Pure. */
import { posix } from 'node:path';
import { z } from 'zod';

/** More is not sent: it would cost more than the work is worth, or somebody means harm. */
export const parcelLimits = {
  filesMax: 20_000,
  bytesMax: 2 * 1024 * 1024 * 1024,
  pathMaxCharacters: 2_000,
  /** All paths together: the list travels in one frame. */
  pathsMaxCharacters: 2_000_000,
} as const;

/** Small files travel in the list itself. */
export const inlineMaxBytes = 16 * 1024;
export const inlineTotalMaxBytes = 512 * 1024;
export const pieceBytes = 512 * 1024;

const path = z.string().min(1).max(parcelLimits.pathMaxCharacters).refine(isPlainPath);

export const fileSchema = z.strictObject({
  /** Relative, with `/`; it begins with the root it belongs to. */
  path,
  /** `program`: it may be executed. `gone`: it was there, and is to be taken away. */
  kind: z.enum(['file', 'program', 'link', 'gone']),
  bytes: z.number().int().min(0).max(parcelLimits.bytesMax),
  /** Of its content; of a link, of what it points to. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Base64: all of it. A link's is where it points to. Left out: it is to be asked for. */
  inline: z.base64().optional(),
});
export type ParcelFile = z.infer<typeof fileSchema>;

export const parcelSchema = z
  .strictObject({
    id: z.string().min(1).max(100),
    files: z.array(fileSchema).max(parcelLimits.filesMax),
  })
  .refine(({ files }) => totalBytes(files) <= parcelLimits.bytesMax);
export type Parcel = z.infer<typeof parcelSchema>;

export const emptyParcel: Parcel = { id: 'empty', files: [] };

export const totalBytes = (files: readonly { readonly bytes: number }[]): number =>
  files.reduce((sum, { bytes }) => sum + bytes, 0);

/**
 * Leads nowhere but down, on every system: no way up, no drive, no stream, and into no folder that
 * git takes for its own.
 */
export function isPlainPath(text: string): boolean {
  return text.split('/').every((part) => {
    if (part === '' || part === '.' || part === '..') return false;
    if (/[\\:\p{Cc}]/u.test(part)) return false;
    return !isGitFolder(part);
  });
}

/** As git itself looks at names: some file systems take these for `.git`, too. */
function isGitFolder(part: string): boolean {
  // Letters that HFS+ leaves out, and the dots and spaces that Windows leaves off at the end.
  const seen = part.replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, '');
  return /^(\.git|git~\d+)[. ]*$/i.test(seen);
}

/** Where a link points to. */
export const targetOf = ({ inline = '' }: ParcelFile): string =>
  Buffer.from(inline, 'base64').toString();

/** What a link at the path names, with a `/` at its end. */
export const ledTo = (path: string, target: string): string =>
  `${posix.join(posix.dirname(path), target)}/`;

/**
 * Whether a link at the path, read from there, stays within its root. Ways up are only allowed at
 * the beginning: behind the name of another link they would lead from somewhere else.
 */
export function staysInside(path: string, target: string): boolean {
  if (target === '' || target.startsWith('/') || /^[A-Za-z]:|\\|\0/.test(target)) return false;
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const up = parts.findIndex((part) => part !== '..');
  const [ways, down] = up < 0 ? [parts, []] : [parts.slice(0, up), parts.slice(up)];
  // The first part is the root, the last one the link itself.
  return ways.length <= path.split('/').length - 2 && !down.includes('..');
}
