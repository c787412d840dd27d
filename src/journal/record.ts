/**
 * One record is one line of JSON whose first key is the checksum of the rest of the line:
 * `{"c":"1a2b3c4d","n":7,"at":...,"input":{...},"performed":6}`.
 */
import { crc32 } from 'node:zlib';

const head = '{"c":"';
const checksumEnd = head.length + 8;
/** Where the checked part of a line begins. */
const bodyStart = checksumEnd + 2;

/** `value` is an object with at least one key. Ends with a newline. */
export function encodeRecord(value: object): string {
  const body = JSON.stringify(value).slice(1);
  return `${head}${hex(crc32(body))}",${body}\n`;
}

/** Undefined when the line is torn or damaged. `line` is without its newline. */
export function decodeRecord(line: Buffer): unknown {
  if (line.length <= bodyStart || line.toString('latin1', 0, head.length) !== head)
    return undefined;
  const checksum = line.toString('latin1', head.length, checksumEnd);
  if (checksum !== hex(crc32(line.subarray(bodyStart)))) return undefined;
  try {
    return JSON.parse(`{${line.toString('utf8', bodyStart)}`);
  } catch {
    return undefined;
  }
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}
