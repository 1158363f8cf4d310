// API types of tasks: what a member can do and has done, and assignments by the operator's server.
import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { TASK_COUNTS, TASK_KINDS, type TaskCount, type TaskKind } from '../../program/engagement';
import { Allow } from '../../request/policy';
import { enumOf, RefusalType } from '../../request/shared.type';
import { READERS, RewardType } from '../reward/reward.type';

const TaskKinds = enumOf(TASK_KINDS);
registerEnumType(TaskKinds, {
  name: 'TaskKind',
  description: 'How often a task can be done, and what completes it.',
  valuesConfig: {
    ONCE: { description: 'Once ever, or once for each assignment.' },
    DAILY: { description: 'Anew each day.' },
    WEEKLY: { description: 'Anew each week.' },
    STREAK: { description: 'On so many days in a row; each day counts in one streak only.' },
    SPEND_TARGET: { description: 'As ONCE, by the money of the events.' },
  },
});
const TaskCounts = enumOf(TASK_COUNTS);
registerEnumType(TaskCounts, { name: 'TaskCount', description: 'What of each event adds up.' });
const TaskStates = enumOf(['OPEN', 'COMPLETED', 'EXPIRED']);
registerEnumType(TaskStates, { name: 'TaskState', description: 'How a turn at a task stands.' });

@Allow(READERS)
@ObjectType('Task', { simpleResolvers: true, description: 'What a member does to get a reward.' })
export class TaskType {
  @Field(() => ID)
  id!: string;
  @Field()
  code!: string;
  @Field()
  name!: string;
  @Field(() => String, { nullable: true })
  description!: string | null;
  @Field(() => TaskKinds)
  kind!: TaskKind;
  @Field(() => TaskCounts)
  counts!: TaskCount;
  @Field(() => RewardType, { nullable: true })
  reward!: RewardType | null;
}

@Allow(READERS)
@ObjectType('MemberTask', { simpleResolvers: true, description: "A member's turn at a task." })
export class MemberTaskType {
  @Field(() => TaskType)
  task!: TaskType;
  @Field(() => String, { nullable: true, description: 'The assignment that it is the turn of.' })
  assignment!: string | null;
  @Field(() => GraphQLSafeInt, { description: 'Of `target`: times, days, metres, seconds, or the minor unit.' })
  progress!: number;
  @Field(() => GraphQLSafeInt)
  target!: number;
  @Field(() => TaskStates)
  state!: keyof typeof TaskStates;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When the event happened that completed it.' })
  completedAt!: Date | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When it begins anew.' })
  resetsAt!: Date | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'The last instant at which events count.' })
  endsAt!: Date | null;
}

@InputType('AssignTaskInput')
export class AssignTaskRequest {
  @Field({ description: 'The external id of the member.' })
  member!: string;
  @Field({ description: 'The code of a task with `openTo: ASSIGNED`.' })
  task!: string;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Events count from here on; now unless told.' })
  assignedAt?: Date | null;
  @Field({ description: '1 to 128 characters: the same key assigns once.' })
  idempotencyKey!: string;
}

@Allow('SERVER')
@ObjectType('TaskAssignment', { simpleResolvers: true, description: 'What became of one assignment.' })
export class TaskAssignmentType {
  @Field()
  member!: string;
  @Field()
  task!: string;
  @Field(() => String, { nullable: true, description: 'Names the turn among those of the member; null when refused.' })
  assignment!: string | null;
  @Field(() => RefusalType, { nullable: true })
  refusal!: RefusalType | null;
}

@Allow('SERVER')
@ObjectType('AssignedTasks', { simpleResolvers: true })
export class AssignedTasksType {
  @Field(() => Int)
  assigned!: number;
  @Field(() => Int)
  refused!: number;
  @Field(() => [TaskAssignmentType], { description: 'In the order in which they were given.' })
  results!: readonly TaskAssignmentType[];
}
