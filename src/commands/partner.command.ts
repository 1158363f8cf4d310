// `perkgate partner simulate|verify`: a partner to try things with, and a trial of a partner that exists.
import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../kernel/clock';
import { textTable } from '../kernel/text-table';
import type { Operation } from '../partner-port/connector';
import { type CheckResult, passes } from '../partner-port/contract-suite';
import { type Manifest, type StandardManifest, secretsOf } from '../partner-port/manifest/manifest';
import { printFault } from '../partner-port/manifest/manifest-fault';
import { parseManifest } from '../partner-port/manifest/manifest-file';
import { isSigningSecret, SIGNING_SECRET_FORM } from '../partner-port/signature';
import type { WireCard } from '../partner-port/standard/protocol';
import { signingSecretsOf } from '../partner-port/standard/standard-connector';
import { type Brand, listBrands, readBrand } from '../simulator/brand';
import { FAULTS, type Fault, parseFault } from '../simulator/fault';
import { type Simulator, startSimulator } from '../simulator/simulator';
import { action, CommandError, type CommonOptions, counted, type Output, print, stopSignal } from './command';
import { readGiven } from './given-file';
import { progressBar } from './progress';
import { type Trial, tryPartner } from './try-partner';

interface SimulateOptions extends CommonOptions {
  readonly port?: number;
  readonly brand?: string;
  readonly webhookUrl?: string;
  readonly webhookSecret?: string;
  readonly secret?: string;
  readonly offer?: readonly string[];
  readonly cardHolder?: readonly string[];
  readonly fault?: readonly Fault[];
}

interface VerifyOptions extends CommonOptions {
  readonly secret?: readonly string[];
  readonly secretsFile?: string;
  readonly offer: string;
  readonly member?: string;
  readonly cardHolder?: string;
  readonly budget?: number;
  readonly useUrl?: string;
  readonly allowHost?: readonly string[];
}

const PORT = 4100;
const BASE_OPERATIONS: readonly Operation[] = ['availability', 'issue', 'status', 'cancel'];
const CARD_UNTIL = '2099-01-01T00:00:00Z';

export function addPartnerCommand(root: Command): void {
  const partner = root.command('partner').description('try a partner of yours, or simulate one');
  const simulate = partner
    .command('simulate')
    .description('serve a partner of the standard protocol from memory, with faults to switch')
    .option('--port <port>', 'where it listens on 127.0.0.1 (4100); 0 takes a free port', wholeNumber(0, 65_535))
    .option('--brand <name>', `a brand of partners/ with its port, offers and cards: ${listBrands().join(', ')}`)
    .option('--secret <secret>', 'whsec_… that signs requests to it; a fresh one by default')
    .option('--webhook-url <url>', 'where it tells the gateway of uses and stock; told to nobody by default')
    .option('--webhook-secret <secret>', 'whsec_… that signs what it tells; the one of the requests by default')
    .option('--offer <refs...>', 'offers that it has, endless unless REF=NUMBER (sample-coupon)')
    .option('--card-holder <refs...>', 'members with a card of it')
    .option('--fault <names...>', `what it does wrong, as NAME or NAME=MILLISECONDS: ${faultHelp()}`, gatherFaults);
  action(simulate, runSimulate);
  const verify = partner
    .command('verify')
    .description('run the contract suite against a live partner and say what fails and how to mend it')
    .argument('<manifest>', 'the manifest of the partner (YAML or JSON)')
    .option('--secret <pairs...>', 'secrets that the manifest names, as NAME=VALUE')
    .option('--secrets-file <file>', 'a file of them, one NAME=VALUE a line')
    .option('--offer <ref>', "the partner's id of an offer that can be issued about ten times", 'sample-coupon')
    .option('--member <ref>', 'the pseudonym of a member to issue for')
    .option('--card-holder <ref>', 'a member with a card at the partner')
    .option(
      '--budget <milliseconds>',
      'time for each answer; the total of the manifest by default',
      wholeNumber(1, 60_000),
    )
    .option('--use-url <url>', 'a POST to it uses the coupon; {redemptionId} in it is replaced')
    .option('--allow-host <hosts...>', 'further hosts that may be called wherever they are, as host or host:port');
  action(verify, runVerify);
}

