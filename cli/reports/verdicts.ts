/** What the rules that hold of every run say about one, a line each. */
import type { Finding } from '../../src/index.ts';
import type { Palette } from '../terminal/style.ts';
import { plainLine } from '../terminal/text.ts';

/** Of one rule; the rest is counted. */
const shownMax = 10;

export function verdictsOf(findings: readonly Finding[], palette: Palette): string {
  const columns = Math.max(0, ...findings.map(({ name }) => name.length));
  return findings.map((finding) => verdictOf(finding, columns, palette)).join('');
}

function verdictOf(finding: Finding, columns: number, { green, red, dim }: Palette): string {
  const { name, says, violations } = finding;
  const rule = `${name.padEnd(columns)}  ${dim(says)}\n`;
  if (violations.length === 0) return `${green('holds')}   ${rule}`;
  const lines = violations.slice(0, shownMax).map(({ message, n }) => {
    const where = n === null ? '' : `input ${n}: `;
    return `        ${where}${plainLine(message)}\n`;
  });
  const more = violations.length - lines.length;
  const rest = more > 0 ? `        and ${more} more\n` : '';
  return `${red('broken')}  ${rule}${lines.join('')}${rest}`;
}
