/** Questions from outside: the first reply answers, a deadline ends the waiting. */
import { expect, test } from 'vitest';
import { MemoryJournal } from '../../src/journal/memory.ts';
import { asker } from './asker.ts';
import { at, durable, Stage } from './stage.ts';
import { watched } from './watched.ts';

const play = { machines: [asker] };
const ask = (stage: Stage, type: 'ask.now' | 'ask.twice' | 'ask.later' | 'ask.never') =>
  stage.system.ref(asker, 'a').ask({ type }, { deadlineMs: 1_000 });

durable('a reply resolves', play, async (stage) => {
  stage.system.spawn(asker, { id: 'a' });
  expect(await ask(stage, 'ask.now')).toEqual({ type: 'answer', text: 'at once' });
  expect(stage.clock.alarms, 'the deadline is called off').toEqual([]);
});

durable('the first of two replies counts', play, async (stage) => {
  stage.system.spawn(asker, { id: 'a' });
  expect(await ask(stage, 'ask.twice')).toMatchObject({ text: 'first' });
  expect(stage.deadLetters()).toEqual([]);
});

durable('questions at the same time have their own replies', play, async (stage) => {
  stage.system.spawn(asker, { id: 'a' });
  const later = watched(ask(stage, 'ask.later'));
  const replies = await Promise.all([ask(stage, 'ask.now'), ask(stage, 'ask.twice')]);
  expect(replies).toMatchObject([{ text: 'at once' }, { text: 'first' }]);
  expect(later.state).toBe('pending');
  await stage.send('a', { type: 'answer.now' });
  expect(later.state).toBe('kept');
});

durable('nobody replies in time', play, async (stage) => {
  stage.system.spawn(asker, { id: 'a' });
  const reply = ask(stage, 'ask.never');
  const state = watched(reply);
  await stage.pass(999);
  expect(state.state).toBe('pending');
  await stage.pass(1);
  await expect(reply).rejects.toMatchObject({ code: 'ask.timed-out', name: 'UserError' });
  const late = ask(stage, 'ask.later');
  const lateState = watched(late);
  await stage.pass(1_000);
  expect(lateState.state).toContain('a did not reply in 1000 ms');
  // The reply that comes after all is heard by nobody, and is no dead letter.
  await stage.send('a', { type: 'answer.now' });
  expect(stage.deadLetters()).toEqual([]);
});

durable('nobody is there to be asked', play, async (stage) => {
  await expect(ask(stage, 'ask.now')).rejects.toMatchObject({ code: 'actor.gone' });
  expect(stage.clock.alarms).toEqual([]);
  await expect(stage.system.ask(at('a'), { type: 'unheard.of' }, 10)).rejects.toMatchObject({
    code: 'actor.gone',
  });
});

durable('a reply to a question of an earlier life answers no later one', play, async (stage) => {
  stage.system.spawn(asker, { id: 'a' });
  const lost = watched(ask(stage, 'ask.later'));
  await stage.quiet();
  await stage.crash();
  const mine = watched(ask(stage, 'ask.never'));
  await stage.send('a', { type: 'answer.now' });
  expect([lost.state, mine.state]).toEqual(['pending', 'pending']);
});

test('a question that is refused leaves the next one alone', async () => {
  const journal = new MemoryJournal();
  const stage = new Stage(play, async () => journal);
  const system = await stage.open();
  system.spawn(asker, { id: 'a' });
  const refused = watched(system.ask(at('nobody'), { type: 'ask.now' }, 1_000));
  expect(await ask(stage, 'ask.now')).toMatchObject({ text: 'at once' });
  await stage.quiet();
  expect(refused.state).toContain('broken: nobody is at "nobody"');
  await stage.close();
});
