/** A note for whoever goes on with the work: how it is asked for, read, and told. */
import { z } from 'zod';
import { roleName } from '../../machines/ids.ts';
import type { HandoffNote } from '../../machines/outcome.ts';
import { UserError } from '../kernel/user-error.ts';

const entriesMax = 50;
const entryMaxCharacters = 2_000;
const lastWordsMaxCharacters = 4_000;

const entry = z.string().transform((text) => text.slice(0, entryMaxCharacters));
const entries = z.array(entry).transform((all) => all.slice(0, entriesMax));

const noteShape = z.object({
  done: entries,
  open: entries,
  decisions: entries.default([]),
  files: entries.default([]),
  next: z.string().transform((text) => text.slice(0, lastWordsMaxCharacters)),
  to: z.string().optional(),
});

const example = {
  ...{ troupe: 'handoff', done: ['...'], open: ['...'], decisions: ['...'], files: ['...'] },
  next: '...',
};

/** What is asked of an agent whose context is nearly full. */
export const noteRequest = `Your context is nearly full, and a successor will go on with your
task in the same folder. It knows nothing of what you know. Do no more work.
Answer with one line of JSON:
${JSON.stringify(example)}
"done" and "open" are what was and what is still to be done, "decisions" what was decided and why,
"files" those that matter, "next" the very next step.`;

export const noteComplaint = (why: string): string =>
  `That was no note that can be read (${why}). Only the line of JSON, please.\n\n${noteRequest}`;

/** What is told to agents that may hand their work over to others. */
export function mayHandText(to: readonly string[]): string {
  if (to.length === 0) return '';
  const shown = JSON.stringify({ ...example, to: to[0] });
  return `Where somebody else should go on with this task, end your answer with JSON like ${shown}
on a line of its own. Who may go on ("to"): ${to.join(', ')}.`;
}

export type ReadNote =
  | { readonly kind: 'none' }
  | { readonly kind: 'broken'; readonly why: string }
  | { readonly kind: 'note'; readonly note: HandoffNote };

/** The last line of an answer that is a note. */
export function noteIn(answer: string): ReadNote {
  const lines = answer.split('\n').map((line) => line.trim());
  const said = lines.findLast((line) => line.startsWith('{') && line.includes('"handoff"'));
  if (said === undefined) return { kind: 'none' };
  try {
    const { to, ...note } = noteShape.parse(JSON.parse(said));
    return { kind: 'note', note: { ...note, ...(to !== undefined && { to: roleName(to) }) } };
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    return { kind: 'broken', why: why.replaceAll(/\s+/g, ' ').slice(0, 300) };
  }
}

/** Of an agent that wrote none: what it said last is better than nothing. */
export function noteOfLastWords(words: string): HandoffNote {
  const open = ['See what is there already: whoever worked on it has left no note.'];
  const last = words.trim().slice(-lastWordsMaxCharacters);
  const next = last === '' ? 'Look at the files, and go on.' : `Its last words were: ${last}`;
  return { done: [], open, decisions: [], files: [], next };
}

/** As its successor reads it; empty when there is none. */
export function noteText(note: HandoffNote | undefined): string {
  if (!note) return '';
  const { done, open, decisions, files, next } = note;
  const parts = Object.entries({ done, open, decisions, files }).map(([name, rows]) => {
    return rows.length === 0 ? '' : `${name}:\n${rows.map((row) => `- ${row}`).join('\n')}`;
  });
  const said = [...parts, `next: ${next}`].filter((part) => part !== '').join('\n');
  return `Somebody has worked on this task before you, and left you this note. The folder is as it
was left; go on, and begin nothing again that is done.
<<<
${said.replaceAll('>>>', '> > >')}
>>>`;
}

/** Of a person who has left nothing to do; `words` are then the answer of the task. */
export function lastNote(by: string, words: string): HandoffNote {
  const next = words.trim() || `${by} has done it.`;
  return fitting({ done: [], open: [], decisions: [], files: [], next });
}

/**
 * Of a person, in words or as the JSON that agents write. Throws a UserError for nothing, for JSON
 * that is no note, and for more than an agent is told.
 */
export function noteOfPerson(text: string): HandoffNote {
  const bare = { done: [], open: [], decisions: [], files: [], next: text.trim() };
  if (bare.next === '') {
    const hint = 'say what is done and what comes next: "The tests pass; write the docs."';
    throw new UserError('note.empty', 'whoever goes on needs a note', hint);
  }
  if (!bare.next.startsWith('{')) return fitting(bare);
  const read = noteShape.safeParse(parsed(bare.next));
  if (!read.success) {
    const hint =
      'write words, or {"done": [], "open": [], "decisions": [], "files": [], "next": ""}';
    throw new UserError('note.invalid', 'the note begins as JSON and is none of ours', hint);
  }
  const { to: _, ...note } = read.data;
  return note;
}

function fitting(note: HandoffNote): HandoffNote {
  const { length } = note.next;
  if (length <= lastWordsMaxCharacters) return note;
  const message = `a note has ${lastWordsMaxCharacters} characters at most, this one ${length}`;
  const hint = 'put the rest into a file in the folder of the task, and name that file';
  throw new UserError('note.too-long', message, hint);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
