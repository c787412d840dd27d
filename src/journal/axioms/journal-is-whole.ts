/** The journal has every input once, in order, and its time never runs back. */
import type { Axiom } from './axiom.ts';

export const journalIsWhole: Axiom = {
  name: 'journal-is-whole',
  says: 'The journal has every input once and in order, and its time never runs back.',
  watch: (_, blame) => ({
    before: ({ n, at, performed }, core) => {
      const place = { n, at };
      if (n !== core.n + 1) blame(`input ${n} follows input ${core.n}`, place);
      if (at < core.at) blame(`it is ${core.at - at} ms before the input it follows`, place);
      if (performed >= n) blame(`it claims the effects of input ${performed}`, place);
    },
  }),
};
