// A report on growth as a picture: members at each level by week, the target and what was reached, cost and spend.

import { costPanel, fallsPanel, standingPanel, targetPanel } from './growth-panels';
import type { GrowthReport } from './growth-report';
import { count } from './growth-table';
import { element, escapeText, line, words } from './svg';

const WIDTH = 960;
const MARGIN = 40;
const TITLE_HEIGHT = 84;
const GAP = 48;
const FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'PingFang SC', 'Noto Sans CJK SC', sans-serif";

/** The whole picture, a file of its own. */
export function growthChart(report: GrowthReport): string {
  const width = WIDTH - 2 * MARGIN;
  const panels = [standingPanel, fallsPanel, targetPanel, costPanel].map((panel) => panel(report, width));
  const parts: string[] = [];
  let y = TITLE_HEIGHT;
  for (const panel of panels) {
    if (!panel) continue;
    parts.push(element('g', { transform: `translate(${MARGIN} ${y})` }, panel.svg));
    y += panel.height + GAP;
  }
  const height = y - GAP + MARGIN;
  const { program, members, weeks, source, seed } = report;
  const told = `${count(members)} members over ${weeks} weeks, ${source}, seed ${seed}`;
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${WIDTH} ${height}`,
      width: WIDTH,
      height,
      role: 'img',
      'font-family': FONT,
      'font-size': 13,
      fill: '#1f2937',
    },
    element('title', {}, escapeText(`Growth of ${program}`)),
    element('rect', { width: WIDTH, height, fill: '#ffffff' }),
    words(`Growth of ${program}`, MARGIN, 40, { 'font-size': 22, 'font-weight': 600 }),
    words(told, MARGIN, 62, { fill: '#6b7280' }),
    line(MARGIN, 72, WIDTH - MARGIN, 72, { stroke: '#e5e7eb' }),
    ...parts,
  );
}

/** A page with the picture and the tables behind it, without anything from elsewhere. */
export function growthPage(report: GrowthReport, tables: string): string {
  const title = escapeText(`Growth of ${report.program}`);
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${title}</title>`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<style>body{margin:0 auto;max-width:960px;font:14px system-ui,sans-serif;color:#1f2937}',
    'svg{width:100%;height:auto}pre{overflow-x:auto;padding:0 40px 40px;font:12px ui-monospace,monospace}</style>',
    `</head><body>${growthChart(report)}<pre>${escapeText(tables)}</pre></body></html>`,
    '',
  ].join('\n');
}
