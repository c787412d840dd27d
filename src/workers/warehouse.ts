/**
 * Open parcels, and the pieces of them that the other end asks for.
 *
 * Owns: the parcels, and who waits to read. Invariant: at most `readingMax` pieces are in memory
 * here, however many are asked for.
 */
import type { Envelope } from '../bus/bus.ts';
import { UserError } from '../kernel/user-error.ts';
import type { Freight } from './freight.ts';
import { type Packed, pieceOf } from './packing.ts';
import type { Parcel } from './parcel.ts';
import type { FetchPiece } from './unpacking.ts';
import { partSchema, readSchema } from './wire.ts';

type Event = Envelope['event'];

const readingMax = 32;

export class Warehouse implements Freight {
  #reading = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #open = new Map<string, { readonly packed: Packed; readonly for: string }>();

  /** `reader`: the address of the only one who may ask. */
  async offer(packed: Packed, reader: string): Promise<() => void> {
    const { id } = packed.parcel;
    this.#open.set(id, { packed, for: reader });
    return () => {
      this.#open.delete(id);
    };
  }

  /** `ask` reaches the warehouse of the other end. */
  fetching({ id }: Parcel, ask: (event: Event) => Promise<Event>): FetchPiece {
    return async (file, offset) => {
      const read = { type: 'files.read', parcel: id, file, offset } as Event;
      return Buffer.from(partSchema.parse(await ask(read)).data, 'base64');
    };
  }

  async answer({ from, event }: Pick<Envelope, 'event' | 'from'>): Promise<Event> {
    const read = readSchema.safeParse(event);
    const found = read.success ? this.#open.get(read.data.parcel) : undefined;
    if (!read.success || found?.for !== from) {
      throw new UserError('files.unknown', 'there is no such parcel', 'ask for a newer one');
    }
    await this.#turn();
    try {
      const data = await pieceOf(found.packed, read.data.file, read.data.offset);
      return { type: 'files.part', data: data.toString('base64') } as Event;
    } finally {
      this.#reading -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    if (this.#reading >= readingMax) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#reading += 1;
  }
}
