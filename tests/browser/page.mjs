// Drives a page of `bunri report` or `bunri incident report` in headless Chromium as a person would, and prints what it saw as one JSON object.
//
//   node page.mjs PAGE.html PROFILE        PROFILE: an empty folder for the browser
//
// BUNRI_CHROMIUM names the browser (default: /usr/bin/chromium); nothing is downloaded.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.env.BUNRI_BROWSER}/package.json`);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const [page_file, profile] = process.argv.slice(2);
const address = pathToFileURL(page_file).href;
const quiet = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

const seen = { requests: [], complaints: [], sizes: {} };
const options = { executablePath: process.env.BUNRI_CHROMIUM || '/usr/bin/chromium', args: quiet };
const browser = await chromium.launchPersistentContext(profile, options);
try {
  const page = await browser.newPage();
  page.on('request', (request) => seen.requests.push(request.url()));
  page.on('console', (message) => seen.complaints.push(message.text()));
  page.on('pageerror', (error) => seen.complaints.push(String(error)));
  for (const width of [400, 1400]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(address);
    seen.sizes[width] = await page.evaluate(() => document.documentElement.scrollWidth);
  }
  seen.title = await page.title();
  seen.answer = await page.locator('h1').innerText();
  seen.english = await page.locator('html:lang(ja) span[lang=en]').allInnerTexts();
  seen.headings = await page.locator('h1, h2, h3').evaluateAll((all) => all.map((it) => Number(it.tagName[1])));

  // A finding is opened by keyboard.
  const finding = page.locator('#findings details').first();
  if (await finding.count()) {
    const place = finding.locator('tbody td').first();
    const before = await place.isVisible();
    await finding.locator('summary').focus();
    await page.keyboard.press('Enter');
    seen.finding = { before, after: await place.isVisible(), place: await place.innerText() };
  }

  // Tables are filtered by name, in every list, where the page has a filter.
  if (await page.locator('#filter-box').count()) {
    const shown = () => page.locator('.matrix [data-table]:visible').evaluateAll((rows) => rows.map((row) => row.dataset.table));
    seen.tables = await shown();
    await page.getByRole('searchbox').fill('READING');
    seen.filtered = await shown();
    seen.told = await page.locator('#filtered').innerText();
    seen.elsewhere = await page.locator('#classes [data-table]:visible').count();
    await page.getByRole('searchbox').fill('');
    seen.all_again = (await shown()).length;
  }

  // Everything open, in both colour schemes, for whoever cannot see or has no mouse. The checker is brought by the debugger:
  // the page's own policy would refuse it.
  await page.evaluate(() => document.querySelectorAll('details').forEach((it) => { it.open = true; }));
  seen.axe = [];
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(axe);
    const found = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
    for (const it of found.violations) {
      seen.axe.push({ colorScheme, id: it.id, impact: it.impact, first: it.nodes[0].html.slice(0, 200), nodes: it.nodes.length });
    }
  }

  seen.pdf_bytes = (await page.pdf({ preferCSSPageSize: true })).length;
} finally {
  await browser.close();
}

// Without its script the page says the same, and offers no filter that would do nothing.
const plain = await chromium.launchPersistentContext(`${profile}-plain`, { ...options, javaScriptEnabled: false });
try {
  const still = await plain.newPage();
  await still.goto(address);
  seen.without_script = {
    answer: await still.locator('h1').innerText(),
    filter: await still.locator('#filter-box').isVisible(),
  };
} finally {
  await plain.close();
}
console.log(JSON.stringify(seen));
