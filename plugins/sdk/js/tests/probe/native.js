import { cases } from './sdk/testing.js';
import plugin from './src/plugin.js';

cases(import.meta.url, plugin);
