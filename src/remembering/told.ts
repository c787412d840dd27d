/** How much of a past task an agent is told, at most. */
export const promptCharsMax = 500;
export const solutionCharsMax = 1_500;
/** With what stands around them. */
export const recalledCharsMax = promptCharsMax + solutionCharsMax + 200;
