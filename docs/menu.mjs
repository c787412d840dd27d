/** The pages of the website, in their order, and where each comes from. */
const guide = (name, title) => ({ from: `docs/pages/${name}.md`, to: `${name}.html`, title });

export const menu = [
  {
    name: 'Begin',
    pages: [
      { from: 'README.md', to: 'index.html', title: 'What Troupe is' },
      guide('quick-start', 'Quick start'),
      { from: 'examples/README.md', to: 'examples.html', title: 'Examples' },
      guide('comparison', 'Beside other tools'),
    ],
  },
  {
    name: 'Guides',
    pages: [
      guide('first-plan', 'Your first plan'),
      guide('steering', 'See it and steer it'),
      guide('real-agents', 'Real agents'),
      guide('roles-and-skills', 'Roles and skills'),
      guide('verification', 'Verification'),
      guide('budgets', 'Budgets and accounts'),
      guide('goals-and-teams', 'Goals, and teams of teams'),
      guide('worktrees', 'Worktrees'),
      guide('looking-back', 'Looking back'),
      guide('memory', 'Memory'),
      guide('house', 'A house that goes on'),
      guide('several-machines', 'Several machines'),
      guide('assistants', 'From another assistant'),
      guide('observing', 'Traces and metrics'),
      guide('your-own-machines', 'Your own machines'),
      guide('writing-an-adapter', 'Writing an adapter'),
    ],
  },
  {
    name: 'Reference',
    pages: [
      { make: 'commands', to: 'commands.html', title: 'Commands' },
      { make: 'plan', to: 'plan.html', title: 'The plan' },
      { make: 'project', to: 'project.html', title: 'troupe.yaml' },
      { from: 'machines/README.md', to: 'machines.html', title: 'The machines' },
      { from: 'src/README.md', to: 'architecture.html', title: 'The architecture' },
      { from: 'memory/README.md', to: 'how-memory-works.html', title: 'How memory works' },
      {
        from: 'src/verify/README.md',
        to: 'how-plans-are-proved.html',
        title: 'How plans are proved',
      },
      { from: 'test/bench/README.md', to: 'measurements.html', title: 'Measurements' },
      { from: 'CHANGELOG.md', to: 'changelog.html', title: 'Changelog' },
    ],
  },
];
