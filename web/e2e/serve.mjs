// Serves web/dist as the program does (policy and all) and hands /api to a server; for tests of the interface.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, request as ask } from 'node:http';
import { extname, join, normalize } from 'node:path';

export const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html";

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.json': 'application/json' };

export function serve(dist, target, port = 0) {
  const { hostname, port: targetPort } = new URL(target);
  const server = createServer((request, response) => {
    if (request.url.startsWith('/api/')) {
      const onward = ask({ hostname, port: targetPort, path: request.url, method: request.method, headers: { ...request.headers, ...(request.headers.origin ? { origin: target } : {}), host: `${hostname}:${targetPort}` } }, (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.writeHead(502).end());
      // A stream of events ends with its reader.
      response.on('close', () => onward.destroy());
      request.pipe(onward);
      return;
    }
    const path = join(dist, normalize(new URL(request.url, 'http://local').pathname));
    const file = existsSync(path) && statSync(path).isFile() ? path : join(dist, 'index.html');
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'content-security-policy': policy });
    createReadStream(file).pipe(response);
  });
  return new Promise((ready) => server.listen(port, '127.0.0.1', () => ready({ server, address: `http://127.0.0.1:${server.address().port}` })));
}
