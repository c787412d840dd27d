/** Writes Markdown from a stranger's words: nothing in them can end a cell or start a link. */

const shownMax = 140;
/** Line breaks, terminal controls and marks that turn the direction of reading. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const special = /[\\`*_{}[\]<>()#+!|~$&@]/g;

function oneLine(words) {
  const seen = String(words).replace(unseen, '\uFFFD');
  const cut = seen.length > shownMax ? `${seen.slice(0, shownMax - 1)}…` : seen;
  return cut.toWellFormed();
}

/** As entities, which mean the same in a cell and out of it; a backslash does not. */
export function plain(words) {
  return oneLine(words).replace(special, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A code span, unless the words hold what a code span in a table can't. */
export function code(words) {
  const line = oneLine(words);
  return line.trim() === '' || /[`\\|]/.test(line) ? plain(line) : `\`${line}\``;
}

export const codes = (words) => (words.length === 0 ? 'none' : words.map(code).join(', '));
export const place = (path, line) => code(`${path}:${line}`);

/** Cells are Markdown already; a column is `name` or `name:` for numbers, set to the right. */
export function table(columns, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = columns.map((column) => (column.endsWith(':') ? '---:' : '---'));
  const heads = columns.map((column) => column.replace(/:$/, ''));
  return [line(heads), line(rule), ...rows.map(line)].join('\n');
}

/** An empty table is a riddle: a sentence stands in for it. */
export const tableOr = (nothing, columns, rows) =>
  rows.length === 0 ? nothing : table(columns, rows);

export const number = (value) => value.toLocaleString('en-US');
export const percent = (share) => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
export const some = (count, one, many = `${one}s`) =>
  `${number(count)} ${count === 1 ? one : many}`;

export function bytes(count) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit += 1) value /= 1000;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}
