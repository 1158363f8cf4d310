// API types of connectors: what was set, without any secret, and how the partner's API does.
import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { createUnionType, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { OPERATIONS, type Operation, UNKNOWN_CAUSES, type UnknownCause } from '../../partner-port/connector';
import type { Circuit } from '../../partner-port/partner-health';
import { Allow, STAFF } from '../../request/policy';
import { enumOf, RefusalType } from '../../request/shared.type';
import { CONNECTOR_KINDS, type ConnectorKind } from './connector-kit';

const ConnectorKinds = enumOf(CONNECTOR_KINDS);
registerEnumType(ConnectorKinds, { name: 'ConnectorKind', description: 'How a partner is reached; NONE: not at all.' });
const Operations = enumOf(OPERATIONS);
registerEnumType(Operations, { name: 'ConnectorOperation' });
const Causes = enumOf(UNKNOWN_CAUSES);
registerEnumType(Causes, { name: 'UnknownCause', description: 'Why nobody knows what a partner did.' });
const Circuits = enumOf(['CLOSED', 'OPEN', 'HALF_OPEN']);
registerEnumType(Circuits, { name: 'Circuit', description: 'OPEN: the partner is left alone for a while.' });
const TestResults = enumOf(['CONFIRMED', 'DECLINED', 'UNKNOWN']);
registerEnumType(TestResults, { name: 'ConnectorTestResult' });

@InputType('ConnectorSecretInput')
export class ConnectorSecretRequest {
  @Field({ description: 'As the manifest names it.' })
  name!: string;
  @Field({ description: '1 to 4,000 characters of ASCII; no answer ever shows it.' })
  value!: string;
}

@InputType('SetPartnerConnectorInput')
export class SetConnectorRequest {
  @Field(() => ID, { nullable: true, description: 'For staff; partners set their own.' })
  partner?: string | null;
  @Field({
    description: 'A manifest in YAML or JSON, at most 65,536 characters. Secrets stand beside it, never in it.',
  })
  manifest!: string;
  @Field(() => [ConnectorSecretRequest], {
    defaultValue: [],
    description: 'New values; one that is not named here keeps its own.',
  })
  secrets!: ConnectorSecretRequest[];
}

@Allow('PARTNER', STAFF)
@ObjectType('ConnectorSecret', { simpleResolvers: true, description: 'A secret, without its value.' })
export class ConnectorSecretType {
  @Field()
  name!: string;
  @Field(() => GraphQLDateTimeISO)
  changedAt!: Date;
}

@Allow('PARTNER', STAFF)
@ObjectType('PartnerConnector', { simpleResolvers: true })
export class PartnerConnectorType {
  @Field(() => Int, { description: 'Grows each time it is set.' })
  version!: number;
  @Field(() => ConnectorKinds)
  kind!: ConnectorKind;
  @Field({ description: 'As it was given.' })
  manifest!: string;
  @Field(() => GraphQLDateTimeISO)
  setAt!: Date;
  @Allow(STAFF)
  @Field()
  setBy!: string;
  @Field(() => [ConnectorSecretType])
  secrets!: ConnectorSecretType[];
}

@Allow('PARTNER', STAFF)
@ObjectType('ManifestFault', { simpleResolvers: true })
export class ManifestFaultType {
  @Field(() => Int)
  line!: number;
  @Field(() => Int)
  column!: number;
  @Field({ description: 'Where in the manifest, such as `operations.issue.requests[0].path`.' })
  path!: string;
  @Field()
  given!: string;
  @Field()
  allowed!: string;
}

@Allow('PARTNER', STAFF)
@ObjectType('FaultyManifest', { simpleResolvers: true, description: 'Every fault of it; nothing was changed.' })
export class FaultyManifestType {
  @Field(() => [ManifestFaultType])
  faults!: ManifestFaultType[];
}

@Allow('PARTNER', STAFF)
@ObjectType('ConnectorTest', { simpleResolvers: true })
export class ConnectorTestType {
  @Field(() => TestResults)
  result!: 'CONFIRMED' | 'DECLINED' | 'UNKNOWN';
  @Field({ description: 'What happened and what to do, in English.' })
  words!: string;
}

@Allow(STAFF)
@ObjectType('UnknownCount', { simpleResolvers: true })
export class UnknownCountType {
  @Field(() => Causes)
  cause!: UnknownCause;
  @Field(() => GraphQLSafeInt)
  count!: number;
}

@Allow(STAFF)
@ObjectType('OperationHealth', { simpleResolvers: true })
export class OperationHealthType {
  @Field(() => Operations)
  operation!: Operation;
  @Field(() => GraphQLSafeInt)
  confirmed!: number;
  @Field(() => GraphQLSafeInt)
  declined!: number;
  @Field(() => [UnknownCountType])
  unknown!: UnknownCountType[];
  @Field(() => Int, { nullable: true, description: 'Milliseconds, the later calls counting more; null before one.' })
  latency!: number | null;
}

@Allow(STAFF)
@ObjectType('PartnerFault', { simpleResolvers: true })
export class PartnerFaultType {
  @Field(() => Operations)
  operation!: Operation;
  @Field(() => Causes)
  cause!: UnknownCause;
  @Field()
  message!: string;
  @Field(() => GraphQLDateTimeISO)
  at!: Date;
}

@Allow(STAFF)
@ObjectType('PartnerHealth', {
  simpleResolvers: true,
  description: "How a partner's API does, since this process of the gateway started.",
})
export class PartnerHealthType {
  @Field(() => ID)
  partner!: string;
  @Field({ description: 'The code of the partner.' })
  code!: string;
  @Field(() => ConnectorKinds)
  kind!: ConnectorKind;
  @Field(() => Int)
  version!: number;
  @Field({ description: 'False when no connector can be made of what is stored; the log says why.' })
  usable!: boolean;
  @Field(() => Circuits, { nullable: true })
  circuit!: Circuit | null;
  @Field(() => Int, { description: 'Calls that run now.' })
  running!: number;
  @Field(() => Int, { description: 'Calls that wait for one of them to end.' })
  waiting!: number;
  @Field(() => [OperationHealthType])
  operations!: OperationHealthType[];
  @Field(() => PartnerFaultType, { nullable: true })
  lastFault!: PartnerFaultType | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When it last confirmed or declined something.' })
  lastAnswerAt!: Date | null;
}

export const SetConnectorResult = createUnionType({
  name: 'SetPartnerConnectorResult',
  types: () => [PartnerConnectorType, FaultyManifestType, RefusalType] as const,
});
export const RemoveConnectorResult = createUnionType({
  name: 'RemovePartnerConnectorResult',
  types: () => [PartnerConnectorType, RefusalType] as const,
});
export const TestConnectorResult = createUnionType({
  name: 'TestPartnerConnectorResult',
  types: () => [ConnectorTestType, RefusalType] as const,
});
