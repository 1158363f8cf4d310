// The textbook stack: Apollo's standalone server, type-graphql, TypeORM repositories and a DataLoader a relation.
import 'reflect-metadata';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSchema } from 'type-graphql';
import { DataSource } from 'typeorm';
import { loadCodeKey } from '../../../src/identity/code-key';
import { CodeCipher } from '../../../src/marketplace/code-cipher';
import { answerVerbs } from '../answers';
import { environmentOf, openWorld, type WorldPlace } from '../world';
import { ENTITIES } from './entities';
import { fillTextbook } from './fill';
import { TextbookContext, type TextbookHouse } from './loaders';
import { REDEMPTION_ENTITIES } from './redemption-entities';
import { RedemptionResolver } from './redemption-resolver';
import {
  CardResolver,
  CouponResolver,
  EntitlementResolver,
  MemberResolver,
  OfferResolver,
  TermResolver,
} from './resolvers';

const members = new Map<string, string>();

async function openHouse(place: WorldPlace): Promise<TextbookHouse> {
  const source = new DataSource({
    type: 'mysql',
    url: place.url,
    // Its default. With more of them, redemptions were no quicker.
    poolSize: 10,
    charset: 'utf8mb4_bin',
    entities: [...ENTITIES, ...REDEMPTION_ENTITIES],
  });
  await source.initialize();
  const gateway = await openWorld(place);
  await gateway.catalogue.refresh();
  await fillTextbook(source, gateway);
  const { settings, time } = gateway.catalogue.current();
  await gateway.close();
  const codeKeyFile = environmentOf(place).CODE_KEY_FILE!;
  return { source, time, currency: settings.currency, cipher: new CodeCipher(await loadCodeKey({ codeKeyFile })) };
}

async function start(place: WorldPlace): Promise<number> {
  const house = await openHouse(place);
  const schema = await buildSchema({
    resolvers: [
      MemberResolver,
      CardResolver,
      TermResolver,
      EntitlementResolver,
      OfferResolver,
      CouponResolver,
      RedemptionResolver,
    ],
  });
  const server = new ApolloServer<TextbookContext>({ schema, nodeEnv: 'production' });
  const { url } = await startStandaloneServer(server, {
    listen: { port: 0, host: '127.0.0.1' },
    context: async ({ req }) => new TextbookContext(house, members.get(req.headers.authorization?.slice(7) ?? '')),
  });
  return Number(new URL(url).port);
}

answerVerbs({
  start,
  members: (people: readonly { token: string; memberId: string }[]) => {
    for (const { token, memberId } of people) members.set(token, memberId);
  },
});
process.channel?.ref();
