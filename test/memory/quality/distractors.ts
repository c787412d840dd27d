/** A thousand tasks of the same field that are about something else, always the same ones. */

const actions = [
  'Add a command that lists',
  'Fix the crash when opening',
  'Refactor the code around',
  'Write a migration for',
  'Show a warning about',
  'Log what happens to',
  'Allow sorting of',
  'Validate the input of',
  'Make a screenshot test for',
  'Rename the classes of',
  'Export as PDF',
  'Add keyboard shortcuts for',
  'Replace the library behind',
  'Check the permissions of',
  'Archive old',
  'Draw a chart of',
  'Merge duplicates among',
  'Send to the message queue',
  'Lock while editing',
  'Undo the last change to',
  'Group by owner',
  'Compute statistics on',
  'Print labels for',
  'Review the design of',
  'Simplify the configuration of',
];

const objects = [
  'audit trails',
  'shopping baskets',
  'feature flags',
  'terminal colours',
  'webhook subscriptions',
  'map tiles',
  'video thumbnails',
  'bookkeeping journals',
  'chat rooms',
  'sensor readings',
  'bluetooth devices',
  'compiler warnings',
  'git branches',
  'kanban boards',
  'font files',
  'voice recordings',
  'train timetables',
  'barcode scanners',
  'loan applications',
  'graph nodes',
  'shader programs',
  'inventory shelves',
  'push notifications for the watch',
  'game levels',
  'payroll runs',
  'firewall rules',
  'medical images',
  'poll results',
  'drone flights',
  'crossword puzzles',
  'service level agreements',
  'wiki pages',
  'tournament brackets',
  'gift cards',
  'parking permits',
  'syntax trees',
  'printer queues',
  'stock quotes',
  'bird observations',
  'elevator schedules',
];

const places = ['', ' in the admin console', ' on the nightly build', ' for the mobile team'];

export function distractors(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => {
    const action = actions[at % actions.length];
    const object = objects[Math.floor(at / actions.length) % objects.length];
    return `${action} ${object}${places[(at * 7 + Math.floor(at / 25)) % places.length]}`;
  });
}
