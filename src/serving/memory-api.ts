/** What the page asks of memory: prompts, conversations, documents, cut to what it shows. */
import { type Speech, speechOf } from '../conversations/wording.ts';
import type { House } from './house.ts';
import type {
  CareLine,
  ConversationLine,
  DocumentLine,
  PromptLine,
  PromptPaper,
  SpeechRow,
} from './memory-wire.ts';

const conversationsMax = 60;
const speechesMax = 2_000;
const speechCharactersMax = 20_000;
const documentCharactersMax = 200_000;

export async function promptLines({ troupe }: House): Promise<readonly PromptLine[]> {
  const library = await troupe.prompts();
  return library.list().map(({ name, category, tags, versions, saved_at: savedAt }) => {
    return { name, category, tags, versions, savedAt };
  });
}

/** `older`: the version that it is compared with; 0: the one before. */
export async function promptPaper(
  { troupe }: House,
  name: string,
  version: number,
  older: number,
): Promise<PromptPaper> {
  const library = await troupe.prompts();
  const shown = library.show(name, version === 0 ? undefined : version);
  const before = older === 0 ? Math.max(1, shown.version - 1) : older;
  return {
    ...{ name, text: shown.text, version: shown.version, versions: shown.versions },
    older: before,
    changes: before === shown.version ? [] : library.diff(name, before, shown.version),
  };
}

export async function conversationLines(
  { troupe }: House,
  grep: string,
): Promise<readonly ConversationLine[]> {
  const history = await troupe.history();
  const words = grep.trim() === '' ? {} : { grep };
  const found = await history.list({ last: conversationsMax, ...words });
  return found.map(({ id, heading, ending, state, excerpt }) => {
    const { run, task, agent, attempt, at } = heading;
    const end = { state, outcome: ending?.outcome ?? '', durationMs: ending?.durationMs ?? 0 };
    return { ...{ id, run, task, agent, attempt, at, excerpt }, ...end };
  });
}

export async function conversation({ troupe }: House, id: string): Promise<readonly SpeechRow[]> {
  const history = await troupe.history();
  const rows: SpeechRow[] = [];
  for await (const entry of history.entries(await history.find(id))) {
    const speech = speechOf(entry);
    if (speech) rows.push(rowOf(speech, entry.at));
    if (rows.length >= speechesMax) break;
  }
  return rows;
}

function rowOf({ who, text }: Speech, at: number): SpeechRow {
  const cut = text.length > speechCharactersMax ? `${text.slice(0, speechCharactersMax)}…` : text;
  return { who, at, text: cut };
}

/** Null where nobody looks after memory here. */
export function careLine({ upkeep }: House): CareLine | null {
  if (upkeep === null) return null;
  const { state, last } = upkeep;
  if (last === null) return { state, last };
  const { remembered = 0, inspected = 0, archived = 0 } = last.report ?? {};
  return {
    state,
    last: { at: last.at, remembered, inspected, archived, problem: last.problem },
  };
}

/** Newest first. */
export async function documentLines({ troupe }: House): Promise<readonly DocumentLine[]> {
  const archive = await troupe.documents();
  await archive.catchUp();
  const lines = [...archive.all()].flatMap(([name, versions]) => {
    const newest = versions.at(-1);
    if (!newest) return [];
    const { run, task, status, at, bytes } = newest;
    return [{ name, versions: versions.length, run, task, status, at, bytes }];
  });
  return lines.sort((a, b) => b.at - a.at);
}

/** As text, whatever it is; `version` 0: the newest. */
export async function documentText(
  { troupe }: House,
  name: string,
  version: number,
): Promise<{ readonly text: string }> {
  const archive = await troupe.documents();
  const content = await archive.read(archive.find(version === 0 ? name : `${name}@${version}`));
  const text = content.toString('utf8');
  return { text: text.slice(0, documentCharactersMax) };
}
