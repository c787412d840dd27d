/** The real `gemini` against the scripted model. */
import { gemini } from './points.ts';
import { scenesOf } from './scenes.ts';

scenesOf(gemini);
