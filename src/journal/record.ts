/**
 * One record is one line of JSON whose first key is the checksum of the rest of the line:
 * `{"c":"1a2b3c4d","n":7,"at":...,"input":{...},"performed":6}`.
 */
import { crc32 } from 'node:zlib';

const blank = '{"c":"00000000",';
const blankBytes = Buffer.from(blank);
const digitsStart = blank.indexOf('0');
/** Where the checked part of a line begins. */
const bodyStart = blank.length;
const hexDigits = '0123456789abcdef';
const hexBytes = Buffer.from(hexDigits);
const newline = 0x0a;

/** `value` is an object with at least one key. Ends with a newline. */
export function encodeRecord(value: object): string {
  const body = JSON.stringify(value).slice(1);
  return `${beginningFor(crc32(body))}${body}\n`;
}

/** How many bytes a line may need whose record has this JSON. */
export function lineBytesMax(json: string): number {
  return bodyStart + 3 * json.length;
}

/**
 * The same line as bytes, of the record's JSON; answers how many. Put together as text it would be
 * copied four times on its way to the disk.
 */
export function writeLine(json: string, room: Buffer, start: number): number {
  // Its first brace is written over by the end of the beginning.
  const end = start + bodyStart - 1 + room.write(json, start + bodyStart - 1);
  const checksum = crc32(room.subarray(start + bodyStart, end));
  room.set(blankBytes, start);
  for (let digit = 0; digit < 8; digit += 1) {
    room[start + digitsStart + digit] = hexBytes[(checksum >>> (28 - 4 * digit)) & 15] as number;
  }
  room[end] = newline;
  return end + 1 - start;
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
