/** The prompt library: named texts with their history, in a file that a person may edit. */
import MiniSearch from 'minisearch';
import { z } from 'zod';
import { MemoryMistake } from '../errors.ts';
import { JsonFile } from '../json-file.ts';
import { tokensIn, tokenWarning } from '../manager/tokens.ts';
import type { Time } from '../time.ts';
import { type ImportedPrompts, readExport } from './export-text.ts';
import { diffLines, type LineChange } from './line-diff.ts';
import { name, prompt, type Stored } from './stored-prompt.ts';
import { render, variablesIn, withIncludes } from './template.ts';

const content = z.strictObject({
  version: z.literal(1),
  prompts: z.record(name, prompt).default({}),
});

type Content = z.infer<typeof content>;

/** A prompt as it is shown; versions count from 1. */
export interface Prompt {
  readonly name: string;
  readonly category: string;
  readonly tags: readonly string[];
  readonly version: number;
  readonly versions: number;
  readonly saved_at: number;
  readonly text: string;
}

/** Only of a category, or with a tag. */
interface Within {
  readonly category?: string;
  readonly tag?: string;
}

export interface SaveOptions {
  readonly category?: string;
  readonly tags?: readonly string[];
}

export class PromptLibrary {
  readonly #file: JsonFile<Content>;
  readonly #time: Time;

  constructor(file: string, time: Time) {
    const empty: Content = { version: 1, prompts: {} };
    this.#file = new JsonFile({ file, schema: content, empty, time });
    this.#time = time;
  }

  /** A new version when there is one of that name and its text is another. */
  save(given: string, text: string, { category, tags }: SaveOptions = {}): Promise<Prompt> {
    if (!name.safeParse(given).success) throw badName(given);
    return this.#file.change(({ prompts }) => {
      const known = Object.hasOwn(prompts, given) ? prompts[given] : undefined;
      const stored: Stored = known ?? { category: '', tags: [], versions: [] };
      if (category !== undefined) stored.category = category;
      if (tags !== undefined) stored.tags = [...tags];
      if (stored.versions.at(-1)?.text !== text) {
        stored.versions.push({ text, saved_at: this.#time.now() });
      }
      prompts[given] = stored;
      return shown(given, stored);
    });
  }

  /** By name; of a category, or with a tag, when one is named. */
  list({ category, tag }: Within = {}) {
    return Object.entries(this.#file.read().prompts)
      .filter(([, stored]) => category === undefined || stored.category === category)
      .filter(([, stored]) => tag === undefined || stored.tags.includes(tag))
      .map(([each, stored]) => shown(each, stored))
      .sort((a, b) => a.name.localeCompare(b.name, 'en'));
  }

  /** The newest version, or the one that is named. */
  show(given: string, at?: number): Prompt {
    return shown(given, this.#find(given), at);
  }

  /** With includes and values in their places. */
  render(given: string, values: Readonly<Record<string, string>>, at?: number): string {
    const text = withIncludes(this.show(given, at).text, (each) => this.show(each).text, [given]);
    return render(text, values);
  }

  /** What a text of that size is worth saying; null when that is nothing. */
  warning(text: string): string | null {
    return tokenWarning(tokensIn(text));
  }

  /** Its own, and those of what it includes. */
  variables(given: string, at?: number) {
    const { text } = this.show(given, at);
    return variablesIn(withIncludes(text, (each) => this.show(each).text, [given]));
  }

  /** The text of an older version becomes the newest one. */
  async rollBack(given: string, at: number): Promise<Prompt> {
    return this.save(given, this.show(given, at).text);
  }

  remove(given: string): Promise<void> {
    this.#find(given);
    return this.#file.change(({ prompts }) => {
      delete prompts[given];
    });
  }

  /** Of two versions, the newest ones when none are named: what went and what came. */
  diff(given: string, from?: number, to?: number): readonly LineChange[] {
    const { versions } = this.show(given);
    const last = to ?? versions;
    const first = from ?? Math.max(1, last - 1);
    return diffLines(this.show(given, first).text, this.show(given, last).text);
  }

  /** As the file has it: all of them, or those that are named, with their histories. */
  export(names: readonly string[] = []): string {
    const { version, prompts } = this.#file.read();
    for (const each of names) this.#find(each);
    const wanted = names.length === 0 ? Object.keys(prompts) : names;
    const chosen = Object.fromEntries(wanted.map((each) => [each, prompts[each]]));
    return `${JSON.stringify({ version, prompts: chosen }, null, 2)}\n`;
  }

  /** Takes in what an export has. Bad ones are named, and the others taken. */
  import(text: string): Promise<ImportedPrompts> {
    const { sound, bad } = readExport(text);
    return this.#file.change(({ prompts }) => {
      const added: string[] = [];
      const changed: string[] = [];
      for (const [given, stored] of sound) {
        const known = Object.hasOwn(prompts, given) ? prompts[given] : undefined;
        if (!known) added.push(given);
        else if (takeNewest(known, stored)) changed.push(given);
        if (!known) prompts[given] = stored;
      }
      return { added, changed, bad };
    });
  }

  /** By words in names, texts, tags and categories; best first. */
  search(words: string, within: Within = {}): readonly Prompt[] {
    const all = this.list(within);
    const pages = new MiniSearch({
      fields: ['name', 'text', 'tags', 'category'],
      idField: 'name',
      tokenize: (text) => text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== ''),
    });
    pages.addAll(all.map((each) => ({ ...each, tags: each.tags.join(' ') })));
    const found = pages.search(words, { prefix: true, fuzzy: 0.2, boost: { name: 3, tags: 2 } });
    return found.flatMap(({ id }) => all.find((each) => each.name === id) ?? []);
  }

  #find(given: string): Stored {
    const { prompts } = this.#file.read();
    const found = Object.hasOwn(prompts, given) ? prompts[given] : undefined;
    if (found) return found;
    const known = Object.keys(prompts);
    const hint =
      known.length === 0 ? 'save one: troupe prompts save NAME' : 'see: troupe prompts list';
    throw new MemoryMistake('prompt.unknown', `no prompt is called "${given}"`, hint);
  }
}

function shown(given: string, { category, tags, versions }: Stored, at?: number): Prompt {
  const number = at ?? versions.length;
  const found = versions[number - 1];
  if (!found) {
    const message = `"${given}" has no version ${number}`;
    throw new MemoryMistake('prompt.no-version', message, `it has 1 to ${versions.length}`);
  }
  const { text, saved_at } = found;
  return {
    name: given,
    category,
    tags,
    version: number,
    versions: versions.length,
    saved_at,
    text,
  };
}

/** Of one that is known by its name, the newest text becomes the newest version. */
function takeNewest(known: Stored, given: Stored): boolean {
  const newest = given.versions.at(-1);
  if (!newest || known.versions.some(({ text }) => text === newest.text)) return false;
  known.versions.push(newest);
  return true;
}

function badName(given: string): MemoryMistake {
  const hint = 'use letters, digits, "_", "-" and ".", 100 at most';
  return new MemoryMistake('prompt.bad-name', `"${given}" is no name for a prompt`, hint);
}
