// A Vendure server on loopback with a small shop in memory, as a brand runs one. Writes its URL once it answers.
import { once } from 'node:events';
import { bootstrap, dummyPaymentHandler, NoopLogger } from '@vendure/core';
import { populateInitialData } from '@vendure/core/cli/index.js';

const [password] = process.argv.slice(2);

const app = await bootstrap({
  apiOptions: { port: 0, hostname: '127.0.0.1', adminApiPath: 'admin-api', shopApiPath: 'shop-api' },
  authOptions: {
    tokenMethod: 'bearer',
    requireVerification: false,
    superadminCredentials: { identifier: 'perkgate', password },
    cookieOptions: { secret: password },
  },
  dbConnectionOptions: { type: 'sqljs', synchronize: true, autoSave: false, logging: false },
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  logger: new NoopLogger(),
  plugins: [],
});
await populateInitialData(app, {
  defaultLanguage: 'en',
  defaultZone: 'Europe',
  countries: [{ code: 'DE', name: 'Germany', zone: 'Europe' }],
  taxRates: [{ name: 'Standard', percentage: 0 }],
  shippingMethods: [{ name: 'Post', price: 0 }],
  paymentMethods: [
    {
      name: 'Cash',
      handler: { code: dummyPaymentHandler.code, arguments: [{ name: 'automaticSettle', value: 'true' }] },
    },
  ],
  collections: [],
  roles: [],
});
const { port } = app.getHttpServer().address();
process.stdout.write(`http://127.0.0.1:${port}\n`);
process.stdin.resume();
await once(process.stdin, 'end');
await app.close();
process.exit(0);
