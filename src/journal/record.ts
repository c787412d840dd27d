/**
 * One record is one line of JSON whose first key is the checksum of the rest of the line:
 * `{"c":"1a2b3c4d","n":7,"at":...,"input":{...},"performed":6}`.
 */
import { crc32 } from 'node:zlib';

/** Where the checked part of a line begins. */
const bodyStart = '{"c":"1a2b3c4d",'.length;

/** `value` is an object with at least one key. Ends with a newline. */
export function encodeRecord(value: object): string {
  const body = JSON.stringify(value).slice(1);
  return `${beginningFor(crc32(body))}${body}\n`;
}

/** Whether the line is as it was written, neither torn nor damaged. Without its newline. */
export function isSound(line: Buffer): boolean {
  if (line.length <= bodyStart) return false;
  const beginning = beginningFor(crc32(line.subarray(bodyStart)));
  return line.toString('latin1', 0, bodyStart) === beginning;
}

/** Undefined when the line is torn or damaged. */
export function decodeRecord(line: Buffer): unknown {
  return isSound(line) ? parseRecord(line) : undefined;
}

/** What a sound line holds; undefined when somebody else has written it. */
export function parseRecord(line: Buffer): unknown {
  try {
    return JSON.parse(`{${line.toString('utf8', bodyStart)}`);
  } catch {
    return undefined;
  }
}

function beginningFor(checksum: number): string {
  return `{"c":"${checksum.toString(16).padStart(8, '0')}",`;
}
