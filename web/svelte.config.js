// Svelte's settings: TypeScript in components; styles go to files, as the policy allows no inline styles.
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

export default { preprocess: vitePreprocess() };
