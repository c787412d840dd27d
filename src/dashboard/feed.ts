/**
 * The one WebSocket: says what the page wants to see, and takes what comes.
 *
 * When it is lost it comes back by itself, a little later each time, and asks only for what has
 * changed since.
 */
import { effect } from '@preact/signals';
import type { Frame, Wanted } from '../serving/wire.ts';
import { toast } from './ask.ts';
import { later, setClock } from './clock.ts';
import { listening } from './listening.ts';
import { route } from './route.ts';
import {
  connection,
  forget,
  look,
  moment,
  present,
  problem,
  runs,
  seen,
  takeRun,
  takeWords,
  words,
} from './store.ts';

const pausesMs = [100, 300, 1_000, 2_000, 5_000];

let socket: WebSocket | null = null;
let tries = 0;
let run = '';

export function openFeed(): void {
  connect();
  effect(say);
}

function connect(): void {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const opened = new WebSocket(`${scheme}://${location.host}/feed`);
  socket = opened;
  opened.addEventListener('open', () => {
    tries = 0;
    connection.value = 'live';
    say();
  });
  opened.addEventListener('message', ({ data }) => take(JSON.parse(String(data)) as Frame));
  opened.addEventListener('close', () => {
    connection.value = 'lost';
    later(pausesMs[Math.min(tries, pausesMs.length - 1)] ?? 0, connect);
    tries += 1;
  });
}

/** Called anew whenever one of the signals that it reads has changed. */
function say(): void {
  const { page, run: id, actor } = route.value;
  const wantedWords = listening.value;
  const at = moment.value;
  if (id !== run) {
    run = id;
    forget();
  }
  if (look.peek()?.address !== actor) look.value = null;
  if (wantedWords === null) words.value = null;
  const wanted: Wanted = {
    runs: page === 'runs',
    run: page === 'run' ? { id, ...seen() } : null,
    moment: at,
    actor: actor === '' ? null : actor,
    words: wantedWords,
  };
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(wanted));
}

function take(frame: Frame): void {
  switch (frame.kind) {
    case 'runs':
      setClock(frame.now);
      runs.value = frame.runs;
      return;
    case 'whole':
    case 'delta':
      if (frame.run !== run) return;
      problem.value = null;
      takeRun(frame);
      return;
    case 'actor':
      if (frame.run === run && frame.address === route.peek().actor) look.value = frame;
      return;
    case 'words':
      if (frame.run === run) takeWords(frame);
      return;
    case 'problem':
      problem.value = frame;
      if (present.peek() !== null) toast('refused', frame.message, frame.hint);
      return;
  }
}
