/** What every page has: one file that needs nothing else, quiet type, light and dark, a narrow screen, paper. */
import { fontFamily } from '../figures/draw.ts';
import { themeCss } from '../figures/theme.ts';
import { Html, html } from './html.ts';

export interface Shell {
  readonly title: string;
  readonly simulated: boolean;
  /** Where one comes from, above the title. */
  readonly crumbs: Html | null;
  /** Measures defined, provenance. */
  readonly footer: Html;
}

export function page({ title, simulated, crumbs, footer }: Shell, body: Html): string {
  const style = new Html(css);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${simulated ? 'SIMULATED: ' : ''}${title}</title>
<style>${style}</style>
</head>
<body>
${simulated ? html`<p class="simulated">SIMULATED: no animal, no valve</p>` : null}
${crumbs === null ? null : html`<nav>${crumbs}</nav>`}
${body}
<footer>${footer}</footer>
</body>
</html>
`.text;
}

const css = `${themeCss}
*{box-sizing:border-box}
html{background:var(--paper)}
body{margin:0 auto;padding:20px 24px 48px;max-width:1080px;background:var(--paper);color:var(--ink);font:14px/1.45 ${fontFamily};font-variant-numeric:tabular-nums}
h1{font-size:44px;line-height:1.05;margin:0;font-weight:600;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:15px;margin:30px 0 6px;padding-top:8px;border-top:1px solid var(--faint);font-weight:600}
h2 small,h1 small{font-weight:400;color:var(--soft);font-size:13px}
p{margin:4px 0}a{color:inherit;text-decoration-color:var(--soft);text-underline-offset:2px}
nav{font-size:13px;color:var(--soft);margin-bottom:6px}
.lead{font-size:17px;margin:4px 0 2px}.soft{color:var(--soft)}.nowrap{white-space:nowrap}
.simulated{display:inline-block;margin:0 0 10px;padding:2px 8px;border:2px solid var(--ink);font-weight:700;letter-spacing:.06em;font-size:12px}
.alarms{margin:14px 0 0;padding:0;list-style:none}
.alarms li{padding:4px 10px;border-left:4px solid var(--warn);margin:3px 0}
.alarms .case{border-color:var(--alarm);background:var(--alarmPaper);font-weight:600}
.alarms .shared{border-color:var(--alarm);font-weight:600}
.calm{margin:14px 0 0;color:var(--soft)}
figure{margin:8px 0 0;max-width:100%}figure svg{display:block;max-width:100%;height:auto;overflow:visible}
figcaption{font-size:12.5px;color:var(--soft);margin-bottom:2px}figcaption b{color:var(--ink);font-weight:600}
.pair{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:4px 28px}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13px}
th{font-weight:400;color:var(--soft);text-align:left;vertical-align:bottom;white-space:nowrap}
th,td{padding:3px 12px 3px 0;border-bottom:1px solid var(--faint);vertical-align:top}
td.n,th.n{text-align:right}table.slim{width:auto}table.slim td{white-space:nowrap}td svg{display:block;color:var(--soft)}
tr.off td{color:var(--soft)}
.name{font-size:20px;font-weight:600;line-height:1.15;overflow-wrap:break-word;max-width:240px}.name a{text-decoration:none}
.fell{color:var(--alarm);font-weight:600}.rose{color:var(--go);font-weight:600}
.PASS{color:var(--go)}.WARN{color:var(--warn);font-weight:600}.FAIL{color:var(--alarm);font-weight:700}
ul.plain{margin:4px 0;padding-left:18px}
footer{margin-top:36px;padding-top:8px;border-top:1px solid var(--faint);font-size:12px;color:var(--soft)}
@media screen and (max-width:720px){figure{overflow-x:auto}figure svg{max-width:none}body{padding:14px 14px 40px}h1{font-size:34px}.pair{grid-template-columns:minmax(0,1fr)}
.cards thead{display:none}.cards,.cards tbody,.cards tr,.cards td{display:block;width:auto}.cards tr{border-bottom:1px solid var(--faint);padding:8px 0}
.cards td{border:0;padding:1px 0}.cards td.n{text-align:left}.cards td[data-label]::before{content:attr(data-label) ": ";color:var(--soft)}}
@media print{body{max-width:none;padding:0;font-size:11px}table{font-size:9px}th,td{padding:2px 6px 2px 0}th{white-space:normal}.wide{overflow:visible}.lead{font-size:14px}.name{font-size:14px}h1{font-size:32px}h2{break-after:avoid}figure,tr,.alarms li{break-inside:avoid}thead{display:table-header-group}a{text-decoration:none}@page{size:A4;margin:12mm}}
`;
