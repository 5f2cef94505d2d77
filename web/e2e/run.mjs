// Drives the program through a browser, task by task, as people do: npm run e2e.
// One task alone: npm run e2e -- board
import { after, before } from 'node:test';
import { begin, end } from './world.mjs';

const areas = ['entry', 'list', 'record', 'live', 'import', 'board', 'figures', 'palette', 'administration', 'account', 'languages', 'phone'];
const only = process.argv.slice(2);

before(begin);
after(end);
for (const area of areas) {
  // Everything else stands on the set-up.
  if (only.length === 0 || area === 'entry' || only.includes(area)) await import(`./tasks/${area}.mjs`);
}
