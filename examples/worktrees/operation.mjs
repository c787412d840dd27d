/** Adds an operation to the calculator where it works; resolves a conflict that it finds there. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const file = 'calculator/operations.mjs';
const [name, sign] = process.argv.slice(2);

const text = existsSync(file) ? readFileSync(file, 'utf8') : '/** What a calculator can do. */\n';
// Both sides are wanted: only git's marks go.
const lines = text.split('\n').filter((line) => !/^(<{7}|={7}|>{7})( |$)/.test(line));
const known = lines.some((line) => line.includes(`const ${name} =`));
const added = name && !known ? `export const ${name} = (a, b) => a ${sign} b;\n` : '';

mkdirSync('calculator', { recursive: true });
writeFileSync(file, lines.join('\n') + added);
console.log(name ? `${name} is ${known ? 'still ' : ''}there` : 'the calculator is begun');
