/** Every id is branded, so that a task's id can't be passed where an agent's is meant. */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Names a run among all runs of a home: a folder under `.troupe/runs/`. */
export type RunId = Branded<'RunId'>;
/** Names a task inside its plan, as the person wrote it. */
export type TaskId = Branded<'TaskId'>;
/** Names an agent inside its run: the role and a number, `coder-2`. */
export type AgentId = Branded<'AgentId'>;
/** Names a role inside its plan, as the person wrote it. */
export type RoleName = Branded<'RoleName'>;
/** Names an account among all of a home: a key to a provider, with its limits. */
export type AccountName = Branded<'AccountName'>;
/** Where an actor is reached inside its system: a path such as `task/build`. */
export type Address = Branded<'Address'>;
/**
 * Fences an attempt: it rises with every assignment of a run, and an outcome that carries an older
 * one than its task changes nothing.
 */
export type Token = number & { readonly [brand]: 'Token' };

export const runId = (text: string): RunId => text as RunId;
export const taskId = (text: string): TaskId => text as TaskId;
export const agentId = (text: string): AgentId => text as AgentId;
export const roleName = (text: string): RoleName => text as RoleName;
export const accountName = (text: string): AccountName => text as AccountName;
export const address = (text: string): Address => text as Address;
export const token = (count: number): Token => count as Token;

export const orchestratorAddress = address('orchestrator');
export const contextAddress = address('context');
export const taskAddress = (task: TaskId): Address => address(`task/${task}`);
export const agentAddress = (agent: AgentId): Address => address(`agent/${agent}`);
export const supervisorAddress = (role: RoleName): Address => address(`supervisor/${role}`);
