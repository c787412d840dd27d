/** Open parcels, and the pieces of them that the other end asks for. */
import type { Envelope } from '../bus/bus.ts';
import { UserError } from '../kernel/user-error.ts';
import { type Packed, pieceOf } from './packing.ts';
import type { FetchPiece } from './unpacking.ts';
import { partSchema, readSchema } from './wire.ts';

type Event = Envelope['event'];

export class Warehouse {
  readonly #open = new Map<string, { readonly packed: Packed; readonly for: string }>();

  /** `reader`: the address of the only one who may ask. Returns how to take it back. */
  offer(packed: Packed, reader: string): () => void {
    const { id } = packed.parcel;
    this.#open.set(id, { packed, for: reader });
    return () => {
      this.#open.delete(id);
    };
  }

  async answer({ from, event }: Pick<Envelope, 'event' | 'from'>): Promise<Event> {
    const read = readSchema.safeParse(event);
    const found = read.success ? this.#open.get(read.data.parcel) : undefined;
    if (!read.success || found?.for !== from) {
      throw new UserError('files.unknown', 'there is no such parcel', 'ask for a newer one');
    }
    const data = await pieceOf(found.packed, read.data.file, read.data.offset);
    return { type: 'files.part', data: data.toString('base64') } as Event;
  }
}

/** `ask` reaches the warehouse of the other end. */
export function fetching(parcel: string, ask: (event: Event) => Promise<Event>): FetchPiece {
  return async (file, offset) => {
    const part = partSchema.parse(await ask({ type: 'files.read', parcel, file, offset } as Event));
    return Buffer.from(part.data, 'base64');
  };
}
