// The program at the API: operations read it, see what a new file would change, and apply it.
import { Arg, Ctx, createUnionType, Field, Int, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../request/context';
import { Allow, STAFF } from '../request/policy';
import { type Change, printDifference } from './difference';
import type { PlannedProgram, ProgramService } from './program.service';

const OPERATORS = ['OPERATIONS', 'ADMIN'] as const;

@Allow(STAFF)
@ObjectType('Program', { simpleResolvers: true, description: 'The configuration in force.' })
export class ProgramType {
  @Field(() => Int)
  version!: number;
  @Field({ description: 'The program file, as `perkgate program export` writes it.' })
  text!: string;
}

@Allow(...OPERATORS)
@ObjectType('ProgramFault', { simpleResolvers: true })
export class ProgramFaultType {
  @Field(() => Int)
  line!: number;
  @Field(() => Int)
  column!: number;
  @Field({ description: 'Where in the file, such as `plans[0].price`.' })
  path!: string;
  @Field()
  given!: string;
  @Field()
  allowed!: string;
}

@Allow(...OPERATORS)
@ObjectType('FaultyProgram', { simpleResolvers: true, description: 'Every fault of the file; nothing was changed.' })
export class FaultyProgramType {
  @Field(() => [ProgramFaultType])
  faults!: ProgramFaultType[];
}

@Allow(...OPERATORS)
@ObjectType('ProgramChanges', { simpleResolvers: true })
export class ProgramChangesType {
  @Field(() => Int, { description: 'How many items the file adds, changes or retires.' })
  changes!: number;
  @Field({ description: 'The difference as a table.' })
  table!: string;
  @Field(() => Int, { description: 'The version in force afterwards.' })
  version!: number;
}

const ProgramResult = createUnionType({
  name: 'ProgramResult',
  types: () => [ProgramChangesType, FaultyProgramType] as const,
});

@Resolver()
export class ProgramResolver {
  constructor(private readonly programs: ProgramService) {}

  @Allow(STAFF)
  @Query(() => ProgramType, { nullable: true, description: 'The program in force; null before the first.' })
  async program(): Promise<ProgramType | null> {
    const current = await this.programs.current();
    return current ? { version: current.version, text: current.text } : null;
  }

  @Allow(...OPERATORS)
  @Query(() => ProgramResult, { description: 'What applying the file would change. Changes nothing.' })
  async planProgram(@Arg('text', { description: 'A program file in YAML.' }) text: string): Promise<object> {
    const planned = await this.programs.plan(text);
    if (planned.faults) return faulty(planned.faults);
    return new ProgramChangesView(planned.changes, planned.currentVersion, planned);
  }

  @Allow(...OPERATORS)
  @Mutation(() => ProgramResult, { description: 'Applies the file as a whole, or not at all.' })
  async applyProgram(
    @Arg('text', { description: 'A program file in YAML.' }) text: string,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const { role, subject } = context.actor!;
    const applied = await this.programs.apply(text, `${role.toLowerCase()}:${subject}`.slice(0, 128));
    return applied.faults ? faulty(applied.faults) : new ProgramChangesView(applied.changes, applied.version);
  }
}

function faulty(faults: readonly ProgramFaultType[]): object {
  return { __typename: 'FaultyProgram', faults };
}

// An instance, not a plain object: type-graphql copies a plain object that a typed resolver takes as its root.
export class ProgramChangesView implements ProgramChangesType {
  readonly __typename = 'ProgramChanges';

  constructor(
    private readonly itemChanges: readonly Change[],
    readonly version: number,
    /** What was only planned, for later rooms to say what would come of it. */
    readonly planned?: PlannedProgram,
  ) {}

  get changes(): number {
    return this.itemChanges.length;
  }
  get table(): string {
    return printDifference(this.itemChanges);
  }
}
