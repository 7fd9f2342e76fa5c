// A real browser that opens pages from files, and notes what it complains about and asks for.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';

// Debian's browser, not one that a test run would have to download.
const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];

export interface OpenedPage extends AsyncDisposable {
  page: Page;
  /** What the browser complained about: errors, violations of the page's policy. */
  complaints: string[];
  /** Addresses that were asked for. */
  requests: string[];
}

export interface PageBrowser extends AsyncDisposable {
  open(html: string, options?: { hash?: string; scheme?: 'light' | 'dark'; width?: number }): Promise<OpenedPage>;
}

export async function openBrowser(): Promise<PageBrowser> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ferrule-page-'));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  let files = 0;
  return {
    async open(html, { hash = '', scheme = 'light', width = 1280 } = {}) {
      const file = path.join(folder, `${++files}.html`);
      await writeFile(file, html);
      const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: 900 } });
      const page = await context.newPage();
      const [complaints, requests]: [string[], string[]] = [[], []];
      page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(`${pathToFileURL(file).href}${hash}`);
      return { page, complaints, requests, [Symbol.asyncDispose]: () => context.close() };
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The value of an expression in the page's own words: this project's types know no browser. */
export function ask<T>({ page }: OpenedPage, expression: string): Promise<T> {
  return page.evaluate<T>(expression);
}
