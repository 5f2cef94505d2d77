// Starts the program on a database of its own and a free port, and gives its address and set-up token.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;

export function programPath() {
  const candidates = [process.env.FAIRLEAD_PROGRAM, join(root, 'build/fairlead'), join(root, 'build-dev/fairlead')];
  return candidates.find((path) => path && existsSync(path));
}

const freePort = () =>
  new Promise((ready) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => ready(port));
    });
  });

export async function start() {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-e2e-data-'));
  const port = await freePort();
  const child = spawn(programPath(), ['serve', '--database', `sqlite:${join(folder, 'fairlead.db')}`, '--listen', `127.0.0.1:${port}`, '--relaxed', '--quiet'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const address = `http://127.0.0.1:${port}`;
  const token = await new Promise((ready, failed) => {
    const read = (chunk) => {
      said += chunk;
      const found = /#token=([\w-]+)/.exec(said);
      if (found) ready(found[1]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', (code) => failed(new Error(`The program ended with ${code}: ${said}`)));
    setTimeout(() => failed(new Error(`The program did not start in 30 s: ${said}`)), 30_000).unref();
  });
  return { address, token, stop: () => child.kill('SIGTERM'), said: () => said };
}