async function runSimulate(options: SimulateOptions): Promise<Output> {
  const { secret, webhookUrl, webhookSecret } = options;
  const brand = options.brand === undefined ? undefined : brandOf(options.brand);
  const port = options.port ?? portOf(brand);
  const simulator = await startSimulator({
    clock: systemClock,
    port,
    prefix: brand?.prefix,
    ...(secret !== undefined && { secrets: [checkedSecret('--secret', secret)] }),
    ...(webhookUrl !== undefined && {
      webhook: {
        url: checkedUrl('--webhook-url', webhookUrl),
        ...(webhookSecret !== undefined && { secrets: [checkedSecret('--webhook-secret', webhookSecret)] }),
      },
    }),
    offers: options.offer?.map(offerOf) ?? brand?.offers,
    cards: options.cardHolder?.map(cardOf) ?? brand?.cards,
    faults: options.fault ?? [],
  }).catch((error: Error) => {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`Cannot listen on port ${port}: ${error.message}; set another --port.`);
  });
  print(banner(simulator, brand?.manifest));
  await stopSignal();
  await simulator.close();
  const redemptions = simulator.redemptions().length;
  return { text: 'stopped', json: { url: simulator.url, redemptions, deliveries: simulator.deliveries.length } };
}

const SIMULATED = { slug: 'simulated', name: 'A simulated partner', signingSecret: 'signing' };

function banner({ url, secrets }: Simulator, manifest?: Manifest): string {
  const { slug, name, signingSecret, operations = BASE_OPERATIONS } = (manifest ?? SIMULATED) as StandardManifest;
  return `The simulated partner serves ${url}
It checks signatures with ${secrets.join(' ')}

A manifest for it:
  kind: STANDARD
  slug: ${slug}
  name: ${name}
  baseUrl: ${url}
  signingSecret: ${signingSecret}
  operations: [${operations.join(', ')}]

Try it:          npx perkgate partner verify MANIFEST --secret ${signingSecret}=${secrets.join(' ')}
Switch faults:   curl -X PUT ${url}/faults -H 'content-type: application/json' -d '["hang"]'   (none: '[]')
Use a coupon:    curl -X POST ${url}/use/REDEMPTION_ID
Look inside:     curl ${url}/redemptions`;
}

async function runVerify(options: VerifyOptions, file?: string): Promise<Output> {
  const manifest = parseManifest(await read(file!));
  if ('faults' in manifest) {
    const lines = manifest.faults.map((fault) => `${file}:${printFault(fault)}`);
    return {
      text: [...lines, `${counted(lines.length, 'fault')}; nothing was tried`].join('\n'),
      json: manifest,
      ok: false,
    };
  }
  const bar = progressBar('trying the partner');
  const trial = await tryPartner(manifest, {
    secrets: await secretsFor(manifest, options),
    offerRef: checkedRef('--offer', options.offer),
    memberRef: options.member,
    cardHolder: options.cardHolder,
    budget: options.budget,
    useUrl: options.useUrl && checkedUrl('--use-url', options.useUrl),
    allowedHosts: options.allowHost ?? [],
    onCheck: (name, done, of) => bar.update(name, done, of),
  }).finally(() => bar.stop());
  if (!trial) throw new CommandError(`The module of ${JSON.stringify(manifest.slug)} is not part of this build.`);
  return outputOf(manifest, trial);
}

const VERDICTS = { PASSED: 'passes', FAILED: 'FAILS', SKIPPED: 'skipped' } as const;

