/** What can be asked about machines: whether they are sound, and what of them ever happened. */
import type { Config } from '../../config.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type MachineProof, type MachineProofOptions, verifyMachines } from './verify-machines.ts';

export class MachineDesk {
  readonly #clock: Clock;

  constructor(_config: Config, clock: Clock) {
    this.#clock = clock;
  }

  /** Those in a file; those of the product when none is given. */
  verify(path: string | null, options: MachineProofOptions = {}): Promise<MachineProof> {
    return verifyMachines(path, options, this.#clock);
  }
}
