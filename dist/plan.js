// Starts the bundle as the action that plans which specs run in which wave (plan/action.yml).
process.env.FERRULE_ENTRY = 'plan';
await import('./index.js');
