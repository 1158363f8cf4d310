// `perkgate serve`: migrates, fills the demo in demo mode, and serves until it is told to stop.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Gateway } from '../compose/gateway';
import { demoKeyOf, type RunningGateway, run } from '../compose/serve';
import { type Config, loadConfig } from '../config';
import { DEMO_MEMBER, DEMO_PARTNER, seedDemo } from '../demo/demo';
import { DemoBrands } from '../demo/demo-brands';
import { loadCodeKey } from '../identity/code-key';
import { issueDemoToken } from '../identity/demo-key';
import type { Role } from '../kernel/actor';
import { DAY, ManualClock, systemClock } from '../kernel/clock';
import { packageRoot } from '../kernel/package-root';
import { action, CommandError, composeGateway, migrated, type Output, openGateway, print, stopSignal } from './command';

const TOKEN_LIFETIME_MS = 30 * DAY;
/** Long enough for whoever keeps a connection to ask once more and be told to go. */
const DRAIN_MS = 500;

interface DemoTokens {
  readonly member: string;
  readonly partner: string;
  readonly bd: string;
}

export function addServeCommand(program: Command): void {
  const command = program.command('serve').description('serve the gateway (this is what `npm start` runs)');
  action(command, async () => {
    const config = loadConfig();
    const brands = await startDemo(config);
    try {
      return await serve(config, brands);
    } finally {
      await brands?.close();
    }
  });
}

async function serve(config: Config, brands: DemoBrands | undefined): Promise<Output> {
  const partnerHosts = [...config.partnerHosts, ...(brands?.hosts ?? [])];
  const gateway = await openGateway({ ...config, partnerHosts });
  const tokens = brands && (await demoTokens(gateway));
  const running = await run(gateway, tokens && explorerOf(tokens));
  const url = await listen(running, config);
  // Only now, so that a start that fails leaves the brands of a gateway that runs already alone.
  await brands?.connect(gateway, url);
  print(tokens ? demoBanner(url, tokens, brands.shown) : `Perkgate serves ${url}/graphql${hint(config)}`);
  const signal = await stopSignal();
  await stop(running, gateway, signal);
  return { text: 'stopped', json: { url } };
}

async function listen(running: RunningGateway, { host, port }: Config): Promise<string> {
  try {
    return await running.server.listen({ port, host });
  } catch (error) {
    await running.stop();
    throw new CommandError(
      `Cannot listen on HOST ${host}, PORT ${port}: ${(error as Error).message}; set another PORT.`,
    );
  }
}

/** The brands of the demo, once its database is filled; nothing outside demo mode. */
async function startDemo(config: Config): Promise<DemoBrands | undefined> {
  if (config.mode !== 'demo' || !(await fillDemo(config))) return undefined;
  return DemoBrands.start(systemClock, await loadCodeKey(config));
}

/**
 * The demo's history lies in the past, so it is written by a gateway whose clock is moved there. False when the
 * database holds somebody else's members, such as an import.
 */
async function fillDemo(config: Config): Promise<boolean> {
  const clock = new ManualClock(systemClock.now());
  const gateway = await composeGateway(config, clock);
  try {
    await migrated(gateway);
    await gateway.catalogue.refresh();
    await seedDemo(gateway, clock, systemClock.now());
    return (await gateway.members.idOf(DEMO_MEMBER)) !== undefined;
  } finally {
    await gateway.close();
  }
}

async function demoTokens(gateway: Gateway): Promise<DemoTokens> {
  const key = await demoKeyOf(gateway);
  const issue = (role: Role, subject: string) =>
    issueDemoToken(key, { role, subject, lifetimeMs: TOKEN_LIFETIME_MS }, gateway.clock);
  return {
    member: await issue('MEMBER', DEMO_MEMBER),
    partner: await issue('PARTNER', DEMO_PARTNER),
    bd: await issue('BD', 'demo-bd'),
  };
}

function memberHome(): string {
  return readFileSync(join(packageRoot(), 'schema', 'operations', 'member-home.graphql'), 'utf8');
}

function explorerOf(tokens: DemoTokens) {
  return {
    title: 'Perkgate',
    defaultQuery: memberHome(),
    headers: { authorization: `Bearer ${tokens.member}` },
  };
}

function hint({ mode }: Config): string {
  return mode === 'demo' ? '; for a demo token: npx perkgate token --role ROLE --subject ID' : '';
}

function demoBanner(url: string, tokens: DemoTokens, brands: DemoBrands['shown']): string {
  const query =
    '{ me { nickname level { name } cards { plan { name } status } perks(first: 3) { edges { node { title } } } } }';
  return `
Perkgate serves ${url}/graphql (explorer: ${url}/), with demo data. Paste this into a shell:

curl -s ${url}/graphql -H 'content-type: application/json' \\
  -H 'authorization: Bearer ${tokens.member}' \\
  -d '${JSON.stringify({ query })}'

Demo tokens, valid for 30 days (more: npx perkgate token --role ROLE --subject ID):
  member ${DEMO_MEMBER}:
    ${tokens.member}
  partner ${DEMO_PARTNER}:
    ${tokens.partner}
  BD demo-bd:
    ${tokens.bd}

Simulated brands that issue their own coupons; \`npx perkgate partner simulate --help\` tells the faults to switch:
${brands.map(({ name, url: at }) => `  ${name}: ${at}/redemptions`).join('\n')}
`;
}

async function stop(running: RunningGateway, gateway: Gateway, signal: string): Promise<void> {
  gateway.log.info({ signal }, 'stopping: no new requests, those in flight are finished');
  await running.server.drain(DRAIN_MS);
  await running.stop();
}
