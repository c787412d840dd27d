/** An agent without a model: it counts the words of what it is asked. */
import { text } from 'node:stream/consumers';

const prompt = await text(process.stdin);
const words = prompt.split(/\s+/).filter((word) => word !== '');
console.log(
  `${words.length} words, the longest is "${words.toSorted((a, b) => b.length - a.length)[0]}"`,
);
