// Starts the interface: language, theme, session, then the page that the address names.
import { mount } from 'svelte';
import './styles/base.css';
import App from './App.svelte';
import { session } from './catalog/session.svelte';
import { router } from './shell/router.svelte';

router.start();
await session.start();
mount(App, { target: document.getElementById('app')! });
