/** Writes a section of the report for the answer of each task, in the order of their urgency. */
import { dependencies, docs, secrets, tests, todos } from './sections-care.mjs';
import { duplicates, history, languages, sizes } from './sections-facts.mjs';

const sections = {
  secrets: ['Secrets', secrets],
  tests: ['Tests', tests],
  dependencies: ['Dependencies', dependencies],
  docs: ['Documentation', docs],
  todos: ['Notes for later', todos],
  history: ['History', history],
  languages: ['Languages', languages],
  sizes: ['Sizes', sizes],
  duplicates: ['Duplicates', duplicates],
};

/** Every section as Markdown; an answer that is missing is said to be missing. */
export function sectionsOf(answers) {
  return Object.entries(sections).map(([task, [title, write]]) => {
    const parts = answers[task] ? write(answers[task]) : [`The task ${task} left no answer.`];
    return [`## ${title}`, ...parts.filter((part) => part !== '')].join('\n\n');
  });
}
