/** Checks what a newcomer reads first: the usual documents, and links that lead nowhere. */
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { isGenerated, languageOf } from './kinds.mjs';
import { fromArguments, lineCount, print, texts } from './repository.mjs';

const linksShown = 25;

const documents = {
  README: /^readme(?:\.\w+)?$/i,
  LICENSE: /^(?:licen[cs]es?|copying|unlicense)(?:[.-][\w.-]+)?$/i,
  CHANGELOG: /^(?:changelog|changes|history|news|releases)(?:\.\w+)?$/i,
  CONTRIBUTING: /^(?:\.github\/|docs\/)?contributing(?:\.\w+)?$/i,
  SECURITY: /^(?:\.github\/|docs\/)?security(?:\.\w+)?$/i,
};

/** Inline links and images, then definitions; lengths are bounded against hostile lines. */
const links = [
  /\]\(\s{0,9}<([^>\n]{1,500})>/g,
  /\]\(\s{0,9}((?:[^()\s<>]|\([^()\s]{0,200}\)){1,500})[^)\n]{0,200}\)/g,
  /^ {0,3}\[[^\]\n^]{1,200}\]:\s{0,9}<?([^\s>]{1,500})/g,
];

/** A path on the disk, or null for what only a browser could follow. */
function pathOf(link, from) {
  if (/^(?:[a-z][a-z0-9+.-]*:|\/\/|#|\?)/i.test(link) || /[{}$]/.test(link)) return null;
  let plain = link.replace(/[#?].*$/, '');
  try {
    plain = decodeURIComponent(plain);
  } catch {
    // A stray percent sign: the name is meant as it stands.
  }
  // As hosts show it: a leading slash is the repository's root.
  const path = plain.startsWith('/') ? `.${plain}` : posix.join(posix.dirname(from), plain);
  // Above the root lie the host's own pages (`../../issues`), which no clone can check.
  return path.startsWith('..') ? null : path;
}

/** Links in code are examples, so fenced lines and inline code are looked over. */
function* linksIn(text) {
  let fence = null;
  let number = 0;
  for (const line of text.split('\n')) {
    number += 1;
    const mark = /^\s{0,9}(?:[-*>]\s{1,3})?(```|~~~)/.exec(line)?.[1];
    if (mark && (fence === null || fence === mark)) fence = fence ? null : mark;
    if (mark || fence) continue;
    const prose = line.replace(/`[^`\n]{1,500}`/g, '');
    for (const pattern of links) {
      for (const [, link] of prose.matchAll(pattern)) yield { link, line: number };
    }
  }
}

const { repo, files } = fromArguments();
const pages = files.filter(
  ({ path }) => languageOf(path).name === 'Markdown' && !isGenerated(path),
);
const broken = [];
let checked = 0;
let lines = 0;
for (const [{ path: from }, text] of texts(repo, pages)) {
  lines += lineCount(text);
  for (const { link, line } of linksIn(text)) {
    const path = pathOf(link, from);
    if (path === null) continue;
    checked += 1;
    if (!existsSync(join(repo, path))) broken.push({ path: from, line, link });
  }
}

const found = (pattern) => files.find(({ path }) => pattern.test(path));
print({
  documents: Object.entries(documents).map(([name, pattern]) => ({
    name,
    path: found(pattern)?.path ?? null,
    bytes: found(pattern)?.bytes ?? 0,
  })),
  pages: pages.length,
  lines,
  linksChecked: checked,
  linksBroken: broken.length,
  broken: broken.slice(0, linksShown),
});
