// Tells the model that a limit comes near, once at each mark, so that it ends what it is at instead of losing it. When a
// limit is reached is the budget's affair.
import type { Budget, LimitReached } from './budget.js';

const NAMES: Record<LimitReached, string> = {
  turns: 'turns',
  tokens: 'tokens',
  cost: 'money',
  time: 'time (less what the last verification needs)',
};

/** From the highest down: when several marks are passed at once, only the most urgent is told. */
const MARKS: readonly { from: number; text: (what: string) => string }[] = [
  {
    from: 0.95,
    text: (what) =>
      `At least 95 % of the ${what} of this run is used. Make what you have compile and pass, call complete_increment now, and then finish. Work outside a completed increment is not published.`,
  },
  {
    from: 0.8,
    text: (what) =>
      `80 % of the ${what} of this run is used. Begin nothing new: bring the present increment to its end and call complete_increment.`,
  },
  { from: 0.5, text: (what) => `Half of the ${what} of this run is used. Plan for what is most important.` },
];

export class LimitNotices {
  private told = 0;

  constructor(private readonly budget: Budget) {}

  /** What is to be told now, if anything. @param contextTokens estimate of the next request */
  next(contextTokens: number): string | undefined {
    const { limit, fraction } = this.budget.nearest(contextTokens);
    const mark = MARKS.find(({ from }) => fraction >= from);
    if (mark === undefined || mark.from <= this.told) return undefined;
    this.told = mark.from;
    return `[harness: ${mark.text(NAMES[limit])}]`;
  }
}
