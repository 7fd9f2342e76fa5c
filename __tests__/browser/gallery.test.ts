// docs/gallery: real results of recorded runs. The Markdown has to be what the recordings give today; a picture has to
// be there, and what its page says today and how it looks has to be what it was when the picture was taken.
// `npm run gallery` renews all.
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pageCode, type PageCode } from '../../src/report/html/page-code.js';
import { renderPage } from '../../src/report/report.js';
import { openBrowser } from '../support/browser.js';
import { pageElements } from '../support/page-elements.js';
import { readRecording, type RecordedRun } from '../support/recorded-runs.js';
import { RENDERINGS } from '../support/renderings.js';

const GALLERY = path.join(process.cwd(), 'docs', 'gallery');
const isUpdating = process.env['UPDATE_GALLERY'] === '1';

/** File → recording and rendering. */
const PAGES: Readonly<Record<string, readonly [recording: string, rendering: string]>> = {
  'verified-pull-request.md': ['verified', 'pull-request.md'],
  'verified-summary.md': ['verified', 'summary.md'],
  'unverified-pull-request.md': ['unverified', 'pull-request.md'],
  'unverified-annotations.md': ['unverified', 'annotations.md'],
  'needs-answer-pull-request.md': ['needs-answer', 'pull-request.md'],
  'third-run-pull-request.md': ['third-run', 'pull-request.md'],
};
const PICTURES = {
  'report-light.png': { recording: 'verified', scheme: 'light', width: 1280, hash: '' },
  'report-dark.png': { recording: 'verified', scheme: 'dark', width: 1280, hash: '#turn-3' },
  'report-phone.png': { recording: 'verified', scheme: 'light', width: 390, hash: '' },
  'report-unverified.png': { recording: 'unverified', scheme: 'light', width: 1280, hash: '' },
  'report-needs-answer-phone.png': { recording: 'needs-answer', scheme: 'light', width: 390, hash: '' },
} as const;
/** Recordings of which there are pictures. */
const PICTURED = [...new Set(Object.values(PICTURES).map(({ recording }) => recording))];
const MAX_ALL_BYTES = 1_500_000;

function pageOf({ record, transcript, patch, outputs }: RecordedRun): string {
  const files = (record.verification?.gates ?? []).map(({ output }) => output).filter((file) => file !== '');
  return renderPage({
    ...{ record, transcript, patch, readOutput: outputs },
    outputFiles: files.map((file) => ({ file, bytes: Buffer.byteLength(outputs(file)) })),
  });
}

/** What the pictures show: a line that stands for the looks of every page, then the pages' texts. */
async function pictured(): Promise<string> {
  const pages = PICTURED.map(async (recording) => `# ${recording}\n${textOf(pageOf(await readRecording(recording)))}`);
  return [`looks ${looksOf(pageCode())}\n`, ...(await Promise.all(pages))].join('\n');
}

/** Changes with the style sheet and with what the scripts draw. */
function looksOf({ style, script }: Pick<PageCode, 'style' | 'script'>): string {
  return createHash('sha256').update(style).update(script).digest('hex');
}

/** Every text of the page that is no part of a longer one, a line each. */
function textOf(html: string): string {
  const shown = new Set(['h1', 'h2', 'h3', 'h4', 'p', 'td', 'th', 'li', 'summary', 'dt', 'dd', 'pre']);
  const lines = pageElements(html).filter(({ name }) => shown.has(name));
  return `${lines.map(({ text }) => text.replace(/\s+/g, ' ').trim()).join('\n')}\n`;
}

describe('the gallery', () => {
  beforeAll(async () => {
    if (!isUpdating) return;
    await mkdir(GALLERY, { recursive: true });
    for (const [file, [recording, rendering]] of Object.entries(PAGES))
      await writeFile(path.join(GALLERY, file), RENDERINGS[rendering]?.(await readRecording(recording)) ?? '');
    await writeFile(path.join(GALLERY, 'report-page.txt'), await pictured());
    await using browser = await openBrowser();
    for (const [file, { recording, ...view }] of Object.entries(PICTURES)) {
      await using opened = await browser.open(pageOf(await readRecording(recording)), view);
      await opened.page.screenshot({ path: path.join(GALLERY, file) });
    }
  });

  it.each(Object.entries(PAGES))('has %s as it is rendered today', async (file, [recording, rendering]) => {
    const text = RENDERINGS[rendering]?.(await readRecording(recording));
    expect(await readFile(path.join(GALLERY, file), 'utf8')).toBe(text);
  });

  it('shows pictures of the pages that are made today, in their present looks', async () => {
    expect(await readFile(path.join(GALLERY, 'report-page.txt'), 'utf8')).toBe(await pictured());
    for (const file of Object.keys(PICTURES)) {
      const picture = await readFile(path.join(GALLERY, file));
      expect(picture.subarray(1, 4).toString()).toBe('PNG');
    }
  });

  it('is small, and its start page names every file', async () => {
    const readme = await readFile(path.join(GALLERY, 'README.md'), 'utf8');
    const files = [...Object.keys(PAGES), ...Object.keys(PICTURES), 'report-page.txt'];
    expect(files.filter((file) => !readme.includes(`(${file})`))).toEqual([]);
    const sizes = await Promise.all(files.map(async (file) => (await stat(path.join(GALLERY, file))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAX_ALL_BYTES);
  });
});
