// `perkgate simulate growth`: what comes of a program's levels within a year, before it is applied.
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { Gateway } from '../compose/gateway';
import { peopleOf, type Scene } from '../insight/design/behaviour';
import { databasePeople } from '../insight/design/database-people';
import { growthChart, growthPage } from '../insight/design/growth-chart';
import { growthReport } from '../insight/design/growth-report';
import { growthTables, percent } from '../insight/design/growth-table';
import { Horizon } from '../insight/design/horizon';
import type { Person } from '../insight/design/person';
import { asDesigned, catalogueOf } from '../insight/design/program-catalogue';
import type { Profile } from '../program/level-design';
import { listPresets, presetPath } from '../program/presets';
import { parseProfiles } from '../program/profile-file';
import type { Program } from '../program/program';
import { type ProgramFault, printFault } from '../program/program-fault';
import { parseProgram } from '../program/program-file';
import { action, CommandError, type CommonOptions, counted, type Output, withGateway } from './command';
import { readGiven } from './given-file';
import { wholeNumber } from './options';
import { progressBar } from './progress';
import { writeWhole } from './write-whole';

interface SimulateOptions extends CommonOptions {
  readonly profiles?: string;
  readonly fromDatabase?: boolean;
  readonly designed?: boolean;
  readonly weeks?: string;
  readonly members: string;
  readonly seed: string;
  readonly renewed?: string;
  readonly chart?: string;
}

const WEEKS = 52;
const WEEKS_MAX = 520;
const MEMBERS_MAX = 1_000_000;
const SEED_MAX = Number.MAX_SAFE_INTEGER;

export function addSimulateCommand(root: Command): void {
  const simulate = root.command('simulate').description('try out what a program would do');
  const growth = simulate
    .command('growth')
    .description('let members live under the levels of a program, and say where they stand and what it costs')
    .argument('<program>', 'the program file (YAML), or the name of a preset')
    .option('--profiles <file>', 'how members behave, instead of the section profiles of the program')
    .option('--from-database', 'the members of the database, each at its own pace so far, instead of profiles')
    .option('--renewed <percent>', 'with --from-database: how many of the terms that end are renewed (else as so far)')
    .option('--designed', 'count with the thresholds of levelDesign, not with those of the levels')
    .option('--weeks <weeks>', 'the horizon (levelDesign.weeks of the program, else 52)')
    .option('--members <members>', 'how many members live through it, at most', '10000')
    .option('--seed <number>', 'the same seed makes the same members', '1')
    .option('--chart <file>', 'write a picture (.svg) or a page with picture and tables (.html)');
  action(growth, (options: SimulateOptions, file) => simulated(options, file!));
}

async function simulated(options: SimulateOptions, file: string): Promise<Output> {
  const { designed = false, chart } = options;
  if (chart !== undefined && !/\.(svg|html)$/.test(chart)) {
    throw new CommandError(`--chart is ${chart}; allowed is a file that ends in .svg or .html.`);
  }
  const asked = askedOf(options);
  const parsed = parseProgram(
    await readGiven(pathOf(file), `; presets are ${listPresets().join(', ')}`),
    basename(file),
  );
  if (parsed.faults) return faulty(parsed.faults);
  const { program } = parsed;
  if (designed && !program.levelDesign) {
    throw new CommandError('--designed needs a levelDesign in the program.');
  }
  const counting = designed ? asDesigned(program) : program;
  const weeks = asked.weeks ?? program.levelDesign?.weeks ?? WEEKS;
  const found = await peopleFor(options, counting, { ...asked, weeks });
  if ('faults' in found) return faulty(found.faults);
  const report = growthReport({ program, ...found, seed: asked.seed });
  const tables = growthTables(report);
  if (chart === undefined) return { text: tables, json: report };
  const page = chart.endsWith('.svg') ? `${growthChart(report)}\n` : growthPage(report, tables);
  await writeWhole(page, chart);
  return { text: `${tables}\n\nThe chart is in ${chart}.`, json: { ...report, chart } };
}

