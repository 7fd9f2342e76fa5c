// Starts the bundle as the action that publishes what another job left (publish/action.yml).
process.env.FERRULE_ENTRY = 'publish';
await import('./index.js');
