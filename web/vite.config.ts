// Builds web/dist with a .br and a .gz beside every text file, as the program embeds them.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwind from '@tailwindcss/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const compressible = /\.(js|css|html|svg|json|txt|webmanifest)$/;

function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}

function compress(): Plugin {
  let folder = 'dist';
  return {
    name: 'fairlead-compress',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir;
    },
    closeBundle() {
      for (const path of filesUnder(folder).filter((name) => compressible.test(name))) {
        const content = readFileSync(path);
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
        writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}

const server = process.env.FAIRLEAD_SERVER ?? 'http://127.0.0.1:8090';

export default defineConfig({
  plugins: [tailwind(), svelte(), compress()],
  resolve: {
    alias: { $: new URL('./src', import.meta.url).pathname },
    ...(process.env.VITEST ? { conditions: ['browser'] } : {}),
  },
  build: {
    target: 'es2022',
    outDir: 'dist',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: { port: 5173, strictPort: false, proxy: { '/api': server, '/health': server } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
