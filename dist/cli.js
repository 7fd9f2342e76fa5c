#!/usr/bin/env node
// Starts the bundle as a command line instead of as an action.
process.env.FERRULE_ENTRY = 'cli';
await import('./index.js');
