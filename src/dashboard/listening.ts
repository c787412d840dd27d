/** Which attempt's words are listened to; nobody's, unless a stream is shown. */
import { signal } from '@preact/signals';

export const listening = signal<{ readonly task: string; readonly token: number } | null>(null);
