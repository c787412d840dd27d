/** Reads along one direction of a WebSocket and gives it on, with messages twice if wanted. */

const endOfHead = Buffer.from('\r\n\r\n');
/** A whole text, in one frame. */
const wholeText = 0x81;

export class Doubler {
  readonly #isWanted: () => boolean;
  #rest: Buffer = Buffer.alloc(0);
  #state: 'head' | 'greeting' | 'talking' = 'head';

  constructor(isWanted: () => boolean) {
    this.#isWanted = isWanted;
  }

  read(data: Buffer): Buffer {
    this.#rest = Buffer.concat([this.#rest, data]);
    const given: Buffer[] = [];
    for (let end = this.#end(); end > 0 && end <= this.#rest.length; end = this.#end()) {
      const piece = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end);
      given.push(piece);
      // A network says no greeting twice: that begins a session, and is of one connection.
      if (this.#state === 'talking' && piece[0] === wholeText && this.#isWanted()) {
        given.push(piece);
      }
      if (this.#state === 'greeting' && piece[0] === wholeText) this.#state = 'talking';
      if (this.#state === 'head') this.#state = 'greeting';
    }
    return Buffer.concat(given);
  }

  /** Where the head of the request, or the next frame, ends; 0: not known yet. */
  #end(): number {
    if (this.#state === 'head') {
      const at = this.#rest.indexOf(endOfHead);
      return at < 0 ? 0 : at + endOfHead.length;
    }
    const [, second] = this.#rest;
    if (second === undefined) return 0;
    const short = second & 0x7f;
    const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
    const headBytes = 2 + lengthBytes + ((second & 0x80) === 0 ? 0 : 4);
    if (this.#rest.length < headBytes) return 0;
    if (lengthBytes === 0) return headBytes + short;
    const isLong = lengthBytes === 8;
    return (
      headBytes + (isLong ? Number(this.#rest.readBigUInt64BE(2)) : this.#rest.readUInt16BE(2))
    );
  }
}
