// Which model a short name stands for. Prices and limits of models are kept elsewhere.
import { didYouMean } from '../did-you-mean.js';
import { UserError } from '../errors.js';
import { shown } from './repository-text.js';

/** As of 2026-11-22. A change here is a change of what users run: say so in the change log. */
export const MODEL_ALIASES: Readonly<Record<string, string>> = {
  opus: 'claude-opus-5-5',
  sonnet: 'claude-sonnet-5-5',
  haiku: 'claude-haiku-5-5',
};

const DEFAULT_ALIAS = 'opus';
// Other servers have other ids (`qwen3-coder:30b`, `org/model`): all that tells an id from a mistyped alias is that it
// has a digit or a separator in it.
const FULL_ID = /^(?=.*[\d\-/:])[A-Za-z][\w.:/@[\]-]{0,199}$/;

/**
 * The full id of a model. `inherit` and `undefined` mean the default, as nothing above this run has a model to inherit.
 * @throws UserError for a name that is neither an alias nor like an id
 */
export function resolveModel(name: string | undefined): { model: string } {
  const wanted = name?.trim() ?? 'inherit';
  const alias = wanted.toLowerCase() === 'inherit' ? DEFAULT_ALIAS : wanted.toLowerCase();
  const model = Object.hasOwn(MODEL_ALIASES, alias) ? MODEL_ALIASES[alias] : undefined;
  if (model !== undefined) return { model };
  if (FULL_ID.test(wanted) && !wanted.includes('..')) return { model: wanted };
  const aliases = [...Object.keys(MODEL_ALIASES), 'inherit'];
  throw new UserError(
    `Unknown model '${shown(wanted)}'. Expected ${aliases.join(', ')} or a full model id.${didYouMean(wanted, aliases)}`,
  );
}
