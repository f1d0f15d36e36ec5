// SPDX-License-Identifier: Apache-2.0
// Documents of a made-up company, with answers that stand in one place only.
export const COMPANY: Record<string, string> = {
  "prices.md": `# Prices

## First consultation

A first consultation takes forty-five minutes and costs 120 euros. It is credited to you when an
assignment follows within three months.

## Cancellation

Appointments can be cancelled free of charge until noon of the working day before.
`,
  "services.html": `<!doctype html><html lang="en"><head><title>Services</title></head><body>
<nav><a href="/">Home</a> <a href="/imprint">Imprint navigation words</a></nav>
<main><h1>Services</h1><h2 id="audits">Audits</h2>
<p>We audit payroll systems of manufacturing companies with up to two thousand employees.</p>
<h2 id="training">Training</h2><p>Training days are held at your premises for groups of eight to twelve people.</p>
</main><footer>Cookie settings footer words</footer></body></html>`,
  "oeffnungszeiten.md": `# Öffnungszeiten

Unser Büro in Köln ist montags bis donnerstags von neun bis siebzehn Uhr geöffnet, freitags bis
vierzehn Uhr.
`,
};

export const QUESTION = "What does a first consultation cost?";
