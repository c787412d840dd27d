/** The shape of the level-6 plan: 15 tasks in seven waves, each after the whole one before. */

export const waves = [1, 4, 2, 2, 1, 3, 2];
/** At 100 ms of work a task. */
export const criticalPathMs = waves.length * 100;
