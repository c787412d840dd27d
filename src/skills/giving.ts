/** Puts skills before the prompt of a task: those its role names, or those that are like it. */
import type { GivenSkill, Outcome } from '../../machines/outcome.ts';
import { tokensIn } from '../../memory/manager/tokens.ts';
import type { PlanRole } from '../plan/plan.ts';
import type { RunSkill } from '../runs/folder.ts';

/** Works with the skills of the role in the prompt; the outcome says which they were. */
export async function skilled<Prepared extends { readonly prompt: string }>(
  prepared: Prepared,
  role: PlanRole,
  known: readonly RunSkill[],
  work: (told: Prepared) => Promise<Outcome>,
): Promise<Outcome> {
  const { prompt, skills } = await withSkills(prepared.prompt, role, known);
  const outcome = await work({ ...prepared, prompt });
  return skills.length === 0 ? outcome : { ...outcome, skills };
}

export interface Given {
  readonly prompt: string;
  readonly skills: readonly GivenSkill[];
}

/** Of all skills in one prompt; one beyond it is named, and to be read where it lies. */
export const skillTokensMax = 8_000;
const autoMax = 3;
/** What is less like the task than that does more harm than good. */
const likenessMin = 0.3;

export async function withSkills(
  prompt: string,
  { skills: wanted }: Pick<PlanRole, 'skills'>,
  known: readonly RunSkill[],
): Promise<Given> {
  if (wanted === undefined || known.length === 0) return { prompt, skills: [] };
  const chosen =
    wanted === 'auto'
      ? await alike(prompt, known)
      : wanted.flatMap((name) => known.find((skill) => skill.name === name) ?? []);
  if (chosen.length === 0) return { prompt, skills: [] };
  let left = skillTokensMax;
  const parts: string[] = [];
  const skills: GivenSkill[] = [];
  for (const skill of chosen) {
    const tokens = tokensIn(skill.body);
    const whole = tokens <= left;
    if (whole) left -= tokens;
    parts.push(wordsOf(skill, whole));
    skills.push({ name: skill.name, sha256: skill.sha256, tokens: whole ? tokens : 0 });
  }
  const intro = 'Troupe gives you skills for this task. Follow them where they apply.';
  return { prompt: [intro, ...parts, prompt].join('\n\n'), skills };
}

function wordsOf({ name, description, body, folder }: RunSkill, whole: boolean): string {
  const head = `<skill name="${name}" folder=${JSON.stringify(folder)}>\n${description}`;
  const rest = whole ? body : `Too long to stand here: read SKILL.md in its folder.`;
  // A skill can't end itself and go on as somebody else.
  return `${head}\n\n${rest.replaceAll('</skill', '<\\/skill')}\n</skill>`;
}

/** By the vectors that memory uses, most like the task first. */
async function alike(prompt: string, known: readonly RunSkill[]): Promise<readonly RunSkill[]> {
  const { StaticVectors } = await import('../../memory/embedding/static-vectors.ts');
  const texts = known.map(
    ({ name, description }) => `${name.replaceAll('-', ' ')}. ${description}`,
  );
  const [asked, ...vectors] = await StaticVectors.open().embed([prompt, ...texts]);
  const scored = known.map((skill, at) => ({ skill, score: likeness(asked, vectors[at]) }));
  return scored
    .filter(({ score }) => score >= likenessMin)
    .sort((one, other) => other.score - one.score)
    .slice(0, autoMax)
    .map(({ skill }) => skill);
}

function likeness(one: Float32Array | undefined, other: Float32Array | undefined): number {
  return one?.reduce((sum, value, at) => sum + value * (other?.[at] ?? 0), 0) ?? 0;
}
