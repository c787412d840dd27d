/** Joins the answers of all tasks into report.md, and prints it as the answer of the run. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findingsIn } from './findings.mjs';
import { bytes, number, percent, plain, some } from './markdown.mjs';
import { flowchart, runTable } from './run-chart.mjs';
import { sectionsOf } from './sections.mjs';

const findingsInSummary = 3;

function setting(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: the report is a task of repo-report.yaml`);
  return value;
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** The result of every task that has ended, by its id. */
function resultsIn(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const results = names.map((name) => readJson(join(folder, name)));
  return Object.fromEntries(results.map((result) => [result.task_id, result]));
}

/** A failed task can leave half an answer; the report says so instead of failing with it. */
function answerOf({ output }) {
  try {
    return typeof output === 'string' ? JSON.parse(output) : output;
  } catch {
    return undefined;
  }
}

function holding({ name, files, bytes: size, complete }) {
  const part = complete ? '' : ', of which only a part was looked at';
  return `**${plain(name)}** holds ${some(files, 'file')} (${bytes(size)})${part}`;
}

function written({ lines, codeLines, languages } = { lines: 0, languages: [] }) {
  if (lines === 0) return '';
  const main = languages.find((language) => language.isCode);
  const most = main ? `, mostly ${plain(main.name)} (${percent(main.lines / codeLines)})` : '';
  return ` with ${some(lines, 'line')} of text, ${number(codeLines)} of them code${most}`;
}

function made({ commits, authorCount } = { commits: 0 }) {
  return commits === 0 ? '' : `, in ${some(commits, 'commit')} by ${some(authorCount, 'author')}`;
}

/** One paragraph for a reader who reads no further. */
function summary({ inventory, languages, history }, findings) {
  const what = `${holding(inventory)}${written(languages)}${made(history)}.`;
  const urgent = findings.slice(0, findingsInSummary).join('; then: ');
  return urgent === '' ? `${what} Nothing stands out.` : `${what} Look first at this: ${urgent}.`;
}

const capital = (sentence) => sentence.charAt(0).toUpperCase() + sentence.slice(1);

function ranked(findings) {
  const items = findings.map((finding, index) => `${index + 1}. ${capital(finding)}.`);
  return items.length === 0 ? [] : ['## What to look at first', items.join('\n')];
}

function report(plan, results) {
  const answers = Object.fromEntries(
    Object.entries(results).map(([task, result]) => [task, answerOf(result)]),
  );
  if (!answers.inventory) throw new Error('the task inventory left no answer to report on');
  const findings = findingsIn(answers);
  return [
    `# Report on ${plain(answers.inventory.name)}`,
    summary(answers, findings),
    ...ranked(findings),
    ...sectionsOf(answers),
    '## The run',
    flowchart(plan.tasks, results),
    runTable(plan.tasks, results),
  ].join('\n\n');
}

const text = `${report(readJson(setting('TROUPE_PLAN')), resultsIn(setting('TROUPE_RESULTS')))}\n`;
writeFileSync(join(setting('TROUPE_ARTIFACTS'), 'report.md'), text);
process.stdout.write(text);
