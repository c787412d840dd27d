/** The figures as a table that a person can read, for a terminal or for a page in Markdown. */

const heads = ['what', 'ours', 'baseline', 'ratio', 'target', '', 'note'];

export function cells(row) {
  const bound = row.target === null ? '' : `${row.atMost ? '<=' : '>='} ${number(row.target)}`;
  return [
    row.what,
    `${number(row.ours)} ${row.unit}`,
    row.baseline === null ? '' : `${number(row.baseline)} (${row.against})`,
    row.ratio === null ? '' : row.ratio.toFixed(2),
    row.target !== null && row.baseline === null ? `${bound} ${row.unit}` : bound,
    row.verdict,
    row.note,
  ];
}

/** Columns padded to their widest cell. */
export function asText(title, rows) {
  const lines = [heads, ...rows.map(cells)];
  const widths = heads.map((_, at) => Math.max(...lines.map((line) => line[at].length)));
  const padded = lines.map((line) =>
    line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))),
  );
  return [`\n${title}`, ...padded.map((line) => `  ${line.join('  ').trimEnd()}`)].join('\n');
}

export function asMarkdown(title, rows) {
  const line = (columns) => `| ${columns.join(' | ')} |`;
  const rule = line(heads.map((_, at) => (at === 0 || at === 6 ? '---' : '---:')));
  return [`### ${title}`, '', line(heads), rule, ...rows.map((row) => line(cells(row))), ''].join(
    '\n',
  );
}

export function number(value) {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
