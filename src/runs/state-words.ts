/** How a person is told in which state something is. */

const ends: Readonly<Record<string, string>> = {
  succeeded: 'it has succeeded',
  failed: 'it has failed',
  crashed: 'it has crashed',
  skipped: 'it was skipped',
  cancelled: 'it was called off',
};

export const standing = (state: string): string => ends[state] ?? `it is ${state}`;
