/** A mix of faults is written in one line, read again as it was, and mistakes in it are told. */
import { expect, test } from 'vitest';
import { isUserError } from '../../src/kernel/user-error.ts';
import { allFaults, formatFaults, noFaults, parseFaults } from '../../src/simulation/fault-mix.ts';

test.each([
  'none',
  'crash=0.05',
  'crash=0.05,hang=0.02,kill=0.01',
  'kill@17/flushed,kill@18/amid',
  'torn=1,kill@3/appended,max=5',
])('%s is read as it is written', (text) => {
  expect(formatFaults(parseFaults(text))).toBe(text);
});

test('words for all, for none, and for the usual share of one', () => {
  expect(parseFaults('all')).toEqual(allFaults);
  expect(parseFaults('')).toEqual(noFaults);
  expect(parseFaults(' none ')).toEqual(noFaults);
  expect(parseFaults('crash')).toEqual({ ...noFaults, rates: { crash: 0.04 } });
  expect(parseFaults('all, kill=0').rates).toEqual({ ...allFaults.rates, kill: 0 });
  expect(formatFaults(parseFaults('all,kill=0'))).not.toContain('kill=');
  expect(parseFaults('kill@17').kills).toEqual([{ n: 17, moment: 'flushed' }]);
  expect(parseFaults(formatFaults(allFaults))).toEqual(allFaults);
});

function complaint(text: string): string {
  try {
    parseFaults(text);
  } catch (error) {
    if (isUserError(error)) return `${error.code}: ${error.message} (${error.hint})`;
  }
  return 'nobody complained';
}

test.each([
  ['crahs=0.1', /^faults\.unknown: no fault is called "crahs"; did you mean "crash"\? \(write all/],
  ['meteor', /^faults\.unknown: .*\(write all, none, or shares such as crash=0\.05; known: crash/],
  ['crash=2', /^faults\.unreadable: "crash=2" .*\(write a share from 0 to 1 after the name/],
  ['crash=', /a share from 0 to 1/],
  ['crash=often', /a share from 0 to 1/],
  ['max=', /\(write how many faults there may be at most: max=30\)/],
  ['max=-1', /max=30/],
  ['kill@', /\(write kill@17, or kill@17\/MOMENT; moments: appended, flushed, amid, performed\)/],
  ['kill@0', /kill@17/],
  ['kill@3/later', /moments: appended/],
])('%s is no mix', (text, expected) => {
  expect(complaint(text)).toMatch(expected);
});