interface Asked {
  readonly members: number;
  readonly seed: number;
  readonly weeks: number;
  /** Of the terms that end, 0 to 1. */
  readonly renews: number | undefined;
}

function askedOf({
  members,
  seed,
  weeks,
  renewed,
  fromDatabase,
}: SimulateOptions): Partial<Asked> & Omit<Asked, 'weeks'> {
  if (renewed !== undefined && !fromDatabase) {
    throw new CommandError('--renewed is for --from-database; profiles say it themselves, as lapse.');
  }
  return {
    members: wholeNumber('--members', members, 1, MEMBERS_MAX),
    seed: wholeNumber('--seed', seed, 0, SEED_MAX),
    weeks: weeks === undefined ? undefined : wholeNumber('--weeks', weeks, 1, WEEKS_MAX),
    renews: renewed === undefined ? undefined : wholeNumber('--renewed', renewed, 0, 100) / 100,
  };
}

interface People {
  readonly people: readonly Person[];
  readonly source: string;
  readonly scene: Scene;
}
type Found = People | { readonly faults: readonly ProgramFault[] };

async function peopleFor(
  { profiles: file, fromDatabase }: SimulateOptions,
  program: Program,
  asked: Asked,
): Promise<Found> {
  if (file !== undefined && fromDatabase) throw new CommandError('Give --profiles or --from-database, not both.');
  if (fromDatabase) return withGateway((gateway) => fromMembers(gateway, program, asked));
  const source = file === undefined ? 'profiles of the program' : `profiles of ${basename(file)}`;
  const of = (profiles: readonly Profile[]): People => {
    const catalogue = catalogueOf(program);
    const scene = { catalogue, horizon: new Horizon(catalogue.time, asked.weeks) };
    return { people: peopleOf(profiles, asked.members, asked.seed, scene), source, scene };
  };
  if (file !== undefined) {
    const parsed = parseProfiles(await readGiven(file), basename(file), program);
    return parsed.faults ? { faults: parsed.faults } : of(parsed.profiles);
  }
  if (program.profiles.length === 0) {
    const message = 'The program has no profiles: add the section, or give --profiles FILE or --from-database.';
    throw new CommandError(message);
  }
  return of(program.profiles);
}

async function fromMembers(gateway: Gateway, program: Program, asked: Asked): Promise<People> {
  const { database, memberRows, clock } = gateway;
  const at = { database, memberRows, catalogue: gateway.catalogue.current(), now: clock.now() };
  const catalogue = catalogueOf(program, at);
  const scene = { catalogue, horizon: new Horizon(catalogue.time, asked.weeks, at.now) };
  const bar = progressBar('reading members');
  const onMembers = (done: number, of: number) => bar.update('members', done, of);
  const wanted = { ...asked, most: asked.members };
  const { people, total, renews } = await databasePeople(at, scene, wanted, onMembers).finally(() => bar.stop());
  if (people.length === 0) throw new CommandError('The database has no members; give profiles instead.');
  const part = people.length < total ? `every ${Math.ceil(total / asked.members)}th of ` : '';
  // Only where cards make a difference.
  const { plans, decay, daily, activation } = catalogue.levelPolicy;
  const matters = plans.size + daily.size + activation.size > 0 || decay !== undefined;
  const renewing = matters ? `; ${percent(renews)} of the terms that end are renewed` : '';
  const source = `${part}${total} members of the database, each at its pace so far${renewing}`;
  return { people, source, scene };
}

/** A file, or the name of a preset where no path is meant. */
function pathOf(file: string): string {
  return listPresets().includes(file) ? presetPath(file) : file;
}

function faulty(faults: readonly ProgramFault[]): Output {
  const lines = faults.map(printFault);
  return { text: [...lines, counted(faults.length, 'fault')].join('\n'), json: { faults }, ok: false };
}
