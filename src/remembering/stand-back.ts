/** A process that lets everybody else go first: whoever works on tasks, or answers people. */
import { writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

export function standBack(): void {
  setPriority(constants.priority.PRIORITY_LOW);
  try {
    // Linux may weigh sessions against each other, and this one is a session of its own.
    writeFileSync('/proc/self/autogroup', String(constants.priority.PRIORITY_LOW));
  } catch {
    // Another system, or one that does not weigh them.
  }
}
