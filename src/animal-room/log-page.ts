/** The log of weight and water as one page of HTML that needs nothing else, for the screen and for paper. */
import { safe } from '../pages/html.ts';
import { minute } from '../pages/words.ts';
import type { AnimalLog } from './log.ts';
import { type CareStanding, openPoints } from './standing.ts';

/** `at`: when it is made; ISO 8601. */
export function logPage({ animal, from, to, days, cases, amendments }: AnimalLog, at: string): string {
  const mark = animal.simulated === 1 ? '<p class="simulated">SIMULATED: no animal</p>' : '';
  const facts = [
    animal.sex,
    animal.strain,
    animal.genotype,
    animal.birthDate === null ? null : `born ${animal.birthDate}`,
    animal.cage === null ? null : `cage ${animal.cage}`,
    animal.earMark === null ? null : `ear mark ${animal.earMark}`,
    animal.implantWeightG === null ? null : `implant ${animal.implantWeightG} g`,
    animal.licence === null ? null : `licence ${animal.licence}`,
  ].filter((fact) => fact !== null);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${safe(animal.name)}: weight and water, ${from} to ${to}</title>
<style>${style}</style>
</head>
<body>
${mark}
<h1>${safe(animal.name)}</h1>
<p>Weight and water, ${from} to ${to}. ${safe(facts.join(', '))}</p>
<div class="wide"><table>
<thead><tr><th>day<th class="n">weight g<th class="n">percent<th class="n">earned ul<th class="n">free ul<th class="n">by hand ul<th class="n">in all ul<th class="n">need ul<th>sessions<th>open at the day's end<th>by</tr></thead>
<tbody>
${days.map(dayRow).join('\n')}
</tbody>
</table></div>
${cases.length === 0 ? '' : `<h2>Welfare cases</h2>\n<ul>\n${cases.map(caseItem).join('\n')}\n</ul>`}
${amendments.length === 0 ? '' : `<h2>Corrections</h2>\n<p>The first entries stay in the record; the table above counts the corrected ones.</p>\n<ul>\n${amendments.map(amendmentItem).join('\n')}\n</ul>`}
<footer>Percent is (weight - implant) / (reference - implant). Water earned and free is what valves were commanded to give. Made ${minute(at)}.</footer>
</body>
</html>
`;
}

function dayRow(care: CareStanding): string {
  const { day, weight, share, water, givenUl, freeAccess, needUl, sessions, restriction } = care;
  const sum = (kind: string) =>
    water.filter((entry) => entry.kind === kind).reduce((ul, entry) => ul + (entry.ul ?? 0), 0);
  const low = restriction !== null && share !== null && share < restriction.warnFraction ? ' class="low"' : '';
  const people = new Set([weight?.person, ...water.map(({ person }) => person)].filter((person) => person));
  const open = openPoints({ ...care, openCases: [], headFixedSince: null });
  const cells = [
    `<td>${day}`,
    number(weight === null ? null : weight.grams.toFixed(1) + (weight.amended ? '*' : '')),
    number(share === null ? null : `${(share * 100).toFixed(1)}`),
    ...['earned', 'free', 'byHand'].map((kind) => number(ulText(sum(kind)))),
    number(
      `${ulText(givenUl)}${freeAccess ? ' and free access' : ''}${water.some(({ amended }) => amended) ? '*' : ''}`,
    ),
    number(needUl === null ? null : ulText(needUl)),
    `<td>${sessions.join(', ')}`,
    `<td>${safe(open.join('; '))}`,
    `<td>${safe([...people].join(', '))}`,
  ];
  return `<tr${low}>${cells.join('')}</tr>`;
}

function caseItem({ id, openedAt, reason, entries }: AnimalLog['cases'][number]): string {
  const said = entries.map(({ kind, body, person, at }) => `${kind}: ${body} (${person}, ${minute(at)})`);
  return `<li>Case ${id}, ${minute(openedAt)}: ${safe([reason, ...said].join('; '))}</li>`;
}

function amendmentItem({
  tableName,
  rowKey,
  columnName,
  oldValue,
  newValue,
  person,
  reason,
  at,
}: AnimalLog['amendments'][number]): string {
  const what = `${tableNames[tableName] ?? tableName} ${rowKey}, ${columnName.replaceAll('_', ' ')}: ${oldValue ?? 'nothing'} to ${newValue ?? 'nothing'}`;
  return `<li>${safe(`${what}. ${reason} (${person}, ${minute(at)})`)}</li>`;
}

const tableNames: Readonly<Record<string, string>> = {
  weights: 'weighing',
  water_ledger: 'water',
  sessions: 'session',
  subjects: 'animal',
};

function number(text: string | null): string {
  return `<td class="n">${text ?? ''}`;
}

function ulText(ul: number): string {
  return String(Number(ul.toFixed(1)));
}

const style = `
:root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 2.5rem; margin: 0; }
.simulated { font-weight: bold; letter-spacing: .1em; border: 2px solid; display: inline-block; padding: .2em .6em; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .2rem .5rem; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
.n { text-align: right; }
.low td:nth-child(3) { font-weight: bold; text-decoration: underline; }
footer { margin-top: 2rem; font-size: .85em; }
@media print { body { margin: 0; max-width: none; font-size: 11px; } tr { break-inside: avoid; } thead { display: table-header-group; } @page { size: A4 landscape; margin: 12mm; } }
`;
