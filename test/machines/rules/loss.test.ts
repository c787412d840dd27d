/** What a loss makes of an outcome, and that nothing else does. */
import { expect, test } from 'vitest';
import { noUsage } from '../../../machines/outcome.ts';
import { asItStands, workLost } from '../../../machines/rules/loss.ts';
import { passingFault, succeeded } from '../outcomes.ts';

test('an attempt whose work is gone was cut short, and has no session to go on with', () => {
  const fault = workLost('its folder is gone');
  const session = { id: 's1', counted: noUsage };
  const outcome = { ...succeeded, session };
  expect(asItStands(outcome, fault)).toEqual({ ...succeeded, kind: 'interrupted', fault });
});

test('any other fault, or none, leaves an outcome as it stands', () => {
  expect(asItStands(succeeded, passingFault)).toBe(succeeded);
  expect(asItStands(succeeded, null)).toBe(succeeded);
  expect(asItStands(null, workLost('gone'))).toBeNull();
});
