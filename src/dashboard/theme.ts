/** Light or dark: as the machine has it, until a person says otherwise. */
import { signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';
const key = 'troupe-theme';
const order: readonly Theme[] = ['auto', 'light', 'dark'];

/** A browser may keep nothing for us: then it is as the machine has it. */
function kept(): Theme {
  try {
    return order.find((theme) => theme === localStorage.getItem(key)) ?? 'auto';
  } catch {
    return 'auto';
  }
}

export const theme = signal<Theme>(kept());

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme.value;
}

export function nextTheme(): void {
  theme.value = order[(order.indexOf(theme.value) + 1) % order.length] ?? 'auto';
  applyTheme();
  try {
    localStorage.setItem(key, theme.value);
  } catch {
    // It holds until the page is loaded again.
  }
}
