/** The real `opencode` against the scripted model. */
import { opencode } from './points.ts';
import { scenesOf } from './scenes.ts';

scenesOf(opencode);
