/** What a call is answered with: data, or for the model what is wrong and what to do next. */
import {
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server';
import { isUserError } from '../kernel/user-error.ts';

export function answered(answer: Readonly<Record<string, unknown>>): CallToolResult {
  const content = [{ type: 'text' as const, text: JSON.stringify(answer) }];
  return { content, structuredContent: { ...answer } };
}

export function refused(error: unknown): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: sayTo(error) }] };
}

export function sayTo(error: unknown): string {
  if (isUserError(error)) return `${error.message}\nNext: ${error.hint} (${error.code})`;
  const message = error instanceof Error ? error.message : String(error);
  return `Troupe could not do it: ${message}\nNext: try again, or see: troupe doctor`;
}

/** For the client itself: its request makes no sense. */
export function invalid(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}
