// The dashboard as tables for a terminal.
import { type Column, textTable } from '../../kernel/text-table';
import type { Dashboard } from './dashboard';
import type { Fraction } from './money-figures';

const left = (title: string): Column => ({ title });
const right = (title: string): Column => ({ title, align: 'right' });

/** As it is, and rounded for people: `3 of 8, 37.5 %`. */
export function shareText({ numerator, denominator }: Fraction): string {
  if (denominator === 0) return 'of none';
  return `${numerator} of ${denominator}, ${((numerator / denominator) * 100).toFixed(1)} %`;
}

/** An average: `12.50`, of amounts in the minor unit. */
function averageText({ numerator, denominator }: Fraction): string {
  return denominator === 0 ? '–' : (numerator / denominator).toFixed(2);
}

function moneyTables({ sales, earned, plans, renewals, capUse, currency }: Dashboard): string[] {
  const amount = `${currency}, minor unit`;
  return [
    textTable(
      [left('card sales'), right('terms'), right('share'), right(`revenue (${amount})`)],
      sales.map(({ kind, sold, share, revenue }) => [kind, sold, shareText(share), revenue]),
    ),
    textTable(
      [right('revenue'), right('refunded'), right('cost'), right(`profit (${amount})`)],
      [[earned.revenue, earned.refunded, earned.cost, earned.profit]],
    ),
    textTable(
      [
        left('plan'),
        right('holders'),
        right('revenue'),
        right('cost'),
        right('profit'),
        right('terms sold'),
        right('profit a term'),
        right('return'),
        right('target'),
      ],
      plans.map(({ plan, holders, revenue, cost, profit, sold, target }) => [
        plan,
        holders,
        revenue,
        cost,
        profit,
        sold.terms,
        averageText({ numerator: sold.net - sold.cost, denominator: sold.terms }),
        averageText({ numerator: sold.net, denominator: sold.cost }),
        averageText(target),
      ]),
    ),
    textTable(
      [left('renewals, by first month'), right('renewed of ended')],
      [...renewals.cohorts.map(({ month, rate }) => [month, shareText(rate)]), ['all', shareText(renewals.rate)]],
    ),
    textTable(
      [left('cap used'), right('terms sold')],
      capUse.map(({ from, to, terms }) => [capText(from, to), shareText(terms)]),
    ),
  ];
}

export function capText(from: number, to: number): string {
  return to === 0 ? 'nothing' : `${from * 10}–${to * 10} %`;
}

function useTables({ classes, top, dead }: Dashboard): string[] {
  return [
    textTable(
      [left('class'), right('claims'), right('uses'), right('share of uses'), right('cost')],
      classes.map(({ benefitClass, claims, uses, share, cost }) => [
        benefitClass,
        claims,
        uses,
        shareText(share),
        cost,
      ]),
    ),
    textTable(
      [left('top'), left('title'), right('claims'), right('uses'), right('cost')],
      top.map(({ code, title, claims, uses, cost }) => [code, title, claims, uses, cost]),
    ),
    textTable(
      [left('dead'), left('title'), left('partner')],
      dead.map(({ code, title, partner }) => [code, title, partner]),
    ),
  ];
}

function peopleTables(dashboard: Dashboard): string[] {
  const { levels, levelChanges, penetration, spend, stages, points, retention } = dashboard;
  const perMember = (amount: number) => averageText({ numerator: amount, denominator: spend.members });
  return [
    textTable(
      [left('level'), right('members')],
      levels.levels.map(({ level, members }) => [level.code, shareText(members)]),
    ),
    textTable(
      [left('band'), right('members'), right('target')],
      levels.bands.map(({ name, members, target }) => [name, shareText(members), `${(target * 100).toFixed(1)} %`]),
    ),
    textTable(
      [left('people'), right('')],
      [
        ['upgrades ÷ members with a level before', shareText(levelChanges.upgrades)],
        ['members ÷ active customers', shareText(penetration)],
        [`spent per member in 90 days before the card (${spend.members} members)`, perMember(spend.before)],
        ['spent per member in 90 days after', perMember(spend.after)],
        ['points outstanding', String(points.outstanding)],
        ['points that came', String(points.came)],
        ['points that left', String(points.left)],
      ],
    ),
    textTable(
      [left('stage before'), left('stage after'), right('members')],
      stages.map(({ from, to, members }) => [from ?? '–', to, members]),
    ),
    textTable(
      [left('members since'), right('members'), right('still there after 1, 3, 6, 12 months')],
      retention.map(({ month, members, kept }) => {
        const after = [1, 3, 6, 12].map((count) => kept.find(({ months }) => months === count)?.members);
        return [month, members, after.map((part) => (part ? averagePart(part) : '·')).join('  ')];
      }),
    ),
  ];
}

function averagePart({ numerator, denominator }: Fraction): string {
  return `${((numerator / denominator) * 100).toFixed(0)} %`;
}

export function dashboardTables(dashboard: Dashboard): string {
  const { from, to, timeZone, plan, complete, program } = dashboard;
  const head = `${program}: ${from} to ${to}, days of ${timeZone}${plan ? `, plan ${plan}` : ''}`;
  const note = complete ? head : `${head}; what happened last is not counted yet`;
  return [note, ...moneyTables(dashboard), ...useTables(dashboard), ...peopleTables(dashboard)].join('\n\n');
}
