/** The pages in a real browser: nothing is fetched, nothing is cut off, light and dark, a phone, paper. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeIn } from './driver.ts';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const installed = existsSync(executablePath);
if (!installed) {
  console.warn(
    `skipped: the pages were not opened in a browser, because there is no ${executablePath}; name one in CHROMIUM`,
  );
}

describe.skipIf(!installed)('the pages, opened in a browser without a network', () => {
  let folder: string;
  let browser: Browser;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rehearsal-browser-'));
    const at = placeIn(folder);
    await at.rig('simulate --subjects 2 --days 11 --trials 80 --seed 11 --db a.sqlite');
    await at.rig('nightly --db a.sqlite --out pages');
    await at.rig('summary 9 --db a.sqlite --out pages/session-9.html');
    browser = await chromium.launch({
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function opened(name: string, options: { width?: number; colorScheme?: 'light' | 'dark' } = {}) {
    const { width = 1100, colorScheme = 'light' } = options;
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, offline: true });
    const page = await context.newPage();
    const complaints: string[] = [];
    const fetched: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => fetched.push(request.url()));
    const url = pathToFileURL(join(folder, 'pages', name)).href;
    await page.goto(url);
    return { page, complaints, fetched: fetched.filter((each) => each !== url), close: () => context.close() };
  }

  it.each(['index.html', 'subject-1.html', 'rig-1.html', 'session-9.html'])(
    '%s asks for nothing, complains of nothing, and fits a screen and a phone',
    async (name) => {
      for (const width of [1400, 390]) {
        const { page, complaints, fetched, close } = await opened(name, { width });
        expect({ complaints, fetched }).toEqual({ complaints: [], fetched: [] });
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        expect(wide).toBeLessThanOrEqual(width);
        expect(await page.locator('svg').count()).toBeGreaterThan(0);
        await close();
      }
    },
  );

  it('the letters in figures are large enough to read, also on a phone', async () => {
    for (const width of [1400, 390]) {
      const { page, close } = await opened('subject-1.html', { width });
      const smallest = (await page.evaluate(
        "Math.min(...[...document.querySelectorAll('figure svg text')].map((text) => text.getBoundingClientRect().height).filter((height) => height > 0))",
      )) as number;
      expect(smallest).toBeGreaterThan(8);
      await close();
    }
  });

  it('dark where the screen is dark, and light again on paper', async () => {
    const { page, close } = await opened('index.html', { colorScheme: 'dark' });
    const ground = 'getComputedStyle(document.body).backgroundColor';
    expect(await page.evaluate(ground)).toBe('rgb(21, 25, 29)');
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate(ground)).toBe('rgb(255, 255, 255)');
    await close();
  });

  it('prints with every column of its widest table on the sheet', async () => {
    const { page, close } = await opened('subject-1.html', { width: 703 });
    await page.emulateMedia({ media: 'print' });
    const cut = (await page.evaluate(
      "[...document.querySelectorAll('table')].filter((table) => table.getBoundingClientRect().right > innerWidth + 1).length",
    )) as number;
    expect(cut).toBe(0);
    const pdf = await page.pdf({ preferCSSPageSize: true });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    await close();
  });

  it('leads from the facility to an animal and back', async () => {
    const { page, close } = await opened('index.html');
    await page.getByRole('link', { name: 'sim11-01' }).first().click();
    expect(await page.locator('h1').textContent()).toBe('sim11-01');
    await page.getByRole('link', { name: 'All animals' }).click();
    expect(page.url()).toContain('index.html');
    await close();
  });
});
