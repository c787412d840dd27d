/**
 * Builds the website: the pages here, the READMEs, the commands' own help and the plan's schema.
 *
 *   npm run docs                    into docs/site
 *   node docs/build.mjs FOLDER      elsewhere; a second word names the built `troupe` to ask, a
 *                                   third the folder of pictures that the tests of the page took
 *
 * What is told is taken from where it is kept true: nothing stands here twice.
 */
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Marked } from 'marked';
import { menu } from './menu.mjs';
import { Pictures } from './pictures.mjs';
import { indexScript, partsOf } from './search-index.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const [
  target = join(root, 'docs/site'),
  main = join(root, 'dist/cli/main.js'),
  taken = join(root, '.scratch/pictures'),
] = process.argv.slice(2);
const pictures = new Pictures(taken, join(target, 'pictures'));
const ask = promisify(execFile);
const read = (path) => readFileSync(join(root, path), 'utf8');
const entries = menu.flatMap(({ pages }) => pages);
const pageOf = new Map(entries.flatMap(({ from, to }) => (from ? [[from, to]] : [])));
const machines = [
  'orchestrator',
  'task',
  'agent',
  'supervisor',
  'context',
  'account',
  'memory-worker',
];

const troupe = async (...words) =>
  (
    await ask(process.execPath, [main, ...words], {
      env: { ...process.env, NO_COLOR: '1', COLUMNS: '100' },
    })
  ).stdout;

/** As GitHub makes them, so that links between documents go on to hold. */
const slug = (text) =>
  text
    .toLowerCase()
    .replace(/<[^>]+>|[`*]/g, '')
    .trim()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Of a document only the part below one heading, which becomes the page's. */
function sectionOf(path, heading) {
  const lines = read(path).split('\n');
  const at = lines.indexOf(heading);
  if (at < 0) throw new Error(`${path} has no "${heading}"`);
  const depth = heading.indexOf(' ');
  const ends = (line) => /^#+ /.test(line) && line.indexOf(' ') <= depth;
  let inFence = false;
  const end = lines.findIndex((line, place) => {
    if (place <= at) return false;
    if (line.startsWith('```')) inFence = !inFence;
    return !inFence && ends(line);
  });
  const part = lines.slice(at + 1, end < 0 ? undefined : end);
  return { from: path, text: part.join('\n') };
}

/** `<!-- include FILE ## Heading -->` and `<!-- code FILE -->`. */
function expanded(from) {
  const text = read(from).replace(
    /^<!-- code (\S+) -->$/gm,
    (_, path) => `\`\`\`ts\n${read(path).trim()}\n\`\`\``,
  );
  return text.replace(/^<!-- include (\S+) (#+ .+) -->$/gm, (_, path, heading) => {
    const part = sectionOf(path, heading);
    return part.text.replace(/\]\((?![a-z]+:|#)([^)\s]+)\)/g, (_, link) => {
      const [file, anchor] = link.split('#');
      const moved = relative(dirname(from), join(dirname(path), file)).replaceAll('\\', '/');
      return `](${moved}${anchor ? `#${anchor}` : ''})`;
    });
  });
}

const copied = new Set();

/** Pages go to pages, other files are laid beside them, and what is neither is no link. */
function linkTo(href, from) {
  if (/^[a-z]+:/.test(href) || href.startsWith('#')) return href;
  const [file, anchor = ''] = href.split('#');
  const path = relative(root, resolve(root, dirname(from), file)).replaceAll('\\', '/');
  const page = pageOf.get(path) ?? pageOf.get(join(path, 'README.md'));
  if (page) return `${page}${anchor && `#${anchor}`}`;
  const found = join(root, path);
  if (path.startsWith('..') || !existsSync(found) || !statSync(found).isFile()) return null;
  copied.add(path);
  return `files/${path}`;
}

