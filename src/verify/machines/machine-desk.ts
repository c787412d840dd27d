/** What can be asked about machines: whether they are sound, and what of them ever happened. */
import type { Config } from '../../config.ts';
import type { Clock } from '../../kernel/clock.ts';
import { findRun, listRuns } from '../../runs/folder.ts';
import { coverageOfRuns, type PastCoverage } from './coverage/past-coverage.ts';
import { type MachineProof, type MachineProofOptions, verifyMachines } from './verify-machines.ts';

export class MachineDesk {
  readonly #config: Config;
  readonly #clock: Clock;

  constructor(config: Config, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
  }

  /** Those in a file; those of the product when none is given. */
  verify(path: string | null, options: MachineProofOptions = {}): Promise<MachineProof> {
    return verifyMachines(path, options, this.#clock);
  }

  /** What of the product's machines happened in these runs; in all of them when none is named. */
  async coverage(names: readonly string[]): Promise<PastCoverage> {
    const { home } = this.#config;
    const found = names.map((name) => findRun(home, name));
    return coverageOfRuns(names.length > 0 ? await Promise.all(found) : await listRuns(home));
  }
}
