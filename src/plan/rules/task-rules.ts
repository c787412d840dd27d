/** What must hold inside a task and its role: something to do, keys of its adapter, checks. */

import { type Path, quote } from '../problems/problem.ts';
import type { Complaint, Report } from '../problems/report.ts';
import type { Parts, RoleValue, TaskValue } from '../read.ts';
import { compileSchema, type JsonObject } from '../shapes/json-schema.ts';
import { checksOf } from '../templated-texts.ts';
import { checkGather } from './gather-rules.ts';
import { handingComplaints } from './handing-rules.ts';
import { checkHeal } from './heal-rules.ts';
import { checkReviews } from './review-rules.ts';
import { checkSubtasks } from './subtasks-rules.ts';

export function checkTasks({ roles, tasks }: Parts, report: Report): void {
  const byName = new Map(roles.map((role) => [role.name, role.value]));
  const onlyRole = roles.length === 1 ? roles[0]?.name : undefined;
  const judgeSchema = onceEach();
  for (const role of roles) {
    checkRole(role, report);
    for (const complaint of handingComplaints(role, roles)) report.add(complaint);
  }
  for (const { path, value } of tasks) {
    if (value === null) continue;
    const name = value.agent ?? onlyRole ?? '';
    const role = byName.get(name) ?? null;
    checkRun(value, path, name, role, report);
    checkApproval(value, path, report);
    checkChecks(value, path, judgeSchema, report);
    checkReviews(value, path, name, roles, report);
    checkSubtasks(value, path, roles, report);
    checkHeal(value, path, role, roles, report);
    checkGather(value, path, role, report);
  }
}

/** What goes with a command, and with no task of these. */
const foreignToPretenders = ['run', 'env', 'workspace'] as const;
const foreignToAgents = ['run'] as const;

function checkRun(
  task: TaskValue,
  path: Path,
  name: string,
  role: RoleValue | null,
  report: Report,
): void {
  if (role?.adapter === 'command' && task.run === undefined && role.run === undefined) {
    const message = `a task of the command role ${quote(name)} needs something to run`;
    const fix = 'write "run" on the task or on the role';
    report.add({ code: 'plan.no-run', path, say: () => ({ message, fix }) });
  }
  if (role === null || role.adapter === 'command') return;
  const isSimulated = role.adapter === 'simulated' || role.adapter === 'gather';
  for (const key of isSimulated ? foreignToPretenders : foreignToAgents) {
    if (task[key] === undefined) continue;
    const message = `"${key}" goes with adapter command, and ${quote(name)} is ${role.adapter}`;
    const say = () => ({ message, fix: 'leave it out, or give the task to a command role' });
    report.add({ code: 'plan.wrong-adapter', path: [...path, key], at: 'key', say });
  }
  if (isSimulated || task.prompt.trim() !== '') return;
  const message = `a task of the ${role.adapter} role ${quote(name)} needs something to do`;
  report.add({ code: 'plan.no-prompt', path, say: () => ({ message, fix: 'write its "prompt"' }) });
}

function checkRole({ path, value }: Parts['roles'][number], report: Report): void {
  if (value === null) return;
  for (const complaint of roleComplaints(value, path)) report.add(complaint);
}

function* roleComplaints(value: RoleValue, path: Path): Generator<Complaint> {
  const { adapter, account, strategy } = value;
  const cannotAsk = ['codex', 'gemini', 'opencode', 'auto'].includes(adapter);
  if (cannotAsk && 'permissions' in value && value.permissions === 'ask') {
    const message = `${adapter} can't ask a person while it works`;
    const fix = 'write read, edit or full, or use adapter: acp with run: [opencode, acp]';
    yield {
      code: 'plan.cannot-ask',
      path: [...path, 'permissions'],
      say: () => ({ message, fix }),
    };
  }
  if (value.resolves && adapter === 'command' && value.run === undefined) {
    const message = 'a command role that resolves conflicts needs something to run';
    yield { code: 'plan.no-run', path, say: () => ({ message, fix: 'write "run" on the role' }) };
  }
  if (value.adapter === 'mcp') yield* placeComplaints(value, path);
  const isOfCompany = ['claude', 'codex', 'gemini', 'grok', 'openai'].includes(adapter);
  if (strategy === undefined || account !== undefined || isOfCompany) return;
  // Whoever leaves open which agent it is may have that learned.
  if (adapter === 'auto' && strategy === 'learned') return;
  const message = '"strategy" says nothing without "account"';
  const other = adapter === 'auto' ? ', or choose agents: strategy: learned' : '';
  const fix = `name the accounts, or a provider: account: grok${other}`;
  yield {
    code: 'plan.no-account',
    path: [...path, 'strategy'],
    at: 'key',
    say: () => ({ message, fix }),
  };
}

/** A server is started here or reached elsewhere: one of both. */
function* placeComplaints(
  { run, url, headers }: Extract<RoleValue, { adapter: 'mcp' }>,
  path: Path,
): Generator<Complaint> {
  if ((run === undefined) === (url === undefined)) {
    const message =
      run === undefined
        ? 'a role of adapter mcp needs a server'
        : '"run" and "url" are two servers';
    const fix = 'write "run" to start one, or "url" where one is';
    yield { code: 'plan.no-server', path, say: () => ({ message, fix }) };
  }
  if (headers === undefined || url !== undefined) return;
  const say = () => ({ message: '"headers" go with "url"', fix: 'leave them out' });
  yield { code: 'plan.no-server', path: [...path, 'headers'], at: 'key', say };
}

function checkApproval(task: TaskValue, path: Path, report: Report): void {
  if (task.approveWithin === undefined || task.approve) return;
  const message = '"approveWithin" says nothing without "approve"';
  const say = () => ({ message, fix: 'add "approve: true", or leave it out' });
  report.add({ code: 'plan.no-approve', path: [...path, 'approveWithin'], at: 'key', say });
}

type JudgeSchema = (schema: JsonObject) => string | null;

function checkChecks(task: TaskValue, path: Path, judgeSchema: JudgeSchema, report: Report): void {
  for (const { check, path: at } of checksOf(task, path)) {
    if ('file' in check && check.matches !== undefined) {
      const wrong = wrongPattern(check.matches);
      const say = () => ({ message: `is no regular expression: ${wrong}` });
      if (wrong !== null) report.add({ code: 'plan.bad-pattern', path: [...at, 'matches'], say });
    }
    const wrong = 'schema' in check ? judgeSchema(check.schema) : null;
    const say = () => ({ message: `is no JSON Schema: ${wrong}` });
    if (wrong !== null) report.add({ code: 'plan.bad-schema', path: [...at, 'schema'], say });
  }
}

function wrongPattern(pattern: string): string | null {
  try {
    new RegExp(pattern);
    return null;
  } catch (error) {
    return messageOf(error).replace(/^Invalid regular expression: /, '');
  }
}

/** A schema costs milliseconds to compile, and plans that are generated repeat them. */
function onceEach(): JudgeSchema {
  const known = new Map<string, string | null>();
  return (schema) => {
    const text = JSON.stringify(schema);
    const before = known.get(text);
    if (before !== undefined) return before;
    const wrong = wrongSchema(schema);
    known.set(text, wrong);
    return wrong;
  };
}

function wrongSchema(schema: JsonObject): string | null {
  try {
    compileSchema(schema);
    return null;
  } catch (error) {
    // Ajv lists every branch that did not fit; the first says what is wrong.
    const [first = ''] = messageOf(error).split(', ');
    return first.replace(/^schema is invalid: data/, '');
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
