/** Shows one agent at work: what it says as it says it; what is typed is said to it. */
import { createInterface } from 'node:readline';
import { Attendance, systemClock, type Troupe } from '../../src/index.ts';
import { Dialogue } from '../reports/dialogue.ts';
import { err, out } from '../terminal/render.ts';
import { paletteFor } from '../terminal/style.ts';
import { plainLine } from '../terminal/text.ts';
import { Stops } from './stops.ts';

/** Resolves when the run is over, or the person leaves. The run goes on in any case. */
export async function viewAgent(troupe: Troupe, run: string, agent: string): Promise<void> {
  const stops = new Stops(systemClock);
  const leaving = new AbortController();
  stops.first.then(() => leaving.abort());
  const talk = listenToPerson(troupe, run, agent);
  const dialogue = new Dialogue(out, paletteFor(out, troupe.config.environment));
  try {
    const heard = new Attendance(troupe).follow(run, agent, leaving.signal);
    for await (const each of heard) {
      if (each.kind === 'said') await dialogue.tell(each.entry);
      else entitle(`${agent}: ${each.state}${each.task === null ? '' : ` on ${each.task}`}`);
    }
    await dialogue.end();
    if (!leaving.signal.aborted) err.note(`Nobody works on ${run} any more.\n`);
  } finally {
    talk.close();
    stops.close();
  }
}

/** A line is one thing to say, whatever is in it. */
function listenToPerson(troupe: Troupe, run: string, agent: string) {
  if (process.stdin.isTTY !== true) return { close: () => {} };
  const lines = createInterface({ input: process.stdin, output: process.stderr, prompt: '' });
  lines.on('line', (text) => {
    if (text.trim() === '') return;
    const request = { type: 'agent.tell', agent, text, from: troupe.config.user } as const;
    troupe.ask(run, request).then(
      () => err.note(`(${agent} was told; its next attempt hears it)\n`),
      (error: Error) => err.note(`(${plainLine(error.message)})\n`),
    );
  });
  // Ctrl-C belongs to whoever listens for signals.
  lines.on('SIGINT', () => void process.kill(process.pid, 'SIGINT'));
  return lines;
}

/** What terminals and tmux write above a pane. */
function entitle(title: string): void {
  if (out.isTerminal) err.note(`\u001b]2;${plainLine(title)}\u0007`);
}
