// What git takes for the name of a branch. Whether a branch exists, and which ones a run may write to, is asked elsewhere.

/** Rules of git-check-ref-format, and what would be read as an option or as one of git's own names. */
const RULES: readonly [RegExp, string][] = [
  [/^$/, 'is empty'],
  [/[\x00-\x20\x7f~^:?*[\\]/, 'contains a space or one of ~ ^ : ? * [ \\'],
  [/\.\.|@\{/, "contains '..' or '@{'"],
  [/^-/, "starts with '-'"],
  [/^\/|\/$|\/\//, 'has an empty part'],
  [/(^|\/)\./, "has a part that starts with '.'"],
  [/\.$|\.lock(\/|$)/, "ends with '.' or '.lock'"],
  [/^(@|HEAD|refs\/.*)$/, "is one of git's own names"],
];

/** Why git would not take the name, without `refs/heads/`, for a branch: the end of a sentence. `undefined` when it would. */
export function brokenRefRule(name: string): string | undefined {
  return RULES.find(([rule]) => rule.test(name))?.[1];
}
