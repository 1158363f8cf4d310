// The command lines of bench and replay: whatever is wrong, their options too, is one line and one JSON object.
import { type Command, CommanderError } from 'commander';

/** Runs what the arguments of the process ask for; on a fault the process exits with 1. */
export async function runMeasure(command: Command): Promise<void> {
  command.exitOverride().configureOutput({ writeErr: () => {}, outputError: () => {} });
  try {
    await command.parseAsync();
  } catch (error) {
    // Help is thrown as well.
    if (error instanceof CommanderError && error.exitCode === 0) return;
    const message = (error as Error).message.replace(/^error: /, '').replaceAll('\n', ' ');
    process.stderr.write(`${command.name()}: ${message}\n`);
    if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ ok: false, error: message })}\n`);
    process.exitCode = 1;
  }
}
