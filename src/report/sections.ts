// The parts of a report in Markdown, each a function of the record that gives an empty text where there is nothing to
// tell. Their order and how much of each fits is decided in markdown.ts.
import { ANSWER_BY_SPEC, howToAnswer } from './answering.js';
import type { Extent } from './layout.js';
import { belowItem, bullets, link, recordText, section, table } from './layout.js';
import { clipped, codeBlock, inlineCode, inlineProse, inlineText, quotation } from './markdown-safe.js';
import type { GateRecord, RunRecord } from './record.js';
import { reasonsTold } from './open-points.js';
import { sourceLinks, type SourceLinks } from './source-links.js';
import { reproductionNotes, reproductionTitle } from './reproduction-notes.js';
import { costText, isNothingSpent, tokensText } from './spending-text.js';
import { verdictCommit } from './verdict-commit.js';
import { counted, dollars, duration, GATE_SIGNS, listed, wholeNumber } from './wording.js';

export function gatesSection(record: RunRecord, extent: Extent): string {
  const { verification, baseline } = record;
  const gates = verification?.gates ?? [];
  const rows = gates.map((gate) => [
    inlineText(gate.name) + (gate.deciding ? '' : ' (advisory)'),
    gate.command === '' ? '–' : inlineCode(clipped(gate.command, extent.maxTextChars)),
    `${GATE_SIGNS[gate.status]} ${gate.status}${gate.olderFailures.length === 0 ? '' : `, ${counted(gate.olderFailures.length, 'older failure')}`}`,
    gate.exitCode === null ? '–' : String(gate.exitCode),
    testCounts(gate),
    gate.command === '' ? '–' : duration(gate.durationMs),
  ]);
  const notes = gates.flatMap((gate) => [
    ...gate.reasons
      .slice(reasonsTold(gate, record))
      .map((reason) => `**${inlineText(gate.name)}:** ${inlineText(clipped(reason, extent.maxTextChars))}`),
    ...olderFailureNotes(gate, extent),
  ]);
  return section('Verification', [
    table(['gate', 'command', 'result', 'exit code', 'tests', 'time'], rows, extent),
    bullets(notes, extent),
    baselineSentence(baseline),
  ]);
}

export function specLine(record: RunRecord, extent: Extent): string {
  const { path, title } = record.spec;
  const link = sourceLinks(record, { ...extent, maxTextChars: 300 }).named(path, { path });
  return `Spec: ${link}${title === '' ? '' : `, ${inlineText(clipped(title, 300))}`}`;
}

/** Where the work lies, with links to GitHub's own pages. */
export function publicationLine(record: RunRecord, extent: Extent): string {
  const { publication, run } = record;
  const { branch, commit, pullRequest, comment } = publication;
  const links = sourceLinks(record, extent);
  const verdict = verdictCommit(record);
  const sameTree = verdict === undefined ? '' : ` (same tree as the verified ${links.commit(verdict.verified)})`;
  const places = [
    branch === undefined ? '' : `branch ${inlineCode(clipped(branch, 300))}`,
    commit === undefined ? '' : `commit ${links.commit(commit)}${sameTree}`,
    pullRequest === undefined
      ? ''
      : link(`pull request ${pullRequest.number}${pullRequest.draft ? ' (draft)' : ''}`, pullRequest.url),
    comment === undefined ? '' : link('comment', comment.url),
    run.url === undefined ? '' : link('workflow run', run.url),
    run.url === undefined ? '' : `${link('artifacts', `${run.url}#artifacts`)} with \`report.html\``,
  ].filter((place) => place !== '');
  return places.length === 0 ? '' : `Where: ${places.join(' · ')}`;
}

/**
 * What is open, by number, with the requirement it concerns, and how to answer.
 * @param isPosted the text is to stand on the pull request or issue itself
 */
export function questionsSection(record: RunRecord, extent: Extent, isPosted: boolean): string {
  const { questions, spec } = record;
  const links = sourceLinks(record, extent);
  const items = questions.map(({ number, text, requirement, blocking }) => {
    const stated = spec.requirements.find(({ id }) => id === requirement);
    const quoted = stated === undefined ? '' : quoteBelow(clipped(stated.text, extent.maxTextChars));
    const head = `**Question ${number}${about(requirement, links)}${blocking ? ' (blocking)' : ''}:**`;
    return `${head} ${inlineProse(clipped(text, extent.maxTextChars))}${quoted}`;
  });
  return section('Questions', [bullets(items, extent), questions.length === 0 ? '' : answerLine(record, isPosted)]);
}

