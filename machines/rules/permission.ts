/** Questions of an agent to a person while it works: which are open, and what was said. */
import type { Attempt, Fact, TroupeEvent } from '../events.ts';
import type { AgentId } from '../ids.ts';
import type { Answered, Outcome, Question } from '../outcome.ts';

/** Open at once; whoever asks more gets a no. */
export const questionsMax = 20;
/** Kept of one task. */
export const answersMax = 200;

/** An agent, as far as its questions go. */
export interface Asking {
  readonly id: AgentId;
  readonly attempt: Pick<Attempt, 'task' | 'earlier'> | null;
  readonly questions?: readonly Question[];
  readonly answers?: readonly Answered[];
}

type Ask = TroupeEvent & { type: 'agent.ask' };
type Answer = TroupeEvent & { type: 'agent.answer' };
type AnsweredFact = Fact & { type: 'agent.answered' };

/** What a person said to the same before the runtime was stopped. */
function earlierAnswer(context: Asking, { question }: Ask): Answered | undefined {
  const { tool, input } = question;
  return earlierAnswers(context).find((given) => given.tool === tool && given.input === input);
}

export const isKnown = (context: Asking, event: Ask): boolean =>
  earlierAnswer(context, event) !== undefined;

/** Without asking: it was answered before, or it asks too much. */
export function settledFact(context: Asking, event: Ask): Fact {
  return answeredFact(context, event.question, earlierAnswer(context, event) ?? tooMany);
}

export function heardFact(context: Asking, event: Answer): Fact {
  return answeredFact(context, meant(context, event) as Question, event);
}

export const isFull = ({ questions = [] }: Asking): boolean => questions.length >= questionsMax;

export function asked({ questions = [] }: Asking, { question }: Ask): readonly Question[] {
  return [...questions, question];
}

/** Without a name, the oldest is meant. */
export function meant({ questions = [] }: Asking, event: Answer): Question | undefined {
  return questions.find(({ id }) => event.question === null || id === event.question);
}

export function answered(context: Asking, event: Answer) {
  const { questions = [], answers = [] } = context;
  const about = meant(context, event) as Question;
  const { tool, input } = about;
  const { answer, by } = event;
  return {
    questions: questions.filter(({ id }) => id !== about.id),
    answers: [...answers, { tool, input, answer, by }].slice(-answersMax),
  };
}

function answeredFact(
  { id: agent, attempt }: Asking,
  { id: question }: Question,
  { answer, by }: Pick<Answered, 'answer' | 'by'>,
): AnsweredFact {
  return { type: 'agent.answered', agent, task: taskOf({ attempt }), question, answer, by };
}

export function askedFact({ id: agent, attempt }: Asking, { question }: Ask): Fact {
  return { type: 'agent.asked', agent, task: taskOf({ attempt }), question };
}

const tooMany = { answer: 'deny', by: 'too many questions at once' } as const;

/** An attempt that did not come to its end hands on what people have said. */
export function withAnswers(context: Asking, outcome: Outcome): Outcome {
  const isCutShort = outcome.kind === 'interrupted' || outcome.kind === 'limited';
  if (!isCutShort) return outcome;
  const all = [...earlierAnswers(context), ...(context.answers ?? [])].slice(-answersMax);
  return all.length > 0 ? { ...outcome, answers: all } : outcome;
}

export const hasAsked = ({ questions, answers }: Asking): boolean =>
  questions !== undefined || answers !== undefined;

/** Of a new attempt: nothing is asked yet. */
export function unasked({ questions, answers }: Asking) {
  return { ...(questions && { questions: [] }), ...(answers && { answers: [] }) };
}

const earlierAnswers = ({ attempt }: Asking): readonly Answered[] =>
  attempt?.earlier?.answers ?? [];

function taskOf({ attempt }: Pick<Asking, 'attempt'>) {
  return (attempt as NonNullable<Asking['attempt']>).task;
}
