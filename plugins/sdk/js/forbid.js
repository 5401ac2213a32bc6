// The component's first import: whatever runs after it, module code included, has no clock and no randomness.

import { forbid } from './lib/pure.js';

forbid();
