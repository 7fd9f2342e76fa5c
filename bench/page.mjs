// Prints what report.html of a very long run costs in Chromium: 300 turns and 20 MB of output, and a change of 50,000 lines.
//
//   node bench/page.mjs
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { transpile } from './transpile.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'page-bench-'));
try {
  transpile(folder, ['src', '__tests__/support']);
  const load = (file) => import(pathToFileURL(path.join(folder, file)).href);
  const { renderPage } = await load('src/report/report.js');
  const { longPage, longPatch } = await load('__tests__/support/long-page.js');
  const { openBrowser } = await load('__tests__/support/browser.js');
  const lines = Array.from({ length: 50_000 }, (_, at) => `line ${at + 1} of many`);

  const started = performance.now();
  const html = renderPage({ ...longPage(), patch: longPatch('src/many.rs', lines) });
  const renderMs = performance.now() - started;
  const browser = await openBrowser();
  try {
    const { page } = await browser.open(html);
    await page.locator('html[data-ready]').waitFor({ state: 'attached' });
    const readyMs = await page.evaluate(() => performance.getEntriesByName('ferrule-ready')[0].startTime);
    const elements = await page.evaluate(() => document.querySelectorAll('*').length);
    const openMs = await page.evaluate(async () => {
      const before = performance.now();
      document.querySelector('#file-1').open = true;
      while (document.querySelector('#file-1 .line') === null) await new Promise(requestAnimationFrame);
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      return performance.now() - before;
    });
    const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
    console.log(`${(html.length / 1e6).toFixed(1)} MB, written in ${seconds(renderMs)}`);
    console.log(`ready after ${seconds(readyMs)} with ${elements} elements`);
    console.log(`a difference of 50,000 lines opens in ${seconds(openMs)}`);
  } finally {
    await browser[Symbol.asyncDispose]();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
