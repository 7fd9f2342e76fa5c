// Starts the bundle as the action that sums up the runs of a plan (fleet-report/action.yml).
process.env.FERRULE_ENTRY = 'fleet-report';
await import('./index.js');