function answerLine(record: RunRecord, isPosted: boolean): string {
  const how = howToAnswer(record, isPosted);
  if (how === undefined) return ANSWER_BY_SPEC;
  const { words, url } = how.place;
  return `${how.lead} ${url === undefined ? words : link(words, url)}: ${inlineCode(how.command)}${how.rest}`;
}

export function answersSection(record: RunRecord, extent: Extent): string {
  const { answers = [] } = record;
  const links = sourceLinks(record, extent);
  const items = answers.map(({ number, question, answer, author, requirement }) => {
    const by = author === undefined ? '' : ` (answered by ${inlineText(author)})`;
    const head = `**Question ${number}${about(requirement, links)}:** ${inlineProse(clipped(question, extent.maxTextChars))}${by}`;
    return `${head}${quoteBelow(clipped(answer, extent.maxTextChars))}`;
  });
  return section('Answers that this run was given', [bullets(items, extent)]);
}

/** Above all hidden text: what the reviewer of spec or standards did not see, and whether the model did. */
export function sourceWarningsSection({ sourceWarnings = [] }: RunRecord, extent: Extent): string {
  const items = sourceWarnings.map((text) => inlineText(clipped(text, extent.maxTextChars)));
  return section('Noticed while reading spec, agent file and standards', [bullets(items, extent)]);
}

/** A quotation as a part of the list item above it. */
function quoteBelow(text: string): string {
  return `\n${belowItem(quotation(text))}`;
}

/** What the model proposes and took for granted; its deviations have a section of their own. */
export function recordsSections({ records }: RunRecord, extent: Extent): string {
  const titles = { improvement: 'Suggested improvements', assumption: 'Assumptions' };
  return (['improvement', 'assumption'] as const)
    .map((kind) => {
      const texts = records.filter((entry) => entry.kind === kind).map((entry) => recordText(entry, extent));
      return section(titles[kind], [bullets(texts, extent)]);
    })
    .filter((text) => text !== '')
    .join('\n\n');
}

/** What the new test files give without the change that they are to prove. */
export function newTestsSection({ newTestsOnBase = [] }: RunRecord, extent: Extent): string {
  const code = (text: string) => inlineCode(clipped(text, extent.maxTextChars));
  const items = newTestsOnBase.map(({ path, result, passed }) => {
    if (result === 'not-built') return `${code(path)} does not build there`;
    if (result === 'unknown') return `${code(path)} was not tried, or not to its end`;
    if (passed.length === 0) return `${code(path)}: none of its tests passes there`;
    const names = passed.slice(0, extent.maxRows).map(code);
    const rest = passed.length - names.length;
    const which = listed([...names, ...(rest === 0 ? [] : [`${rest} more`])]);
    return `${code(path)}: passing there too, so proving nothing new: ${which}`;
  });
  return section("New test files, on the base's code", [bullets(items, extent)]);
}

export function dependenciesSection({ dependencies }: RunRecord, extent: Extent): string {
  const cell = (text: string) => inlineText(clipped(text, extent.maxTextChars));
  const rows = dependencies.map((crate) => [
    cell(crate.name),
    cell(crate.version),
    cell(crate.source) + (crate.checksum === undefined ? '' : `, sha256 ${inlineCode(crate.checksum.slice(0, 12))}`),
    crate.inspected === false ? 'unknown' : cell(crate.license ?? 'not stated'),
    buildTimeCode(crate),
    crate.direct === undefined ? '' : crate.direct ? 'directly' : 'by another crate',
    cell((crate.features ?? []).join(', ')),
  ]);
  const head = ['crate', 'version', 'source', 'license', 'code at build time', 'needed', 'features asked for'];
  return section('New dependencies', [table(head, rows, extent)]);
}

function buildTimeCode({ inspected, buildScript, procMacro }: RunRecord['dependencies'][number]): string {
  if (inspected === false) return 'unknown (its source was not there to read)';
  const kinds = [...(buildScript ? ['build script'] : []), ...(procMacro === true ? ['procedural macro'] : [])];
  return kinds.length === 0 ? 'none' : listed(kinds);
}

