/** x. */
import { taskSubject } from './task-subject.ts';
import { rowOf, testTable } from './tables.ts';
testTable('task', taskSubject, {});
for (const s of Object.keys(taskSubject.scenes)) try { console.log(s, rowOf(taskSubject, s)); } catch(e) {console.log(s, e)}
