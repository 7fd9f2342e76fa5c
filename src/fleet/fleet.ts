// The door of the room: many specs. Which are meant, how far each is, in which order they can go, and the waves of a plan.
// None is run here, and none is read: what a spec says is brief's affair.
export { orderSpecs } from './dependencies.js';
export { findWork, type Work } from './open-work.js';
export { describePlan, planJson, planOutputs } from './plan-text.js';
export { findProofs, type SpecText } from './proven.js';
export { selectSpecs, type SpecSelection } from './selection.js';
export { leftAlone, type FleetSpec, type Standing } from './standing.js';
export { decideStart, type Start } from './start.js';
export { isOnBase, openStacks, planWaves, type FleetPlan, type Misfits, type PlanTerms } from './waves.js';
