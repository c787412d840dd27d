/** A document that begins with YAML between two lines of `---`: agents are described that way. */
import { type ReadDocument, readDocument } from './read-document.ts';

export interface Matter extends ReadDocument {
  /** What stands below, without the empty lines around it. */
  readonly body: string;
}

const fence = /^---[ \t]*\r?\n(?:([\s\S]*?)\r?\n)?---[ \t]*(?:\r?\n|$)/;

/** Null when it does not begin so. Throws a PlanError, with the lines of the file. */
export function readMatter(given: string, file: string, folder: string): Matter | null {
  const text = given.replace(/^\uFEFF/, '');
  const found = fence.exec(text);
  if (!found) return null;
  const [whole, yaml = ''] = found;
  // One empty line stands for the fence, so that what is wrong is found where it is.
  return {
    ...readDocument(`\n${yaml.trim() === '' ? '{}' : yaml}\n`, { file, folder }),
    body: text.slice(whole.length).trim(),
  };
}
