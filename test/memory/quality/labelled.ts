/** The labelled set: tasks in groups that mean the same, and questions by identifier. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A question, and the texts that answer it. */
export interface Labelled {
  readonly question: string;
  readonly right: readonly string[];
}

const read = (name: string): string => readFileSync(join('test/memory/quality', name), 'utf8');
const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** Each text once asks for the others of its group. */
function paraphrases(name: string): readonly Labelled[] {
  return read(name)
    .split('\n\n')
    .map(linesOf)
    .flatMap((group) =>
      group.map((question) => ({ question, right: group.filter((text) => text !== question) })),
    );
}

function identifiers(name: string): readonly Labelled[] {
  return linesOf(read(name)).map((line) => {
    const [question = '', text = ''] = line.split(' | ');
    return { question, right: [text] };
  });
}

export const labelledSets = {
  coding: paraphrases('coding.txt'),
  other: paraphrases('other.txt'),
  identifiers: identifiers('identifiers.txt'),
} as const;

/** Of other fields, in other styles, with names of other languages; nothing was tuned on it. */
export const holdOutSets = {
  'hold-out': paraphrases('holdout.txt'),
  'hold-out identifiers': identifiers('holdout-identifiers.txt'),
} as const;
