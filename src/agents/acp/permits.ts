/** What an agent that asks over ACP is allowed: by its role's permissions, or by a person. */
import type { RequestPermissionRequest, RequestPermissionResponse } from '@agentclientprotocol/sdk';
import { assertNever } from '../../../machines/errors.ts';
import type { Permissions } from '../command-line/dialect.ts';
import { confine } from '../hands/confined.ts';
import { inputText } from '../listening/sign.ts';

export type Judgement = 'allow' | 'deny' | 'ask';

const harmless: readonly string[] = ['read', 'search', 'think'];
const editing: readonly string[] = ['edit', 'delete', 'move'];

/** Whatever does not say what it is may be anything. */
export async function judgePermit(
  { toolCall }: RequestPermissionRequest,
  permissions: Permissions,
  root: string,
): Promise<Judgement> {
  const kind = toolCall.kind ?? 'other';
  switch (permissions) {
    case 'full':
      return 'allow';
    case 'ask':
      return 'ask';
    case 'read':
      return harmless.includes(kind) ? 'allow' : 'deny';
    case 'edit': {
      if (harmless.includes(kind)) return 'allow';
      if (!editing.includes(kind)) return 'deny';
      const places = (toolCall.locations ?? []).map(({ path }) => confine(root, path));
      const isInside = (await Promise.all(places)).every((place) => place.kind === 'inside');
      return isInside ? 'allow' : 'deny';
    }
    default:
      return assertNever(permissions);
  }
}

export const toolOf = ({ toolCall }: RequestPermissionRequest): string =>
  toolCall.title ?? toolCall.kind ?? 'a tool';

export function inputOf({ toolCall }: RequestPermissionRequest): string {
  const { rawInput, locations, kind } = toolCall;
  return inputText(rawInput ?? { kind, locations });
}

/** Once, where it can be had: what is allowed for ever was not looked at. */
export function answerTo(
  { options }: RequestPermissionRequest,
  answer: 'allow' | 'deny',
): RequestPermissionResponse {
  const kinds =
    answer === 'allow' ? ['allow_once', 'allow_always'] : ['reject_once', 'reject_always'];
  const found = kinds.map((kind) => options.find((option) => option.kind === kind)).find(Boolean);
  if (!found) return { outcome: { outcome: 'cancelled' } };
  return { outcome: { outcome: 'selected', optionId: found.optionId } };
}
