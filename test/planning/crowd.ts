/** Agents that ask for others, as little programs: what they say depends on what they are told. */
import { command, definePlan, type PlanDocument } from '../../src/plan/define.ts';
import type { Plan } from '../../src/plan/plan.ts';

/** Answers `first`; once what it asked for is there, with what it was told of that. */
export function asks(first: string, then = "'done with ' + told.subtasks.length"): string[] {
  const program = `
    const told = JSON.parse(process.env.TROUPE_SUBTASKS ?? '{"subtasks":[]}');
    let prompt = '';
    process.stdin.on('data', (text) => { prompt += text; }).on('end', () => {
      console.log(told.phase === 'concluding' ? ${then} : ${first});
    });`;
  return ['node', '-e', program];
}

/** A line that asks for a task. Braces of its prompt are no template of the plan's. */
export const line = (task: object): string =>
  JSON.stringify(JSON.stringify({ troupe: 'task.add', ...task })).replaceAll('{{', '{\\u007b');

export const planOf = (tasks: readonly object[]): string =>
  JSON.stringify(JSON.stringify({ tasks }));

type Task = PlanDocument['tasks'][number];

/** A boss who may ask, and two roles that do what they are asked: they answer with it. */
export function crowd(
  run: readonly string[],
  subtasks: Task['subtasks'],
  more: Partial<Omit<PlanDocument, 'tasks' | 'agents'>> = {},
  task: Partial<Task> = {},
): Plan {
  return definePlan({
    name: 'crowd',
    agents: {
      boss: command({ count: 1 }),
      reader: command({ run: ['cat'], count: 2 }),
      writer: command({ run: ['cat'] }),
      failing: command({ run: ['false'] }),
    },
    tasks: [
      {
        id: 'job',
        agent: 'boss',
        run: [...run],
        backoff: { initial: '0ms', max: '0ms' },
        ...(subtasks && { subtasks }),
        ...task,
      },
    ],
    ...more,
  });
}
