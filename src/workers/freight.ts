/** How the files of an attempt come from one side to the other. */
import type { Envelope } from '../bus/bus.ts';
import type { Packed } from './packing.ts';
import type { Parcel } from './parcel.ts';
import type { FetchPiece } from './unpacking.ts';

export interface Freight {
  /** From then on the reader can fetch its files. Returns how to take it back. */
  offer(packed: Packed, reader: string): Promise<() => void>;
  /** The files of what the other side has offered; `ask` reaches it. */
  fetching(
    parcel: Parcel,
    ask: (event: Envelope['event']) => Promise<Envelope['event']>,
  ): FetchPiece;
}
