// The dashboard as one page of its own: pictures of what happened month by month, and the tables behind them.
import { element, escapeText, line, rectangle, words } from '../design/svg';
import type { Dashboard } from './dashboard';
import { capText } from './dashboard-table';

const WIDTH = 960;
const LEFT = 90;
const PLOT = WIDTH - LEFT - 20;
const PLOT_HEIGHT = 160;
const TOP = 56;
const PANEL = TOP + PLOT_HEIGHT + 56;
const GREY = '#6b7280';
const COLOURS = ['#113670', '#e08a1e', '#8fb3dd'] as const;

interface Bars {
  readonly title: string;
  readonly unit: string;
  readonly labels: readonly string[];
  /** One list a colour, as long as the labels. */
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
}

const shown = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Bars beside each other for each label, from zero up. */
function bars({ title, unit, labels, series }: Bars, y: number): string {
  const highest = Math.max(1, ...series.flatMap(({ values }) => values));
  // Even, so that half of it is whole as well.
  const most = highest + (highest % 2);
  const slot = PLOT / Math.max(1, labels.length);
  const width = Math.min(40, (slot * 0.8) / series.length);
  const foot = TOP + PLOT_HEIGHT;
  const parts = [
    words(title, 0, 16, { 'font-size': 15, 'font-weight': 600 }),
    words(unit, 0, 34, { fill: GREY }),
    ...[0, 0.5, 1].flatMap((part) => {
      const at = foot - PLOT_HEIGHT * part;
      return [
        line(LEFT, at, LEFT + PLOT, at, { stroke: '#e5e7eb' }),
        words(shown(most * part), LEFT - 8, at + 4, { 'text-anchor': 'end', fill: GREY }),
      ];
    }),
  ];
  for (const [at, { name, values }] of series.entries()) {
    const fill = COLOURS[at]!;
    if (series.length > 1) {
      const x = LEFT + PLOT - 110 * (series.length - at);
      parts.push(rectangle(x, 8, 10, 10, { fill }), words(name, x + 16, 17));
    }
    for (const [place, value] of values.entries()) {
      const high = (PLOT_HEIGHT * Math.max(0, value)) / most;
      const x = LEFT + slot * (place + 0.5) + width * (at - series.length / 2);
      const label = element('title', {}, escapeText(`${labels[place]} ${name}: ${shown(value)}`));
      parts.push(element('g', {}, label, rectangle(x, foot - high, width, high, { fill })));
    }
  }
  const step = Math.ceil(labels.length / 13);
  for (const [at, label] of labels.entries()) {
    if (at % step !== 0) continue;
    parts.push(words(label, LEFT + slot * (at + 0.5), foot + 18, { 'text-anchor': 'middle', fill: GREY }));
  }
  return element('g', { transform: `translate(0 ${y})` }, ...parts);
}

function panelsOf({ months, capUse, classes, currency }: Dashboard): Bars[] {
  const labels = months.SALES.map(({ period }) => period);
  const values = (name: keyof Dashboard['months']) => months[name].map(({ value }) => value);
  const whole = 'each month as a whole';
  return [
    {
      title: 'Revenue and cost',
      unit: `${currency}, minor unit; ${whole}`,
      labels,
      series: [
        { name: 'revenue', values: values('REVENUE') },
        { name: 'cost', values: values('COST') },
      ],
    },
    { title: 'Terms of cards sold', unit: whole, labels, series: [{ name: 'terms', values: values('SALES') }] },
    {
      title: 'Members and active customers',
      unit: 'at the end of each month',
      labels,
      series: [
        { name: 'members', values: values('MEMBERSHIP') },
        { name: 'active', values: values('ACTIVE') },
      ],
    },
    {
      title: 'Claims and uses',
      unit: whole,
      labels,
      series: [
        { name: 'claims', values: values('CLAIMS') },
        { name: 'uses', values: values('USES') },
      ],
    },
    {
      title: 'How much of the cap is used',
      unit: 'terms sold in the span, by tenths of their caps',
      labels: capUse.map(({ from, to }) => capText(from, to)),
      series: [{ name: 'terms', values: capUse.map(({ terms }) => terms.numerator) }],
    },
    {
      title: 'Use by class',
      unit: 'coupons used in the span',
      labels: classes.map(({ benefitClass }) => benefitClass),
      series: [{ name: 'uses', values: classes.map(({ uses }) => uses) }],
    },
  ];
}

export function dashboardPage(dashboard: Dashboard, tables: string): string {
  const { program, from, to } = dashboard;
  const title = `${program}: ${from} to ${to}`;
  const panels = panelsOf(dashboard);
  const height = panels.length * PANEL;
  const picture = element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${WIDTH} ${height}`, role: 'img', 'font-size': 12 },
    element('title', {}, escapeText(title)),
    ...panels.map((panel, at) => bars(panel, at * PANEL)),
  );
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${escapeText(title)}</title>`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<style>body{margin:24px auto;max-width:960px;font:14px system-ui,sans-serif;color:#1f2937}',
    'svg{width:100%;height:auto}pre{overflow-x:auto;font:12px ui-monospace,monospace}</style>',
    `</head><body><h1>${escapeText(title)}</h1>${picture}<pre>${escapeText(tables)}</pre></body></html>`,
    '',
  ].join('\n');
}
