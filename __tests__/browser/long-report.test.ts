// A page costs what is looked at, not what it holds: elements are counted, since no test of ours measures time. What it costs
// is printed by bench/page.mjs.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { renderPage } from '../../src/report/report.js';
import { ask, openBrowser, type OpenedPage, type PageBrowser } from '../support/browser.js';
import { LONG_OUTPUTS, LONG_TURNS, longPage, longPatch } from '../support/long-page.js';
import { samplePage } from '../support/page-sources.js';

let browser: PageBrowser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser[Symbol.asyncDispose]();
});

const elements = (opened: OpenedPage) => ask<number>(opened, `document.querySelectorAll('*').length`);
const lines = (opened: OpenedPage, within = 'body') => opened.page.locator(`${within} .line`).count();

describe('a very long run in a browser', () => {
  it('is ready with 300 turns and 20 MB of output without having read or drawn a line of it', async () => {
    const sources = longPage();
    const size = sources.outputFiles.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(size).toBeGreaterThan(20_000_000);
    await using opened = await browser.open(renderPage(sources));
    await opened.page.locator('html[data-ready]').waitFor({ state: 'attached' });
    expect(await opened.page.locator('.turn').count()).toBe(LONG_TURNS);
    expect(await opened.page.locator('.output').count()).toBe(LONG_OUTPUTS);
    expect(await lines(opened)).toBe(0);
    // Some thirty elements a turn; what the outputs hold adds none.
    expect(await elements(opened)).toBeLessThan(40 * LONG_TURNS);
    expect(opened.complaints).toEqual([]);
  });

  it('goes to the end of an output of it and searches all of it, having drawn only what is near', async () => {
    await using opened = await browser.open(renderPage(longPage()), { hash: '#output-015' });
    const { page } = opened;
    await page.locator('#output-015 .line').first().waitFor();
    await page.locator('#output-015 input').fill('the end of module_14');
    await page.locator('#output-015 .is-found', { hasText: 'the end of module_14' }).waitFor();
    // Of 42,000 lines a few hundred are elements: those that were looked at.
    expect(await lines(opened)).toBeLessThan(2_000);
    await page.keyboard.press('Escape');
    await ask(opened, `document.activeElement.blur()`);
    await page.keyboard.press('/');
    await page.keyboard.type('module_7::case_39999 ');
    await page.locator('#search-count', { hasText: '1 found.' }).waitFor();
    expect(await lines(opened)).toBeLessThan(2_000);
    expect(opened.complaints).toEqual([]);
  });

  it('opens a difference of 50,000 lines, goes to any of them and loses none', async () => {
    const added = Array.from({ length: 50_000 }, (_, at) => `line ${at + 1} of many`);
    const code = ['src/many.rs:49987'];
    const ledger = [{ id: 'R1', text: 'x', status: 'proven' as const, claimed: null, code, tests: [] }];
    const patch = longPatch('src/many.rs', added);
    await using opened = await browser.open(renderPage(samplePage({ patch }, { ledger })), { hash: '#file-1' });
    const { page } = opened;
    await page.locator('#file-1 .line', { hasText: /^\+line 1 of many$/ }).waitFor();
    expect(await lines(opened, '#file-1')).toBeLessThan(2_000);
    await page.locator('#requirements a').click();
    await page.locator('#file-1 .is-found', { hasText: /^\+line 49987 of many$/ }).waitFor();
    expect(await lines(opened, '#file-1')).toBeLessThan(4_000);
    // Every line has its place, and is drawn when someone comes near it.
    const blocks = page.locator('#file-1 .block');
    expect(await blocks.count()).toBe(501);
    for (const block of [0, 123, 250, 499, 500]) {
      await blocks.nth(block).scrollIntoViewIfNeeded();
      await blocks.nth(block).locator('.line').first().waitFor();
      const drawn = await blocks.nth(block).locator('.line').allTextContents();
      const first = block * 100 - 1; // the head of the hunk stands before line 1
      expect(drawn.slice(first < 0 ? 1 : 0)).toEqual(
        added.slice(Math.max(first, 0), first + 100).map((text) => `+${text}`),
      );
    }
  });
});