function outputOf(manifest: Manifest, { results, notes }: Trial): Output {
  const columns = [{ title: 'check' }, { title: 'result' }, { title: 'found' }];
  const rows = results.map(({ name, finding }) => [name, VERDICTS[finding.verdict], finding.found]);
  const mends = results.flatMap(({ name, finding }) =>
    finding.verdict === 'FAILED' ? [`  ${name}: ${finding.mend}`] : [],
  );
  const count = (verdict: CheckResult['finding']['verdict']) =>
    results.filter(({ finding }) => finding.verdict === verdict).length;
  const [passed, failed, skipped] = [count('PASSED'), count('FAILED'), count('SKIPPED')];
  const lines = [
    textTable(columns, rows),
    ...(mends.length > 0 ? ['', 'To mend:', ...new Set(mends)] : []),
    '',
    ...notes.map((note) => `Note: ${note}`),
    `${manifest.name}: ${passed} pass, ${failed} fail, ${skipped} skipped`,
  ];
  const checks = results.map(({ name, finding: { verdict, found, ...rest } }) => ({
    name,
    verdict,
    found,
    ...('mend' in rest && { mend: rest.mend }),
  }));
  const json = { partner: manifest.slug, passed, failed, skipped, checks, notes };
  return { text: lines.join('\n'), json, ok: passes(results) };
}

async function secretsFor(manifest: Manifest, { secret = [], secretsFile }: VerifyOptions) {
  const lines =
    secretsFile === undefined ? [] : (await read(secretsFile)).split('\n').filter((line) => /\S/.test(line));
  const given = new Map([...lines, ...secret].map(pairOf));
  const missing = secretsOf(manifest).filter((name) => !given.has(name));
  if (missing.length === 0) return checkedSigning(manifest, given);
  const options = missing.map((name) => `--secret ${name}=VALUE`).join(' ');
  throw new CommandError(`The manifest names secrets that are not given; add ${options}, or --secrets-file FILE.`);
}

/** One, or several with spaces between; the value is not repeated. */
function checkedSigning(manifest: Manifest, secrets: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  if (manifest.kind !== 'STANDARD') return secrets;
  const { signingSecret } = manifest;
  if (signingSecretsOf(manifest, secrets).every(isSigningSecret)) return secrets;
  throw new CommandError(`The secret ${signingSecret} is no signing secret: ${SIGNING_SECRET_FORM}.`);
}

function pairOf(text: string): readonly [string, string] {
  const [, name, value] = /^\s*([^=\s]+)=(.+?)\s*$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new CommandError('A secret is given as NAME=VALUE.');
  return [name, value];
}

function brandOf(name: string): Brand {
  if (listBrands().includes(name)) return readBrand(name);
  throw new CommandError(`--brand is ${JSON.stringify(name)}; allowed are ${listBrands().join(', ')}.`);
}

/** The one that the brand's manifest names, so that both fit as they stand. */
function portOf(brand: Brand | undefined): number {
  const url = brand?.manifest.baseUrl;
  return url === undefined ? PORT : Number(new URL(url).port);
}

function cardOf(memberRef: string): WireCard {
  return { memberRef, state: 'ACTIVE', validUntil: CARD_UNTIL };
}

function offerOf(text: string) {
  const [, offerRef = text, left] = /^(.+)=(\d{1,9})$/.exec(text) ?? [];
  return { offerRef, title: offerRef, ...(left !== undefined && { left: Number(left) }) };
}

function gatherFaults(text: string, before: readonly Fault[] = []): readonly Fault[] {
  const fault = parseFault(text);
  if (typeof fault === 'string') throw new InvalidArgumentError(fault);
  return [...before, fault];
}

function faultHelp(): string {
  return Object.keys(FAULTS).join(', ');
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d{1,9}$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function checkedSecret(option: string, secret: string): string {
  if (isSigningSecret(secret)) return secret;
  throw new CommandError(`${option} must be ${SIGNING_SECRET_FORM}.`);
}

function checkedRef(option: string, ref: string): string {
  if (/^\P{Cc}{1,128}$/u.test(ref)) return ref;
  throw new CommandError(
    `${option} is ${JSON.stringify(ref)}; it must be 1 to 128 characters, none a control character.`,
  );
}

function checkedUrl(option: string, url: string): string {
  if (/^https?:/.test(url) && URL.canParse(url)) return url;
  throw new CommandError(`${option} is ${JSON.stringify(url)}; it must be an http or https URL.`);
}

async function read(file: string): Promise<string> {
  return (await readGiven(file)).toString('utf8');
}
