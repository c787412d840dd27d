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

/** Undefined when the line is torn or damaged. `line` is without its newline. */
export function decodeRecord(line: Buffer): unknown {
  if (line.length <= bodyStart) return undefined;
  const beginning = beginningFor(crc32(line.subarray(bodyStart)));
  if (line.toString('latin1', 0, bodyStart) !== beginning) return undefined;
  try {
    return JSON.parse(`{${line.toString('utf8', bodyStart)}`);
  } catch {
    return undefined;
  }
}

function beginningFor(checksum: number): string {
  return `{"c":"${checksum.toString(16).padStart(8, '0')}",`;
}
