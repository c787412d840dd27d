/** The real `codex` against the scripted model. */
import { codex } from './points.ts';
import { scenesOf } from './scenes.ts';

scenesOf(codex);