/** Crate by crate, in the record's order. A row has the signature; of a change the old one too. */
export function publicApiSection({ publicApi = [] }: RunRecord, extent: Extent): string {
  const code = (text: string) => inlineCode(clipped(text, extent.maxTextChars));
  const crates = [...new Set(publicApi.map((change) => change.crate))];
  const parts = crates.slice(0, extent.maxRows).map((crate) => {
    const items = publicApi.filter((change) => change.crate === crate);
    const counts = (['added', 'changed', 'removed'] as const).map(
      (kind) => `${items.filter((item) => item.kind === kind).length} ${kind}`,
    );
    const lines = items.map(({ kind, item, before, after, note }) => {
      const signatures = [before, after].filter((text) => text !== undefined).map(code);
      const told = note === undefined ? '' : ` (${inlineText(clipped(note, extent.maxTextChars))})`;
      return `${kind} ${code(item)}: ${signatures.join(' → ')}${told}`;
    });
    return [`**${inlineText(clipped(crate, extent.maxTextChars))}**: ${counts.join(', ')}`, bullets(lines, extent)];
  });
  return section('Public API', parts.flat());
}

export function modelSummarySection({ summary }: RunRecord, extent: Extent): string {
  if (summary === undefined || summary.trim() === '') return '';
  return section("The model's own summary, not checked", [quotation(clipped(summary, extent.maxTextChars * 10))]);
}

export function usageSection({ usage, model, agent, run }: RunRecord): string {
  const { limits } = usage;
  const named = [
    ['model', model],
    ['agent', agent.name],
    ['run', run.id],
  ] as const;
  const by = named.filter(([, name]) => name !== '').map(([what, name]) => `${what} ${inlineCode(clipped(name, 200))}`);
  const who = `With ${listed(by)}.`;
  const took = duration(usage.durationSeconds * 1000);
  if (isNothingSpent(usage)) return section('Spent', [`Nothing. It took ${took}. ${who}`]);
  const input = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const own = `${wholeNumber(input)} in (${wholeNumber(usage.cacheReadTokens)} of them from the cache), ${wholeNumber(usage.outputTokens)} out`;
  const rows = [
    ['turns', wholeNumber(usage.turns), wholeNumber(limits.maxTurns)],
    ['verification rounds', wholeNumber(usage.rounds), wholeNumber(limits.maxRounds)],
    ['tokens', tokensText(usage, own), wholeNumber(limits.maxTokens)],
    ['cost', costText(usage), dollars(limits.maxCostUsd)],
    ['time', took, duration(limits.maxMinutes * 60_000)],
  ];
  return section('Spent', [table(['', 'used', 'limit'], rows, { maxRows: rows.length }), who]);
}

export function reproduceSection(record: RunRecord, extent: Extent): string {
  const { reproduce, toolchain, environment } = record;
  const commands =
    reproduce.length === 0 ? '' : codeBlock(clipped(reproduce.join('\n'), extent.maxTextChars * 10), 'sh');
  const tools = [
    toolchain.rustc,
    toolchain.cargo,
    toolchain.host,
    `ferrule ${environment.ferrule}`,
    environment.runnerOs,
  ];
  const named = tools.filter((tool) => tool !== '').map((tool) => inlineText(clipped(tool, 200)));
  const sandbox = environment.sandbox === '' ? [] : [`sandbox: ${inlineText(clipped(environment.sandbox, 200))}`];
  const notes = reproductionNotes(record).map(inlineProse);
  return section(reproductionTitle(record), [commands, ...notes, [...named, ...sandbox].join(' · ')]);
}

function testCounts({ tests }: GateRecord): string {
  if (tests === undefined) return '';
  const { passed, failed, ignored, filteredOut } = tests;
  const counts = [`${passed} passed`, `${failed} failed`, `${ignored} ignored`];
  return [...counts, ...(filteredOut === 0 ? [] : [`${filteredOut} filtered out`]), `${tests.new} new`].join(', ');
}

function olderFailureNotes(gate: GateRecord, extent: Extent): string[] {
  if (gate.olderFailures.length === 0) return [];
  const named = gate.olderFailures
    .slice(0, extent.maxRows)
    .map((name) => inlineCode(clipped(name, extent.maxTextChars)));
  const rest = gate.olderFailures.length - named.length;
  const more = rest === 0 ? [] : [`${rest} more`];
  return [`**${inlineText(gate.name)}**, failed before the run too: ${listed([...named, ...more])}`];
}

function baselineSentence(baseline: RunRecord['baseline']): string {
  const gates = [baseline?.check, baseline?.test, ...(baseline?.gates ?? [])].filter((gate) => gate !== undefined);
  const results = gates.map(({ name, status, tests }) => {
    const failed = tests === undefined || tests.failed === 0 ? '' : ` (${counted(tests.failed, 'test')})`;
    return `${inlineText(name)} ${status}${failed}`;
  });
  return results.length === 0 ? '' : `On the base, before the run: ${listed(results)}.`;
}

function about(requirement: string | undefined, links: SourceLinks): string {
  return requirement === undefined ? '' : ` on ${links.requirement(requirement)}`;
}
