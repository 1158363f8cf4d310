// What all commands share: options, one clear line on failure, and one JSON object as the last line with `--json`.
import type { Command } from 'commander';
import { pino } from 'pino';
import { compose, type Gateway } from '../compose/gateway';
import { type Config, ConfigError, loadConfig } from '../config';
import { type Clock, systemClock } from '../kernel/clock';
import { createLogger } from '../server/logger';

/** An expected failure: its message is the one line that the user reads. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** `1 fault`, `2 faults` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export interface Output {
  /** For people. */
  readonly text: string;
  /** For programs: printed as the last line with `--json`. */
  readonly json: object;
  /** False makes the command exit with 1 although it ran. */
  readonly ok?: boolean;
}

export interface CommonOptions {
  readonly json?: boolean;
}

/** Adds `--json` and runs the action: prints what it answers, or one line on what went wrong. */
export function action<Options extends CommonOptions>(
  command: Command,
  run: (options: Options, ...args: string[]) => Promise<Output>,
): Command {
  return command.option('--json', 'print one JSON object as the last line').action(async (...given: unknown[]) => {
    const options = given.at(-2) as Options;
    const args = given.slice(0, -2) as string[];
    try {
      const { text, json, ok = true } = await run(options, ...args);
      print(options.json ? JSON.stringify({ ok, ...json }) : text);
      process.exitCode = ok ? 0 : 1;
    } catch (error) {
      fail(error, options.json === true);
    }
  });
}

/** Says in one line what went wrong, and makes the process exit with 1. */
export function fail(error: unknown, json: boolean): void {
  const message = error instanceof Error ? error.message.split('\n')[0]! : String(error);
  process.stderr.write(`perkgate: ${message}\n`);
  // An unexpected fault needs its place; an expected one would only be buried under it.
  const expected = error instanceof CommandError || error instanceof ConfigError;
  if (!expected && error instanceof Error && process.stderr.isTTY) process.stderr.write(`${error.stack}\n`);
  if (json) print(JSON.stringify({ ok: false, error: message }));
  process.exitCode = 1;
}

/** The signal that tells a command to stop which would run for ever. */
export function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
}

/** Logs go to standard error, so that standard output holds only what the command answers. */
export function commandLogger(config: Config) {
  return createLogger(config.logLevel, pino.destination(2));
}

/** Opens the gateway with all migrations run and the catalogue read, runs the work, and closes it again. */
export async function withGateway<Result>(
  work: (gateway: Gateway) => Promise<Result>,
  clock: Clock = systemClock,
): Promise<Result> {
  const config = loadConfig();
  const gateway = await openGateway(config, clock);
  try {
    return await work(gateway);
  } finally {
    await gateway.close();
  }
}

/** The gateway as it is composed, before any migration; a database that is not there is told by its name. */
export async function composeGateway(config: Config, clock: Clock = systemClock): Promise<Gateway> {
  return compose(config, commandLogger(config), clock).catch((error: Error) => {
    throw new CommandError(`The database ${shownUrl(config.databaseUrl)} cannot be opened: ${error.message}`);
  });
}

export async function openGateway(config: Config, clock: Clock = systemClock): Promise<Gateway> {
  const gateway = await composeGateway(config, clock);
  try {
    await migrated(gateway);
    if (!config.allowUnsafeDurability) await gateway.database.checkDurability();
    await gateway.catalogue.refresh();
    return gateway;
  } catch (error) {
    // An open pool of connections would keep the process from its end.
    await gateway.close();
    throw error;
  }
}

/** Brings the tables up to date, and answers what was done; tables of something else are told as such. */
export async function migrated({ config, database }: Gateway): Promise<string[]> {
  return database.migrate().catch((error: Error) => {
    const database = shownUrl(config.databaseUrl);
    throw new CommandError(`The database ${database} cannot be brought up to date: ${error.message.split('\n')[0]}`);
  });
}

/** The database's URL without its password. */
export function shownUrl(url: string): string {
  if (url.startsWith('sqlite:') || !URL.canParse(url)) return url;
  const shown = new URL(url);
  if (shown.password !== '') shown.password = '***';
  shown.search = '';
  return shown.toString();
}
