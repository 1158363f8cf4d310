// Once after all tests: ends the private MySQL server, if this run has started one.
import { started } from './setup';

export default async function teardown(): Promise<void> {
  await started.server?.stop();
}
