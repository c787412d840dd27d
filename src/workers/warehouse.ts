/** Open parcels, and the pieces of them that the other end asks for. */
import type { Envelope } from '../bus/bus.ts';
import { UserError } from '../kernel/user-error.ts';
import type { Freight } from './freight.ts';
import { type Packed, pieceOf } from './packing.ts';
import type { Parcel } from './parcel.ts';
import type { FetchPiece } from './unpacking.ts';
import { partSchema, readSchema } from './wire.ts';

type Event = Envelope['event'];

export class Warehouse implements Freight {
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
    const data = await pieceOf(found.packed, read.data.file, read.data.offset);
    return { type: 'files.part', data: data.toString('base64') } as Event;
  }
}
