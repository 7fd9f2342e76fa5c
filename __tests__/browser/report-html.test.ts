import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { renderPage } from '../../src/report/report.js';
import { ask, openBrowser, type PageBrowser } from '../support/browser.js';
import { hostileText } from '../support/hostile-text.js';
import { SAMPLE_PATCH, type SampleTurn, SAMPLE_TURNS, samplePage, transcriptOf } from '../support/page-sources.js';
import { failedTestGate, sampleGate } from '../support/sample-record.js';

let browser: PageBrowser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser[Symbol.asyncDispose]();
});

const failedRun = () =>
  renderPage(
    samplePage(
      {},
      {
        outcome: 'unverified',
        verification: { commit: 'c'.repeat(40), tree: 't'.repeat(40), gates: [sampleGate(), failedTestGate()] },
      },
    ),
  );

describe('report.html in a browser', () => {
  it('opens from a file without an error, and asks for nothing else', async () => {
    await using opened = await browser.open(failedRun());
    await opened.page.getByRole('heading', { name: 'Ledger entries' }).waitFor();
    expect(opened.complaints).toEqual([]);
    expect(opened.requests).toHaveLength(1);
    expect(opened.requests[0]).toMatch(/^file:/);
  });

  it('shows the output of a failed gate at once, and others when they are opened', async () => {
    await using opened = await browser.open(failedRun());
    const { page } = opened;
    await page.locator('#gate-test .line', { hasText: 'test result: ok.' }).waitFor();
    expect(await page.locator('#gate-check .line').count()).toBe(0);
    await page.locator('#gate-check summary').click();
    await page.locator('#gate-check .line', { hasText: 'Finished' }).waitFor();
    await page.locator('#gate-check summary').click();
    expect(await page.locator('#gate-check .line').first().isVisible()).toBe(false);
  });

  it('reaches a turn by its address, and turn after turn by j and k', async () => {
    await using opened = await browser.open(
      renderPage(samplePage({ transcript: transcriptOf(Array(40).fill(SAMPLE_TURNS).flat()) })),
      { hash: '#turn-12' },
    );
    const { page } = opened;
    const inView = () =>
      ask<string>(
        opened,
        `document.activeElement.id + ' ' + (Math.abs(document.activeElement.getBoundingClientRect().top) < 120)`,
      );
    await page.waitForFunction(`document.activeElement.id === 'turn-12'`);
    expect(await inView()).toBe('turn-12 true');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    expect(await inView()).toBe('turn-13 true');
    expect(page.url()).toMatch(/#turn-13$/);
    await page.keyboard.press('o');
    expect(await page.locator('#turn-13 details[open]').count()).toBe(1);
    await page.keyboard.press('o');
    expect(await page.locator('#turn-13 details[open]').count()).toBe(0);
  });

  it('reaches a gate by its address, and opens it', async () => {
    await using opened = await browser.open(failedRun(), { hash: '#gate-check' });
    await opened.page.locator('#gate-check .line', { hasText: 'Finished' }).waitFor();
  });

  it('goes from a clause to its line in the change', async () => {
    const ledger = [
      { id: 'R1', text: 'x', status: 'proven' as const, claimed: null, code: ['src/entry.rs:14'], tests: [] },
    ];
    await using opened = await browser.open(renderPage(samplePage({}, { ledger })));
    await opened.page.locator('#requirements a').click();
    await opened.page.locator('#file-1 .is-found', { hasText: '// checked' }).waitFor();
  });

  it('shows a difference with numbers, and marks what differs within a line', async () => {
    const patch = SAMPLE_PATCH.replace('-    1', '-    let amount = 1;').replace(
      '+    3\n+    // checked',
      '+    let amount = 30;',
    );
    await using opened = await browser.open(renderPage(samplePage({ patch })), { hash: '#file-1' });
    const { page } = opened;
    await page.locator('#file-1 .line').first().waitFor();
    const lines = await ask<string[]>(
      opened,
      `[...document.querySelectorAll('#file-1 .line')].map((line) => [line.className, line.dataset.number, line.textContent].join('|'))`,
    );
    expect(lines).toEqual([
      'line is-hunk||@@ -12,4 +12,5 @@ pub struct Entry',
      'line|12| pub fn one() -> u8 {',
      'line is-removed|13|-    let amount = 1;',
      'line is-added|13|+    let amount = 30;',
      'line|14| }',
    ]);
    expect(await page.locator('#file-1 mark').allTextContents()).toEqual(['1', '30']);
  });

  it('shows the colours of an output', async () => {
    const readOutput = () => '\x1b[1m\x1b[31merror\x1b[0m: plain \x1b[38;5;10mgreen\x1b[39m\n';
    await using opened = await browser.open(renderPage(samplePage({ readOutput })), { hash: '#output-003' });
    await opened.page.locator('#output-003 .line').first().waitFor();
    const spans = await ask<string[]>(
      opened,
      `[...document.querySelectorAll('#output-003 .line span')].map((span) => span.className + ' ' + span.textContent)`,
    );
    expect(spans).toEqual(['ink-bold ink-red error', 'ink-green green']);
  });

  it('finds words anywhere, opened or not, and goes there', async () => {
    await using opened = await browser.open(failedRun());
    const { page } = opened;
    await page.keyboard.press('/');
    await page.keyboard.type('UNKNOWN_currency ... ok');
    await page.locator('#search-count', { hasText: '1 found.' }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.locator('.is-found', { hasText: 'test entry::rejects_unknown_currency ... ok' }).first().waitFor();
    expect(await page.locator('#search').isVisible()).toBe(false);
    await page.keyboard.press('/');
    await page.locator('#search-input').fill('no such words anywhere');
    await page.locator('#search-count', { hasText: 'Nothing found.' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await page.locator('#search').isVisible()).toBe(false);
  });

  it('finds words as they are read, whatever line ends the markup has between them', async () => {
    await using opened = await browser.open(failedRun());
    const { page } = opened;
    await page.keyboard.press('/');
    await page
      .locator('#search-input')
      .fill('answer in a comment  on pull request 3: /ferrule answer 1 <text>, or change the spec');
    await page.locator('#search-count', { hasText: '1 found.' }).waitFor();
    expect(await page.locator('#search-results mark').textContent()).toBe(
      'Answer in a comment on pull request 3: /ferrule answer 1 <text>, or change the spec',
    );
    await page.locator('#search-results button').click();
    expect(await page.locator('#questions p.note').isVisible()).toBe(true);
  });

  it('finds words within one output, one after the other', async () => {
    const readOutput = () =>
      Array.from({ length: 5000 }, (_, at) => `line ${at + 1}${at % 1000 === 7 ? ' needle' : ''}\n`).join('');
    await using opened = await browser.open(renderPage(samplePage({ readOutput })), { hash: '#output-003' });
    const { page } = opened;
    await page.locator('#output-003 input').fill('needle');
    await page.locator('#output-003 .is-found', { hasText: /^line 8 needle$/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('#output-003 .is-found', { hasText: /^line 1008 needle$/ }).waitFor();
    expect(await page.locator('#output-003 .count').textContent()).toBe('2 of 5');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.press('Shift+Enter');
    await page.locator('#output-003 .is-found', { hasText: /^line 4008 needle$/ }).waitFor();
  });

  it('prints opened outputs whole', async () => {
    const readOutput = () => Array.from({ length: 2000 }, (_, at) => `line ${at + 1}\n`).join('');
    await using opened = await browser.open(renderPage(samplePage({ readOutput })), { hash: '#output-003' });
    await opened.page.locator('#output-003 .line').first().waitFor();
    await ask(opened, `dispatchEvent(new Event('beforeprint'))`);
    expect(await opened.page.locator('#output-003 .line').count()).toBe(2000);
  });

  it('is dark or light as the system is, and changes on request', async () => {
    const ground = `getComputedStyle(document.body).backgroundColor`;
    await using light = await browser.open(failedRun());
    await using dark = await browser.open(failedRun(), { scheme: 'dark' });
    const [paper, night] = [await ask<string>(light, ground), await ask<string>(dark, ground)];
    expect(paper).not.toBe(night);
    await light.page.keyboard.press('t');
    expect(await ask(light, ground)).toBe(night);
    await light.page.reload();
    expect(await ask(light, ground)).toBe(night);
  });

  it('lists its keys on request', async () => {
    await using opened = await browser.open(failedRun());
    await opened.page.keyboard.press('?');
    await opened.page.getByText('next turn').waitFor();
    await opened.page.keyboard.press('Escape');
    expect(await opened.page.getByText('next turn').isVisible()).toBe(false);
  });

  it('folds its contents where they would stand above the verdict, and opens them where they stand beside it', async () => {
    await using phone = await browser.open(failedRun(), { width: 390 });
    const contents = phone.page.getByRole('link', { name: 'How to reproduce' });
    expect(await contents.isVisible()).toBe(false);
    await phone.page.getByText('Contents').click();
    expect(await contents.isVisible()).toBe(true);
    await phone.page.setViewportSize({ width: 390, height: 901 });
    expect(await contents.isVisible()).toBe(true);
    await using desk = await browser.open(failedRun());
    expect(await desk.page.getByRole('link', { name: 'How to reproduce' }).isVisible()).toBe(true);
    expect(await desk.page.getByText('Contents').isVisible()).toBe(false);
  });

  it('is never wider than a phone, whatever is opened', async () => {
    await using opened = await browser.open(failedRun(), { width: 390 });
    await ask(opened, `document.querySelectorAll('details').forEach((each) => { each.open = true; })`);
    await opened.page.locator('#turn-2 .line').first().waitFor();
    expect(await ask(opened, `document.documentElement.scrollWidth`)).toBe(390);
  });

  it.each(['light', 'dark'] as const)('has no serious accessibility issue in %s', async (scheme) => {
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    await using opened = await browser.open(failedRun(), { scheme });
    await ask(opened, `document.querySelectorAll('details').forEach((each) => { each.open = true; })`);
    await opened.page.locator('#turn-2 .line').first().waitFor();
    await opened.page.evaluate(axe);
    const { violations } = await ask<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>(
      opened,
      `axe.run()`,
    );
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  });

  it('shows hostile content as text', async () => {
    const attacks = [
      '</script><script>globalThis.hit = 1</script>',
      '<img src=x onerror="globalThis.hit = 1">',
      '<!--<script>',
      '\u202e\x00\x1b]8;;http://e\x07',
    ];
    const text = [...attacks, ...fc.sample(hostileText, { numRuns: 20, seed: 7 })].join('\n');
    const turns: SampleTurn[] = [
      { words: text, calls: [{ name: text, input: { path: text, content: text }, text, isError: true }], note: text },
    ];
    const requirement = {
      id: text,
      text,
      status: 'partly' as const,
      claimed: null,
      code: [text],
      tests: [{ name: text, result: 'ok' as const }],
      note: text,
    };
    const record = {
      ledger: [requirement],
      summary: text,
      records: [{ kind: 'deviation' as const, text }],
      spec: { path: text, title: text, hash: text, requirements: [] },
    };
    const page = renderPage(
      samplePage(
        {
          transcript: transcriptOf(turns),
          readOutput: () => text,
          patch: `diff --git a/x b/x\n+++ b/x\n@@ -0,0 +1 @@\n+${text}`,
        },
        record,
      ),
    );
    await using opened = await browser.open(page);
    await ask(opened, `document.querySelectorAll('details').forEach((each) => { each.open = true; })`);
    await opened.page.locator('#outputs .line').first().waitFor();
    expect(await ask(opened, `String(globalThis.hit)`)).toBe('undefined');
    expect(await ask(opened, `document.querySelectorAll('img, iframe, object, main script, main style').length`)).toBe(
      0,
    );
    expect(await opened.page.locator('#summary').textContent()).toContain('<img src=x onerror="globalThis.hit = 1">');
    expect(await opened.page.locator('#outputs .line').allTextContents()).toContain(
      '</script><script>globalThis.hit = 1</script>',
    );
    expect(opened.complaints).toEqual([]);
    expect(opened.requests).toHaveLength(1);
  });
});
