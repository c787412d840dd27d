/** English words that stand in every text and tell none from another. */

const lines = [
  'a about above after again all also am an and any are as at be because been before being below',
  'between both but by can could did do does doing done down during each either else ever every',
  'few for from further had has have having he her here hers him his how i if in into is it its',
  'just let like may me might more most must my neither nor not now of off on once only or other',
  'our ours out over own per please same shall she should so some such than that the their theirs',
  'them then there these they this those through to too under until up upon us very was we were',
  'what when where whether which while who whom whose why will with within without would yet you',
  'your yours s t re ve ll d m',
];

export const stopWords: ReadonlySet<string> = new Set(lines.join(' ').split(' '));
