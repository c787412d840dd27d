/** What the runtime itself saw of a program's end, as evidence. */
import { basename } from 'node:path';
import type { Evidence } from '../../../machines/outcome.ts';
import type { Ending } from './endings.ts';
import type { Ended } from './process.ts';

export function exitEvidence(
  ended: Ended,
  program: string,
  passed: boolean,
  more: Evidence['facts'] = {},
): Evidence {
  const { ending, durationMs, stdout, stderr } = ended;
  return {
    kind: 'exit',
    passed,
    summary: summaryOf(ending, basename(program)),
    facts: {
      program,
      ...(ending.kind === 'exited' && { exitCode: ending.exitCode }),
      ...(ending.kind === 'killed' && { signal: ending.signal }),
      durationMs,
      stdoutBytes: stdout.bytes,
      stdoutSha256: stdout.sha256,
      stderrBytes: stderr.bytes,
      ...more,
    },
  };
}

function summaryOf(ending: Ending, program: string): string {
  switch (ending.kind) {
    case 'exited':
      return `${program} exited ${ending.exitCode}`;
    case 'killed':
      return `${program} was ended by ${ending.signal}`;
    case 'timed-out':
      return `${program} ran out of time`;
    case 'cancelled':
      return `${program} was given up`;
    case 'faulted':
      return `${program}: ${ending.fault.code}`;
  }
}