function htmlOf(text, from) {
  const taken = new Map();
  const renderer = {
    heading({ tokens, depth, text: words }) {
      const base = slug(words);
      const count = taken.get(base) ?? 0;
      taken.set(base, count + 1);
      const id = count === 0 ? base : `${base}-${count}`;
      return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
    link({ href, tokens }) {
      const words = this.parser.parseInline(tokens);
      const to = linkTo(href, from);
      return to === null ? words : `<a href="${escaped(to)}">${words}</a>`;
    },
  };
  return reachable(new Marked({ gfm: true, renderer }).parse(text));
}

/** What may be wider than a phone scrolls by itself, also by keyboard. */
const reachable = (html) =>
  html
    .replaceAll('<pre>', '<pre tabindex="0">')
    .replaceAll('<table>', '<div class="wide" tabindex="0"><table>')
    .replaceAll('</table>', '</table></div>');

/** A drawing needs no script in the page. */
async function drawn(text) {
  const drawings = new Map();
  await Promise.all(
    machines.map(async (name) =>
      drawings.set(name, await troupe('export', name, '--format', 'svg')),
    ),
  );
  let machine = '';
  return text
    .split(/(?=^## )/m)
    .map((part) => {
      machine = /^## ([\w-]+)/.exec(part)?.[1] ?? '';
      const svg = drawings.get(machine);
      if (!svg) return part;
      const name = `machines/${machine}.svg`;
      mkdirSync(join(target, 'machines'), { recursive: true });
      writeFileSync(join(target, name), svg);
      const picture = `<p><img src="${name}" alt="The statechart of ${machine}"></p>`;
      return part.replace(/^```mermaid\n[\s\S]*?^```$/m, picture);
    })
    .join('');
}

async function commandPage() {
  const whole = await troupe('--help');
  const names = [...whole.matchAll(/^ {2}([a-z]+)\b/gm)].map(([, name]) => name);
  const verbs = [...new Set(names)].filter((name) => name !== 'help');
  const helps = [];
  for (const name of verbs)
    helps.push(`## ${name}\n\n\`\`\`text\n${(await troupe(name, '--help')).trim()}\n\`\`\`\n`);
  return `# Commands\n\n\`\`\`text\n${whole.trim()}\n\`\`\`\n\n${helps.join('\n')}`;
}

function keyRows(schema, definitions, path = '', depth = 0) {
  const of = schema.$ref ? definitions[schema.$ref.split('/').at(-1)] : schema;
  const shapes = of.anyOf ?? of.oneOf ?? [of];
  const rows = new Map();
  for (const shape of shapes.map((each) =>
    each.$ref ? definitions[each.$ref.split('/').at(-1)] : each,
  )) {
    for (const [key, value] of Object.entries(shape.properties ?? {})) {
      const name = path === '' ? key : `${path}.${key}`;
      const plain = value.$ref ? { ...definitions[value.$ref.split('/').at(-1)], ...value } : value;
      rows.set(name, plain.description ?? '');
      const inner = plain.additionalProperties ?? plain.items;
      if (depth < 1 && inner && typeof inner === 'object') {
        const below = `${name}${plain.items ? '[]' : '.NAME'}`;
        for (const [each, said] of keyRows(inner, definitions, below, depth + 1))
          rows.set(each, said);
      }
    }
  }
  return rows;
}

function schemaPage(title, file) {
  const schema = JSON.parse(read(file));
  const rows = [...keyRows(schema, schema.$defs ?? schema.definitions ?? {})];
  const lines = rows.map(([name, said]) => `| \`${name}\` | ${said.replaceAll('|', '\\|')} |`);
  const intro = `Every key that may be written, as [${file}](../../${file}) says it to editors.`;
  return `# ${title}\n\n${intro}\n\n| key | what it is |\n| --- | --- |\n${lines.join('\n')}\n`;
}

async function textOf({ from, make }) {
  if (make === 'commands') return commandPage();
  if (make === 'plan') return schemaPage('The plan', 'plan.schema.json');
  if (make === 'project') return schemaPage('troupe.yaml', 'project.schema.json');
  const text = pictures.shown(expanded(from));
  // Drawn by GitHub; here it would be read as words.
  const undrawn = /^```mermaid\n[\s\S]*?^```\n/gm;
  return from === 'machines/README.md' ? drawn(text) : text.replace(undrawn, '');
}

/** Shown by its script: without one it would lead nowhere. */
const searchForm = `<form role="search" hidden>
<input type="search" aria-label="Search these pages" placeholder="Search ( / )">
<p role="status"></p><ul></ul></form>`;

function frame(body, title, here) {
  const lists = menu.map(({ name, pages }) => {
    const items = pages.map(({ to, title: shown }) => {
      const current = to === here ? ' aria-current="page"' : '';
      return `<li><a href="${to}"${current}>${escaped(shown)}</a></li>`;
    });
    return `<h2>${escaped(name)}</h2><ul>${items.join('')}</ul>`;
  });
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} - Troupe</title><link rel="stylesheet" href="style.css">
<script src="search.js" defer></script></head>
<body><a class="skip" href="#content">To the text</a>
<header><p><a href="index.html">Troupe</a></p>${searchForm}</header>
<nav aria-label="Pages"><details open><summary>Pages</summary>${lists.join('')}</details></nav>
<main id="content">${body}</main></body></html>
`;
}

if (!existsSync(main)) throw new Error(`${main} is not there: npm run build`);
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const parts = [];
for (const entry of entries) {
  const from = entry.from ?? 'docs/pages/made.md';
  const body = htmlOf(await textOf(entry), from);
  parts.push(...partsOf({ ...entry, body }));
  writeFileSync(join(target, entry.to), frame(body, entry.title, entry.to));
}
for (const file of ['style.css', 'search.js']) cpSync(join(root, 'docs', file), join(target, file));
cpSync(join(root, 'node_modules/minisearch/dist/umd/index.js'), join(target, 'minisearch.js'));
writeFileSync(join(target, 'search-index.js'), indexScript(parts));
for (const path of copied) cpSync(join(root, path), join(target, 'files', path));
process.stdout.write(
  `${entries.length} pages in ${relative(process.cwd(), target) || target}, ${readdirSync(target).length} entries\n`,
);
if (pictures.missing.length > 0) {
  process.stdout.write(
    `without ${pictures.missing.join(', ')}: npx vitest run test/dashboard takes these pictures\n`,
  );
}
